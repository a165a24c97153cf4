//! Lists of step runs: the store's side of them.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sluice_types::{ExecutionId, StepPath, StepRunStatus, TenantId};

use crate::cursor::Cursor;
use crate::error::StoreError;
use crate::journal::StepRecord;
use crate::rows::StepRunRow;
use crate::store::{Store, read};

/// Which step runs inside a container to list.
#[derive(Debug, Clone, Default)]
pub struct StepRunFilter {
    /// Rows on the page.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<StepRunPosition>,
    /// Only those in one of these statuses; in any when it is empty.
    pub statuses: Vec<StepRunStatus>,
}

/// The place of a step run in the order of its execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRunPosition {
    /// Its order key.
    pub order_key: Vec<u8>,
    /// Its path, which breaks ties.
    pub path: StepPath,
}

impl StepRunPosition {
    /// The cursor of a list of step runs.
    #[must_use]
    pub fn cursor(&self, sort: String) -> Cursor {
        Cursor { sort, key: URL_SAFE_NO_PAD.encode(&self.order_key), id: self.path.to_string() }
    }

    /// The position of such a cursor; `None` when it is not one of ours.
    #[must_use]
    pub fn of(cursor: &Cursor) -> Option<Self> {
        let order_key = URL_SAFE_NO_PAD.decode(&cursor.key).ok()?;
        Some(Self { order_key, path: cursor.id.parse().ok()? })
    }
}

impl Store {
    /// The statuses of the step runs at these paths, read without their outputs. One that was not reached has none. `None`
    /// when there is no such execution.
    pub async fn step_run_statuses(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        paths: &[StepPath],
    ) -> Result<Option<HashMap<StepPath, StepRunStatus>>, StoreError> {
        let (tenant, id, paths) = (tenant.clone(), id.clone(), texts(paths));
        let found = read!(self, |conn| queries::step_runs::statuses(conn, tenant.as_str(), id.as_str(), &paths))?;
        let read = |(path, status): (String, String)| {
            let path = path.parse().map_err(|_| StoreError::Corrupt(format!("step path {path}")))?;
            Ok((path, status.parse().map_err(StoreError::Corrupt)?))
        };
        found.map(|rows| rows.into_iter().map(read).collect()).transpose()
    }

    /// The step runs at these paths, in the order of the workflow.
    pub async fn step_runs_at(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        paths: &[StepPath],
    ) -> Result<Vec<StepRecord>, StoreError> {
        let (tenant, id, paths) = (tenant.clone(), id.clone(), texts(paths));
        let rows = read!(self, |conn| queries::step_runs::at(conn, tenant.as_str(), id.as_str(), &paths))?;
        rows.into_iter().map(StepRunRow::into_record).collect()
    }

    /// The step runs directly under a container's: those of a page and one more. `None` when there is no such execution.
    pub async fn step_runs_under(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        parent: &StepPath,
        filter: StepRunFilter,
    ) -> Result<Option<Vec<StepRecord>>, StoreError> {
        let (tenant, id, parent) = (tenant.clone(), id.clone(), parent.clone());
        let rows = read!(self, |conn| queries::step_runs::under(
            conn,
            tenant.as_str(),
            id.as_str(),
            parent.as_str(),
            &filter
        ))?;
        rows.map(|rows| rows.into_iter().map(StepRunRow::into_record).collect()).transpose()
    }
}

fn texts(paths: &[StepPath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}
