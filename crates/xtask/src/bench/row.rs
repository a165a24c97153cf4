//! What a row of the report is.

use std::path::PathBuf;
use std::time::Duration;

use super::seeded::Seeded;
use crate::fail::Failure;

/// One measurement that can be run by its name.
pub struct Row {
    /// What one types after `cargo xtask bench`.
    pub name: &'static str,
    /// Takes the measurement.
    pub run: fn(&Bench) -> Result<Vec<Figure>, Failure>,
}

/// One number, or a few that belong together.
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// What came out, with its unit.
    pub value: String,
    /// What the design wants; empty when the number is only for comparison.
    pub aim: String,
    /// Whether the aim is reached; `None` without an aim.
    pub reached: Option<bool>,
}

impl Figure {
    /// A number with an aim.
    pub fn with_aim(what: impl Into<String>, value: impl Into<String>, aim: impl Into<String>, reached: bool) -> Self {
        Self { what: what.into(), value: value.into(), aim: aim.into(), reached: Some(reached) }
    }

    /// A number for comparison.
    pub fn plain(what: impl Into<String>, value: impl Into<String>) -> Self {
        Self { what: what.into(), value: value.into(), aim: String::new(), reached: None }
    }
}

/// What all rows share.
pub struct Bench {
    /// Data directories go here; emptied before the first row.
    pub folder: PathBuf,
    /// One small durable write on this disk, p50.
    pub commit: Duration,
    /// The data directory with many workflows, filled by the first row that needs it.
    pub seeded: Seeded,
}
