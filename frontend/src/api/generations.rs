//! Generations: workflows that a model designs.

use sluice_types::{AppliedGeneration, ApplyGeneration, GenerateWorkflow, Generation, GenerationId, GenerationPage};

use super::error::ApiResult;
use super::http::{BASE, Call};

/// Starts a generation. The same key sent again gives the same one, so that nothing is paid for twice.
pub async fn start(request: &GenerateWorkflow, key: &str) -> ApiResult<Generation> {
    Call::post("/workflows/generate").idempotency_key(key).json(request).answer().await
}

/// One generation.
pub async fn get(id: &GenerationId) -> ApiResult<Generation> {
    Call::get(&of(id)).answer().await
}

/// The newest generations.
pub async fn newest(limit: u32) -> ApiResult<GenerationPage> {
    Call::get("/workflows/generate").query([("limit", Some(limit.to_string()))]).answer().await
}

/// Stops a generation.
pub async fn cancel(id: &GenerationId) -> ApiResult<Generation> {
    Call::post(&format!("{}/cancel", of(id))).answer().await
}

/// Creates the workflow and its agents, all or nothing. The same key sent again creates them once.
pub async fn apply(request: &ApplyGeneration, key: &str) -> ApiResult<AppliedGeneration> {
    Call::post("/workflows/generate/apply").idempotency_key(key).json(request).answer().await
}

/// Where a generation's events come from.
pub fn events_address(id: &GenerationId) -> String {
    format!("{BASE}{}/events", of(id))
}

fn of(id: &GenerationId) -> String {
    format!("/workflows/generate/{id}")
}
