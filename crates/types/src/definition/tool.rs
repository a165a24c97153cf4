//! The `tool` step: one call of a tool.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The fields of a `tool` step. Its output is the tool's result: JSON when the tool gives structured content, else text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolStep {
    /// The tool to call: `native:name`, or the id of an MCP server and the name of its tool, as in `files:read_file`.
    pub tool: String,
    /// The arguments. Texts in them are templates; a text that is one template keeps the type of its value.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub arguments: Map<String, Value>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}
