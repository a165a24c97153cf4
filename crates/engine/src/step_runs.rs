//! Lists of an execution's step runs, read without the rest of its journal.

use sluice_store::{StepRunFilter, StepRunPosition};
use sluice_types::{BlockAddress, ExecutionId, Index, Segment, StepPath, StepRun, StepRunStatus, TenantId};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::machine::pending_run;

/// The step runs of a page, with the position of the last when there is a next page.
pub type StepRuns = (Vec<StepRun>, Option<StepRunPosition>);

impl Engine {
    /// The step runs directly under a container's, in the order of the workflow; those of the workflow's own steps without
    /// a parent. Of the own steps, those that were not reached are listed too.
    pub async fn step_runs(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        parent: Option<&StepPath>,
        filter: StepRunFilter,
    ) -> Result<StepRuns, EngineError> {
        match parent {
            Some(parent) => self.step_runs_under(tenant, id, parent, filter).await,
            None => self.own_step_runs(tenant, id, &filter).await,
        }
    }

    async fn step_runs_under(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        parent: &StepPath,
        filter: StepRunFilter,
    ) -> Result<StepRuns, EngineError> {
        let store = &self.shared.store;
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let records = store.step_runs_under(tenant, id, parent, filter).await?.ok_or(EngineError::ExecutionNotFound)?;
        if records.is_empty() {
            let known = store.step_run_statuses(tenant, id, std::slice::from_ref(parent)).await?.unwrap_or_default();
            // A step that was not reached has no row. A branch or an item is no step run.
            let is_step = matches!(parent.segments().last(), Some(Segment::Step(_)));
            if known.is_empty() && !(is_step && self.index(tenant, id).await?.at(parent).is_some()) {
                return Err(EngineError::StepRunNotFound);
            }
        }
        let is_more = records.len() > limit;
        let last = limit.checked_sub(1).and_then(|last| records.get(last)).filter(|_| is_more);
        let next = last.map(|last| StepRunPosition { order_key: last.order_key.clone(), path: last.run.path.clone() });
        Ok((records.into_iter().take(limit).map(|record| record.run).collect(), next))
    }

    async fn own_step_runs(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        filter: &StepRunFilter,
    ) -> Result<StepRuns, EngineError> {
        let store = &self.shared.store;
        let index = self.index(tenant, id).await?;
        let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
        let position = |path: StepPath| StepRunPosition { order_key: index.order_key(&path).unwrap_or_default(), path };
        let is_after =
            |place: &StepRunPosition| filter.after.as_ref().is_none_or(|after| place.order_key > after.order_key);
        let places = index.block(&BlockAddress::Root);
        let mut left = places.map(|place| position(StepPath::top(&place.step.id))).filter(is_after).collect::<Vec<_>>();
        let paths: Vec<StepPath> = left.iter().map(|place| place.path.clone()).collect();
        let statuses = store.step_run_statuses(tenant, id, &paths).await?.ok_or(EngineError::ExecutionNotFound)?;
        let fits = |status: StepRunStatus| filter.statuses.is_empty() || filter.statuses.contains(&status);
        left.retain(|place| fits(statuses.get(&place.path).copied().unwrap_or(StepRunStatus::Pending)));
        let is_more = left.len() > limit;
        left.truncate(limit);
        let reached: Vec<StepPath> =
            left.iter().filter(|place| statuses.contains_key(&place.path)).map(|place| place.path.clone()).collect();
        let mut records = store.step_runs_at(tenant, id, &reached).await?.into_iter().peekable();
        let mut runs = Vec::with_capacity(left.len());
        for place in &left {
            if let Some(record) = records.next_if(|record| record.run.path == place.path) {
                runs.push(record.run);
            } else if let Some(step) = index.at(&place.path).map(|found| &found.step) {
                runs.push(pending_run(&place.path, step));
            }
        }
        // A status may have changed between the two reads.
        runs.retain(|run| fits(run.status));
        Ok((runs, left.pop().filter(|_| is_more)))
    }

    /// The index of the definition that an execution runs.
    async fn index(&self, tenant: &TenantId, id: &ExecutionId) -> Result<Index, EngineError> {
        Ok(Index::of(&self.definition(tenant, id).await?))
    }
}
