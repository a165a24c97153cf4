//! Idempotency keys, and the writes that a key goes with. The key is the last row of its transaction: a transaction that
//! waits for it then holds no key that another one waits for.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::Persona;
use sluice_types::limits::IDEMPOTENCY_KEY_HOURS;

use super::{Connection, Result, personas, turns, workflows};
use crate::error::StoreError;
use crate::idempotency::{EarlierRequest, IdempotencyKey};
use crate::journal::Turn;
use crate::rows::IdempotencyRow;
use crate::schema::idempotency_keys;
use crate::time::{from_micros, to_micros};
use crate::versions::WorkflowSave;
use crate::workflows::WorkflowUpdate;

/// Keys that one transaction deletes, about: keys of the same microsecond go together.
pub(crate) const PIECE_KEYS: i64 = 2_000;

/// Keys of this time and older ones count as unused.
const fn oldest(now: i64) -> i64 {
    now.saturating_sub(IDEMPOTENCY_KEY_HOURS * 3_600_000_000)
}

/// The request that succeeded with a key.
pub async fn earlier(conn: &mut Connection, tenant: &str, key: &str, now: i64) -> Result<Option<EarlierRequest>> {
    let kept = idempotency_keys::table.find((tenant, key)).filter(idempotency_keys::created_at.gt(oldest(now)));
    let row = kept.select(IdempotencyRow::as_select()).first(conn).await.optional()?;
    Ok(row.map(|IdempotencyRow { operation, request_hash, resource_id, created_at, .. }| EarlierRequest {
        operation,
        request_hash,
        resource_id,
        created_at: from_micros(created_at),
    }))
}

/// Takes a key for a request; `KeyUsed` when another request has it. PostgreSQL waits until that one is written or not.
pub async fn claim(
    conn: &mut Connection,
    tenant: &str,
    key: &IdempotencyKey,
    resource_id: &str,
    now: i64,
) -> Result<()> {
    let place = idempotency_keys::table.find((tenant, key.key.as_str()));
    let created_at: Option<i64> = place.select(idempotency_keys::created_at).first(conn).await.optional()?;
    match created_at {
        Some(created_at) if created_at > oldest(now) => return Err(StoreError::KeyUsed),
        Some(created_at) => {
            diesel::delete(place.filter(idempotency_keys::created_at.eq(created_at))).execute(conn).await?;
        }
        None => {}
    }
    let row = IdempotencyRow {
        tenant_id: tenant.to_owned(),
        key: key.key.clone(),
        operation: key.operation.clone(),
        request_hash: key.request_hash.clone(),
        resource_id: match &key.part {
            Some(part) => format!("{resource_id}/{part}"),
            None => resource_id.to_owned(),
        },
        created_at: now,
    };
    let claimed = diesel::insert_into(idempotency_keys::table).values(row).execute(conn).await;
    claimed.map(|_| ()).map_err(|error| match StoreError::from(error) {
        StoreError::Duplicate => StoreError::KeyUsed,
        other => other,
    })
}

pub async fn create_workflow(
    conn: &mut Connection,
    tenant: &str,
    save: &WorkflowSave,
    key: &IdempotencyKey,
) -> Result<()> {
    workflows::create(conn, tenant, save).await?;
    claim(conn, tenant, key, save.workflow.id.as_str(), to_micros(save.workflow.created_at)).await
}

pub async fn update_workflow(
    conn: &mut Connection,
    tenant: &str,
    save: &WorkflowSave,
    key: &IdempotencyKey,
) -> Result<WorkflowUpdate> {
    let update = workflows::update(conn, tenant, save).await?;
    if update == WorkflowUpdate::Saved {
        claim(conn, tenant, key, save.workflow.id.as_str(), to_micros(save.workflow.updated_at)).await?;
    }
    Ok(update)
}

pub async fn create_persona(
    conn: &mut Connection,
    tenant: &str,
    persona: &Persona,
    key: &IdempotencyKey,
) -> Result<()> {
    personas::create(conn, tenant, persona).await?;
    claim(conn, tenant, key, persona.id.as_str(), to_micros(persona.created_at)).await
}

/// Writes one turn with the key of its command. A turn that was written already has its key.
pub async fn write_turn(conn: &mut Connection, turn: &Turn, key: &IdempotencyKey, now: i64) -> Result<()> {
    if turns::write(conn, turn).await? {
        claim(conn, turn.tenant.as_str(), key, turn.execution_id.as_str(), now).await?;
    }
    Ok(())
}

/// The time of the last key that goes with the next piece of old ones; `None` when there are no old ones.
pub async fn end_of_old_piece(conn: &mut Connection, now: i64) -> Result<Option<i64>> {
    let old = idempotency_keys::created_at.le(oldest(now));
    let times: Vec<i64> = idempotency_keys::table
        .filter(old)
        .order(idempotency_keys::created_at.asc())
        .limit(PIECE_KEYS)
        .select(idempotency_keys::created_at)
        .load(conn)
        .await?;
    Ok(times.last().copied())
}

/// Deletes the keys of this time and older ones.
pub async fn delete_until(conn: &mut Connection, bound: i64) -> Result<()> {
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.le(bound))).execute(conn).await?;
    Ok(())
}
