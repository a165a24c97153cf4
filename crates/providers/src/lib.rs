//! Model calls: wire protocols, streams, tools, structured output and errors. It knows nothing of workflows.
//!
//! A call goes this way: `address` finds the URL, a `protocol` writes the request in a `form` that the model takes,
//! `client` sends it, `framing` cuts the body into frames, the protocol reads each frame into an `answer`, which
//! tells the end of an answer from a break.

mod address;
mod answer;
pub mod call;
mod client;
pub mod demo;
mod error;
mod form;
mod framing;
mod protocol;
mod reader;
mod refusal;
mod surrogates;
mod thoughts;

pub use call::{AssistantMessage, Message, ModelCall, Tool, ToolChoice, ToolResult};
pub use client::{CHECK_TIMEOUT, Client, MAX_LIST_BYTES};
pub use error::{ERROR_MESSAGE_MAX_CHARS, ProviderError, ProviderErrorKind, shortened};
pub use event::{Finish, ModelEvent, ModelStream, ToolCall};
pub use framing::{MAX_BODY_BYTES, MAX_FRAME_BYTES};
pub use protocol::Protocol;
pub use reader::AnswerReader;
pub use sluice_outgoing::NetworkPolicy;

mod event;
