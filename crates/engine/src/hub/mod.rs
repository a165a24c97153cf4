//! The live streams: publishes the events of an execution to its readers.

mod channel;
mod frame;
mod pace;
mod text;

pub(crate) use channel::Advance;
pub use channel::{Channel, Hub};
pub use frame::{Frame, TextEnd, TextKind};
