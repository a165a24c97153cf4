//! Statistics of a workflow's executions.

use diesel::dsl::{max, min, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Nullable};
use diesel_async::RunQueryDsl;
use sluice_types::{AttemptStatus, ExecutionStatus, StepHistories, StepHistory, StepId, WorkflowStats};

use super::{Connection, Result};
use crate::rows::usage;
use crate::schema::{attempts, executions, step_runs};

/// Sums of integers are `numeric` on PostgreSQL and an integer on SQLite; cast, they are one.
fn sum_of(expression: &str) -> diesel::expression::SqlLiteral<BigInt> {
    sql(&format!("CAST(COALESCE(SUM({expression}), 0) AS BIGINT)"))
}

/// Executions, completed ones, failed ones, cancelled ones, duration of the completed ones, cost, calls without a known price, and tokens.
type Sums = (i64, i64, i64, i64, i64, Option<f64>, i64, i64, i64, i64, i64, i64);

/// Statistics of a workflow's executions, in one scan of them.
pub async fn stats(conn: &mut Connection, tenant: &str, id: &str) -> Result<WorkflowStats> {
    let count_of = |status: ExecutionStatus| sum_of(&format!("CASE WHEN status = '{status}' THEN 1 ELSE 0 END"));
    let duration = format!("CASE WHEN status = '{}' THEN completed_at - started_at END", ExecutionStatus::Completed);
    let sums: Sums = executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(id)).and(not(executions::deleting)))
        .select((
            sql::<BigInt>("COUNT(*)"),
            count_of(ExecutionStatus::Completed),
            count_of(ExecutionStatus::Failed),
            count_of(ExecutionStatus::Cancelled),
            sum_of(&duration),
            sql::<Nullable<Double>>("SUM(cost_usd)"),
            sum_of("unpriced_calls"),
            sum_of("input_tokens"),
            sum_of("output_tokens"),
            sum_of("cached_input_tokens"),
            sum_of("cache_write_tokens"),
            sum_of("reasoning_tokens"),
        ))
        .first(conn)
        .await?;
    let (
        total,
        completed,
        failed,
        cancelled,
        duration,
        cost_usd,
        unpriced,
        input,
        output,
        cached,
        cache_write,
        reasoning,
    ) = sums;
    Ok(WorkflowStats {
        executions: total,
        completed,
        failed,
        cancelled,
        unfinished: total - completed - failed - cancelled,
        cost_usd: cost_usd.unwrap_or(0.0),
        unpriced_calls: unpriced,
        token_usage: usage(input, output, cached, cache_write, reasoning),
        mean_duration_ms: (completed > 0).then(|| duration / completed / 1000),
    })
}

/// Step, provider, model, attempts, fewest and most tokens.
type HistoryRow = (String, Option<String>, Option<String>, i64, Option<i64>, Option<i64>);

/// How many of the newest executions are looked at for a step's history.
const HISTORY_EXECUTIONS: i64 = 20;

/// Tokens of each step in the newest executions of a workflow, by model.
pub async fn history(conn: &mut Connection, tenant: &str, id: &str) -> Result<StepHistories> {
    let newest: Vec<String> = executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(id)).and(not(executions::deleting)))
        .order(executions::id.desc())
        .limit(HISTORY_EXECUTIONS)
        .select(executions::id)
        .load(conn)
        .await?;
    // All items and rounds of a step count together.
    let run_of_attempt = step_runs::tenant_id
        .eq(attempts::tenant_id)
        .and(step_runs::execution_id.eq(attempts::execution_id))
        .and(step_runs::path.eq(attempts::path));
    let rows: Vec<HistoryRow> = attempts::table
        .inner_join(step_runs::table.on(run_of_attempt))
        .filter(attempts::tenant_id.eq(tenant).and(attempts::execution_id.eq_any(newest)))
        .filter(attempts::status.eq(AttemptStatus::Completed.as_str()))
        .group_by((step_runs::step_id, attempts::provider, attempts::model))
        .select((
            step_runs::step_id,
            attempts::provider,
            attempts::model,
            sql::<BigInt>("COUNT(*)"),
            min(attempts::output_tokens),
            max(attempts::output_tokens),
        ))
        .load(conn)
        .await?;
    let tokens = |count: Option<i64>| u64::try_from(count.unwrap_or(0)).unwrap_or(0);
    Ok(rows
        .into_iter()
        .filter_map(|(step, provider, model, attempts, least, most)| {
            let history =
                StepHistory { attempts, least_output_tokens: tokens(least), most_output_tokens: tokens(most) };
            Some(((StepId::new(step).ok()?, provider?, model?), history))
        })
        .collect())
}
