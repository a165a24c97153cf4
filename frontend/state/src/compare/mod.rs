//! Two runs side by side: their facts, their input, and their steps matched by path.

mod facts;
mod steps;

pub use facts::{input_rows, run_rows};
pub use steps::{Pair, Presence, pairs, steps_of};

/// One fact of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The fact.
    pub name: String,
    /// Its value on the first side; empty when there is none.
    pub a: String,
    /// Its value on the second side.
    pub b: String,
}

impl Row {
    fn new(name: impl Into<String>, a: impl Into<String>, b: impl Into<String>) -> Self {
        Self { name: name.into(), a: a.into(), b: b.into() }
    }

    /// Whether the sides differ.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.a != self.b
    }

    /// Whether neither side has a value.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.a.is_empty() && self.b.is_empty()
    }
}

/// The runs that an address asks to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Two runs.
    Two(sluice_types::ExecutionId, sluice_types::ExecutionId),
    /// The same run twice.
    Same(sluice_types::ExecutionId),
    /// One or both are not named, or their ids are none.
    Incomplete,
}

/// Reads the ids of an address.
#[must_use]
pub fn asked(a: Option<&str>, b: Option<&str>) -> Asked {
    let id = |text: Option<&str>| text.and_then(|text| text.trim().parse().ok());
    match (id(a), id(b)) {
        (Some(a), Some(b)) if a == b => Asked::Same(a),
        (Some(a), Some(b)) => Asked::Two(a, b),
        _ => Asked::Incomplete,
    }
}

/// The address that compares two runs: the older one comes first, as its id does.
#[must_use]
pub fn address(one: &sluice_types::ExecutionId, other: &sluice_types::ExecutionId) -> String {
    let (a, b) = if one <= other { (one, other) } else { (other, one) };
    format!("/runs/compare?a={a}&b={b}")
}

#[cfg(test)]
mod tests;
