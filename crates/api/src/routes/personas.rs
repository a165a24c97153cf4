//! Personas.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use sluice_store::{EarlierRequest, IdempotencyKey, PersonaUpdate, StoreError};
use sluice_types::{ErrorCode, FieldError, Persona, PersonaId, PersonaPage, PersonaRequest, slug_from_name};

use super::address;
use super::versions::PageQuery;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::{Body, Query};
use crate::idempotency::{Answered, KeyHeader, deleted, once};
use crate::state::App;
use crate::validate::{Check, cursor, page_size};

/// Lists personas.
#[utoipa::path(
    tag = "personas", params(PageQuery),
    responses((status = 200, description = "A page of personas", body = PersonaPage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/personas")]
pub async fn list_personas(caller: Viewer, query: Query<PageQuery>, app: Data<App>) -> ApiResult<Json<PersonaPage>> {
    let cursor = cursor(query.0.cursor.as_deref(), "id")?;
    Ok(Json(app.engine.store().personas(caller.tenant(), cursor, page_size(query.0.limit)?).await?))
}

fn check(request: &PersonaRequest) -> ApiResult<()> {
    let mut check = Check::default();
    check
        .name("/name", &request.name)
        .text("/description", &request.description)
        .text("/instructions", &request.instructions);
    check.done()
}

/// Creates a persona.
#[utoipa::path(
    tag = "personas",
    request_body(content = PersonaRequest, example = json!({"name": "Plain writer", "instructions": "Write short sentences. No jargon."})),
    responses((status = 201, description = "The persona", body = Persona)),
    extensions(("x-error-codes" = json!(["persona_not_found", "persona_exists", "rate_limited"])))
)]
#[post("/personas")]
pub async fn create_persona(
    caller: Editor,
    key: KeyHeader,
    body: Body<PersonaRequest>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<Persona>>> {
    let key = key.of("create_persona", &(), &body.0);
    let repeat = async |earlier: EarlierRequest| {
        let found = match earlier.resource_id.parse::<PersonaId>() {
            Ok(id) => app.engine.store().persona(caller.tenant(), &id).await?,
            Err(_) => None,
        };
        // A later persona may have its id.
        let found = found.filter(|persona| persona.created_at <= earlier.created_at);
        found.ok_or_else(|| deleted(ErrorCode::PersonaNotFound, &earlier))
    };
    let created = once(&app, &caller, key.as_ref(), create(&app, &caller, body.0, key.as_ref()), repeat).await?;
    Ok(created.map(|persona| {
        let location = address("personas", &persona.id);
        WithETag::created(persona, location)
    }))
}

async fn create(
    app: &App,
    caller: &Caller,
    request: PersonaRequest,
    key: Option<&IdempotencyKey>,
) -> ApiResult<Persona> {
    app.limit_saves(caller.tenant())?;
    check(&request)?;
    let id = match request.id {
        Some(id) => id,
        None => PersonaId::new(slug_from_name(&request.name, "persona")).map_err(|error| {
            ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/id", error.to_string())])
        })?,
    };
    let now = app.engine.outside().clock.now();
    let persona = Persona {
        id,
        name: request.name,
        description: request.description,
        instructions: request.instructions,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let store = app.engine.store();
    let written = match key {
        Some(key) => store.create_persona_once(caller.tenant(), persona.clone(), key.clone()).await,
        None => store.create_persona(caller.tenant(), persona.clone()).await,
    };
    match written {
        Ok(()) => Ok(persona),
        Err(StoreError::Duplicate) => Err(ApiError::new(
            ErrorCode::PersonaExists,
            format!("There is a persona `{}` already: choose another id or name.", persona.id),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Returns one persona.
#[utoipa::path(
    tag = "personas", params(("persona_id" = PersonaId, Path, description = "The persona")),
    responses((status = 200, description = "The persona", body = Persona)),
    extensions(("x-error-codes" = json!(["persona_not_found"])))
)]
#[get("/personas/{persona_id}")]
pub async fn get_persona(caller: Viewer, id: Path<PersonaId>, app: Data<App>) -> ApiResult<WithETag<Persona>> {
    Ok(WithETag::ok(app.engine.store().persona(caller.tenant(), &id).await?.ok_or(ErrorCode::PersonaNotFound)?))
}

/// Saves a persona over the version that `If-Match` names.
#[utoipa::path(
    tag = "personas",
    params(("persona_id" = PersonaId, Path, description = "The persona"), ("If-Match" = String, Header, description = "The `ETag` as it was read", example = "\"3\"")),
    request_body(content = PersonaRequest, example = json!({"name": "Plain writer", "instructions": "Write short sentences."})),
    responses((status = 200, description = "The persona as saved", body = Persona)),
    extensions(("x-error-codes" = json!(["persona_not_found", "version_conflict", "if_match_required", "invalid_header", "rate_limited"])))
)]
#[put("/personas/{persona_id}")]
pub async fn update_persona(
    caller: Editor,
    id: Path<PersonaId>,
    if_match: IfMatch,
    body: Body<PersonaRequest>,
    app: Data<App>,
) -> ApiResult<WithETag<Persona>> {
    let version = if_match.required()?;
    app.limit_saves(caller.tenant())?;
    check(&body.0)?;
    let store = app.engine.store();
    let before = store.persona(caller.tenant(), &id).await?.ok_or(ErrorCode::PersonaNotFound)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(ApiError::stale(before.version));
    }
    let persona = Persona {
        name: body.0.name,
        description: body.0.description,
        instructions: body.0.instructions,
        version: before.version + 1,
        updated_at: app.engine.outside().clock.now(),
        ..before
    };
    saved(&store.update_persona(caller.tenant(), persona.clone()).await?)?;
    Ok(WithETag::ok(persona))
}

fn saved(update: &PersonaUpdate) -> ApiResult<()> {
    match update {
        PersonaUpdate::Saved => Ok(()),
        PersonaUpdate::Stale(current) => Err(ApiError::stale(*current)),
        PersonaUpdate::NotFound => Err(ErrorCode::PersonaNotFound.into()),
    }
}

/// Deletes a persona. Executions that were started with it keep it.
#[utoipa::path(
    tag = "personas",
    params(("persona_id" = PersonaId, Path, description = "The persona"), ("If-Match" = Option<String>, Header, description = "Delete only this version")),
    responses((status = 204, description = "It is deleted")),
    extensions(("x-error-codes" = json!(["persona_not_found", "version_conflict", "invalid_header"])))
)]
#[delete("/personas/{persona_id}")]
pub async fn delete_persona(
    caller: Editor,
    id: Path<PersonaId>,
    if_match: IfMatch,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    saved(&app.engine.store().delete_persona(caller.tenant(), &id, if_match.optional()).await?)?;
    Ok(HttpResponse::NoContent().finish())
}
