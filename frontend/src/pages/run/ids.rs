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

/// The row of a step in the tree.
pub fn tree_row(path: &StepPath) -> String {
    format!("row-{path}")
}
