//! Starting an execution: everything is checked before anything is spent.

use std::collections::BTreeMap;

use serde_json::Value;
use sluice_store::{ExecutionState, IdempotencyKey, Journal, Snapshot, StartOutcome};
use sluice_types::limits::{MAX_CONTEXT_BYTES, MAX_INPUT_BYTES};
use sluice_types::{
    Definition, ErrorCode, Execution, ExecutionStatus, FieldError, Index, Place, ProviderName, StartExecution,
    TenantId, TokenUsage, Workflow, WorkflowId, candidates, check_input, metadata_errors, pin_to_available,
    with_defaults,
};

use crate::check;
use crate::driver::Actor;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::faults::FaultPoint;
use crate::key::ExecutionKey;
use crate::machine::Machine;

/// An execution to start.
#[derive(Debug, Clone)]
pub struct StartRequest {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// Parameters of the start.
    pub start: StartExecution,
    /// The `Idempotency-Key` of the request.
    pub idempotency: Option<IdempotencyKey>,
}

impl Engine {
    /// Starts an execution of a saved workflow; `KeyUsed` when another request has used the idempotency key.
    pub async fn start(&self, tenant: &TenantId, request: StartRequest) -> Result<Execution, EngineError> {
        if self.is_stopped() || self.shared.is_draining() {
            return Err(EngineError::ShuttingDown);
        }
        let mut workflow =
            self.shared.store.workflow(tenant, &request.workflow_id).await?.ok_or(EngineError::WorkflowNotFound)?;
        let mut start = request.start;
        start.input = with_defaults(&workflow.definition.inputs, &start.input);
        check_start(&workflow, &start)?;
        workflow.definition.context.extend(start.context.take().unwrap_or_default());
        workflow.metadata.extend(start.metadata.take().unwrap_or_default());
        let errors = metadata_errors("/metadata", &workflow.metadata);
        if !errors.is_empty() {
            return Err(EngineError::Invalid(ErrorCode::InvalidRequest, errors));
        }
        let (snapshot, index) = self.snapshot(tenant, &workflow.definition, &start.input).await?;
        let machine = Machine::with_index(self.new_journal(tenant, workflow, snapshot, start), index);
        self.begin_apart(machine, request.idempotency).await
    }

