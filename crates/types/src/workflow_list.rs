//! What a list of workflows answers on request.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::execution::ExecutionSummary;
use crate::ids::ExecutionId;
use crate::status::{ExecutionStatus, status};

/// How one of a workflow's newest executions ended, for a small chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecentExecution {
    /// `execution-` and a UUID v7.
    pub id: ExecutionId,
    /// Its number among the runs of the workflow, from 1. `null` for a run that an older server started.
    #[serde(default)]
    pub number: Option<i64>,
    /// Status of the execution.
    pub status: ExecutionStatus,
    /// Whether a person paused it. A run that is `paused` and not on hold waits for a decision.
    #[serde(default)]
    pub on_hold: bool,
    /// From its beginning to its end; `null` until it ends.
    pub duration_ms: Option<i64>,
    /// Cost in US dollars, as far as prices are known.
    pub cost_usd: f64,
    /// Number of calls of models whose price is not known.
    #[serde(default)]
    pub unpriced_calls: u32,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
}

status!(
    /// A part of a list of workflows that is answered on request only.
    WorkflowInclude {
        /// The tags and categories that there are.
        Facets = "facets",
        /// The newest executions of each workflow of the page.
        RecentExecutions = "recent_executions",
        /// The number of workflows on all pages.
        Total = "total",
    }
);

/// A tag or a category, with the number of workflows that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowFacet {
    /// The tag or the category.
    pub name: String,
    /// The number of workflows.
    pub count: i64,
}

/// The tags and categories that a list of workflows can be filtered by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowFacets {
    /// The most frequent tags, at most 200.
    pub tags: Vec<WorkflowFacet>,
    /// The most frequent categories, at most 200.
    pub categories: Vec<WorkflowFacet>,
}

impl From<&ExecutionSummary> for RecentExecution {
    fn from(run: &ExecutionSummary) -> Self {
        Self {
            id: run.id.clone(),
            number: run.number,
            status: run.status,
            on_hold: run.on_hold,
            duration_ms: run.duration_ms,
            cost_usd: run.cost_usd,
            unpriced_calls: run.unpriced_calls,
            created_at: run.created_at,
        }
    }
}
