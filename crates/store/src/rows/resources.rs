//! Rows of personas, credentials, agents and MCP servers.

use diesel::prelude::*;

use crate::schema::{agents, credentials, mcp_servers, mcp_tools, personas};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = personas)]
pub(crate) struct PersonaRow {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub instructions: String,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = credentials, treat_none_as_null = true)]
pub(crate) struct CredentialRow {
    pub tenant_id: String,
    pub provider: String,
    pub sealed_key: Option<Vec<u8>>,
    pub key_hint: Option<String>,
    pub base_url: Option<String>,
    pub default_model: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agents)]
pub(crate) struct AgentRow {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub settings: String,
    pub search_text: String,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mcp_servers, treat_none_as_null = true)]
pub(crate) struct McpServerRow {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub search_text: String,
    pub transport: String,
    pub sealed_secrets: Option<Vec<u8>>,
    pub allowed_tools: String,
    pub trusted: bool,
    pub timeout_seconds: Option<i32>,
    pub revision: i64,
    pub listed_at: Option<i64>,
    pub listing_error: Option<String>,
    pub listing_failed_at: Option<i64>,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = mcp_tools)]
pub(crate) struct McpToolRow {
    pub tenant_id: String,
    pub server_id: String,
    pub name: String,
    pub tool: String,
    pub search_text: String,
    pub declared_effect: String,
    pub allowed: bool,
}
