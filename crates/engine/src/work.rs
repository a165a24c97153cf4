//! The work of an attempt, and what it reports: the port between the machine's driver and whatever carries work out.
//!
//! Nothing here knows the event hub or the database, so that an [`crate::executor::Executor`] can run in this process or
//! on another machine.

use serde_json::Value;
use sluice_types::{StepPath, TokenUsage};

use crate::providers::call::ModelCall;
use crate::retry::Failure;

/// What an attempt does.
#[derive(Debug, Clone)]
pub enum Work {
    /// Calls a model once.
    Model(Box<ModelCall>),
}

/// Where work reports what it has so far.
pub trait Sink: Send + Sync {
    /// The request was sent: from now on it may have acted, whatever happens to the answer.
    fn sent(&self) -> impl Future<Output = ()> + Send;

    /// The next piece of the answer's text arrived.
    fn text(&self, piece: &str) -> impl Future<Output = ()> + Send;
}

/// The end of work.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkEnd {
    /// What the provider counted, when it got as far as that.
    pub usage: Option<TokenUsage>,
    /// Whether it completed, or why it failed.
    pub result: Result<(), Failure>,
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptEnd {
    /// The step run.
    pub path: StepPath,
    /// The number of the attempt.
    pub attempt: i32,
    /// The text as far as it came.
    pub content: String,
    /// Whether pieces of the text were checkpointed.
    pub checkpointed: bool,
    /// What the provider counted, when it got as far as that.
    pub usage: Option<TokenUsage>,
    /// The output, or why there is none.
    pub result: Result<Value, Failure>,
}
