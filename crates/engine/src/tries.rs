//! Trying one step: it runs alone, with given outputs of the steps that it reads. See `sluice_types::TriedStep`.

use std::collections::HashMap;

use serde_json::Value;
use sluice_store::{AgentMemory, AttemptProgress, IdempotencyKey, StepRecord};
use sluice_types::json::escape;
use sluice_types::limits::{MAX_GATHERED_DEPTH, MAX_INPUT_BYTES, MAX_ITEM_BYTES, MAX_OUTPUT_BYTES};
use sluice_types::{
    Definition, ErrorCode, Execution, FieldError, Index, LintFinding, ReadStep, StartExecution, StepId, StepPath,
    StepRunStatus, StepType, TenantId, Trial, TriedStep, TryStep, Workflow, WorkflowId, check_input, metadata_errors,
    with_defaults,
};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::machine::{Machine, checked_output, pending_run, size_of};
use crate::start::{budget_error, check_form, refusal};
use crate::templating::text_of;

/// A step to try.
#[derive(Debug, Clone)]
pub struct TryRequest {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The step.
    pub step_id: StepId,
    /// The values that it reads, and where they come from.
    pub body: TryStep,
    /// The `Idempotency-Key` of the request.
    pub idempotency: Option<IdempotencyKey>,
}

/// The run from which values are taken.
#[derive(Default)]
struct Source {
    /// Its input.
    input: Option<Value>,
    /// Its step runs, as far as they are read.
    records: HashMap<StepPath, StepRecord>,
}

/// The values that a step is tried with.
struct Values {
    outputs: Vec<StepRecord>,
    items: Vec<Value>,
}

impl Engine {
    /// Runs a step alone; `KeyUsed` when another request has used the idempotency key. What the step reads and nothing gives
    /// is answered in one error, before anything is spent.
    pub async fn try_step(&self, tenant: &TenantId, request: TryRequest) -> Result<Execution, EngineError> {
        if self.is_draining() {
            return Err(EngineError::ShuttingDown);
        }
        let TryRequest { workflow_id, step_id, mut body, idempotency } = request;
        let mut workflow =
            self.shared.store.workflow(tenant, &workflow_id).await?.ok_or(EngineError::WorkflowNotFound)?;
        let definition = body.definition.take().unwrap_or_else(|| workflow.definition.clone());
        let index = Index::of(&definition);
        let tried = TriedStep::of(&index, &step_id).ok_or(EngineError::StepNotFound)?;
        check_sizes(&body, &index)?;
        workflow.metadata.extend(body.metadata.take().unwrap_or_default());
        let errors = metadata_errors("/metadata", &workflow.metadata);
        if !errors.is_empty() {
            return Err(EngineError::Invalid(ErrorCode::InvalidRequest, errors));
        }
        let source = self.source(tenant, &workflow_id, &tried, &body).await?;
        let input = body.input.take().or(source.input.clone()).unwrap_or_default();
        let input = with_defaults(&definition.inputs, &input);
        check_given_input(&definition, &input)?;
        self.check_tried(tenant, &definition, &tried, &input).await?;
        let values = values(&tried, &source, &body)?;
        let trial = tried.alone(&definition);
        let start = StartExecution {
            input,
            // A review that is tried is to open its gate.
            yolo: (tried.place.step.step_type() == StepType::Review).then_some(false),
            budget_usd: body.budget_usd,
            triggered_by: body.triggered_by,
            ..StartExecution::default()
        };
        let machine = self.trial_machine(tenant, workflow, trial, start, values, &tried.place.pointer).await?;
        self.begin_apart(machine, idempotency).await
    }

    /// The values of the run that a request names.
    async fn source(
        &self,
        tenant: &TenantId,
        workflow: &WorkflowId,
        tried: &TriedStep<'_>,
        body: &TryStep,
    ) -> Result<Source, EngineError> {
        let Some(id) = &body.execution_id else { return Ok(Source::default()) };
        let found = self.shared.store.execution_source(tenant, id).await?;
        let (of, input) = found.ok_or(EngineError::ExecutionNotFound)?;
        if of != *workflow {
            let message = format!("it is a run of another workflow, `{of}`: name a run of `{workflow}`");
            return Err(EngineError::field(ErrorCode::InvalidRequest, "/execution_id", message));
        }
        let reads = tried.reads.iter().filter(|read| !body.outputs.contains_key(&read.place.step.id));
        let each = tried.for_each().map(|each| tried.path_of(each));
        let paths: Vec<StepPath> = reads.map(|read| read.path.clone()).chain(each).collect();
        let records = self.shared.store.step_runs_at(tenant, id, &paths).await?;
        let records = records.into_iter().map(|record| (record.run.path.clone(), record)).collect();
        Ok(Source { input: Some(input), records })
    }

