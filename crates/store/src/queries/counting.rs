//! Counting ended executions in the figures of their workflow.
//!
//! The turn that ends an execution notes it in `uncounted_executions`. A later transaction adds what its rows say to the
//! figures and removes the note, so that each counts once, whatever stops in between. A turn that changes an ended execution
//! takes that away first, while the rows are as they were counted.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use super::{Connection, LISTED_IDS, Result, lock_figures};
use crate::rows::write_json;
use crate::schema::{executions, uncounted_executions};

/// Adds executions to the figures of their days, or takes them away: `$1` is 1 or -1, `$2` the tenant. One statement adds all
/// of a piece: to prepare it costs more than to add an execution.
const EXECUTIONS: &str = "
    INSERT INTO workflow_day_stats AS kept (
        tenant_id, workflow_id, day, status, bucket, executions, duration_ms, cost_usd, unpriced_calls,
        input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens)
    SELECT e.tenant_id, e.workflow_id, e.day, e.status, e.bucket, e.sign * COUNT(*),
        CAST(e.sign * SUM(e.duration_ms) AS BIGINT), e.sign * SUM(e.cost_usd),
        CAST(e.sign * SUM(e.unpriced_calls) AS BIGINT),
        CAST(e.sign * SUM(e.input_tokens) AS BIGINT), CAST(e.sign * SUM(e.output_tokens) AS BIGINT),
        CAST(e.sign * SUM(e.cached_input_tokens) AS BIGINT), CAST(e.sign * SUM(e.cache_write_tokens) AS BIGINT),
        CAST(e.sign * SUM(e.reasoning_tokens) AS BIGINT)
    FROM (
        SELECT d.sign, d.tenant_id, d.workflow_id, d.day, d.status, d.duration_ms, d.cost_usd, d.unpriced_calls,
            d.input_tokens, d.output_tokens, d.cached_input_tokens, d.cache_write_tokens, d.reasoning_tokens,
            (SELECT b.bucket FROM duration_buckets b WHERE b.from_ms <= d.duration_ms ORDER BY b.from_ms DESC LIMIT 1)
                AS bucket
        FROM (
            SELECT f.sign, x.tenant_id, x.workflow_id, x.completed_at / 86400000000 AS day, x.status,
                CASE WHEN x.completed_at > x.started_at THEN (x.completed_at - x.started_at) / 1000 ELSE 0 END
                    AS duration_ms,
                x.cost_usd, x.unpriced_calls, x.input_tokens, x.output_tokens, x.cached_input_tokens,
                x.cache_write_tokens, x.reasoning_tokens
            FROM (SELECT CAST($1 AS BIGINT) AS sign) f CROSS JOIN executions x
            WHERE x.tenant_id = $2 AND x.id IN {ids} AND x.completed_at IS NOT NULL
        ) d
    ) e
    GROUP BY e.sign, e.tenant_id, e.workflow_id, e.day, e.status, e.bucket
    ORDER BY e.workflow_id, e.day, e.status, e.bucket
    ON CONFLICT (tenant_id, workflow_id, day, status, bucket) DO UPDATE SET
        executions = kept.executions + excluded.executions, duration_ms = kept.duration_ms + excluded.duration_ms,
        cost_usd = kept.cost_usd + excluded.cost_usd, unpriced_calls = kept.unpriced_calls + excluded.unpriced_calls,
        input_tokens = kept.input_tokens + excluded.input_tokens,
        output_tokens = kept.output_tokens + excluded.output_tokens,
        cached_input_tokens = kept.cached_input_tokens + excluded.cached_input_tokens,
        cache_write_tokens = kept.cache_write_tokens + excluded.cache_write_tokens,
        reasoning_tokens = kept.reasoning_tokens + excluded.reasoning_tokens";

