//! Tools as their server describes them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_types::StepEffect;

/// A tool of a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolInfo {
    /// Its name at the server. It may hold any characters: see [`crate::names`] for names that providers accept.
    pub name: String,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does, for people and models; empty when the server says nothing.
    #[serde(default)]
    pub description: String,
    /// JSON Schema of its arguments: an object.
    pub input_schema: Value,
    /// JSON Schema of its structured result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// What its server says of its effect.
    #[serde(default)]
    pub annotations: Annotations,
}

/// Hints of a server on a tool's effect. They come from the server itself: count them only when its admin trusts it.
/// `None` means that the server does not say.
///
/// Source: <https://modelcontextprotocol.io/specification/2025-11-25/schema#toolannotations>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotations {
    /// It changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// It may delete or overwrite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destructive: Option<bool>,
    /// A repetition with the same arguments changes nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// It reaches beyond its server, for example into the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_world: Option<bool>,
}

impl Annotations {
    /// The effect of a call, when its step says nothing else. A server that is not trusted is taken to write, whatever
    /// it says.
    #[must_use]
    pub fn effect(self, is_trusted: bool) -> StepEffect {
        if is_trusted && self.read_only == Some(true) { StepEffect::Reads } else { StepEffect::Writes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_server_is_believed_that_it_reads() {
        let reads = Annotations { read_only: Some(true), ..Annotations::default() };
        assert_eq!(reads.effect(true), StepEffect::Reads);
        assert_eq!(reads.effect(false), StepEffect::Writes);
        for unclear in [Annotations::default(), Annotations { read_only: Some(false), ..reads }] {
            assert_eq!(unclear.effect(true), StepEffect::Writes);
        }
    }
}
