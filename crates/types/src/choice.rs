//! What a container decided, and why. It is decided once and recorded: planning and recovery read it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::status::status;

/// What a container decided. Its type says which fields it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// `conditional`: the case that was taken, or `otherwise`; absent when no case matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// `parallel`: the number of branches or items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// `parallel`, once it has completed: the number of branches or items that failed while the others went on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<u32>,
    /// `loop`: the number of rounds that have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u32>,
    /// `loop`, once it has ended: the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<LoopEnd>,
    /// The conditions that were tested, in this order; of a `loop`, the newest 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tested: Vec<Tested>,
}

status!(
    /// The reason why a loop ended.
    LoopEnd {
        /// Its `until` was true.
        Until = "until",
        /// It had as many rounds as it may have, and its `until` was false after the last one.
        MaxIterations = "max_iterations",
    }
);

/// A condition that was tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tested {
    /// `conditional`: the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// `loop`: the round after which it was tested, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iteration: Option<u32>,
    /// Whether it was true.
    pub held: bool,
    /// The values that it read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<SeenValue>,
}

/// A value that a condition read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeenValue {
    /// The name in the condition, as `steps.Classify.kind`.
    pub name: String,
    /// The beginning of the value: a text as it is, anything else as JSON.
    pub value: String,
}
