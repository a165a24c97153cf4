//! Tools as their server describes them, in the vocabulary of workflows.

use sluice_tools::{Annotations, ToolInfo};
use sluice_types::{McpServer, McpTool, StepEffect, Tool, ToolAnnotations};

/// The effect that a server declares for a tool.
fn declared_effect(annotations: &Annotations) -> StepEffect {
    if annotations.read_only == Some(true) { StepEffect::Reads } else { StepEffect::Writes }
}

/// The effect that counts: what the server says only when an admin trusts it.
pub fn effect(server: &McpServer, annotations: &Annotations) -> StepEffect {
    if server.trusted { declared_effect(annotations) } else { StepEffect::Writes }
}

/// Whether steps and agents may call a tool.
pub fn is_allowed(server: &McpServer, name: &str) -> bool {
    server.allowed_tools.is_empty() || server.allowed_tools.iter().any(|allowed| allowed == name)
}

/// A tool with an effect.
pub fn tool(server: &McpServer, info: &ToolInfo, effect: StepEffect) -> Tool {
    Tool {
        id: format!("{}:{}", server.id, info.name),
        server_id: Some(server.id.clone()),
        name: info.name.clone(),
        title: info.title.clone(),
        description: info.description.clone(),
        input_schema: info.input_schema.clone(),
        output_schema: info.output_schema.clone(),
        effect,
    }
}

/// A tool for those who configure its server.
pub fn configured_tool(server: &McpServer, info: &ToolInfo) -> McpTool {
    let Annotations { read_only, destructive, idempotent, open_world } = info.annotations;
    McpTool {
        id: format!("{}:{}", server.id, info.name),
        name: info.name.clone(),
        title: info.title.clone(),
        description: info.description.clone(),
        input_schema: info.input_schema.clone(),
        output_schema: info.output_schema.clone(),
        annotations: ToolAnnotations { read_only, destructive, idempotent, open_world },
        effect: effect(server, &info.annotations),
        allowed: is_allowed(server, &info.name),
    }
}

/// A tool to store: with the effect that its server declares.
pub fn declared(server: &McpServer, info: &ToolInfo) -> McpTool {
    McpTool { effect: declared_effect(&info.annotations), ..configured_tool(server, info) }
}
