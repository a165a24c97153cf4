//! The live streams: what happens in an execution, to whoever listens.

mod channel;
mod frame;
mod text;

pub use channel::{Channel, Hub};
pub use frame::{Frame, TextEnd};
