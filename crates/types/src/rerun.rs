//! What running an execution again from a step would do, as told beforehand.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::estimate::Range;
use crate::ids::StepPath;
use crate::status::status;

/// What a retry would keep, repeat and cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RerunPlan {
    /// The step run to begin with.
    pub from: StepPath,
    /// The step runs whose outputs stay.
    pub kept: Vec<Kept>,
    /// The step runs that run again, or for the first time.
    pub repeated: Vec<Repeated>,
    /// What the repeated ones may cost together, in US dollars; missing when a price is not known.
    pub cost_usd: Option<Range>,
    /// The steps among them that write, and so act again.
    pub writes_again: Vec<StepPath>,
}

/// A step run whose output stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Kept {
    /// The step run.
    pub path: StepPath,
    /// Its label.
    pub label: String,
}

/// A step run that runs again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Repeated {
    /// The step run.
    pub path: StepPath,
    /// Its label.
    pub label: String,
    /// Why it runs.
    pub reason: RerunReason,
    /// The step whose output it uses, when that is why.
    pub because_of: Option<String>,
    /// What it may cost, in US dollars; missing when the price is not known.
    pub cost_usd: Option<Range>,
}

status!(
    /// Why a step run runs again.
    RerunReason {
        /// It is the one that was asked for.
        Requested = "requested",
        /// It has not completed.
        NotCompleted = "not_completed",
        /// It was made from an output that a person has replaced since.
        Stale = "stale",
        /// It uses the output of a step that runs again.
        UsesRepeated = "uses_repeated",
    }
);
