//! The figures of a workflow's executions, as `counting.rs` keeps them.

use diesel::dsl::{max, min, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Text};
use diesel_async::RunQueryDsl;
use sluice_types::{AttemptStatus, ExecutionStatus, StepHistories, StepHistory, StepId};

use super::{Connection, Result, begin_read, end_read};
use crate::schema::{attempts, executions, step_runs};
use crate::statistics::{DayRow, Figures, ModelRow, StepRow, TotalRow};

/// Sums of integers are `numeric` on PostgreSQL and an integer on SQLite; cast, they are one.
fn sum_of(expression: &str) -> diesel::expression::SqlLiteral<BigInt> {
    sql(&format!("CAST(COALESCE(SUM({expression}), 0) AS BIGINT)"))
}

fn sum_of_cost() -> diesel::expression::SqlLiteral<Double> {
    sql("COALESCE(SUM(cost_usd), 0.0)")
}

/// The five kinds of tokens.
fn sums_of_tokens() -> [diesel::expression::SqlLiteral<BigInt>; 5] {
    ["input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens"].map(sum_of)
}

/// The figures of a workflow: all ended executions by state, and from a day on. The keys of all tables begin with workflow
/// and day.
pub async fn figures(conn: &mut Connection, tenant: &str, id: &str, from_day: i64) -> Result<Figures> {
    begin_read(conn).await?;
    let figures = read_figures(conn, tenant, id, from_day).await;
    end_read(conn).await?;
    figures
}

async fn read_figures(conn: &mut Connection, tenant: &str, id: &str, from_day: i64) -> Result<Figures> {
    Ok(Figures {
        unfinished: unfinished(conn, tenant, id).await?,
        totals: totals(conn, tenant, id).await?,
        days: days(conn, tenant, id, from_day).await?,
        steps: steps(conn, tenant, id, from_day).await?,
        models: models(conn, tenant, id, from_day).await?,
    })
}

/// What has not ended is few, and changes with each turn: it is read from the executions themselves.
async fn unfinished(conn: &mut Connection, tenant: &str, id: &str) -> Result<TotalRow> {
    let unfinished = ExecutionStatus::ALL.iter().filter(|status| !status.is_terminal()).map(|status| status.as_str());
    let [input, output, cached, cache_write, reasoning] = sums_of_tokens();
    Ok(executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(id)))
        .filter(executions::status.eq_any(unfinished.collect::<Vec<_>>()).and(executions::tried_step.is_null()))
        .select((
            sql::<Text>("''"),
            sql::<BigInt>("COUNT(*)"),
            sql::<BigInt>("CAST(0 AS BIGINT)"),
            sum_of_cost(),
            sum_of("unpriced_calls"),
            (input, output, cached, cache_write, reasoning),
        ))
        .first(conn)
        .await?)
}

async fn totals(conn: &mut Connection, tenant: &str, id: &str) -> Result<Vec<TotalRow>> {
    use crate::schema::workflow_day_stats as stats;
    let [input, output, cached, cache_write, reasoning] = sums_of_tokens();
    Ok(stats::table
        .filter(stats::tenant_id.eq(tenant).and(stats::workflow_id.eq(id)))
        .group_by(stats::status)
        .select((
            stats::status,
            sum_of("executions"),
            sum_of("duration_ms"),
            sum_of_cost(),
            sum_of("unpriced_calls"),
            (input, output, cached, cache_write, reasoning),
        ))
        .load(conn)
        .await?)
}

async fn days(conn: &mut Connection, tenant: &str, id: &str, from_day: i64) -> Result<Vec<DayRow>> {
    use crate::schema::workflow_day_stats as stats;
    Ok(stats::table
        .filter(stats::tenant_id.eq(tenant).and(stats::workflow_id.eq(id)).and(stats::day.ge(from_day)))
        .select((stats::day, stats::status, stats::bucket, stats::executions, stats::cost_usd))
        .load(conn)
        .await?)
}

async fn steps(conn: &mut Connection, tenant: &str, id: &str, from_day: i64) -> Result<Vec<StepRow>> {
    use crate::schema::workflow_step_day_stats as stats;
    Ok(stats::table
        .filter(stats::tenant_id.eq(tenant).and(stats::workflow_id.eq(id)).and(stats::day.ge(from_day)))
        .group_by((stats::step_id, stats::bucket))
        .select((
            stats::step_id,
            stats::bucket,
            sum_of("runs"),
            sum_of("failures"),
            sum_of("duration_ms"),
            sum_of_cost(),
        ))
        .load(conn)
        .await?)
}

async fn models(conn: &mut Connection, tenant: &str, id: &str, from_day: i64) -> Result<Vec<ModelRow>> {
    use crate::schema::workflow_model_day_stats as stats;
    let [input, output, cached, cache_write, reasoning] = sums_of_tokens();
    Ok(stats::table
        .filter(stats::tenant_id.eq(tenant).and(stats::workflow_id.eq(id)).and(stats::day.ge(from_day)))
        .group_by((stats::provider, stats::model))
        .select((
            stats::provider,
            stats::model,
            sum_of("calls"),
            sum_of_cost(),
            sum_of("unpriced_calls"),
            (input, output, cached, cache_write, reasoning),
        ))
        .load(conn)
        .await?)
}

/// Step, provider, model, attempts, fewest and most tokens.
type HistoryRow = (String, Option<String>, Option<String>, i64, Option<i64>, Option<i64>);

/// How many of the newest executions are looked at for a step's history.
const HISTORY_EXECUTIONS: i64 = 20;

/// Tokens of each step in the newest executions of a workflow, by model.
pub async fn history(conn: &mut Connection, tenant: &str, id: &str) -> Result<StepHistories> {
    let newest: Vec<String> = executions::table
        .filter(executions::tenant_id.eq(tenant).and(executions::workflow_id.eq(id)).and(not(executions::deleting)))
        .filter(executions::tried_step.is_null())
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
