//! Agents.

use sluice_types::limits::MAX_PAGE;
use sluice_types::{Agent, AgentId, AgentPage, CreateAgent, UpdateAgent};

use super::error::ApiResult;
use super::http::Call;

/// A page of agents; as many as a page may hold.
pub async fn list(cursor: Option<String>) -> ApiResult<AgentPage> {
    Call::get("/agents").query([("limit", Some(MAX_PAGE.to_string())), ("cursor", cursor)]).answer().await
}

/// One agent.
pub async fn get(id: &AgentId) -> ApiResult<Agent> {
    Call::get(&format!("/agents/{id}")).answer().await
}

/// Creates an agent.
pub async fn create(agent: &CreateAgent) -> ApiResult<Agent> {
    Call::post("/agents").json(agent).answer().await
}

/// Saves over `version`.
pub async fn update(id: &AgentId, version: i64, agent: &UpdateAgent) -> ApiResult<Agent> {
    Call::put(&format!("/agents/{id}")).if_match(version).json(agent).answer().await
}

/// Removes an agent.
pub async fn delete(id: &AgentId) -> ApiResult<()> {
    Call::delete(&format!("/agents/{id}")).done().await
}
