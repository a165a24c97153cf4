//! The rows of the report.

use std::path::PathBuf;
use std::time::Duration;

use super::seeded::Seeded;
use crate::fail::Failure;

/// A named measurement.
pub struct Row {
    /// The argument of `cargo xtask bench`.
    pub name: &'static str,
    /// Takes the measurement.
    pub run: fn(&Bench) -> Result<Vec<Figure>, Failure>,
}

/// One number, or a few that belong together.
pub struct Figure {
    /// The measured quantity.
    pub what: String,
    /// The measured value with its unit.
    pub value: String,
    /// The aim of the design; empty when the number is only for comparison.
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

/// The shared state of all rows.
pub struct Bench {
    /// Data directories go here; emptied before the first row.
    pub folder: PathBuf,
    /// One small durable write on this disk, p50.
    pub commit: Duration,
    /// The data directory with many workflows, filled by the first row that needs it.
    pub seeded: Seeded,
}
