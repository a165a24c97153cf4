//! Identifiers. Each kind is a type of its own, so that a step id cannot be used as a path. Each is validated when it
//! is parsed and trusted afterwards.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::limits::{MAX_PATH_BYTES, MAX_SLUG_CHARS};

/// The reason why a text is not an identifier of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a valid {kind}: {rule}")]
pub struct IdError {
    kind: &'static str,
    given: String,
    rule: &'static str,
}

const SLUG_RULE: &str = "use a letter, then up to 99 letters, digits, `-` or `_`";

/// A number without leading zeros, so that a path has one spelling.
fn is_index(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

fn is_slug(text: &str) -> bool {
    let mut chars = text.chars();
    text.len() <= MAX_SLUG_CHARS
        && chars.next().is_some_and(|first| first.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.chars().enumerate().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_digit() || ('a'..='f').contains(&c),
        })
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $pattern:literal, $rule:expr, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
        #[serde(transparent)]
        #[schema(pattern = $pattern)]
        pub struct $name(String);

        impl $name {
            /// Parses the text; the error describes the fault.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) { Ok(Self(text)) } else { Err(IdError { kind: $kind, given: text.chars().take(120).collect(), rule: $rule }) }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

text_id!(
    /// A workflow's id: a slug, unique in its tenant.
    WorkflowId, "workflow id", "^[a-zA-Z][a-zA-Z0-9_-]{0,99}$", SLUG_RULE, is_slug
);
text_id!(
    /// A step's id: a slug, unique in its workflow.
    StepId, "step id", "^[a-zA-Z][a-zA-Z0-9_-]{0,99}$", SLUG_RULE, is_slug
);
text_id!(
    /// The name of a branch or a case: a slug, unique in its step.
    BranchName, "branch name", "^[a-zA-Z][a-zA-Z0-9_-]{0,99}$", SLUG_RULE, is_slug
);
text_id!(
    /// A persona's id: a slug, unique in its tenant.
    PersonaId, "persona id", "^[a-zA-Z][a-zA-Z0-9_-]{0,99}$", SLUG_RULE, is_slug
);
text_id!(
    /// An agent's id: a slug, unique in its tenant.
    AgentId, "agent id", "^[a-zA-Z][a-zA-Z0-9_-]{0,99}$", SLUG_RULE, is_slug
);
text_id!(
    /// The id of an MCP server: a slug, unique in its tenant. `native` is reserved.
    McpServerId, "MCP server id", "^[a-zA-Z][a-zA-Z0-9_-]{0,99}$",
    "use a letter, then up to 99 letters, digits, `-` or `_`; `native` is reserved",
    |text| is_slug(text) && text != crate::tools::NATIVE
);
text_id!(
    /// A tenant's id: a slug.
    TenantId, "tenant id", "^[a-zA-Z][a-zA-Z0-9_-]{0,99}$", SLUG_RULE, is_slug
);
text_id!(
    /// An execution's id: `execution-` and a UUID v7, so ids sort by the time they were made.
    ExecutionId, "execution id", "^execution-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "it is `execution-` followed by a UUID",
    |text| text.strip_prefix("execution-").is_some_and(is_uuid)
);
text_id!(
    /// A generation's id: `generation-` and a UUID v7, so ids sort by the time they were made.
    GenerationId, "generation id", "^generation-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "it is `generation-` followed by a UUID",
    |text| text.strip_prefix("generation-").is_some_and(is_uuid)
);
text_id!(
    /// Path of a step run in an execution: step ids, branch names and item numbers joined by dots,
    /// as in `fan.eu.draft` or `each.0.draft`.
    StepPath, "step path",
    r"^[a-zA-Z][a-zA-Z0-9_-]{0,99}(\.([a-zA-Z][a-zA-Z0-9_-]{0,99}|0|[1-9][0-9]{0,8}))*$",
    "it is a step id, then branch names, item numbers and step ids, joined by dots",
    |text| text.len() <= MAX_PATH_BYTES && text.split('.').enumerate().all(|(at, part)| is_slug(part) || (at > 0 && is_index(part)))
);

// For ranges of paths by text: equality, order and hash are those of the text.
impl Borrow<str> for StepPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl StepPath {
    /// The path of a step in the workflow's top-level list.
    #[must_use]
    pub fn top(step: &StepId) -> Self {
        Self(step.0.clone())
    }
}

impl StepId {
    /// The id of a step without an id, derived from its label.
    #[must_use]
    pub fn from_label(label: &str) -> Self {
        Self(slug_from_name(label, "step"))
    }

    /// The same id with a number, as `draft-2`; it is cut where it would be too long.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        Self(numbered(&self.0, number))
    }
}

impl From<&StepId> for BranchName {
    fn from(id: &StepId) -> Self {
        Self(id.0.clone())
    }
}

impl BranchName {
    /// The name of a branch that people call so.
    #[must_use]
    pub fn from_label(label: &str) -> Self {
        Self(slug_from_name(label, "branch"))
    }

    /// The same name with a number, as `eu-2`; it is cut where it would be too long.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        Self(numbered(&self.0, number))
    }
}

/// A slug with a number behind it; it is cut where it would be too long.
fn numbered(slug: &str, number: u32) -> String {
    let number = format!("-{number}");
    let room = MAX_SLUG_CHARS.saturating_sub(number.len());
    format!("{}{number}", slug.get(..room).unwrap_or(slug))
}

impl TenantId {
    /// The one tenant of a server that runs without a login.
    #[must_use]
    pub fn local() -> Self {
        Self("local".into())
    }
}

/// Ids that no workflow may have: they are literal parts of addresses.
pub const RESERVED_WORKFLOW_IDS: [&str; 5] = ["executions", "resources", "templates", "generate", "step-templates"];

/// Derives a slug from a name: `market-brief` from `Market brief!`. A name without letters and digits yields
/// `fallback`.
#[must_use]
pub fn slug_from_name(name: &str, fallback: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    if !slug.starts_with(|first: char| first.is_ascii_alphabetic()) {
        let joint = if slug.is_empty() { "" } else { "-" };
        slug = format!("{fallback}{joint}{slug}");
    }
    slug.truncate(MAX_SLUG_CHARS);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_letter_and_up_to_99_more() {
        assert!(WorkflowId::new("a".repeat(MAX_SLUG_CHARS)).is_ok());
        assert!(WorkflowId::new("a".repeat(MAX_SLUG_CHARS + 1)).is_err());
        for wrong in ["", "1a", "a b", "a.b", "ä", "-a"] {
            assert!(WorkflowId::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn paths_hold_ids_and_numbers() {
        for right in ["research", "fan.eu.draft", "each.0.draft", "polish.3.critique"] {
            assert!(StepPath::new(right).is_ok(), "{right}");
        }
        for wrong in ["", ".", "a.", "a..b", "a.b c", "0", "each.01.draft", "each.1234567890"] {
            assert!(StepPath::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn execution_ids_hold_a_uuid() {
        assert!(ExecutionId::new("execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11").is_ok());
        assert!(ExecutionId::new("execution-0199E0F4-7b1c-7cc0-8a4e-6f0d7b2c9a11").is_err());
        assert!(ExecutionId::new("0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11").is_err());
    }

    #[test]
    fn slugs_come_from_names() {
        assert_eq!(slug_from_name("Market brief!", "workflow"), "market-brief");
        assert_eq!(slug_from_name("2026 plan", "workflow"), "workflow-2026-plan");
        assert_eq!(slug_from_name("日本", "workflow"), "workflow");
        assert!(WorkflowId::new(slug_from_name(&"x ".repeat(300), "workflow")).is_ok());
    }
}
