//! Leases: which engines live, and which executions lost theirs.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, Result};
use crate::schema::{engines, executions, tenants};

/// Says that an engine lives until a time.
pub async fn renew(conn: &mut Connection, engine: &str, expires_at: i64) -> Result<()> {
    diesel::insert_into(engines::table)
        .values((engines::id.eq(engine), engines::expires_at.eq(expires_at)))
        .on_conflict(engines::id)
        .do_update()
        .set(engines::expires_at.eq(expires_at))
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends an engine's lease, so that others need not wait for its end.
pub async fn release(conn: &mut Connection, engine: &str) -> Result<()> {
    diesel::delete(engines::table.find(engine)).execute(conn).await?;
    Ok(())
}

/// Ends the leases of all engines but one: who holds the SQLite file knows that no other lives.
pub async fn release_others(conn: &mut Connection, engine: &str) -> Result<()> {
    diesel::delete(engines::table.filter(engines::id.ne(engine))).execute(conn).await?;
    Ok(())
}

/// Whether an engine's lease is good at a time.
pub async fn is_alive(conn: &mut Connection, engine: &str, now: i64) -> Result<bool> {
    let expires_at: Option<i64> =
        engines::table.find(engine).select(engines::expires_at).first(conn).await.optional()?;
    Ok(expires_at.is_some_and(|until| until > now))
}

/// Executions with something under way whose engine is gone: tenant and id.
pub async fn orphans(conn: &mut Connection, now: i64, limit: i64) -> Result<Vec<(String, String)>> {
    // An expired lease goes first, so that what it left is found by one question.
    diesel::delete(engines::table.filter(engines::expires_at.le(now))).execute(conn).await?;
    Ok(executions::table
        .filter(executions::live.eq(true))
        .filter(diesel::dsl::not(diesel::dsl::exists(engines::table.filter(engines::id.eq(executions::owner)))))
        .order(executions::id.asc())
        .limit(limit)
        .select((executions::tenant_id, executions::id))
        .load(conn)
        .await?)
}

/// The executions of an engine that have something under way: tenant and id.
pub async fn live_of(conn: &mut Connection, engine: &str) -> Result<Vec<(String, String)>> {
    Ok(executions::table
        .filter(executions::live.eq(true).and(executions::owner.eq(engine)))
        .select((executions::tenant_id, executions::id))
        .load(conn)
        .await?)
}

/// Makes sure that a tenant is there.
pub async fn ensure_tenant(conn: &mut Connection, tenant: &str, name: &str, now: i64) -> Result<()> {
    diesel::insert_into(tenants::table)
        .values((tenants::id.eq(tenant), tenants::name.eq(name), tenants::created_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether the database answers.
pub async fn ping(conn: &mut Connection) -> Result<()> {
    let _: Vec<String> = tenants::table.select(tenants::id).limit(1).load(conn).await?;
    Ok(())
}
