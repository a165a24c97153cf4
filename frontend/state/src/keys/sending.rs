//! The keys of pages with one thing to send.

use super::Keys;

/// The keys of the page that starts runs.
pub const START_KEYS: Keys = &[("Ctrl Enter", "Start the run")];

/// The keys of the page on which a model designs a workflow.
pub const DESCRIBE_KEYS: Keys = &[("Ctrl Enter", "Design it")];
