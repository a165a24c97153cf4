//! Starting an execution: everything is checked before anything is spent.

use std::collections::BTreeMap;

use serde_json::Value;
use sluice_store::{ExecutionState, Journal, Snapshot, StartOutcome};
use sluice_types::limits::MAX_INPUT_BYTES;
use sluice_types::{
    Definition, ErrorCode, Execution, ExecutionStatus, FieldError, ProviderName, StartExecution, StepKind, TenantId,
    TokenUsage, Workflow, WorkflowId,
};

use crate::actor::Actor;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::faults::FaultPoint;
use crate::providers::{candidates, pin_models};
use crate::view;

/// An execution to start.
#[derive(Debug, Clone)]
pub struct StartRequest {
    /// Which workflow.
    pub workflow_id: WorkflowId,
    /// How.
    pub start: StartExecution,
    /// The `Idempotency-Key`, with a hash of the request.
    pub idempotency: Option<(String, String)>,
}

/// What a start gave.
#[derive(Debug, Clone)]
pub struct StartedExecution {
    /// The execution.
    pub execution: Execution,
    /// Whether an earlier request with the same key had started it.
    pub replayed: bool,
}

impl Engine {
    /// Starts an execution of a saved workflow.
    pub async fn start(&self, tenant: &TenantId, request: StartRequest) -> Result<StartedExecution, EngineError> {
        if self.is_stopped() || self.0.is_draining() {
            return Err(EngineError::ShuttingDown);
        }
        let workflow =
            self.0.store.workflow(tenant, &request.workflow_id).await?.ok_or(EngineError::WorkflowNotFound)?;
        check_start(&workflow, &request.start)?;
        let snapshot = self.snapshot(tenant, &workflow.definition, &request.start.input).await?;
        let journal = self.new_journal(tenant, &workflow, snapshot, request.start);
        let mut actor = Actor::new(&self.0, journal);
        let draft = actor.first_turn();
        let record = actor.start_record(&draft, request.idempotency);
        match self.0.store.start_execution(record).await? {
            StartOutcome::Started => {}
            StartOutcome::Replayed(id) => {
                return Ok(StartedExecution { execution: self.execution(tenant, &id).await?, replayed: true });
            }
            StartOutcome::KeyReused(id) => return Err(EngineError::IdempotencyKeyReused(id)),
            StartOutcome::WorkflowNotFound => return Err(EngineError::WorkflowNotFound),
        }
        if self.0.faults.stops_at(FaultPoint::AfterStart) {
            self.0.halt();
            return Err(EngineError::ShuttingDown);
        }
        let execution = view::execution(actor.journal());
        actor.go_on_after_start(draft);
        Ok(StartedExecution { execution, replayed: false })
    }

    /// The definition as it will run: checked, with providers, models and personas written into it.
    pub(crate) async fn snapshot(
        &self,
        tenant: &TenantId,
        definition: &Definition,
        input: &Value,
    ) -> Result<Snapshot, EngineError> {
        let report = self.check(tenant, definition, Some(input)).await?;
        if !report.valid {
            return Err(refusal(report.errors().cloned().collect()));
        }
        let providers = self.0.providers.list(tenant).await?;
        let mut definition = definition.clone();
        let default = providers.iter().find(|provider| provider.available).map(|provider| provider.name.as_str());
        let default_model_of = |name: &str| {
            providers.iter().find(|it| it.name.as_str() == name).and_then(|provider| provider.default_model.clone())
        };
        pin_models(&mut definition, default, default_model_of);
        for (at, step) in definition.steps.iter().enumerate().filter(|(_, step)| step.enabled) {
            let StepKind::Llm(_) = step.kind else { continue };
            let chosen = candidates(&definition, step);
            let Some(first) = chosen.first() else {
                let message = "Neither the step nor the workflow says which model to call.";
                return Err(EngineError::field(
                    ErrorCode::UnknownModel,
                    &format!("/definition/steps/{at}/model"),
                    message,
                ));
            };
            let provider = providers.iter().find(|provider| provider.name.as_str() == first.provider);
            if let Some(reason) = provider.and_then(|provider| provider.reason.as_ref()) {
                let message = format!("“{}” calls {}. {reason}", step.label, first.provider);
                return Err(EngineError::field(
                    ErrorCode::ProviderNotAvailable,
                    &format!("/definition/steps/{at}/provider"),
                    message,
                ));
            }
        }
        let mut personas = BTreeMap::new();
        for id in named_personas(&definition) {
            personas.insert(id.clone(), self.persona(tenant, &id, "/definition/persona_id").await?);
        }
        Ok(Snapshot { definition, personas })
    }

    fn new_journal(
        &self,
        tenant: &TenantId,
        workflow: &Workflow,
        snapshot: Snapshot,
        start: StartExecution,
    ) -> Journal {
        let yolo = start.yolo.unwrap_or(snapshot.definition.yolo);
        Journal {
            tenant: tenant.clone(),
            execution_id: self.0.outside.ids.execution_id(),
            workflow_id: workflow.id.clone(),
            workflow_version: workflow.version,
            temporal_workflow_id: None,
            triggered_by: start.triggered_by.unwrap_or_else(|| "api".into()),
            created_at: self.0.outside.clock.now(),
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
                budget_usd: start.budget_usd,
                yolo,
                started_at: None,
                completed_at: None,
                last_seq: 0,
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
    if start.budget_usd.is_some_and(|budget| !budget.is_finite() || budget < 0.0) {
        return refused(ErrorCode::InvalidRequest, "/budget_usd", "a budget is not negative".into());
    }
    if !(start.input.is_object() || start.input.is_string() || start.input.is_null()) {
        return refused(ErrorCode::InvalidInput, "/input", "an input is an object or a text".into());
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

/// Errors of the input alone are told as such: they are not the definition's.
fn refusal(errors: Vec<sluice_types::Finding>) -> EngineError {
    if errors.iter().all(|finding| finding.code == "missing_input") {
        let errors = errors.into_iter().map(|finding| FieldError {
            pointer: "/input".into(),
            message: format!("{} (needed at {})", finding.message, finding.pointer),
            code: finding.code,
        });
        return EngineError::Invalid(ErrorCode::InvalidInput, errors.collect());
    }
    EngineError::InvalidDefinition(errors)
}

fn named_personas(definition: &Definition) -> Vec<sluice_types::PersonaId> {
    let own = definition.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Llm(llm) => llm.persona_id.clone(),
        StepKind::Review(_) => None,
    });
    definition.persona_id.clone().into_iter().chain(own).collect()
}

/// The providers are tried in the order of [`ProviderName`]; `demo` comes last and is always there.
const _: () = assert!(matches!(ProviderName::ALL.last(), Some(ProviderName::Demo)));
