//! Deletion: the store's side of it. Queries and bounds are in `queries/deletion.rs`.

use sluice_types::{ExecutionId, TenantId, WorkflowId};

use crate::error::StoreError;
use crate::store::{Store, read, write};
use crate::workflows::WorkflowUpdate;

/// Pieces that a request deletes by itself: with them, all but large workflows and executions are gone when it is answered.
const PIECES_OF_REQUEST: u32 = 20;
/// Marked workflows and executions that one sweep looks up.
const SWEPT_AT_ONCE: i64 = 20;

impl Store {
    /// Deletes a workflow with its versions and executions, if it has the given version and all its executions have ended.
    /// No read shows it any more when this answers; [`Store::sweep_deletions`] deletes the rest of a large one.
    pub async fn delete_workflow(
        &self,
        tenant: &TenantId,
        id: &WorkflowId,
        version: Option<i64>,
    ) -> Result<WorkflowUpdate, StoreError> {
        let (tenant, id) = (tenant.to_string(), id.to_string());
        let marked = {
            let (tenant, id) = (tenant.clone(), id.clone());
            write!(self, |conn| queries::deletion::mark_workflow(conn, &tenant, &id, version))?
        };
        if marked == WorkflowUpdate::Saved {
            for _ in 0..PIECES_OF_REQUEST {
                if !self.delete_workflow_piece(&tenant, &id).await? {
                    break;
                }
            }
        }
        Ok(marked)
    }

    /// Deletes an execution that has ended; false when it does not exist or has not ended.
    /// No read shows it any more when this answers; [`Store::sweep_deletions`] deletes the rest of a large one.
    pub async fn delete_execution(&self, tenant: &TenantId, id: &ExecutionId) -> Result<bool, StoreError> {
        let (tenant, id) = (tenant.to_string(), id.to_string());
        let marked = {
            let (tenant, id) = (tenant.clone(), id.clone());
            write!(self, |conn| queries::deletion::mark_execution(conn, &tenant, &id))?
        };
        if marked {
            for _ in 0..PIECES_OF_REQUEST {
                if !self.delete_execution_piece(&tenant, &id).await? {
                    break;
                }
            }
        }
        Ok(marked)
    }

    /// Goes on with deletions that a request left to this or that a crash cut off, in at most this many transactions of a
    /// bounded size; answers whether something may be left.
    pub async fn sweep_deletions(&self, pieces: u32) -> Result<bool, StoreError> {
        let (workflows, executions) = read!(self, |conn| queries::deletion::marked(conn, SWEPT_AT_ONCE))?;
        let mut left = pieces;
        for (tenant, id) in &workflows {
            while left > 0 && self.delete_workflow_piece(tenant, id).await? {
                left -= 1;
            }
        }
        for (tenant, id) in &executions {
            while left > 0 && self.delete_execution_piece(tenant, id).await? {
                left -= 1;
            }
        }
        Ok(left == 0)
    }

    async fn delete_workflow_piece(&self, tenant: &str, id: &str) -> Result<bool, StoreError> {
        let (tenant, id) = (tenant.to_owned(), id.to_owned());
        write!(self, |conn| queries::deletion::workflow_piece(conn, &tenant, &id))
    }

    async fn delete_execution_piece(&self, tenant: &str, id: &str) -> Result<bool, StoreError> {
        let (tenant, id) = (tenant.to_owned(), id.to_owned());
        write!(self, |conn| queries::deletion::execution_piece(conn, &tenant, &id))
    }
}
