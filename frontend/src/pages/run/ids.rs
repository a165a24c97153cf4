//! The ids of elements that the focus is led to.

use sluice_types::StepPath;

/// The heading of the panel of a gate.
pub fn gate_heading(path: &StepPath) -> String {
    format!("gate-{path}")
}

/// The heading of a step.
pub fn step_heading(path: &StepPath) -> String {
    format!("step-{path}")
}
