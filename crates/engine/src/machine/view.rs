//! An execution as it is answered: its journal, with the step runs of the workflow's own list, one pending for each that was
//! not reached, and those under way inside containers.

use sluice_store::Journal;
use sluice_types::limits::MAX_UNDER_WAY;
use sluice_types::{BlockAddress, Execution, Index, StepPath, StepRun, StepRunStatus};

use super::containers::{ListPath, made_output};
use super::runs::{Runs, pending_run};

/// The execution as the API answers it.
#[must_use]
pub fn execution(journal: &Journal, index: &Index, runs: &Runs) -> Execution {
    let state = &journal.state;
    let top = index.block(&BlockAddress::Root).map(|place| StepPath::top(&place.step.id));
    let completed = top.filter_map(|path| runs.get(&path)).filter(|run| run.status == StepRunStatus::Completed);
    Execution {
        id: journal.execution_id.clone(),
        workflow_id: journal.workflow_id.clone(),
        workflow_version: journal.workflow_version,
        number: journal.number,
        tried_step: journal.tried_step.clone(),
        temporal_workflow_id: journal.temporal_workflow_id.clone(),
        status: state.status,
        input: journal.input.clone(),
        output_from: state.output.as_ref().and_then(|_| Some(made_output(index, runs, &ListPath::ROOT)?.path.clone())),
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
        steps_executed: completed.clone().map(|run| run.step_id.clone()).collect(),
        step_results: Some(completed.filter_map(|run| Some((run.step_id.to_string(), run.output.clone()?))).collect()),
        steps: steps(index, runs),
    }
}

/// The step runs of the workflow's own list, and up to [`MAX_UNDER_WAY`] of those under way inside containers: first those
/// that wait for a person, then the containers and the attempts. In the order of the definition.
fn steps(index: &Index, runs: &Runs) -> Vec<StepRun> {
    let top = index.block(&BlockAddress::Root).map(|place| {
        let path = StepPath::top(&place.step.id);
        let run = runs.get(&path).cloned().unwrap_or_else(|| pending_run(&path, &place.step));
        (index.order_key(&path).unwrap_or_default(), run)
    });
    let active = runs.at_gates().chain(runs.containers()).chain(runs.running().map(|record| &record.run));
    let inside = active.filter(|run| run.path.parent().is_some()).take(MAX_UNDER_WAY);
    let inside = inside.filter_map(|run| Some((runs.record(&run.path)?.order_key.clone(), run.clone())));
    let mut all: Vec<(Vec<u8>, StepRun)> = top.chain(inside).collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.into_iter().map(|(_, run)| run).collect()
}
