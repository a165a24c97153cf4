//! The agents, MCP servers and tools that a definition names.

use std::collections::BTreeSet;

use crate::definition::StepKind;
use crate::ids::{AgentId, McpServerId};
use crate::index::Index;
use crate::tools::{ALL_TOOLS, NATIVE, ToolId, ToolSource};

/// The agents, MCP servers and tools that a definition names itself. What its agents name is theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamedResources {
    /// The agents.
    pub agents: BTreeSet<AgentId>,
    /// The servers, those of the tools included.
    pub mcp_servers: BTreeSet<McpServerId>,
    /// The tools. `server-id:*` stands for all tools of a server, and for those of them that are named besides.
    pub tools: BTreeSet<String>,
}

impl Index {
    /// The agents, MCP servers and tools that the steps name. Names that are no ids are left to the lint.
    #[must_use]
    pub fn named_resources(&self) -> NamedResources {
        let mut named = NamedResources::default();
        for place in self.places() {
            match &place.step.kind {
                StepKind::Agent(agent) => {
                    named.agents.extend(agent.agent_id.clone());
                    agent.tools.iter().for_each(|tool| named.add_tool(tool));
                }
                StepKind::Tool(tool) => named.add_tool(&tool.tool),
                StepKind::Llm(_)
                | StepKind::Review(_)
                | StepKind::Parallel(_)
                | StepKind::Conditional(_)
                | StepKind::Loop(_)
                | StepKind::Unknown(_) => {}
            }
        }
        let all: BTreeSet<&str> = named.tools.iter().filter_map(|tool| source_of_all(tool)).collect();
        let is_counted = |tool: &String| source_of_all(tool).is_some() || !all.contains(source(tool));
        let tools = named.tools.iter().filter(|tool| is_counted(tool)).cloned().collect();
        NamedResources { tools, ..named }
    }
}

impl NamedResources {
    fn add_tool(&mut self, named: &str) {
        let Ok(id) = named.parse::<ToolId>() else { return };
        if let ToolSource::Server(server) = id.source {
            self.mcp_servers.insert(server);
        }
        self.tools.insert(named.to_owned());
    }
}

fn source(tool: &str) -> &str {
    tool.split_once(':').map_or(NATIVE, |(source, _)| source)
}

/// The source whose tools are all named.
fn source_of_all(tool: &str) -> Option<&str> {
    tool.split_once(':').filter(|(_, name)| *name == ALL_TOOLS).map(|(source, _)| source)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_all_steps_are_gathered_once() {
        let definition = serde_json::from_value(json!({"steps": [
            {"label": "A", "type": "agent", "prompt": "x", "agent_id": "scout", "tools": ["files:*", "files:read", "web:get"]},
            {"label": "P", "type": "parallel", "branches": [{"name": "b", "steps": [
                {"label": "T", "type": "tool", "tool": "native:wait"}, {"label": "U", "type": "tool", "tool": "no id"}]}]},
            {"label": "W", "type": "tool", "tool": "web:get"},
        ]}))
        .unwrap();
        let named = Index::of(&definition).named_resources();
        let texts = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(named.agents.iter().map(AgentId::as_str).collect::<Vec<_>>(), ["scout"]);
        assert_eq!(named.mcp_servers.iter().map(McpServerId::as_str).collect::<Vec<_>>(), ["files", "web"]);
        assert_eq!(named.tools.into_iter().collect::<Vec<_>>(), texts(vec!["files:*", "native:wait", "web:get"]));
    }
}
