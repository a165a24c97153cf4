//! The panel of a step that waits for a person.

mod budget;
mod form;
mod other;
mod panel;
mod review;
mod seen;
mod tool_call;

pub use panel::GatePanel;
