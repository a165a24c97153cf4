//! Statistics of a workflow's executions, from the figures that the database keeps.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use sluice_types::limits::{MAX_STATS_MODELS, MAX_STATS_STEPS};
use sluice_types::{
    ExecutionStatus, StepHistories, StepId, TenantId, TokenUsage, WorkflowDayStats, WorkflowId, WorkflowModelStats,
    WorkflowStats, WorkflowStepStats,
};

use crate::error::StoreError;
use crate::rows::usage;
use crate::store::{Store, read, write};

/// Transactions in which a read counts executions of its workflow that ended just before. The others are counted soon.
const PIECES_OF_READ: u32 = 5;
/// The classes of durations end with the first that begins here or later.
const LONGEST_MS: i64 = 40_000_000_000;

type Tokens = (i64, i64, i64, i64, i64);
/// Status, executions, duration, cost, calls without a price, tokens.
pub(crate) type TotalRow = (String, i64, i64, f64, i64, Tokens);
/// Day, status, class of the duration, executions, cost.
pub(crate) type DayRow = (i64, String, i32, i64, f64);
/// Step, class of the duration, runs, failures, duration, cost.
pub(crate) type StepRow = (String, i32, i64, i64, i64, f64);
/// Provider, model, calls, cost, calls without a price, tokens.
pub(crate) type ModelRow = (String, String, i64, f64, i64, Tokens);

/// The figures of a workflow.
pub(crate) struct Figures {
    pub unfinished: TotalRow,
    pub totals: Vec<TotalRow>,
    pub days: Vec<DayRow>,
    pub steps: Vec<StepRow>,
    pub models: Vec<ModelRow>,
}

/// Durations by class.
#[derive(Debug, Clone, Default)]
struct Durations(BTreeMap<i32, i64>);

impl Durations {
    fn add(&mut self, class: i32, count: i64) {
        if class >= 0 {
            *self.0.entry(class).or_default() += count;
        }
    }

    fn count(&self) -> i64 {
        self.0.values().sum()
    }

    /// The duration within which this share of them lies, in percent: that of the nearest rank, as the middle of its class.
    fn percentile(&self, percent: i64) -> Option<i64> {
        let rank = (self.count() * percent + 99) / 100;
        let mut seen = 0;
        let found = self.0.iter().find(|(_, count)| {
            seen += *count;
            seen >= rank.max(1)
        });
        found.map(|(class, _)| middle(*class))
    }
}

/// The geometric middle of a class: at most 9 % from each duration in it.
fn middle(class: i32) -> i64 {
    let mut bounds = bounds().skip(usize::try_from(class).unwrap_or(0));
    let from = bounds.next().unwrap_or(LONGEST_MS);
    let last = bounds.next().map_or(from, |next| next - 1);
    // Rounded: twice the root is the root of four times the product.
    i64::try_from(((i128::from(from) * i128::from(last) * 4).isqrt() + 1) / 2).unwrap_or(from)
}

/// The shortest duration of each class, in milliseconds. A migration wrote the same ones.
fn bounds() -> impl Iterator<Item = i64> {
    std::iter::successors(Some(0), |from: &i64| (*from < LONGEST_MS).then(|| from + (from * 18 / 100).max(1)))
}

impl Store {
    /// Statistics of a workflow's executions: totals, and figures of a number of days until now.
    pub async fn stats(
        &self,
        tenant: &TenantId,
        id: &WorkflowId,
        now: DateTime<Utc>,
        days: u32,
    ) -> Result<WorkflowStats, StoreError> {
        // Without a place to write to, those that ended just before are left out.
        if let Err(error) = self.count_ended_of(tenant, id).await {
            tracing::warn!(%error, "ended executions could not be counted; retrying later");
        }
        let today = now.date_naive();
        let first = today.checked_sub_days(Days::new(u64::from(days.saturating_sub(1)))).unwrap_or(today);
        let (tenant, id, from_day) = (tenant.clone(), id.clone(), number_of(first));
        let figures = read!(self, |conn| queries::statistics::figures(conn, tenant.as_str(), id.as_str(), from_day))?;
        Ok(statistics(figures, first, today))
    }

    /// Counts executions that have ended, in at most this many transactions of a bounded size; answers whether some may be
    /// left.
    pub async fn count_ended(&self, pieces: u32) -> Result<bool, StoreError> {
        for _ in 0..pieces {
            if !write!(self, |conn| queries::counting::count_piece(conn, None))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn count_ended_of(&self, tenant: &TenantId, id: &WorkflowId) -> Result<(), StoreError> {
        for _ in 0..PIECES_OF_READ {
            let (tenant, id) = (tenant.clone(), id.clone());
            if !write!(self, |conn| queries::counting::count_piece(conn, Some((tenant.as_str(), id.as_str()))))? {
                break;
            }
        }
        Ok(())
    }

    /// Tokens of each step in the newest executions of a workflow, by model.
    pub async fn history(&self, tenant: &TenantId, id: &WorkflowId) -> Result<StepHistories, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::statistics::history(conn, tenant.as_str(), id.as_str()))
    }
}

/// The number of a day, from 1970-01-01.
fn number_of(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}

