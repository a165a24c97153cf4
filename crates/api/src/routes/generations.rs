//! Generations: workflows that a model designs from a sentence.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;
use sluice_engine::{EngineError, GenerationRequest};
use sluice_store::EarlierRequest;
use sluice_types::limits::MAX_STEPS;
use sluice_types::{
    Definition, ErrorCode, FieldError, GenerateWorkflow, Generation, GenerationId, GenerationPage, Index, TenantId,
};
use std::time::Duration;
use utoipa::IntoParams;

use super::address;
use super::versions::PageQuery;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::extract::{Body, Query};
use crate::generation_stream;
use crate::idempotency::{Answered, KeyHeader, deleted, once};
use crate::state::App;
use crate::validate::{Check, cursor, page_size};
use crate::wait::seconds;

/// How long an answer is held.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitForGenerationQuery {
    /// Seconds to wait for the generation to end: 0 to 60.
    pub wait: Option<u32>,
}

/// Has a model design a workflow from a sentence, or change one.
///
/// The answer comes at once, and the generation goes on by itself: follow its events, read it until it has ended, or wait with
/// `?wait=`. It creates nothing: `apply_generation` does. It costs what its calls of the model cost; with the provider `demo`
/// it is free, offline and simulated. A generation is kept for 7 days.
#[utoipa::path(
    tag = "generations", params(WaitForGenerationQuery),
    request_body(content = GenerateWorkflow, example = json!({"prompt": "Every morning, collect the news about a topic, let me check the summary, then translate it", "provider": "demo"})),
    responses(
        (status = 202, description = "It is started", body = Generation, headers(
            ("Location" = String, description = "The address of the generation"))),
        (status = 200, description = "It ended within the time to wait", body = Generation, headers(
            ("Location" = String, description = "The address of the generation")))),
    extensions(("x-error-codes" = json!(["workflow_not_found", "generation_not_found", "invalid_query", "unknown_provider", "unknown_model",
        "provider_not_available", "secret_in_prompt", "too_many_generations", "rate_limited", "shutting_down"])))
)]
#[post("/workflows/generate")]
pub async fn generate_workflow(
    caller: Editor,
    query: Query<WaitForGenerationQuery>,
    key: KeyHeader,
    body: Body<GenerateWorkflow>,
    app: Data<App>,
) -> ApiResult<Answered<HttpResponse>> {
    let wait = seconds(query.0.wait)?;
    let generate = body.0;
    Check::default()
        .short("/name", generate.name.as_deref())
        .text("/description", generate.description.as_deref().unwrap_or_default())
        .short("/provider", generate.provider.as_deref())
        .short("/model", generate.model.as_deref())
        .done()?;
    check_size(generate.definition.as_ref())?;
    let key = key.of("generate_workflow", &(), &generate);
    let begin = async {
        app.limit_starts(caller.tenant())?;
        let request = GenerationRequest { generate, idempotency: key.clone() };
        let generation = app.engine.start_generation(caller.tenant(), request).await?;
        app.metrics.generation_started();
        Ok(generation)
    };
    let repeat = async |earlier| earlier_generation(&app, &caller, earlier).await;
    let started = once(&app, &caller, key.as_ref(), begin, repeat).await?;
    let generation = ended(&app, caller.tenant(), started.body, wait).await;
    let mut answer =
        if wait.is_some() && generation.status.is_terminal() { HttpResponse::Ok() } else { HttpResponse::Accepted() };
    let location = address("workflows/generate", &generation.id);
    let body = answer.insert_header((LOCATION, location)).json(generation);
    Ok(Answered { body, is_repeat: started.is_repeat })
}

