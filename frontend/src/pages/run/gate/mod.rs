//! The panel of a step that waits for a person.

mod form;
mod other;
mod panel;
mod review;

pub use panel::GatePanel;
