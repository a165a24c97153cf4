//! Personas.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post, put};
use sluice_store::{EarlierRequest, IdempotencyKey, StoreError};
use sluice_types::{
    CreatePersona, ErrorCode, FieldError, PatchPersona, Persona, PersonaId, PersonaPage, UpdatePersona, slug_from_name,
};

use super::versions::PageQuery;
use super::{address, on_newest, saved};
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::{Body, Query};
use crate::idempotency::{Answered, KeyHeader, deleted, once};
use crate::state::App;
use crate::validate::{Check, cursor, page_size};

/// Lists personas.
///
/// They are in the order of their ids.
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

fn check(name: &str, description: &str, instructions: &str) -> ApiResult<()> {
    Check::default().name("/name", name).text("/description", description).text("/instructions", instructions).done()
}

/// Creates a persona.
///
/// The answer of `get_persona` is taken too, under another `id`.
#[utoipa::path(
    tag = "personas",
    request_body(content = CreatePersona, example = json!({"name": "Plain writer", "instructions": "Write short sentences. No jargon."})),
    responses((status = 201, description = "The persona", body = Persona)),
    extensions(("x-error-codes" = json!(["persona_not_found", "persona_exists", "rate_limited"])))
)]
#[post("/personas")]
pub async fn create_persona(
    caller: Editor,
    key: KeyHeader,
    body: Body<CreatePersona>,
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
    request: CreatePersona,
    key: Option<&IdempotencyKey>,
) -> ApiResult<Persona> {
    app.limit_saves(caller.tenant())?;
    check(&request.name, &request.description, &request.instructions)?;
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
///
/// Send the answer back with `update_persona` to change it: its `version` or the `ETag` says which version was read.
#[utoipa::path(
    tag = "personas", params(("persona_id" = PersonaId, Path, description = "The persona")),
    responses((status = 200, description = "The persona", body = Persona)),
    extensions(("x-error-codes" = json!(["persona_not_found"])))
)]
#[get("/personas/{persona_id}")]
pub async fn get_persona(caller: Viewer, id: Path<PersonaId>, app: Data<App>) -> ApiResult<WithETag<Persona>> {
    Ok(WithETag::ok(app.engine.store().persona(caller.tenant(), &id).await?.ok_or(ErrorCode::PersonaNotFound)?))
}

/// Saves a persona over the version that If-Match names. A save that changes nothing makes no version.
///
/// Executions that were started before keep the persona as it was then.
#[utoipa::path(
    tag = "personas",
    params(("persona_id" = PersonaId, Path, description = "The persona"), ("If-Match" = Option<String>, Header, description = "The `ETag` as it was read; without it, the body holds the `version`", example = "\"3\"")),
    request_body(content = UpdatePersona, example = json!({"name": "Plain writer", "instructions": "Write short sentences."})),
    responses((status = 200, description = "The persona as saved", body = Persona)),
    extensions(("x-error-codes" = json!(["persona_not_found", "version_conflict", "if_match_required", "invalid_header", "rate_limited"])))
)]
#[put("/personas/{persona_id}")]
pub async fn update_persona(
    caller: Editor,
    id: Path<PersonaId>,
    if_match: IfMatch,
    body: Body<UpdatePersona>,
    app: Data<App>,
) -> ApiResult<WithETag<Persona>> {
    let version = if_match.or_in_body(body.0.version)?;
    app.limit_saves(caller.tenant())?;
    check(&body.0.name, &body.0.description, &body.0.instructions)?;
    let before = app.engine.store().persona(caller.tenant(), &id).await?.ok_or(ErrorCode::PersonaNotFound)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(ApiError::stale(before.version));
    }
    let changed = Persona {
        name: body.0.name,
        description: body.0.description,
        instructions: body.0.instructions,
        ..before.clone()
    };
    Ok(WithETag::ok(save(&app, &caller, before, changed).await?))
}

/// Saves a persona over the version that was read; the result is the persona as saved. A save that changes nothing makes no
/// version.
async fn save(app: &App, caller: &Caller, before: Persona, changed: Persona) -> ApiResult<Persona> {
    if changed == before {
        return Ok(before);
    }
    let persona = Persona { version: before.version + 1, updated_at: app.engine.outside().clock.now(), ..changed };
    saved(&app.engine.store().update_persona(caller.tenant(), persona.clone()).await?, ErrorCode::PersonaNotFound)?;
    Ok(persona)
}

/// Changes single fields of a persona: a JSON merge patch (RFC 7396).
///
/// All other fields stay, those too that the client does not know. Without `If-Match` the newest version is changed,
/// whoever has saved it. The media type is `application/json` or `application/merge-patch+json`.
#[utoipa::path(
    tag = "personas",
    params(("persona_id" = PersonaId, Path, description = "The persona"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = PatchPersona, example = json!({"instructions": "Write short sentences."})),
    responses((status = 200, description = "The persona as saved", body = Persona)),
    extensions(("x-error-codes" = json!(["persona_not_found", "version_conflict", "invalid_header", "rate_limited"])))
)]
#[patch("/personas/{persona_id}")]
pub async fn patch_persona(
    caller: Editor,
    id: Path<PersonaId>,
    if_match: IfMatch,
    body: Body<PatchPersona>,
    app: Data<App>,
) -> ApiResult<WithETag<Persona>> {
    app.limit_saves(caller.tenant())?;
    let patch = body.0;
    on_newest(if_match, async || {
        let before = app.engine.store().persona(caller.tenant(), &id).await?.ok_or(ErrorCode::PersonaNotFound)?;
        if_match.check(before.version)?;
        let changed = Persona {
            name: patch.name.clone().unwrap_or_else(|| before.name.clone()),
            description: match &patch.description {
                Some(description) => description.clone().unwrap_or_default(),
                None => before.description.clone(),
            },
            instructions: patch.instructions.clone().unwrap_or_else(|| before.instructions.clone()),
            ..before.clone()
        };
        check(&changed.name, &changed.description, &changed.instructions)?;
        Ok(WithETag::ok(save(&app, &caller, before, changed).await?))
    })
    .await
}

/// Deletes a persona. Executions that were started with it keep it.
///
/// Workflows that name it stay as they are, and cannot start until they name another one.
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
    saved(
        &app.engine.store().delete_persona(caller.tenant(), &id, if_match.optional()).await?,
        ErrorCode::PersonaNotFound,
    )?;
    Ok(HttpResponse::NoContent().finish())
}
