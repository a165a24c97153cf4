//! The native tools as one type.

use std::time::Duration;

use serde_json::{Map, Value};
use sluice_types::StepEffect;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::context::NativeContext;
use super::{calculate, current_time, http_get, http_request, json_query, wait};
use crate::annotations::ToolInfo;
use crate::error::{Sent, ToolError, ToolErrorKind};
use crate::output::ToolOutput;
use crate::schema;

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

impl NativeTool {
    /// The tool with this name, without `native:`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        all().iter().copied().find(|tool| tool.name() == name)
    }

    /// Its name, without `native:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HttpGet => "http_get",
            Self::HttpRequest => "http_request",
            Self::CurrentTime => "current_time",
            Self::JsonQuery => "json_query",
            Self::Calculate => "calculate",
            Self::Wait => "wait",
        }
    }

    /// Its effect, when a step says nothing else.
    #[must_use]
    pub fn effect(self) -> StepEffect {
        match self {
            Self::HttpGet | Self::CurrentTime => StepEffect::Reads,
            Self::HttpRequest => StepEffect::Writes,
            Self::JsonQuery | Self::Calculate | Self::Wait => StepEffect::Pure,
        }
    }

    /// Its description and its schemas.
    #[must_use]
    pub fn info(self) -> ToolInfo {
        match self {
            Self::HttpGet => http_get::info(),
            Self::HttpRequest => http_request::info(),
            Self::CurrentTime => current_time::info(),
            Self::JsonQuery => json_query::info(),
            Self::Calculate => calculate::info(),
            Self::Wait => wait::info(),
        }
    }

    /// Checks the arguments against the schema and calls it, for at most `limit`. [`Self::Wait`] returns at once with
    /// `{"seconds": …}`: the engine waits.
    pub async fn call(
        self,
        arguments: Map<String, Value>,
        context: &NativeContext,
        limit: Duration,
    ) -> Result<ToolOutput, ToolError> {
        let arguments = self.checked(arguments).await?;
        let called = async {
            match self {
                Self::HttpGet => http_get::call(&arguments, context).await,
                Self::HttpRequest => http_request::call(&arguments, context).await,
                Self::CurrentTime => current_time::call(&arguments, (context.now)()),
                Self::JsonQuery => off_thread(move || json_query::call(&arguments)).await,
                Self::Calculate => calculate::call(&arguments),
                Self::Wait => wait::call(&arguments),
            }
        };
        timeout(limit, called).await.unwrap_or_else(|_| {
            let message = format!(
                "`{}` did not end within {} s. Raise the time limit of the step.",
                self.name(),
                limit.as_secs_f64()
            );
            Err(ToolError::new(ToolErrorKind::Timeout, Sent::Maybe, message))
        })
    }

    async fn checked(self, arguments: Map<String, Value>) -> Result<Value, ToolError> {
        off_thread(move || {
            let arguments = Value::Object(arguments);
            schema::check_arguments(&self.info().input_schema, &arguments)?;
            Ok(arguments)
        })
        .await
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ToolError> + Send + 'static,
) -> Result<T, ToolError> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(ToolError::new(ToolErrorKind::Cancelled, Sent::No, "This server stops.")))
}

/// The error for arguments that fit the schema and are wrong all the same.
pub(super) fn invalid(pointer: &str, message: String) -> ToolError {
    let error = ToolError::new(ToolErrorKind::InvalidArguments, Sent::No, message);
    ToolError { pointer: Some(pointer.to_owned()), ..error }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use serde_json::json;
    use sluice_outgoing::NetworkPolicy;

    use super::*;

    #[test]
    fn every_tool_has_a_schema_that_is_checked_and_is_found_by_its_name() {
        for tool in all() {
            let info = tool.info();
            assert_eq!(NativeTool::named(&info.name), Some(*tool));
            assert_eq!(schema::check_schema(&info.input_schema), Ok(()), "{}", info.name);
            assert!(!info.description.is_empty());
            let read_only = tool.effect() != StepEffect::Writes;
            assert_eq!(info.annotations.read_only, Some(read_only), "{}", info.name);
        }
        assert_eq!(NativeTool::named("native:wait"), None);
    }

    #[tokio::test]
    async fn arguments_are_checked_before_the_call() {
        let context = NativeContext::new(NetworkPolicy::PublicOnly, || SystemTime::UNIX_EPOCH);
        let wrong = json!({"expression": 1, "more": true});
        let Value::Object(wrong) = wrong else { unreachable!() };
        let error = NativeTool::Calculate.call(wrong, &context, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!((error.kind, error.sent), (ToolErrorKind::InvalidArguments, Sent::No));
        assert!(error.pointer.is_some() && error.message.contains("more"), "{error}");
    }
}
