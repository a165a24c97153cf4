//! An execution as it is answered: its journal, with a pending step run for each step that was not reached.

use sluice_store::Journal;
use sluice_types::{BlockAddress, Execution, Index, StepPath, StepRun, StepRunStatus};

use super::runs::{Runs, pending_run};
use super::status::made_output;

/// The execution as the API answers it.
#[must_use]
pub fn execution(journal: &Journal, index: &Index, runs: &Runs) -> Execution {
    let state = &journal.state;
    let completed = || runs.iter().filter(|run| run.status == StepRunStatus::Completed);
    let own_steps: Vec<StepRun> = index
        .block(&BlockAddress::Root)
        .map(|place| {
            let path = StepPath::top(&place.step.id);
            runs.get(&path).cloned().unwrap_or_else(|| pending_run(&path, &place.step))
        })
        .collect();
    let executed = own_steps.iter().filter(|run| run.status == StepRunStatus::Completed).map(|run| run.step_id.clone());
    Execution {
        id: journal.execution_id.clone(),
        workflow_id: journal.workflow_id.clone(),
        workflow_version: journal.workflow_version,
        temporal_workflow_id: journal.temporal_workflow_id.clone(),
        status: state.status,
        input: journal.input.clone(),
        output_from: state.output.as_ref().and_then(|_| Some(made_output(index, runs)?.path.clone())),
        output: state.output.clone(),
        error: state.error.clone(),
        token_usage: state.token_usage,
        cost_usd: state.cost_usd,
        unpriced_calls: state.unpriced_calls,
        budget_usd: state.budget_usd,
        yolo: state.yolo,
        triggered_by: journal.triggered_by.clone(),
        metadata: journal.metadata.clone(),
        created_at: journal.created_at,
        started_at: state.started_at,
        completed_at: state.completed_at,
        duration_ms: state.started_at.zip(state.completed_at).map(|(from, to)| (to - from).num_milliseconds()),
        on_hold: state.on_hold,
        last_seq: state.last_seq,
        steps_executed: executed.collect(),
        step_results: Some(
            completed().filter_map(|run| Some((run.step_id.to_string(), run.output.clone()?))).collect(),
        ),
        steps: own_steps,
    }
}