/// Refuses a definition that no model can take in. All else may be wrong with it: it is about to be changed.
fn check_size(definition: Option<&Definition>) -> ApiResult<()> {
    let steps = definition.map_or(0, |definition| Index::of(definition).places().len());
    if steps <= MAX_STEPS {
        return Ok(());
    }
    let message = format!("at most {MAX_STEPS} steps, not {steps}");
    Err(ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/definition/steps", message)]))
}

/// The generation once it has ended, or when the time is over. When the wait fails, the answer is the generation as it was
/// started.
async fn ended(app: &App, tenant: &TenantId, generation: Generation, wait: Option<Duration>) -> Generation {
    let Some(wait) = wait else { return generation };
    app.engine.wait_for_generation(tenant, &generation.id, wait).await.unwrap_or(generation)
}

/// The generation of an earlier request, as it is now.
async fn earlier_generation(app: &App, caller: &Caller, earlier: EarlierRequest) -> ApiResult<Generation> {
    let found = match earlier.resource_id.parse::<GenerationId>() {
        Ok(id) => app.engine.generation(caller.tenant(), &id).await,
        Err(_) => Err(EngineError::GenerationNotFound),
    };
    match found {
        Err(EngineError::GenerationNotFound) => Err(deleted(ErrorCode::GenerationNotFound, &earlier)),
        found => Ok(found?),
    }
}

/// Lists generations.
///
/// The newest come first, each without its workflow and with the beginning of its prompt.
#[utoipa::path(
    tag = "generations", params(PageQuery),
    responses((status = 200, description = "A page of generations", body = GenerationPage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/workflows/generate")]
pub async fn list_generations(
    caller: Viewer,
    query: Query<PageQuery>,
    app: Data<App>,
) -> ApiResult<Json<GenerationPage>> {
    let (cursor, limit) = (cursor(query.0.cursor.as_deref(), "-id")?, page_size(query.0.limit)?);
    Ok(Json(app.engine.store().generations(caller.tenant(), cursor, limit).await?))
}

/// Returns one generation: how far it is, or what it has designed.
///
/// `findings` is what is still wrong with the workflow, `reuse` where each step's model, agent or tool comes from, and
/// `changes` and `field_changes` what differs from the workflow that was changed. With `?wait=` the answer comes when the generation has ended,
/// or when the time is over.
#[utoipa::path(
    tag = "generations", params(("generation_id" = GenerationId, Path, description = "The generation"), WaitForGenerationQuery),
    responses((status = 200, description = "The generation, as it is when the answer is sent", body = Generation)),
    extensions(("x-error-codes" = json!(["generation_not_found", "invalid_query", "too_many_streams"])))
)]
#[get("/workflows/generate/{generation_id}")]
pub async fn get_generation(
    caller: Viewer,
    id: Path<GenerationId>,
    query: Query<WaitForGenerationQuery>,
    app: Data<App>,
) -> ApiResult<Json<Generation>> {
    let Some(wait) = seconds(query.0.wait)? else {
        return Ok(Json(app.engine.generation(caller.tenant(), &id).await?));
    };
    // Counted like a stream: both hold a connection.
    let _open = app.streams.open(caller.tenant(), caller.name())?;
    Ok(Json(app.engine.wait_for_generation(caller.tenant(), &id, wait).await?))
}

/// Cancels a generation. What it has cost is counted.
///
/// One that was cancelled before stays as it is. One that has ended otherwise is refused.
#[utoipa::path(
    tag = "generations", params(("generation_id" = GenerationId, Path, description = "The generation")),
    responses((status = 200, description = "The generation", body = Generation)),
    extensions(("x-error-codes" = json!(["generation_not_found", "generation_ended"])))
)]
#[post("/workflows/generate/{generation_id}/cancel")]
pub async fn cancel_generation(
    caller: Editor,
    id: Path<GenerationId>,
    key: KeyHeader,
    app: Data<App>,
) -> ApiResult<Answered<Json<Generation>>> {
    let key = key.of("cancel_generation", &*id, &());
    let cancel = async { Ok(app.engine.cancel_generation(caller.tenant(), &id, key.clone()).await?) };
    let repeat = async |earlier| earlier_generation(&app, &caller, earlier).await;
    let cancelled = once(&app, &caller, key.as_ref(), cancel, repeat).await?;
    Ok(cancelled.map(Json))
}

/// Follows a generation as server-sent events.
///
/// The data of each is a `GenerationEvent` as JSON. First comes how far it is (`progress`) and the answer of the present call
/// so far (`text`), then both as they change, and at the end one `done`: read the generation then. A reader that connects
/// again gets the present answer from its beginning: `offset` says where a piece belongs.
#[utoipa::path(
    tag = "generations",
    params(("generation_id" = GenerationId, Path, description = "The generation"),
        ("Last-Event-ID" = Option<String>, Header, description = "`done` when the last event was read", example = "done")),
    responses((status = 200, description = "The stream", content_type = "text/event-stream", body = String,
        extensions(("x-event-schema" = json!({"$ref": "#/components/schemas/GenerationEvent"}))),
        example = "event: progress\ndata: {\"type\":\"progress\",\"generation_id\":\"generation-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11\",\"status\":\"running\",\"calls\":1,\"chars\":0,\"cost_usd\":0.0}\n\n"),
        (status = 204, description = "The generation has ended, and its last event was read: do not come again")),
    extensions(("x-error-codes" = json!(["generation_not_found", "invalid_header", "too_many_streams"])))
)]
#[get("/workflows/generate/{generation_id}/events")]
pub async fn follow_generation(
    caller: Viewer,
    id: Path<GenerationId>,
    request: HttpRequest,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    let has_read_all = generation_stream::has_read_all(&request)?;
    let reader = app.engine.read_generation(caller.tenant(), &id).await?;
    if has_read_all {
        // An `EventSource` reconnects after 200 for as long as its page is open; 204 stops it.
        return Ok(HttpResponse::NoContent().finish());
    }
    let open = app.streams.open(caller.tenant(), caller.name())?;
    Ok(generation_stream::answer(app, reader, open))
}
