//! The panel of a step that waits for a person.

mod form;
mod other;
mod panel;
mod review;
mod tool_call;

pub use panel::GatePanel;
