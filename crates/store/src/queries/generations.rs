//! Generations.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel_async::RunQueryDsl;
use sluice_types::limits::MAX_LISTED_PROMPT_CHARS;
use sluice_types::{Generation, GenerationStatus, RunError};

use super::{Backend, Connection, Result, idempotency};
use crate::generations::{BeginOutcome, GenerationProgress, NewGeneration, StoredGeneration};
use crate::idempotency::IdempotencyKey;
use crate::rows::{GenerationRow, GenerationSummaryRow, design_of, write_json, write_optional};
use crate::schema::{engines, generations, tenants};
use crate::time::to_micros;

/// Generations that one transaction deletes, about: those of the same microsecond go together.
pub(crate) const PIECE_GENERATIONS: i64 = 50;

diesel::define_sql_function! {
    /// The part of a text from a character on, counted from 1.
    fn substr(text: Text, from: Integer, chars: Integer) -> Text;
}

pub async fn begin(conn: &mut Connection, tenant: &str, new: &NewGeneration) -> Result<BeginOutcome> {
    // Two beginnings of one tenant are counted one after the other: the first holds the row until it is written.
    diesel::update(tenants::table.find(tenant)).set(tenants::name.eq(tenants::name)).execute(conn).await?;
    let of_tenant = generations::tenant_id.eq(tenant).and(generations::completed_at.is_null());
    let running: i64 = generations::table.filter(of_tenant).count().get_result(conn).await?;
    if running >= new.most_at_once {
        return Ok(BeginOutcome::TooMany);
    }
    let generation = &new.generation;
    let row = GenerationRow::new(tenant, &new.owner, generation)?;
    diesel::insert_into(generations::table).values(row).execute(conn).await?;
    if let Some(key) = &new.key {
        idempotency::claim(conn, tenant, key, generation.id.as_str(), to_micros(generation.created_at)).await?;
    }
    Ok(BeginOutcome::Begun)
}

pub async fn get(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<StoredGeneration>> {
    let found = generations::table.find((tenant, id)).select(GenerationRow::as_select());
    let row: Option<GenerationRow> = found.first(conn).await.optional()?;
    row.map(GenerationRow::into_stored).transpose()
}

/// The rows of a page and one more.
pub async fn list(
    conn: &mut Connection,
    tenant: &str,
    before: Option<String>,
    limit: u32,
) -> Result<Vec<GenerationSummaryRow>> {
    let most = i32::try_from(MAX_LISTED_PROMPT_CHARS).unwrap_or(i32::MAX);
    let mut query = generations::table
        .filter(generations::tenant_id.eq(tenant.to_owned()))
        .order(generations::id.desc())
        .limit(i64::from(limit) + 1)
        .select((
            generations::id,
            generations::status,
            substr(generations::prompt, 1, most),
            generations::workflow_id,
            generations::provider,
            generations::model,
            generations::cost_usd,
            generations::applied_workflow_id,
            generations::created_at,
            generations::completed_at,
            generations::expires_at,
        ))
        .into_boxed::<Backend>();
    if let Some(before) = before {
        query = query.filter(generations::id.lt(before));
    }
    Ok(query.load(conn).await?)
}

pub async fn progress(conn: &mut Connection, tenant: &str, id: &str, progress: &GenerationProgress) -> Result<bool> {
    let running = generations::table.find((tenant, id)).filter(generations::completed_at.is_null());
    let written = diesel::update(running)
        .set((
            generations::calls.eq(progress.calls),
            generations::cost_usd.eq(progress.cost_usd),
            generations::token_usage.eq(write_json(&progress.token_usage)?),
        ))
        .execute(conn)
        .await?;
    Ok(written > 0)
}

/// Ends a generation. One that was ended meanwhile gets its cost only.
pub async fn end(conn: &mut Connection, tenant: &str, ended: &Generation) -> Result<()> {
    let row = generations::table.find((tenant, ended.id.as_str()));
    diesel::update(row.filter(generations::completed_at.is_null()))
        .set((
            generations::status.eq(ended.status.as_str()),
            generations::design.eq(design_of(ended)?),
            generations::error.eq(write_optional(ended.error.as_ref())?),
            generations::completed_at.eq(ended.completed_at.map(to_micros)),
        ))
        .execute(conn)
        .await?;
    diesel::update(row)
        .set((
            generations::calls.eq(ended.calls),
            generations::cost_usd.eq(ended.cost_usd),
            generations::token_usage.eq(write_json(&ended.token_usage)?),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn cancel(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    now: i64,
    key: Option<&IdempotencyKey>,
) -> Result<bool> {
    let running = generations::table.find((tenant, id)).filter(generations::completed_at.is_null());
    let cancelled = diesel::update(running)
        .set((generations::status.eq(GenerationStatus::Cancelled.as_str()), generations::completed_at.eq(Some(now))))
        .execute(conn)
        .await?;
    if let Some(key) = key.filter(|_| cancelled > 0) {
        idempotency::claim(conn, tenant, key, id, now).await?;
    }
    Ok(cancelled > 0)
}

/// Whether any generation runs, of all tenants.
pub async fn any_runs(conn: &mut Connection) -> Result<bool> {
    let running = generations::table.filter(generations::completed_at.is_null());
    Ok(diesel::select(exists(running)).get_result(conn).await?)
}

/// Fails generations that run nowhere. Expired leases were deleted before.
pub async fn fail_lost(
    conn: &mut Connection,
    engine: &str,
    known: &[String],
    error: &RunError,
    now: i64,
) -> Result<usize> {
    let has_lease = exists(engines::table.filter(engines::id.eq(generations::owner)));
    let unknown_here = generations::owner.eq(engine).and(not(generations::id.eq_any(known)));
    let lost = generations::table
        .filter(generations::completed_at.is_null())
        .filter(not(has_lease).or(unknown_here))
        .select((generations::tenant_id, generations::id));
    let lost: Vec<(String, String)> = lost.load(conn).await?;
    let error = Some(write_json(error)?);
    let mut failed = 0;
    for (tenant, id) in lost {
        let running = generations::table.find((tenant, id)).filter(generations::completed_at.is_null());
        failed += diesel::update(running)
            .set((
                generations::status.eq(GenerationStatus::Failed.as_str()),
                generations::error.eq(error.clone()),
                generations::completed_at.eq(Some(now)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(failed)
}

/// The time of the last generation that goes with the next piece of expired ones; `None` when there are no expired ones.
pub async fn end_of_expired_piece(conn: &mut Connection, now: i64) -> Result<Option<i64>> {
    let times: Vec<i64> = generations::table
        .filter(generations::expires_at.le(now))
        .order(generations::expires_at.asc())
        .limit(PIECE_GENERATIONS)
        .select(generations::expires_at)
        .load(conn)
        .await?;
    Ok(times.last().copied())
}

/// Deletes the generations that expire until this time.
pub async fn delete_until(conn: &mut Connection, bound: i64) -> Result<()> {
    diesel::delete(generations::table.filter(generations::expires_at.le(bound))).execute(conn).await?;
    Ok(())
}
