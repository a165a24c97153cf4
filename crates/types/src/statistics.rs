//! Statistics of a workflow's executions.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::StepId;
use crate::usage::TokenUsage;

/// Statistics of a workflow's executions. An execution counts on the day on which it ended, in UTC, also when it was deleted
/// later. Percentiles are up to 9 % off: durations are counted by class.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowStats {
    /// Number of all executions.
    pub executions: i64,
    /// Number of completed executions.
    pub completed: i64,
    /// Number of failed executions.
    pub failed: i64,
    /// Number of cancelled executions.
    #[serde(default)]
    pub cancelled: i64,
    /// Number of executions that have not ended. The figures of days, models and steps leave them out.
    #[serde(default)]
    pub unfinished: i64,
    /// Total cost of the executions, as far as prices are known.
    pub cost_usd: f64,
    /// Number of calls of models whose price is not known.
    #[serde(default)]
    pub unpriced_calls: i64,
    /// Tokens of the prompts and answers.
    pub token_usage: TokenUsage,
    /// The time that a completed execution took on average.
    pub mean_duration_ms: Option<i64>,
    /// The median of the time that executions took which completed on these days.
    #[serde(default)]
    pub p50_duration_ms: Option<i64>,
    /// The time within which 95 % of the executions completed on these days.
    #[serde(default)]
    pub p95_duration_ms: Option<i64>,
    /// Each of the requested days, oldest first. The last one is today.
    #[serde(default)]
    pub days: Vec<WorkflowDayStats>,
    /// The models that were called in these days, the most expensive first.
    #[serde(default)]
    pub models: Vec<WorkflowModelStats>,
    /// The steps that ran in these days, by id.
    #[serde(default)]
    pub steps: Vec<WorkflowStepStats>,
}

/// The executions of a workflow that ended on a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowDayStats {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Number of completed executions.
    pub completed: i64,
    /// Number of failed executions.
    pub failed: i64,
    /// Number of cancelled executions.
    pub cancelled: i64,
    /// Cost of the executions, as far as prices are known.
    pub cost_usd: f64,
    /// The median of the time that the completed ones took.
    pub p50_duration_ms: Option<i64>,
    /// The time within which 95 % of the completed ones completed.
    pub p95_duration_ms: Option<i64>,
}

/// The calls of a model for a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowModelStats {
    /// The provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Number of calls, with those that failed.
    pub calls: i64,
    /// Their tokens.
    pub token_usage: TokenUsage,
    /// Their cost, as far as prices are known.
    pub cost_usd: f64,
    /// Number of calls whose price is not known.
    pub unpriced_calls: i64,
}

/// The runs of a step. All items and rounds of a step count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowStepStats {
    /// The step. It may be gone from the workflow.
    pub step_id: StepId,
    /// Number of runs that began.
    pub runs: i64,
    /// Number of runs that failed.
    pub failures: i64,
    /// The time that a completed run took on average; of a review, with the wait for a person.
    pub mean_duration_ms: Option<i64>,
    /// The time within which 95 % of the completed runs completed.
    pub p95_duration_ms: Option<i64>,
    /// Their cost, as far as prices are known. That of a container includes the steps inside.
    pub cost_usd: f64,
}
