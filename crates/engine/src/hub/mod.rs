//! The live streams: publishes the events of an execution to its readers.

mod channel;
mod frame;
mod text;

pub use channel::{Channel, Hub};
pub use frame::{Frame, TextEnd, TextKind};
