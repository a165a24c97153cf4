//! The tools of an agent, as they are recorded when it begins.

use std::collections::HashSet;

use sluice_store::ListedTool;
use sluice_tools::names;
use sluice_types::limits::{MAX_AGENT_TOOLS, MAX_TOOL_LIST_BYTES};
use sluice_types::{ALL_TOOLS, ErrorCode, Tool, ToolId};

use crate::machine::size_of;
use crate::mcp_servers::native_tools;
use crate::retry::{Failure, Sent};

/// Tools that are being collected.
#[derive(Debug, Default)]
pub struct Listing {
    tools: Vec<ListedTool>,
    known: HashSet<String>,
}

impl Listing {
    /// Adds a native tool, or all of them.
    pub fn add_native(&mut self, id: &ToolId) -> Result<(), Failure> {
        self.add_of_server(id, native_tools())
    }

    /// Adds a tool of a server, or all of them.
    pub fn add_of_server(&mut self, id: &ToolId, there: Vec<Tool>) -> Result<(), Failure> {
        let mut found = id.name == ALL_TOOLS;
        for tool in there.into_iter().filter(|tool| id.name == ALL_TOOLS || id.name == tool.name) {
            found = true;
            self.add(tool);
        }
        if found { Ok(()) } else { Err(unknown(id)) }
    }

    /// Adds a tool, unless it is there.
    fn add(&mut self, tool: Tool) {
        let Tool { id, title, description, input_schema, effect, .. } = tool;
        if self.known.insert(id.clone()) {
            let description = if description.is_empty() { title.unwrap_or_default() } else { description };
            self.tools.push(ListedTool { name: names::provider_name(&id), id, description, input_schema, effect });
        }
    }

    /// The tools, within the limits.
    pub fn finish(self) -> Result<Vec<ListedTool>, Failure> {
        if self.tools.len() > MAX_AGENT_TOOLS {
            let message = format!(
                "The agent has {} tools, and at most {MAX_AGENT_TOOLS} are told to a model: name those that it needs.",
                self.tools.len()
            );
            return Err(refused(ErrorCode::InvalidDefinition, message));
        }
        let bytes = |tool: &ListedTool| tool.description.len() + size_of(&tool.input_schema).bytes;
        if self.tools.iter().map(bytes).sum::<usize>() > MAX_TOOL_LIST_BYTES {
            let message = format!(
                "The descriptions and schemas of the agent's tools have more than {MAX_TOOL_LIST_BYTES} bytes together: name those that it needs."
            );
            return Err(refused(ErrorCode::InvalidDefinition, message));
        }
        Ok(self.tools)
    }
}

/// The id of a tool that a step names.
pub fn parse(name: &str) -> Result<ToolId, Failure> {
    name.parse().map_err(|rule: String| refused(ErrorCode::UnknownTool, format!("`{name}` names no tool: {rule}.")))
}

/// The failure of a tool that is not there.
pub fn unknown(id: &ToolId) -> Failure {
    refused(ErrorCode::UnknownTool, format!("There is no tool `{id}`: name one that is there."))
}

fn refused(code: ErrorCode, message: String) -> Failure {
    Failure { code, message, retryable: false, retry_after: None, sent: Sent::No }
}
