//! The work of an attempt and its reports: the port between the machine's driver and an executor.
//!
//! Nothing here knows the event hub or the database, so that an [`crate::executor::Executor`] can run in this process or
//! on another machine.

use std::time::Duration;

use serde_json::{Map, Value};
use sluice_providers::{ModelCall, ToolCall};
use sluice_store::ListedTool;
use sluice_tools::Progress;
use sluice_types::{Attachment, FinishReason, StepPath, TokenUsage, ToolId};

use tokio::sync::watch;

use crate::retry::Failure;

/// The work of an attempt.
#[derive(Debug, Clone)]
pub enum Work {
    /// Calls a model once.
    Model(Box<ModelCall>),
    /// Calls a tool once.
    Tool(Box<ToolWork>),
    /// Lists the tools of an agent, as its step names them.
    ListTools(Vec<String>),
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolWork {
    /// The tool.
    pub tool: ToolId,
    /// The arguments, with the values filled in.
    pub arguments: Map<String, Value>,
    /// The timeout of the step; the default of the tool's server when the step does not say.
    pub timeout: Option<Duration>,
}

/// What work made, besides the text that it reported.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Made {
    /// Nothing but its text.
    #[default]
    Text,
    /// The calls of tools that a model asks for, and the parts of its answer that its provider wants back.
    Calls {
        /// The calls.
        calls: Vec<ToolCall>,
        /// The parts to send back unchanged.
        replay: Vec<Value>,
    },
    /// The tools of an agent.
    Tools(Vec<ListedTool>),
    /// The result of a tool, also when it says that it failed.
    Result {
        /// Its text, or its structured content.
        value: Value,
        /// The parts that are neither.
        attachments: Vec<Attachment>,
    },
}

/// Receiver of progress reports.
pub trait Sink: Send + Sync {
    /// The request was sent: from now on it may have acted, even if the answer is lost.
    fn sent(&self) -> impl Future<Output = ()> + Send;

    /// The next piece of the answer's text arrived.
    fn text(&self, piece: &str) -> impl Future<Output = ()> + Send;

    /// The next piece of what the model thinks arrived. It is no part of the answer's text.
    fn thinking(&self, piece: &str) -> impl Future<Output = ()> + Send;

    /// The call of a tool has come further. Reads the newest report when it can be passed on; the reports before it are
    /// dropped.
    fn progress(&self, newest: &mut watch::Receiver<Option<Progress>>) -> impl Future<Output = ()> + Send;
}

/// The end of an answer, as the provider reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// Why the answer ended.
    pub reason: FinishReason,
    /// The provider's own word for that.
    pub word: Option<String>,
}

/// The end of work.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkEnd {
    /// The provider's usage, if it reported one.
    pub usage: Option<TokenUsage>,
    /// The end of the answer, if the provider reported one.
    pub finish: Option<Finish>,
    /// How the request was adjusted to the model, in sentences for people.
    pub notes: Vec<String>,
    /// What it made besides text.
    pub made: Made,
    /// Success, or the failure. An answer that was cut, refused or withheld is a success here: the machine judges it.
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
    /// What the model thought so far.
    pub thinking: String,
    /// Whether pieces of the text were checkpointed.
    pub checkpointed: bool,
    /// The provider's usage, if it reported one.
    pub usage: Option<TokenUsage>,
    /// The end of the answer, if the provider reported one.
    pub finish: Option<Finish>,
    /// How the request was adjusted to the model, in sentences for people.
    pub notes: Vec<String>,
    /// What it made besides text.
    pub made: Made,
    /// The output, or the failure.
    pub result: Result<Value, Failure>,
}
