//! A preview of running an execution again from a step.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::estimate::CostRange;
use crate::ids::StepPath;
use crate::status::status;

/// Steps and cost of a retry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RerunPlan {
    /// The step run to begin with.
    pub from_path: StepPath,
    /// The step runs whose outputs are kept: the first 200.
    pub kept: Vec<KeptStep>,
    /// The number of all of them.
    #[serde(default)]
    pub kept_count: u32,
    /// The step runs that run again, or for the first time: the first 200. A container runs again with all inside, and
    /// decides anew.
    pub repeated: Vec<RepeatedStep>,
    /// The number of all of them.
    #[serde(default)]
    pub repeated_count: u32,
    /// Estimated cost of the repeated ones in US dollars; absent when a price is unknown.
    pub cost_usd: Option<CostRange>,
    /// The steps among them that write, and so act again: the first 200.
    pub writes_again: Vec<StepPath>,
}

/// A step run whose output is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptStep {
    /// The step run.
    pub path: StepPath,
    /// Its label.
    pub label: String,
}

/// A step run that runs again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RepeatedStep {
    /// The step run.
    pub path: StepPath,
    /// Its label.
    pub label: String,
    /// The reason for the rerun.
    pub reason: RerunReason,
    /// The step whose output it uses, when this is the reason.
    pub because_of: Option<String>,
    /// Estimated cost in US dollars; absent when the price is unknown.
    pub cost_usd: Option<CostRange>,
}

status!(
    /// The reason why a step run runs again.
    RerunReason {
        /// It is the requested step.
        Requested = "requested",
        /// It has not completed.
        NotCompleted = "not_completed",
        /// It was made from an output that a person has replaced since.
        Stale = "stale",
        /// It uses the output of a step that runs again.
        UsesRepeated = "uses_repeated",
    }
);
