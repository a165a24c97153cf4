//! Agents.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post, put};
use serde_json::Value;
use sluice_store::{EarlierRequest, IdempotencyKey, StoreError};
use sluice_types::{
    Agent, AgentId, AgentPage, CreateAgent, ErrorCode, FieldError, PatchAgent, UpdateAgent, slug_from_name,
};

use super::versions::PageQuery;
use super::{address, on_newest, saved};
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::{Body, Query};
use crate::idempotency::{Answered, KeyHeader, deleted, once};
use crate::merge::merge;
use crate::state::App;
use crate::validate::{Check, cursor, page_size};

/// Lists agents.
///
/// They are in the order of their ids. `list_agent_resources` tells how many workflows name each.
#[utoipa::path(
    tag = "agents", params(PageQuery),
    responses((status = 200, description = "A page of agents", body = AgentPage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/agents")]
pub async fn list_agents(caller: Viewer, query: Query<PageQuery>, app: Data<App>) -> ApiResult<Json<AgentPage>> {
    let (cursor, limit) = (cursor(query.0.cursor.as_deref(), "id")?, page_size(query.0.limit)?);
    let (items, next_cursor) = app.engine.store().agents(caller.tenant(), None, cursor, limit).await?;
    Ok(Json(AgentPage { items, next_cursor }))
}

/// Creates an agent.
///
/// The answer of `get_agent` is taken too, under another `id`.
#[utoipa::path(
    tag = "agents",
    request_body(content = CreateAgent, example = json!({"name": "Researcher", "description": "Reads pages and tells what they say.",
        "instructions": "Answer with sources. Say when you do not know.", "tools": ["native:http_get", "native:current_time"], "max_turns": 8})),
    responses((status = 201, description = "The agent", body = Agent)),
    extensions(("x-error-codes" = json!(["agent_not_found", "agent_exists", "rate_limited"])))
)]
#[post("/agents")]
pub async fn create_agent(
    caller: Editor,
    key: KeyHeader,
    body: Body<CreateAgent>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<Agent>>> {
    let key = key.of("create_agent", &(), &body.0);
    let repeat = async |earlier: EarlierRequest| {
        let found = match earlier.resource_id.parse::<AgentId>() {
            Ok(id) => app.engine.store().agent(caller.tenant(), &id).await?,
            Err(_) => None,
        };
        // A later agent may have its id.
        let found = found.filter(|agent| agent.created_at <= earlier.created_at);
        found.ok_or_else(|| deleted(ErrorCode::AgentNotFound, &earlier))
    };
    let created = once(&app, &caller, key.as_ref(), create(&app, &caller, body.0, key.clone()), repeat).await?;
    Ok(created.map(|agent| {
        let location = address("agents", &agent.id);
        WithETag::created(agent, location)
    }))
}

async fn create(app: &App, caller: &Caller, request: CreateAgent, key: Option<IdempotencyKey>) -> ApiResult<Agent> {
    app.limit_saves(caller.tenant())?;
    let id = match request.id.clone() {
        Some(id) => id,
        None => AgentId::new(slug_from_name(&request.name, "agent")).map_err(|error| {
            ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/id", error.to_string())])
        })?,
    };
    let now = app.engine.outside().clock.now();
    let agent = Agent::new(id, request.into_fields(), now);
    Check::default().agent(&agent).done()?;
    match app.engine.store().create_agent(caller.tenant(), agent.clone(), key).await {
        Ok(()) => Ok(agent),
        Err(StoreError::Duplicate) => Err(ApiError::new(
            ErrorCode::AgentExists,
            format!("There is an agent `{}` already: choose another id or name.", agent.id),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Returns one agent.
///
/// Send the answer back with `update_agent` to change it: its `version` or the `ETag` says which version was read.
#[utoipa::path(
    tag = "agents", params(("agent_id" = AgentId, Path, description = "The agent")),
    responses((status = 200, description = "The agent", body = Agent)),
    extensions(("x-error-codes" = json!(["agent_not_found"])))
)]
#[get("/agents/{agent_id}")]
pub async fn get_agent(caller: Viewer, id: Path<AgentId>, app: Data<App>) -> ApiResult<WithETag<Agent>> {
    Ok(WithETag::ok(find(&app, &caller, &id).await?))
}

async fn find(app: &App, caller: &Caller, id: &AgentId) -> ApiResult<Agent> {
    Ok(app.engine.store().agent(caller.tenant(), id).await?.ok_or(ErrorCode::AgentNotFound)?)
}

/// Saves an agent over the version that If-Match names. A save that changes nothing makes no version.
///
/// Executions that were started before keep the agent as it was then.
#[utoipa::path(
    tag = "agents",
    params(("agent_id" = AgentId, Path, description = "The agent"), ("If-Match" = Option<String>, Header, description = "The `ETag` as it was read; without it, the body holds the `version`", example = "\"3\"")),
    request_body(content = UpdateAgent, example = json!({"name": "Researcher", "instructions": "Answer with sources.", "tools": ["native:http_get"]})),
    responses((status = 200, description = "The agent as saved", body = Agent)),
    extensions(("x-error-codes" = json!(["agent_not_found", "version_conflict", "if_match_required", "invalid_header", "rate_limited"])))
)]
#[put("/agents/{agent_id}")]
pub async fn update_agent(
    caller: Editor,
    id: Path<AgentId>,
    if_match: IfMatch,
    body: Body<UpdateAgent>,
    app: Data<App>,
) -> ApiResult<WithETag<Agent>> {
    let version = if_match.or_in_body(body.0.version)?;
    app.limit_saves(caller.tenant())?;
    let before = find(&app, &caller, &id).await?;
    let changed = before.with_fields(body.0);
    Check::default().agent(&changed).done()?;
    if version.is_some_and(|version| version != before.version) {
        return Err(ApiError::stale(before.version));
    }
    Ok(WithETag::ok(save(&app, &caller, before, changed).await?))
}

/// Saves an agent over the version that was read; the result is the agent as saved. A save that changes nothing makes no
/// version.
async fn save(app: &App, caller: &Caller, before: Agent, changed: Agent) -> ApiResult<Agent> {
    if changed == before {
        return Ok(before);
    }
    let agent = Agent { version: before.version + 1, updated_at: app.engine.outside().clock.now(), ..changed };
    saved(&app.engine.store().update_agent(caller.tenant(), agent.clone()).await?, ErrorCode::AgentNotFound)?;
    Ok(agent)
}

/// Changes single fields of an agent: a JSON merge patch (RFC 7396).
///
/// All other fields stay, those too that the client does not know. Without `If-Match` the newest version is changed,
/// whoever has saved it. The media type is `application/json` or `application/merge-patch+json`.
#[utoipa::path(
    tag = "agents",
    params(("agent_id" = AgentId, Path, description = "The agent"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = PatchAgent, example = json!({"max_turns": 12, "output_schema": null})),
    responses((status = 200, description = "The agent as saved", body = Agent)),
    extensions(("x-error-codes" = json!(["agent_not_found", "version_conflict", "invalid_header", "rate_limited"])))
)]
#[patch("/agents/{agent_id}")]
pub async fn patch_agent(
    caller: Editor,
    id: Path<AgentId>,
    if_match: IfMatch,
    body: Body<PatchAgent>,
    app: Data<App>,
) -> ApiResult<WithETag<Agent>> {
    app.limit_saves(caller.tenant())?;
    on_newest(if_match, async || {
        let before = find(&app, &caller, &id).await?;
        if_match.check(before.version)?;
        let changed = patched(&before, &body.0)?;
        Check::default().agent(&changed).done()?;
        Ok(WithETag::ok(save(&app, &caller, before, changed).await?))
    })
    .await
}