    /// Writes a new execution and brings it to life in a separate task: it gets its actor after the commit even if the caller
    /// is dropped.
    pub(crate) async fn begin_apart(
        &self,
        machine: Machine,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Execution, EngineError> {
        let engine = self.clone();
        let begun = self.shared.tasks.spawn(async move { engine.begin(machine, idempotency).await }).await;
        begun.unwrap_or(Err(EngineError::ShuttingDown))
    }

    /// Writes a new execution with its first turn, and brings it to life.
    async fn begin(&self, machine: Machine, idempotency: Option<IdempotencyKey>) -> Result<Execution, EngineError> {
        let key = ExecutionKey::new(&machine.journal().tenant, &machine.journal().execution_id);
        let _starting = self.actors.begin(&key);
        // A command that comes between the commit and the actor waits for the actor, and does not make another one.
        self.actors.one_at_a_time(&key, Box::pin(self.write_start(&key, machine, idempotency))).await
    }

    async fn write_start(
        &self,
        key: &ExecutionKey,
        machine: Machine,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Execution, EngineError> {
        let actor = Actor::new(&self.shared, &self.actors, machine);
        let Some(outcome) = actor.first_turn().await else { return Err(EngineError::ShuttingDown) };
        let record = actor.start_record(&outcome, idempotency);
        let outcome_of_write = match self.shared.store.start_execution(record).await {
            // The answer may have been lost on its way: then the execution is there.
            Err(error) if error.is_transient() => self.look_for_start(key).await.unwrap_or(Err(error.into())),
            written => written.map_err(EngineError::from),
        };
        match outcome_of_write? {
            StartOutcome::Started { .. } if self.shared.faults.stops_at(FaultPoint::AfterStart) => {
                self.shared.halt();
                Err(EngineError::ShuttingDown)
            }
            StartOutcome::Started { number } => {
                actor.machine().set_number(number);
                let execution = actor.machine().execution();
                actor.go_on_after_start(outcome);
                Ok(execution)
            }
            StartOutcome::WorkflowNotFound => Err(EngineError::WorkflowNotFound),
        }
    }

    /// The outcome of a start whose answer was lost; `None` when nothing was written.
    async fn look_for_start(&self, key: &ExecutionKey) -> Option<Result<StartOutcome, EngineError>> {
        let ExecutionKey { tenant, id } = key;
        let written = match self.shared.store.ownership(tenant, id).await {
            Ok(Some(_)) => self.shared.store.execution_number(tenant, id).await,
            Ok(None) => return None,
            Err(error) => Err(error),
        };
        let started = written.map(|number| StartOutcome::Started { number });
        Some(started.map_err(|_| EngineError::StartUnknown(id.clone())))
    }

    /// The definition as it will run, with its index: checked, with providers, models and personas written into it.
    pub(crate) async fn snapshot(
        &self,
        tenant: &TenantId,
        definition: &Definition,
        input: &Value,
    ) -> Result<(Snapshot, Index), EngineError> {
        let report = self.check(tenant, definition, Some(input)).await?;
        if !report.valid {
            return Err(refusal(report.errors().cloned().collect()));
        }
        let providers = self.shared.providers.list(tenant).await?;
        let (definition, ..) = check::filled_in(&self.shared.store, tenant, definition, &[]).await?;
        let mut definition = definition.into_owned();
        pin_to_available(&mut definition, &providers);
        self.shared.tools.pin_effects(tenant, &mut definition).await?;
        let index = Index::of(&definition);
        let may_run = |place: &&Place| place.step.enabled && index.around(place).all(|around| around.step.enabled);
        for place in index.places().iter().filter(may_run) {
            let (step, pointer) = (&place.step, &place.pointer);
            if step.kind.model_use().is_none() {
                continue;
            }
            let chosen = candidates(&definition, step);
            let Some(first) = chosen.first() else {
                let message = "Neither the step nor the workflow says which model to call.";
                return Err(EngineError::field(
                    ErrorCode::UnknownModel,
                    &format!("/definition{pointer}/model"),
                    message,
                ));
            };
            let provider = providers.iter().find(|provider| provider.name.as_str() == first.provider);
            if let Some(reason) = provider.and_then(|provider| provider.reason.as_ref()) {
                let message = format!("“{}” calls {}. {reason}", step.label, first.provider);
                return Err(EngineError::field(
                    ErrorCode::ProviderNotAvailable,
                    &format!("/definition{pointer}/provider"),
                    message,
                ));
            }
        }
        let mut personas = BTreeMap::new();
        for id in named_personas(&definition, &index) {
            personas.insert(id.clone(), self.persona(tenant, &id, "/definition/persona_id").await?);
        }
        Ok((Snapshot { definition, personas, ..Snapshot::default() }, index))
    }

    pub(crate) fn new_journal(
        &self,
        tenant: &TenantId,
        workflow: Workflow,
        snapshot: Snapshot,
        start: StartExecution,
    ) -> Journal {
        let yolo = start.yolo.unwrap_or(snapshot.definition.yolo);
        Journal {
            tenant: tenant.clone(),
            execution_id: self.shared.outside.ids.execution_id(),
            workflow_id: workflow.id,
            workflow_version: workflow.version,
            number: None,
            tried_step: None,
            temporal_workflow_id: None,
            triggered_by: start.triggered_by.unwrap_or_else(|| "api".into()),
            metadata: workflow.metadata,
            created_at: self.shared.outside.clock.now(),
            input: start.input,
            snapshot,
            state: ExecutionState {
                status: ExecutionStatus::Pending,
                on_hold: false,
                live: true,
                output: None,
                error: None,
                token_usage: TokenUsage::default(),
                cost_usd: 0.0,
                unpriced_calls: 0,
                budget_usd: start.budget_usd,
                yolo,
                started_at: None,
                completed_at: None,
                last_seq: 0,
                interruptions: 0,
            },
            epoch: 1,
            turn: 0,
            step_runs: Vec::new(),
        }
    }
}

fn check_start(workflow: &Workflow, start: &StartExecution) -> Result<(), EngineError> {
    let refused = |code, pointer: &str, message: String| Err(EngineError::field(code, pointer, message));
    if !workflow.is_active {
        return refused(
            ErrorCode::InvalidRequest,
            "",
            format!("`{}` is switched off: set `is_active` to run it", workflow.id),
        );
    }
    check_budget(start.budget_usd)?;
    check_form(&start.input)?;
    let errors = check_input(&workflow.definition.inputs, &start.input);
    if !errors.is_empty() {
        return Err(EngineError::Invalid(ErrorCode::InvalidInput, errors));
    }
    let context = start.context.as_ref().and_then(|context| serde_json::to_string(context).ok()).unwrap_or_default();
    if context.len() > MAX_CONTEXT_BYTES {
        let message = format!("a context has at most {MAX_CONTEXT_BYTES} bytes as JSON");
        return refused(ErrorCode::InvalidRequest, "/context", message);
    }
    if start.input.to_string().len() > MAX_INPUT_BYTES {
        return refused(
            ErrorCode::InvalidInput,
            "/input",
            format!("an input has at most {MAX_INPUT_BYTES} bytes as JSON"),
        );
    }
    Ok(())
}

/// The error of an amount that is no budget.
pub(crate) fn budget_error(budget: Option<f64>) -> Option<FieldError> {
    let is_wrong = budget.is_some_and(|budget| !budget.is_finite() || budget < 0.0);
    is_wrong.then(|| FieldError::new("/budget_usd", "a budget is not negative"))
}

/// Refuses an amount that is no budget.
pub(crate) fn check_budget(budget: Option<f64>) -> Result<(), EngineError> {
    let refused = |error| Err(EngineError::Invalid(ErrorCode::InvalidRequest, vec![error]));
    budget_error(budget).map_or(Ok(()), refused)
}

/// Refuses an input that is neither an object nor a text; it may be left out.
pub(crate) fn check_form(input: &Value) -> Result<(), EngineError> {
    if input.is_object() || input.is_string() || input.is_null() {
        return Ok(());
    }
    Err(EngineError::field(ErrorCode::InvalidInput, "/input", "an input is an object or a text"))
}

/// Errors of the input only are reported as input errors, not as errors of the definition.
pub(crate) fn refusal(errors: Vec<sluice_types::LintFinding>) -> EngineError {
    if errors.iter().all(|finding| finding.code == "missing_input") {
        let errors = errors.into_iter().map(|finding| {
            let message = format!("{} (needed at {})", finding.message, finding.pointer);
            FieldError::with_code("/input", finding.code, message)
        });
        return EngineError::Invalid(ErrorCode::InvalidInput, errors.collect());
    }
    EngineError::InvalidDefinition(errors)
}

fn named_personas(definition: &Definition, index: &Index) -> Vec<sluice_types::PersonaId> {
    let own = index.places().iter().filter_map(|place| place.step.kind.model_use()?.persona_id.cloned());
    definition.persona_id.clone().into_iter().chain(own).collect()
}

/// The providers are tried in the order of [`ProviderName`]; `demo` comes last and is always there.
const _: () = assert!(matches!(ProviderName::ALL.last(), Some(ProviderName::Demo)));