    /// Refuses a step with errors of its own. Other steps of a draft may have some, and jumps of the step lead nowhere now.
    async fn check_tried(
        &self,
        tenant: &TenantId,
        definition: &Definition,
        tried: &TriedStep<'_>,
        input: &Value,
    ) -> Result<(), EngineError> {
        let report = self.check(tenant, definition, Some(input)).await?;
        let concerns = |finding: &&LintFinding| {
            let Some(field) = finding.pointer.strip_prefix(&tried.place.pointer) else { return false };
            // Whether a run comes to a step that is read does not matter: its output is given.
            let is_given = matches!(finding.code.as_str(), "disabled_reference" | "skipped_reference");
            (field.is_empty() || field.starts_with('/')) && field != "/next" && !is_given
        };
        let errors: Vec<LintFinding> = report.errors().filter(concerns).cloned().collect();
        if errors.is_empty() { Ok(()) } else { Err(refusal(errors)) }
    }

    /// The machine of a trial, with its values in the places of the steps that are read.
    async fn trial_machine(
        &self,
        tenant: &TenantId,
        workflow: Workflow,
        trial: Trial,
        start: StartExecution,
        values: Values,
        pointer: &str,
    ) -> Result<Machine, EngineError> {
        let alone = Index::of(&trial.definition);
        let own = trial.path.step_id().and_then(|id| Some(alone.place(&id)?.pointer.clone())).unwrap_or_default();
        let snapshot = self.snapshot(tenant, &trial.definition, &start.input).await;
        let (snapshot, index) = snapshot.map_err(|error| at_own_place(error, &own, pointer))?;
        let mut journal = self.new_journal(tenant, workflow, snapshot, start);
        journal.tried_step = Some(trial.path);
        journal.step_runs = values.outputs;
        for (id, item) in trial.items.iter().zip(values.items) {
            let path = StepPath::top(id);
            let Some(place) = index.place(id) else { continue };
            let mut run = pending_run(&path, &place.step);
            run.content = Some(text_of(&item));
            run.output = Some(item);
            journal.step_runs.push(given(run, StepRunStatus::Completed));
        }
        for record in &mut journal.step_runs {
            record.order_key = index.order_key(&record.run.path).unwrap_or_default();
            record.run.completed_at = Some(journal.created_at);
        }
        Ok(Machine::with_index(journal, index))
    }
}

/// The step runs of the steps that are read, completed with the given outputs.
fn values(tried: &TriedStep<'_>, source: &Source, body: &TryStep) -> Result<Values, EngineError> {
    let (mut outputs, mut missing) = (Vec::new(), Vec::new());
    for read in &tried.reads {
        match output_of(read, source, body)? {
            Some(record) => outputs.push(record),
            None if read.required => missing.push(missing_output(read, body.execution_id.is_some())),
            None => outputs.push(given(stand_in_run(read), StepRunStatus::Skipped)),
        }
    }
    let each: Vec<_> = tried.for_each().collect();
    let mut items = Vec::new();
    for (number, container) in each.iter().enumerate() {
        // `item` is that of the innermost `for_each`: it hides those around.
        let own = body.item.clone().filter(|_| number + 1 == each.len());
        let record = source.records.get(&tried.path_of(container));
        let of_run = || record?.items.as_ref()?.first().cloned();
        if let Some(item) = own.or_else(of_run) {
            items.push(item);
        } else {
            let label = &container.step.label;
            let message = format!(
                "The step reads the item of “{label}”: give an item, or the `execution_id` of a run that came there."
            );
            missing.push(FieldError::with_code("/item", ErrorCode::OutputNotFound.as_str(), message));
        }
    }
    if missing.is_empty() {
        return Ok(Values { outputs, items });
    }
    Err(EngineError::Invalid(ErrorCode::InvalidInput, missing))
}

