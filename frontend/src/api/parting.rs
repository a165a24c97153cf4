//! The last calls of a page that is being left: sent without anybody waiting for an answer.

use js_sys::Reflect;
use leptos::prelude::window;
use sluice_types::{AgentId, ExecutionId, McpServerId, PersonaId, WorkflowId};
use wasm_bindgen::JsValue;
use web_sys::RequestInit;

use super::http::BASE;

/// Removes a workflow with its executions.
pub fn delete_workflow(id: &WorkflowId) {
    delete(&format!("/workflows/{id}"));
}

/// Removes a persona.
pub fn delete_persona(id: &PersonaId) {
    delete(&format!("/personas/{id}"));
}

/// Removes an agent.
pub fn delete_agent(id: &AgentId) {
    delete(&format!("/agents/{id}"));
}

/// Removes an MCP server.
pub fn delete_mcp_server(id: &McpServerId) {
    delete(&format!("/mcp-servers/{id}"));
}

/// Removes an execution that has ended.
pub fn delete_execution(id: &ExecutionId) {
    delete(&format!("/workflows/executions/{id}"));
}

fn delete(path: &str) {
    let request = RequestInit::new();
    request.set_method("DELETE");
    // `keepalive` lets the browser finish the call after the page is gone. It is not in web-sys yet.
    let _set = Reflect::set(&request, &JsValue::from_str("keepalive"), &JsValue::TRUE);
    let _nobody_waits = window().fetch_with_str_and_init(&format!("{BASE}{path}"), &request);
}
