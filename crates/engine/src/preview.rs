//! The expected cost of a run or a retry, before anything is spent.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use sluice_store::{Snapshot, SnapshotPersona};
use sluice_types::limits::MAX_PLANNED;
use sluice_types::{
    CostRange, Definition, Estimate, ExecutionId, Index, KeptStep, PatchStep, Place, RepeatedStep, RerunPlan,
    StepEstimate, StepHistories, StepPath, StepRun, StepRunStatus, StepType, TenantId, WorkflowId, estimate,
    pin_to_available,
};

use crate::blocking::off_thread;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::machine::{Machine, Runs, acts_again, around, changed_snapshot, rerun};

impl Engine {
    /// The estimate of a run; with a workflow, from the history of its steps.
    pub async fn estimate(
        &self,
        tenant: &TenantId,
        workflow: Option<&WorkflowId>,
        definition: &Definition,
        input: &Value,
    ) -> Result<Estimate, EngineError> {
        let providers = self.shared.providers.list(tenant).await?;
        let mut pinned = definition.clone();
        pin_to_available(&mut pinned, &providers);
        let history = match workflow {
            Some(workflow) => self.shared.store.history(tenant, workflow).await?,
            None => HashMap::new(),
        };
        Ok(estimate(&pinned, input, &history))
    }

    /// The kept and repeated steps of a retry, and its cost.
    pub async fn rerun_plan(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        from: &StepPath,
        mut patch: PatchStep,
    ) -> Result<RerunPlan, EngineError> {
        let persona = self.prepare_patch(tenant, &mut patch).await?;
        let machine = Machine::new(self.journal(tenant, id).await?);
        let history = self.shared.store.history(tenant, &machine.journal().workflow_id).await?;
        let from = from.clone();
        off_thread(move || rerun_plan(&machine, from, &patch, persona, &history)).await
    }
}

/// The plan of a retry. The changed definition is checked, which may take time.
fn rerun_plan(
    machine: &Machine,
    from: StepPath,
    patch: &PatchStep,
    persona: Option<SnapshotPersona>,
    history: &StepHistories,
) -> Result<RerunPlan, EngineError> {
    let (journal, runs) = (machine.journal(), machine.runs());
    let (Snapshot { definition, .. }, index) = changed_snapshot(journal, &from, patch, persona)?;
    let estimated = estimate(&definition, &journal.input, history);
    let mut again = rerun(&index, runs, &from).repeats;
    // A step that is skipped again is not repeated.
    again.retain(|repeat| index.at(&repeat.path).is_some_and(|place| will_run(&index, place, journal.state.yolo)));
    let label = |path: &StepPath| index.at(path).map(|place| place.step.label.clone()).unwrap_or_default();
    let cost_of = |path: &StepPath| cost_of(&estimated, &index, runs, path);
    let repeated: HashSet<&StepPath> = again.iter().map(|repeat| &repeat.path).collect();
    // A container that goes on is neither kept nor repeated as a whole.
    let goes_on: HashSet<StepPath> =
        again.iter().flat_map(|repeat| around(&repeat.path)).map(|(container, _)| container).collect();
    let is_kept = |run: &&StepRun| {
        run.status == StepRunStatus::Completed
            && !repeated.contains(&run.path)
            && !goes_on.contains(&run.path)
            && !around(&run.path).any(|(container, _)| repeated.contains(&container))
    };
    let kept = runs.iter().filter(is_kept);
    let inside = again.iter().flat_map(|repeat| runs.below(&repeat.path).map(|run| &run.path));
    let acting = again.iter().map(|repeat| &repeat.path).chain(inside).filter(|path| acts_again(&index, runs, path));
    Ok(RerunPlan {
        from_path: from,
        kept_count: u32::try_from(kept.clone().count()).unwrap_or(u32::MAX),
        kept: kept.take(MAX_PLANNED).map(|run| KeptStep { path: run.path.clone(), label: run.label.clone() }).collect(),
        cost_usd: again
            .iter()
            .try_fold(CostRange::default(), |sum, repeat| cost_of(&repeat.path).map(|cost| sum + cost)),
        writes_again: acting.take(MAX_PLANNED).cloned().collect(),
        repeated_count: u32::try_from(again.len()).unwrap_or(u32::MAX),
        repeated: again
            .iter()
            .take(MAX_PLANNED)
            .map(|repeat| RepeatedStep {
                label: label(&repeat.path),
                cost_usd: cost_of(&repeat.path),
                reason: repeat.reason,
                because_of: repeat.because_of.clone(),
                path: repeat.path.clone(),
            })
            .collect(),
    })
}

/// The estimated cost of a step run; of a container, that of all inside. `None` when a price is not known.
fn cost_of(estimated: &Estimate, index: &Index, runs: &Runs, path: &StepPath) -> Option<CostRange> {
    let Some(place) = index.at(path) else { return Some(CostRange::default()) };
    if !place.step.kind.is_container() {
        // A review calls no model.
        let step = estimated.steps.iter().find(|step| step.path.step_id().as_ref() == Some(&place.step.id));
        return step.map_or(Some(CostRange::default()), |step| step.cost_usd);
    }
    let is_inside = |step: &&StepEstimate| {
        let inner = step.path.step_id().and_then(|id| index.place(&id));
        inner.is_some_and(|inner| index.around(inner).any(|around| around.step.id == place.step.id))
    };
    let items = runs.get(path).and_then(|run| run.choice.as_ref()?.count).unwrap_or(1);
    let many = |calls: u64| f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
    estimated.steps.iter().filter(is_inside).try_fold(CostRange::default(), |sum, step| {
        let cost = step.cost_usd?;
        // The estimate is for one item. It ran over as many the last time.
        let items = if step.per_item.is_some() { f64::from(items) } else { 1.0 };
        let (low, high) = (cost.low * many(step.calls.low) * items, cost.high * many(step.calls.high) * items);
        Some(sum + CostRange { low, high })
    })
}

/// Whether a step that is to be repeated runs, and is not skipped.
fn will_run(index: &Index, place: &Place, yolo: bool) -> bool {
    let is_skipped_review = yolo && place.step.step_type() == StepType::Review;
    place.step.enabled && !is_skipped_review && index.leads_to(place)
}
