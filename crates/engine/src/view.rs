//! An execution as it is answered: its journal, with a pending step run for each step not come to yet.

use sluice_store::Journal;
use sluice_types::{Execution, Step, StepPath, StepRun, StepRunStatus, TokenUsage};

/// The step run of a step that was not come to yet.
#[must_use]
pub fn pending_run(step: &Step) -> StepRun {
    StepRun {
        path: StepPath::top(&step.id),
        step_id: step.id.clone(),
        label: step.label.clone(),
        step_type: step.step_type(),
        status: StepRunStatus::Pending,
        attempt: 0,
        provider: None,
        model: None,
        prompt: None,
        content: None,
        output: None,
        token_usage: TokenUsage::default(),
        cost_usd: 0.0,
        duration_ms: None,
        error: None,
        gate: None,
        overridden: false,
        stale: false,
        revision: None,
        started_at: None,
        completed_at: None,
    }
}

/// The execution as the API answers it.
#[must_use]
pub fn execution(journal: &Journal) -> Execution {
    let state = &journal.state;
    let completed = || journal.runs().filter(|run| run.status == StepRunStatus::Completed);
    let steps = journal.snapshot.definition.steps.iter().map(|step| {
        let path = StepPath::top(&step.id);
        let found = journal.runs().find(|run| run.path == path);
        found.cloned().unwrap_or_else(|| pending_run(step))
    });
    Execution {
        id: journal.execution_id.clone(),
        workflow_id: journal.workflow_id.clone(),
        workflow_version: journal.workflow_version,
        temporal_workflow_id: journal.temporal_workflow_id.clone(),
        status: state.status,
        input: journal.input.clone(),
        output: state.output.clone(),
        error: state.error.clone(),
        token_usage: state.token_usage,
        cost_usd: state.cost_usd,
        budget_usd: state.budget_usd,
        yolo: state.yolo,
        triggered_by: journal.triggered_by.clone(),
        created_at: journal.created_at,
        started_at: state.started_at,
        completed_at: state.completed_at,
        duration_ms: state.started_at.zip(state.completed_at).map(|(from, to)| (to - from).num_milliseconds()),
        on_hold: state.on_hold,
        last_seq: state.last_seq,
        steps_executed: i64::try_from(completed().count()).unwrap_or(i64::MAX),
        step_results: completed().filter_map(|run| Some((run.step_id.to_string(), run.output.clone()?))).collect(),
        steps: steps.collect(),
    }
}