fn patched(before: &Agent, patch: &PatchAgent) -> ApiResult<Agent> {
    let (Ok(Value::Object(mut fields)), Ok(Value::Object(patch))) =
        (serde_json::to_value(before), serde_json::to_value(patch))
    else {
        return Err(ErrorCode::Internal.into());
    };
    merge(&mut fields, &patch);
    let fields = serde_json::from_value(Value::Object(fields))
        .map_err(|error| ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("", error.to_string())]))?;
    Ok(before.with_fields(fields))
}

/// Deletes an agent. Executions that were started with it keep it.
///
/// Workflows that name it stay as they are, and cannot start until they name another one. `list_workflows` with `agent_id` lists them.
#[utoipa::path(
    tag = "agents",
    params(("agent_id" = AgentId, Path, description = "The agent"), ("If-Match" = Option<String>, Header, description = "Delete only this version")),
    responses((status = 204, description = "It is deleted")),
    extensions(("x-error-codes" = json!(["agent_not_found", "version_conflict", "invalid_header"])))
)]
#[delete("/agents/{agent_id}")]
pub async fn delete_agent(
    caller: Editor,
    id: Path<AgentId>,
    if_match: IfMatch,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    saved(
        &app.engine.store().delete_agent(caller.tenant(), &id, if_match.optional()).await?,
        ErrorCode::AgentNotFound,
    )?;
    Ok(HttpResponse::NoContent().finish())
}
