//! Tools as their server describes them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
