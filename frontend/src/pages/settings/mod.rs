//! The settings: providers and their keys, personas, agents, MCP servers, how the app looks.

mod agent_form;
mod agents;
mod mcp_log;
mod mcp_server;
mod mcp_server_form;
mod mcp_servers;
mod mcp_tools;
mod page;
mod persona_form;
mod personas;
mod provider_form;
mod providers;

pub use agents::Agents;
pub use mcp_servers::McpServers;
pub use page::{Appearance, SettingsPage};
pub use personas::Personas;
pub use providers::Providers;