/// The same for their step runs that began. The turns and calls of an agent belong to the agent: of all paths, only theirs
/// end with a number. Rows are written in one order, so that two transactions do not wait for each other.
const STEPS: &str = "
    INSERT INTO workflow_step_day_stats AS kept (
        tenant_id, workflow_id, day, step_id, bucket, runs, failures, duration_ms, cost_usd)
    SELECT r.tenant_id, r.workflow_id, r.day, r.step_id, r.bucket, r.sign * COUNT(*),
        CAST(r.sign * SUM(r.failed) AS BIGINT), CAST(r.sign * SUM(r.duration_ms) AS BIGINT), r.sign * SUM(r.cost_usd)
    FROM (
        SELECT d.sign, d.tenant_id, d.workflow_id, d.day, d.step_id, d.failed, d.cost_usd,
            CASE WHEN d.duration_ms < 0 THEN 0 ELSE d.duration_ms END AS duration_ms,
            CASE WHEN d.duration_ms < 0 THEN -1 ELSE (
                SELECT b.bucket FROM duration_buckets b WHERE b.from_ms <= d.duration_ms ORDER BY b.from_ms DESC LIMIT 1
            ) END AS bucket
        FROM (
            SELECT f.sign, x.tenant_id, x.workflow_id, x.completed_at / 86400000000 AS day, s.step_id, s.cost_usd,
                CASE WHEN s.status = 'failed' THEN 1 ELSE 0 END AS failed,
                CASE WHEN s.status <> 'completed' THEN -1
                    WHEN s.completed_at > s.started_at THEN (s.completed_at - s.started_at) / 1000
                    ELSE 0 END AS duration_ms
            FROM (SELECT CAST($1 AS BIGINT) AS sign) f CROSS JOIN executions x
            JOIN step_runs s ON s.tenant_id = x.tenant_id AND s.execution_id = x.id
            WHERE x.tenant_id = $2 AND x.id IN {ids} AND x.completed_at IS NOT NULL
                AND s.started_at IS NOT NULL AND s.status <> 'skipped' AND rtrim(s.path, '0123456789') NOT LIKE '%.'
        ) d
    ) r
    GROUP BY r.sign, r.tenant_id, r.workflow_id, r.day, r.step_id, r.bucket
    ORDER BY r.workflow_id, r.day, r.step_id, r.bucket
    ON CONFLICT (tenant_id, workflow_id, day, step_id, bucket) DO UPDATE SET
        runs = kept.runs + excluded.runs, failures = kept.failures + excluded.failures,
        duration_ms = kept.duration_ms + excluded.duration_ms, cost_usd = kept.cost_usd + excluded.cost_usd";

/// The same for their calls of models.
const MODELS: &str = "
    INSERT INTO workflow_model_day_stats AS kept (
        tenant_id, workflow_id, day, provider, model, calls, cost_usd, unpriced_calls,
        input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens)
    SELECT c.tenant_id, c.workflow_id, c.day, c.provider, c.model, c.sign * COUNT(*), c.sign * SUM(c.cost_usd),
        CAST(c.sign * SUM(c.unpriced) AS BIGINT),
        CAST(c.sign * SUM(c.input_tokens) AS BIGINT), CAST(c.sign * SUM(c.output_tokens) AS BIGINT),
        CAST(c.sign * SUM(c.cached_input_tokens) AS BIGINT), CAST(c.sign * SUM(c.cache_write_tokens) AS BIGINT),
        CAST(c.sign * SUM(c.reasoning_tokens) AS BIGINT)
    FROM (
        SELECT f.sign, x.tenant_id, x.workflow_id, x.completed_at / 86400000000 AS day, a.provider, a.model, a.cost_usd,
            CASE WHEN a.unpriced THEN 1 ELSE 0 END AS unpriced, a.input_tokens, a.output_tokens, a.cached_input_tokens,
            a.cache_write_tokens, a.reasoning_tokens
        FROM (SELECT CAST($1 AS BIGINT) AS sign) f CROSS JOIN executions x
        JOIN attempts a ON a.tenant_id = x.tenant_id AND a.execution_id = x.id
        WHERE x.tenant_id = $2 AND x.id IN {ids} AND x.completed_at IS NOT NULL
            AND a.provider IS NOT NULL AND a.model IS NOT NULL
    ) c
    GROUP BY c.sign, c.tenant_id, c.workflow_id, c.day, c.provider, c.model
    ORDER BY c.workflow_id, c.day, c.provider, c.model
    ON CONFLICT (tenant_id, workflow_id, day, provider, model) DO UPDATE SET
        calls = kept.calls + excluded.calls, cost_usd = kept.cost_usd + excluded.cost_usd,
        unpriced_calls = kept.unpriced_calls + excluded.unpriced_calls,
        input_tokens = kept.input_tokens + excluded.input_tokens,
        output_tokens = kept.output_tokens + excluded.output_tokens,
        cached_input_tokens = kept.cached_input_tokens + excluded.cached_input_tokens,
        cache_write_tokens = kept.cache_write_tokens + excluded.cache_write_tokens,
        reasoning_tokens = kept.reasoning_tokens + excluded.reasoning_tokens";

