//! Tools that need no server. Their ids begin with `native:`.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};
use sluice_providers::NetworkPolicy;
use sluice_types::StepEffect;

use crate::annotations::ToolInfo;
use crate::error::ToolError;
use crate::output::ToolOutput;

/// A native tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NativeTool {
    /// `http_get`: reads an address of the web.
    HttpGet,
    /// `http_request`: sends a request with any method.
    HttpRequest,
    /// `current_time`: the time in UTC and in an offset.
    CurrentTime,
    /// `json_query`: selects values from JSON by a JSONPath (RFC 9535).
    JsonQuery,
    /// `calculate`: evaluates an arithmetic expression.
    Calculate,
    /// `wait`: waits for a time. The engine carries it out, so that the wait survives a restart.
    Wait,
}

/// What native tools are given.
#[derive(Clone, Debug)]
pub struct NativeContext {
    /// The networks that requests may reach.
    pub policy: NetworkPolicy,
    /// Tells the time.
    pub now: fn() -> SystemTime,
    /// The longest time of a call.
    pub timeout: Duration,
}

/// All native tools, in the order in which they are offered.
#[must_use]
pub fn all() -> &'static [NativeTool] {
    &[
        NativeTool::HttpGet,
        NativeTool::HttpRequest,
        NativeTool::CurrentTime,
        NativeTool::JsonQuery,
        NativeTool::Calculate,
        NativeTool::Wait,
    ]
}

#[allow(clippy::todo, clippy::unused_async, unused_variables, reason = "the interface comes first")]
impl NativeTool {
    /// The tool with this name, without `native:`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        all().iter().copied().find(|tool| tool.name() == name)
    }

    /// Its name, without `native:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        todo!()
    }

    /// Its effect, when a step says nothing else.
    #[must_use]
    pub fn effect(self) -> StepEffect {
        todo!()
    }

    /// Its description and its schemas.
    #[must_use]
    pub fn info(self) -> ToolInfo {
        todo!()
    }

    /// Checks the arguments against the schema and calls it. [`Self::Wait`] returns at once with
    /// `{"seconds": …}`: the engine waits.
    pub async fn call(self, arguments: Map<String, Value>, context: &NativeContext) -> Result<ToolOutput, ToolError> {
        todo!()
    }
}
