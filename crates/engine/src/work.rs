//! The work of an attempt and its reports: the port between the machine's driver and an executor.
//!
//! Nothing here knows the event hub or the database, so that an [`crate::executor::Executor`] can run in this process or
//! on another machine.

use serde_json::Value;
use sluice_providers::ModelCall;
use sluice_types::{StepPath, TokenUsage};

use crate::retry::Failure;

/// The work of an attempt.
#[derive(Debug, Clone)]
pub enum Work {
    /// Calls a model once.
    Model(Box<ModelCall>),
}

/// Receiver of progress reports.
pub trait Sink: Send + Sync {
    /// The request was sent: from now on it may have acted, even if the answer is lost.
    fn sent(&self) -> impl Future<Output = ()> + Send;

    /// The next piece of the answer's text arrived.
    fn text(&self, piece: &str) -> impl Future<Output = ()> + Send;
}

/// The end of work.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkEnd {
    /// The provider's usage, if it reported one.
    pub usage: Option<TokenUsage>,
    /// Success, or the failure.
    pub result: Result<(), Failure>,
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptEnd {
    /// The step run.
    pub path: StepPath,
    /// The number of the attempt.
    pub attempt: i32,
    /// The text so far.
    pub content: String,
    /// Whether pieces of the text were checkpointed.
    pub checkpointed: bool,
    /// The provider's usage, if it reported one.
    pub usage: Option<TokenUsage>,
    /// The output, or the failure.
    pub result: Result<Value, Failure>,
}
