//! The ids of elements that the focus is led to.

use sluice_types::StepPath;

/// The heading of the panel of a gate; there is one gate at a time.
pub const GATE_HEADING: &str = "gate-heading";

/// The heading of a step.
pub fn step_heading(path: &StepPath) -> String {
    format!("step-{path}")
}
