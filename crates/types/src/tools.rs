//! Tools: what steps and agents can call, and how they name it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::definition::StepEffect;
use crate::ids::McpServerId;
use crate::limits::MAX_TOOL_NAME_CHARS;

/// The word before the name of a tool that is built in.
pub const NATIVE: &str = "native";
/// The name that stands for all tools of a server, where an agent lists its tools.
pub const ALL_TOOLS: &str = "*";

/// The tools that are built in, with what calling each twice would do.
pub const NATIVE_TOOLS: [(&str, StepEffect); 6] = [
    ("calculate", StepEffect::Pure),
    ("current_time", StepEffect::Reads),
    ("http_get", StepEffect::Reads),
    ("http_request", StepEffect::Writes),
    ("json_query", StepEffect::Pure),
    ("wait", StepEffect::Pure),
];

/// Where a tool is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ToolSource {
    /// Built in.
    Native,
    /// On an MCP server.
    Server(McpServerId),
}

/// The id of a tool: `native:name`, or `server-id:name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ToolId {
    /// Where it is.
    pub source: ToolSource,
    /// Its name there.
    pub name: String,
}

impl fmt::Display for ToolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            ToolSource::Native => write!(f, "{NATIVE}:{}", self.name),
            ToolSource::Server(server) => write!(f, "{server}:{}", self.name),
        }
    }
}

impl FromStr for ToolId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rule = "name a tool as `native:name`, or as `server-id:name`";
        let (source, name) = text.split_once(':').ok_or_else(|| rule.to_owned())?;
        if name.is_empty() || name.chars().count() > MAX_TOOL_NAME_CHARS || name.chars().any(char::is_control) {
            return Err(format!("{rule}, with a name of up to {MAX_TOOL_NAME_CHARS} characters"));
        }
        let source = match source {
            NATIVE => ToolSource::Native,
            server => ToolSource::Server(McpServerId::new(server).map_err(|error| error.to_string())?),
        };
        Ok(Self { source, name: name.to_owned() })
    }
}

/// A tool, as its server describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tool {
    /// `native:name`, or `server-id:name`.
    pub id: String,
    /// The MCP server that has it; `null` for a tool that is built in.
    pub server_id: Option<McpServerId>,
    /// Its name on the server.
    pub name: String,
    /// The name that people read.
    pub title: Option<String>,
    /// What it does.
    pub description: String,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
    /// JSON Schema of its structured result, if it says one.
    pub output_schema: Option<Value>,
    /// What calling it twice would do. A server that an admin has not marked as trusted does not decide that itself.
    pub effect: StepEffect,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_named_by_its_source_and_its_name() {
        for text in ["native:http_get", "files:read_file", "search:web.find/2"] {
            assert_eq!(text.parse::<ToolId>().unwrap().to_string(), text);
        }
        for wrong in ["", "http_get", "files:", ":x", "a b:c", "files:a\nb"] {
            assert!(wrong.parse::<ToolId>().is_err(), "{wrong:?}");
        }
        assert!(format!("files:{}", "x".repeat(MAX_TOOL_NAME_CHARS + 1)).parse::<ToolId>().is_err());
    }
}