/// Executions that one transaction counts.
const COUNTED_AT_ONCE: i64 = 100;
/// Events of the executions that one transaction counts, about: one that is larger is counted alone.
const PIECE_EVENTS: i64 = 20_000;

/// Notes that an execution has ended. Tries of single steps are in no figure of their workflow.
pub async fn note_end(conn: &mut Connection, tenant: &str, id: &str) -> Result<()> {
    let counts = executions::completed_at.is_not_null().and(executions::tried_step.is_null());
    let row = executions::table.find((tenant, id)).filter(counts);
    diesel::insert_into(uncounted_executions::table)
        .values(row.select((executions::tenant_id, executions::id, executions::workflow_id)))
        .into_columns((
            uncounted_executions::tenant_id,
            uncounted_executions::execution_id,
            uncounted_executions::workflow_id,
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Adds an ended execution to the figures, unless they hold it.
pub async fn count(conn: &mut Connection, tenant: &str, id: &str) -> Result<()> {
    lock_figures(conn).await?;
    if forget_note(conn, tenant, id).await? {
        add(conn, tenant, &[id], 1).await?;
    }
    Ok(())
}

/// Takes an ended execution out of the figures, if they hold it. Its rows must be those that were counted.
pub async fn uncount(conn: &mut Connection, tenant: &str, id: &str) -> Result<()> {
    if !forget_note(conn, tenant, id).await? && !is_try(conn, tenant, id).await? {
        lock_figures(conn).await?;
        add(conn, tenant, &[id], -1).await?;
    }
    Ok(())
}

/// Counts executions that have ended, of one workflow or of all; answers whether more may be left.
pub async fn count_piece(conn: &mut Connection, workflow: Option<(&str, &str)>) -> Result<bool> {
    let of_execution = executions::tenant_id
        .eq(uncounted_executions::tenant_id)
        .and(executions::id.eq(uncounted_executions::execution_id));
    let all = uncounted_executions::table
        .inner_join(executions::table.on(of_execution))
        .order((uncounted_executions::tenant_id.asc(), uncounted_executions::execution_id.asc()))
        .limit(COUNTED_AT_ONCE)
        .select((uncounted_executions::tenant_id, uncounted_executions::execution_id, executions::last_seq));
    let found: Vec<(String, String, i64)> = match workflow {
        None => all.load(conn).await?,
        Some((tenant, id)) => {
            let of_workflow = uncounted_executions::tenant_id.eq(tenant).and(uncounted_executions::workflow_id.eq(id));
            all.filter(of_workflow).load(conn).await?
        }
    };
    if found.is_empty() {
        return Ok(false);
    }
    lock_figures(conn).await?;
    let mut noted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (mut counted, mut events) = (0, 0);
    for (tenant, id, last_seq) in &found {
        if forget_note(conn, tenant, id).await? {
            noted.entry(tenant).or_default().push(id);
        }
        counted += 1;
        events += last_seq;
        if events >= PIECE_EVENTS {
            break;
        }
    }
    for (tenant, ids) in noted {
        add(conn, tenant, &ids, 1).await?;
    }
    Ok(counted < found.len() || i64::try_from(counted).is_ok_and(|counted| counted >= COUNTED_AT_ONCE))
}

async fn is_try(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool> {
    let tried: Option<Option<String>> =
        executions::table.find((tenant, id)).select(executions::tried_step).first(conn).await.optional()?;
    Ok(tried.flatten().is_some())
}

/// Removes the note of an execution; false when there was none. Of two transactions, the second one waits for the first.
async fn forget_note(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool> {
    Ok(diesel::delete(uncounted_executions::table.find((tenant, id))).execute(conn).await? > 0)
}

/// Adds executions of a tenant, or takes them away; their ids go to the database as a JSON list.
async fn add(conn: &mut Connection, tenant: &str, ids: &[&str], sign: i64) -> Result<()> {
    let ids = write_json(&ids)?;
    for statement in [EXECUTIONS, STEPS, MODELS] {
        let query = diesel::sql_query(statement.replace("{ids}", LISTED_IDS));
        query.bind::<BigInt, _>(sign).bind::<Text, _>(tenant).bind::<Text, _>(&ids).execute(conn).await?;
    }
    Ok(())
}
