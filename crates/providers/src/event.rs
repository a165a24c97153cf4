//! The pieces of an answer as it is written.

use std::pin::Pin;

use futures_util::Stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_types::{FinishReason, TokenUsage};

use crate::error::ProviderError;

/// One event of a model's stream.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelEvent {
    /// The request was sent again in another form, because the model refused a part of it: why, as a sentence.
    Note(String),
    /// The next piece of the answer's text; never empty.
    Text(String),
    /// The next piece of what the model thinks; never empty and never a part of the answer.
    Thinking(String),
    /// The model begins to call a tool.
    ToolCall {
        /// Number of the call in this answer, from 0.
        index: usize,
        /// Name of the tool.
        name: String,
    },
    /// The next piece of the arguments of a call, which are JSON.
    ToolArguments {
        /// Number of the call in this answer.
        index: usize,
        /// The piece.
        piece: String,
    },
    /// The answer has ended. The last event of a stream without error, exactly once.
    Finished(Finish),
}

/// The end of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Finish {
    /// Why it ended.
    pub reason: FinishReason,
    /// The provider's own word for the reason.
    pub word: Option<String>,
    /// The provider's count; `None` without one.
    pub usage: Option<TokenUsage>,
    /// The calls of tools, whole.
    pub tool_calls: Vec<ToolCall>,
    /// The parts of the answer that the provider wants back unchanged in the next call (signed thoughts).
    pub replay: Vec<Value>,
}

/// A model's call of a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Id of the call, which its result names. Made up where a provider gives none.
    pub id: String,
    /// Name of the tool.
    pub name: String,
    /// The arguments: an object, or the text that the model wrote when it is no JSON.
    pub arguments: Value,
}

/// The answer as it is written. It ends after `Finished` or after the first error.
pub type ModelStream = Pin<Box<dyn Stream<Item = Result<ModelEvent, ProviderError>> + Send>>;
