//! The order of lists of executions and of what belongs to them.

use serde::Deserialize;
use utoipa::ToSchema;

/// An order by the creation of executions. It is stable: an execution never changes its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum CreationOrder {
    /// Newest first.
    #[default]
    #[serde(rename = "-created_at")]
    NewestFirst,
    /// Oldest first. A walk in this order also finds the executions that are created while it goes on.
    #[serde(rename = "created_at")]
    OldestFirst,
}

impl CreationOrder {
    /// The order as the API spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewestFirst => "-created_at",
            Self::OldestFirst => "created_at",
        }
    }
}