fn statistics(figures: Figures, first: NaiveDate, today: NaiveDate) -> WorkflowStats {
    let (_, unfinished, _, cost_usd, unpriced_calls, tokens) = figures.unfinished;
    let token_usage = tokens_of(tokens);
    let mut stats = WorkflowStats { unfinished, cost_usd, unpriced_calls, token_usage, ..WorkflowStats::default() };
    let mut duration_ms = 0;
    for (status, executions, took_ms, cost_usd, unpriced, tokens) in figures.totals {
        match status.parse() {
            Ok(ExecutionStatus::Completed) => (stats.completed, duration_ms) = (executions, took_ms),
            Ok(ExecutionStatus::Failed) => stats.failed = executions,
            Ok(_) | Err(_) => stats.cancelled += executions,
        }
        stats.cost_usd += cost_usd;
        stats.unpriced_calls += unpriced;
        stats.token_usage += tokens_of(tokens);
    }
    stats.executions = stats.completed + stats.failed + stats.cancelled + stats.unfinished;
    stats.mean_duration_ms = duration_ms.checked_div(stats.completed);
    let (days, durations) = by_day(figures.days, first, today);
    stats.p50_duration_ms = durations.percentile(50);
    stats.p95_duration_ms = durations.percentile(95);
    stats.days = days;
    stats.steps = by_step(figures.steps);
    stats.models = by_model(figures.models);
    stats
}

/// Each day, and the durations of all.
fn by_day(rows: Vec<DayRow>, first: NaiveDate, today: NaiveDate) -> (Vec<WorkflowDayStats>, Durations) {
    let mut of_days: BTreeMap<i64, (WorkflowDayStats, Durations)> = first
        .iter_days()
        .take_while(|day| *day <= today)
        .map(|day| {
            let (completed, failed, cancelled, cost_usd) = (0, 0, 0, 0.0);
            let (p50_duration_ms, p95_duration_ms) = (None, None);
            let empty =
                WorkflowDayStats { day, completed, failed, cancelled, cost_usd, p50_duration_ms, p95_duration_ms };
            (number_of(day), (empty, Durations::default()))
        })
        .collect();
    let mut all = Durations::default();
    for (day, status, class, executions, cost_usd) in rows {
        // Another server's clock may be ahead.
        let Some((stats, durations)) = of_days.get_mut(&day) else { continue };
        match status.parse() {
            Ok(ExecutionStatus::Completed) => {
                stats.completed += executions;
                durations.add(class, executions);
                all.add(class, executions);
            }
            Ok(ExecutionStatus::Failed) => stats.failed += executions,
            Ok(_) | Err(_) => stats.cancelled += executions,
        }
        stats.cost_usd += cost_usd;
    }
    let told = |(stats, durations): (WorkflowDayStats, Durations)| WorkflowDayStats {
        p50_duration_ms: durations.percentile(50),
        p95_duration_ms: durations.percentile(95),
        ..stats
    };
    (of_days.into_values().map(told).collect(), all)
}

fn by_step(rows: Vec<StepRow>) -> Vec<WorkflowStepStats> {
    /// Runs, failures, duration of the completed ones, cost.
    #[derive(Default)]
    struct OfStep(i64, i64, i64, f64, Durations);
    let mut of_steps: BTreeMap<String, OfStep> = BTreeMap::new();
    for (step, class, runs, failures, duration_ms, cost_usd) in rows {
        let OfStep(all, failed, took_ms, cost, durations) = of_steps.entry(step).or_default();
        *all += runs;
        *failed += failures;
        *took_ms += duration_ms;
        *cost += cost_usd;
        durations.add(class, runs);
    }
    let told = |(step, OfStep(runs, failures, took_ms, cost_usd, durations)): (String, OfStep)| {
        Some(WorkflowStepStats {
            step_id: StepId::new(step).ok()?,
            runs,
            failures,
            mean_duration_ms: took_ms.checked_div(durations.count()),
            p95_duration_ms: durations.percentile(95),
            cost_usd,
        })
    };
    let mut steps: Vec<WorkflowStepStats> =
        of_steps.into_iter().filter_map(told).filter(|step| step.runs > 0).collect();
    if steps.len() > MAX_STATS_STEPS {
        steps.sort_by_key(|step| std::cmp::Reverse(step.runs));
        steps.truncate(MAX_STATS_STEPS);
        steps.sort_by(|one, other| one.step_id.cmp(&other.step_id));
    }
    steps
}

fn by_model(rows: Vec<ModelRow>) -> Vec<WorkflowModelStats> {
    let told = |(provider, model, calls, cost_usd, unpriced_calls, tokens)| WorkflowModelStats {
        provider,
        model,
        calls,
        token_usage: tokens_of(tokens),
        cost_usd,
        unpriced_calls,
    };
    let mut models: Vec<WorkflowModelStats> =
        rows.into_iter().map(told).filter(|model: &WorkflowModelStats| model.calls > 0).collect();
    models.sort_by(|one, other| {
        let by_name = || (&one.provider, &one.model).cmp(&(&other.provider, &other.model));
        other.cost_usd.total_cmp(&one.cost_usd).then(other.calls.cmp(&one.calls)).then_with(by_name)
    });
    models.truncate(MAX_STATS_MODELS);
    models
}

fn tokens_of((input, output, cached, cache_write, reasoning): Tokens) -> TokenUsage {
    usage(input, output, cached, cache_write, reasoning)
}

#[cfg(test)]
#[path = "statistics_tests.rs"]
mod tests;
