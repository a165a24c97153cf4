//! Requests with an `Idempotency-Key`: the key is written in the transaction of what the request makes or changes, so that
//! a repeat finds either both or nothing. Queries are in `queries/idempotency.rs`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sluice_types::{Persona, TenantId};

use crate::error::StoreError;
use crate::journal::Turn;
use crate::store::{Store, read, write};
use crate::time::to_micros;
use crate::versions::WorkflowSave;
use crate::workflows::WorkflowUpdate;

/// The `Idempotency-Key` of a request, with what distinguishes the request from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key, unique in the tenant.
    pub key: String,
    /// The operation, by its name in the OpenAPI document.
    pub operation: String,
    /// A hash of the request's address and body.
    pub request_hash: String,
    /// The part of the resource that the request makes or changes, as a step of a workflow.
    pub part: Option<String>,
}

/// A request that succeeded with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierRequest {
    /// The operation, by its name in the OpenAPI document.
    pub operation: String,
    /// A hash of the request's address and body.
    pub request_hash: String,
    /// The id of the workflow, persona or execution that it made or changed; the id of its part stands behind a `/`.
    pub resource_id: String,
    /// When it succeeded.
    pub created_at: DateTime<Utc>,
}

impl EarlierRequest {
    /// Whether it is the request that comes with the key now.
    #[must_use]
    pub fn is_same_as(&self, request: &IdempotencyKey) -> bool {
        self.operation == request.operation && self.request_hash == request.request_hash
    }
}

impl Store {
    /// The request that succeeded with an idempotency key within the time for which keys are kept.
    pub async fn earlier_request(
        &self,
        tenant: &TenantId,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<EarlierRequest>, StoreError> {
        let (tenant, key, now) = (tenant.clone(), key.to_owned(), to_micros(now));
        read!(self, |conn| queries::idempotency::earlier(conn, tenant.as_str(), &key, now))
    }

    /// Writes a new workflow; `Duplicate` when its id is taken, and `KeyUsed` when the key is.
    pub async fn create_workflow_once(
        &self,
        tenant: &TenantId,
        save: impl Into<WorkflowSave> + Send,
        key: IdempotencyKey,
    ) -> Result<(), StoreError> {
        let (tenant, save) = (tenant.clone(), save.into());
        write!(self, |conn| queries::idempotency::create_workflow(conn, tenant.as_str(), &save, &key))
    }

    /// Saves a workflow over the version before the one that it holds; `KeyUsed` when the key is used.
    pub async fn update_workflow_once(
        &self,
        tenant: &TenantId,
        save: impl Into<WorkflowSave> + Send,
        key: IdempotencyKey,
    ) -> Result<WorkflowUpdate, StoreError> {
        let (tenant, save) = (tenant.clone(), save.into());
        write!(self, |conn| queries::idempotency::update_workflow(conn, tenant.as_str(), &save, &key))
    }

    /// Writes a new persona; `Duplicate` when its id is taken, and `KeyUsed` when the key is.
    pub async fn create_persona_once(
        &self,
        tenant: &TenantId,
        persona: Persona,
        key: IdempotencyKey,
    ) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::idempotency::create_persona(conn, tenant.as_str(), &persona, &key))
    }

    /// Writes the turn of a command with its key; `Fenced` when another owner has taken the execution over, and `KeyUsed`
    /// when the key is used.
    pub async fn write_turn_once(
        &self,
        turn: Arc<Turn>,
        key: Arc<IdempotencyKey>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let now = to_micros(now);
        write!(self, |conn| queries::idempotency::write_turn(conn, &turn, &key, now))
    }

    /// Deletes keys that are older than keys are kept, in at most this many transactions of a bounded size; answers whether
    /// something may be left.
    pub async fn purge_idempotency_keys(&self, now: DateTime<Utc>, pieces: u32) -> Result<bool, StoreError> {
        let now = to_micros(now);
        for _ in 0..pieces {
            let Some(bound) = read!(self, |conn| queries::idempotency::end_of_old_piece(conn, now))? else {
                return Ok(false);
            };
            write!(self, |conn| queries::idempotency::delete_until(conn, bound))?;
        }
        Ok(true)
    }
}
