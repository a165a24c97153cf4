//! How far the run of an agent has come.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::status::status;

/// How far the run of an agent has come. Its turns and calls are step runs inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentRun {
    /// The tools that it may call, as they were listed when it began.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Number of its turns, once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns: Option<u32>,
    /// Why it ended, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<AgentFinish>,
}

status!(
    /// The reason why an agent ended.
    AgentFinish {
        /// The model answered without calling a tool.
        Answered = "answered",
        /// It had as many turns as it may have, and its model asked for more calls of tools. The output is what it had said.
        MaxTurns = "max_turns",
    }
);
