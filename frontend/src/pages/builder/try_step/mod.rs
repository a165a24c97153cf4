//! Trying one step of the draft: the values that it reads, what it gives, and outputs pinned for later tries.

mod history;
mod model;
mod panel;
mod result;
mod values;

pub use model::{PinMark, Tries};
pub use panel::TryPanel;
