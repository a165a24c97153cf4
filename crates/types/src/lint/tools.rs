//! Agents, and the tools that steps name.

use super::LintContext;
use super::report::Findings;
use crate::definition::{AgentStep, StepKind};
use crate::index::{Index, Place};
use crate::tools::{ALL_TOOLS, NATIVE_TOOLS, ToolId, ToolSource};

pub(super) fn check(index: &Index, context: &LintContext, findings: &mut Findings) {
    for Place { step, pointer: at, .. } in index.places() {
        match &step.kind {
            StepKind::Tool(tool) if tool.tool.trim().is_empty() => {
                findings.error(format!("{at}/tool"), "no_tool", "choose the tool that the step calls");
            }
            StepKind::Tool(tool) => check_tool(&format!("{at}/tool"), &tool.tool, false, context, findings),
            StepKind::Agent(agent) => check_agent(at, agent, context, findings),
            StepKind::Llm(_)
            | StepKind::Review(_)
            | StepKind::Parallel(_)
            | StepKind::Conditional(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_) => {}
        }
    }
}

fn check_agent(at: &str, agent: &AgentStep, context: &LintContext, findings: &mut Findings) {
    if let (Some(id), Some(agents)) = (&agent.agent_id, &context.agents)
        && !agents.contains(id)
    {
        findings.error(format!("{at}/agent_id"), "unknown_agent", format!("there is no agent `{id}`"));
    }
    for (position, tool) in agent.tools.iter().enumerate() {
        let pointer = format!("{at}/tools/{position}");
        if agent.tools.iter().take(position).any(|before| before == tool) {
            findings.warning(pointer, "duplicate_tool", format!("`{tool}` is listed twice"));
        } else {
            check_tool(&pointer, tool, true, context, findings);
        }
    }
}

fn check_tool(pointer: &str, named: &str, may_be_all: bool, context: &LintContext, findings: &mut Findings) {
    let id: ToolId = match named.parse() {
        Ok(id) => id,
        Err(rule) => return findings.error(pointer, "tool_name_not_usable", rule),
    };
    if id.name == ALL_TOOLS && !may_be_all {
        return findings.error(pointer, "tool_name_not_usable", "a step calls one tool: name it");
    }
    match &id.source {
        ToolSource::Native if id.name == ALL_TOOLS || NATIVE_TOOLS.iter().any(|(name, _)| *name == id.name) => {}
        ToolSource::Native => {
            let all: Vec<&str> = NATIVE_TOOLS.iter().map(|(name, _)| *name).collect();
            let message = format!("there is no tool `{id}`; built in are {}", all.join(", "));
            findings.error(pointer, "unknown_tool", message);
        }
        ToolSource::Server(server) => {
            if context.mcp_servers.as_ref().is_some_and(|servers| !servers.contains(server)) {
                let message = format!("there is no MCP server `{server}`: add it under Settings, MCP servers");
                findings.error(pointer, "unknown_mcp_server", message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ids::{AgentId, McpServerId};
    use crate::lint::lint;

    #[test]
    fn what_is_not_there_is_told_where_it_is_named() {
        let definition = serde_json::from_value(json!({"provider": "demo", "steps": [
            {"label": "A", "type": "agent", "prompt": "x", "agent_id": "scout", "tools": ["native:*", "files:*", "files:*"]},
            {"label": "B", "type": "agent", "prompt": "x", "agent_id": "gone", "tools": ["nowhere:x", "plain"]},
            {"label": "C", "type": "tool", "tool": ""},
            {"label": "D", "type": "tool", "tool": "native:gone"},
            {"label": "E", "type": "tool", "tool": "files:*"},
            {"label": "F", "type": "tool", "tool": "native:current_time"},
        ]}))
        .unwrap();
        let context = LintContext {
            agents: Some(vec![AgentId::new("scout").unwrap()]),
            mcp_servers: Some(vec![McpServerId::new("files").unwrap()]),
            ..LintContext::default()
        };
        let report = lint(&definition, &context, None);
        let found: Vec<_> = report.findings.iter().map(|found| (found.pointer.as_str(), found.code.as_str())).collect();
        let expected = [
            ("/steps/0/tools/2", "duplicate_tool"),
            ("/steps/1/agent_id", "unknown_agent"),
            ("/steps/1/tools/0", "unknown_mcp_server"),
            ("/steps/1/tools/1", "tool_name_not_usable"),
            ("/steps/2/tool", "no_tool"),
            ("/steps/3/tool", "unknown_tool"),
            ("/steps/4/tool", "tool_name_not_usable"),
        ];
        for finding in expected {
            assert!(found.contains(&finding), "{finding:?} in {found:?}");
        }
        assert_eq!(found.len(), expected.len(), "{found:?}");
    }
}
