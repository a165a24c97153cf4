//! The keys of the builder.

use super::Keys;

/// The keys of the page on which workflows are built.
pub const BUILDER_KEYS: Keys = &[
    ("Ctrl S", "Save"),
    ("Ctrl Z", "Undo, outside of a text"),
    ("Ctrl Shift Z", "Redo, outside of a text"),
    ("Space", "On a handle: pick the step up, then move it with the arrows"),
    ("{{", "In a prompt: offer what it can refer to"),
    ("← ↑ → ↓", "On the canvas: go from step to step"),
    ("+ − 0", "On the canvas: closer, farther, all of it"),
];
