//! Leases: which engines live, and which executions lost theirs.

use diesel::dsl::{auto_type, exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, Result, clock};
use crate::rows::FORMAT;
use crate::schema::{engines, execution_snapshots, executions, tenants};

/// Says that an engine lives for a number of microseconds from now on.
pub async fn renew(conn: &mut Connection, engine: &str, now: i64, lease: i64) -> Result<()> {
    let expires_at = clock(conn, now).await?.saturating_add(lease);
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
    let Some(expires_at) = expires_at else { return Ok(false) };
    Ok(expires_at > clock(conn, now).await?)
}

/// Live executions whose engine is gone: tenant and id. Those that only a newer server can run are left to it.
pub async fn orphans(conn: &mut Connection, now: i64, limit: i64) -> Result<Vec<(String, String)>> {
    let now = clock(conn, now).await?;
    // An expired lease goes first, so that one query finds its executions.
    diesel::delete(engines::table.filter(engines::expires_at.le(now))).execute(conn).await?;
    Ok(orphans_query(limit).load(conn).await?)
}

/// The live executions of an engine: tenant and id.
pub async fn live_of(conn: &mut Connection, engine: &str) -> Result<Vec<(String, String)>> {
    Ok(live_query(engine).load(conn).await?)
}

// The partial index on live executions is used only where the condition stands as it does there, without a parameter.

#[auto_type]
#[expect(clippy::elidable_lifetime_names, reason = "the macro needs the name")]
pub fn live_query<'a>(engine: &'a str) -> _ {
    executions::table
        .filter(executions::live)
        .filter(executions::owner.eq(engine))
        .select((executions::tenant_id, executions::id))
}

#[auto_type]
pub fn orphans_query(limit: i64) -> _ {
    let known: i32 = FORMAT;
    let of_execution = execution_snapshots::tenant_id
        .eq(executions::tenant_id)
        .and(execution_snapshots::execution_id.eq(executions::id))
        .and(execution_snapshots::format.le(known));
    executions::table
        .filter(executions::live)
        .filter(not(exists(engines::table.filter(engines::id.eq(executions::owner)))))
        .filter(exists(execution_snapshots::table.filter(of_execution)))
        .order(executions::id.asc())
        .limit(limit)
        .select((executions::tenant_id, executions::id))
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