fn output_of(read: &ReadStep<'_>, source: &Source, body: &TryStep) -> Result<Option<StepRecord>, EngineError> {
    let (step, mut run) = (&read.place.step, stand_in_run(read));
    if let Some(value) = body.outputs.get(&step.id) {
        let (content, output) = checked_output(&step.kind, value.clone()).map_err(|message| {
            EngineError::field(ErrorCode::InvalidRequest, &format!("/outputs/{}", escape(step.id.as_str())), message)
        })?;
        run.content = Some(content);
        run.output = Some(output);
        run.overridden = true;
        return Ok(Some(given(run, StepRunStatus::Completed)));
    }
    let Some(record) = source.records.get(&read.path) else { return Ok(None) };
    let has_output = matches!(record.run.status, StepRunStatus::Completed | StepRunStatus::Skipped);
    if !has_output || record.run.output.is_none() {
        return Ok(None);
    }
    run.content.clone_from(&record.run.content);
    run.output.clone_from(&record.run.output);
    run.choice.clone_from(&record.run.choice);
    Ok(Some(given(run, StepRunStatus::Completed)))
}

fn missing_output(read: &ReadStep<'_>, has_run: bool) -> FieldError {
    let label = &read.place.step.label;
    let message = if has_run {
        format!("The run has no output of “{label}”, which the step reads: give one, or name another run.")
    } else {
        format!("The step reads the output of “{label}”: give one, or the `execution_id` of a run that has it.")
    };
    let pointer = format!("/outputs/{}", escape(read.place.step.id.as_str()));
    FieldError::with_code(pointer, ErrorCode::OutputNotFound.as_str(), message)
}

/// The step run of a stand-in. It has the type of the step, so that it is drawn as that.
fn stand_in_run(read: &ReadStep<'_>) -> sluice_types::StepRun {
    pending_run(&StepPath::top(&read.place.step.id), &read.place.step)
}

fn given(run: sluice_types::StepRun, status: StepRunStatus) -> StepRecord {
    StepRecord {
        run: sluice_types::StepRun { status, ..run },
        order_key: Vec::new(),
        progress: AttemptProgress::default(),
        items: None,
        memory: AgentMemory::default(),
    }
}

/// Checks the parts of a request that need no definition but the ids of its steps.
fn check_sizes(body: &TryStep, index: &Index) -> Result<(), EngineError> {
    let mut errors = Vec::from_iter(budget_error(body.budget_usd));
    let limited = [("/input", &body.input, MAX_INPUT_BYTES), ("/item", &body.item, MAX_ITEM_BYTES)];
    let limited = limited.into_iter().filter_map(|(at, value, most)| Some((at.to_owned(), value.as_ref()?, most)));
    let outputs = body.outputs.iter();
    let outputs = outputs.map(|(id, value)| (format!("/outputs/{}", escape(id.as_str())), value, MAX_OUTPUT_BYTES));
    for (pointer, value, most) in limited.chain(outputs) {
        let size = size_of(value);
        if size.depth > MAX_GATHERED_DEPTH {
            let message = format!("nests lists or objects deeper than {MAX_GATHERED_DEPTH} levels");
            errors.push(FieldError::new(pointer, message));
        } else if size.bytes > most && value.to_string().len() > most {
            errors.push(FieldError::new(pointer, format!("has more than {most} bytes as JSON")));
        }
    }
    for id in body.outputs.keys().filter(|id| index.place(id).is_none()) {
        let pointer = format!("/outputs/{}", escape(id.as_str()));
        errors.push(FieldError::new(pointer, format!("there is no step `{id}`")));
    }
    if errors.is_empty() { Ok(()) } else { Err(EngineError::Invalid(ErrorCode::InvalidRequest, errors)) }
}

/// Refuses an input with wrong values. Fields may be missing that only other steps read: the lint knows those of this one.
fn check_given_input(definition: &Definition, input: &Value) -> Result<(), EngineError> {
    check_form(input)?;
    let mut errors = check_input(&definition.inputs, input);
    errors.retain(|error| error.code != "missing_input");
    if errors.is_empty() { Ok(()) } else { Err(EngineError::Invalid(ErrorCode::InvalidInput, errors)) }
}

/// The error of a definition with one step, with places in the definition of the request.
fn at_own_place(error: EngineError, own: &str, pointer: &str) -> EngineError {
    let moved = |place: &str| match place.strip_prefix(own) {
        Some(field) if !own.is_empty() => format!("{pointer}{field}"),
        _ => place.to_owned(),
    };
    match error {
        EngineError::InvalidDefinition(mut findings) => {
            for finding in &mut findings {
                finding.pointer = moved(&finding.pointer);
            }
            EngineError::InvalidDefinition(findings)
        }
        EngineError::Invalid(code, mut fields) => {
            for field in &mut fields {
                if let Some(place) = field.pointer.strip_prefix("/definition") {
                    field.pointer = format!("/definition{}", moved(place));
                }
            }
            EngineError::Invalid(code, fields)
        }
        error => error,
    }
}
