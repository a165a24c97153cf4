//! MCP servers.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post, put};
use sluice_engine::mcp_servers::McpServerError;
use sluice_store::{EarlierRequest, IdempotencyKey, StoreError, StoredMcpServer};
use sluice_types::{
    CreateMcpServer, ErrorCode, FieldError, McpServer, McpServerId, McpServerPage, McpTransport, PatchMcpServer,
    SetMcpTransport, StdioTransport, UpdateMcpServer, slug_from_name,
};

use super::versions::PageQuery;
use super::{address, on_newest, saved};
use crate::auth::{Admin, Caller, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::{Body, Query};
use crate::idempotency::{Answered, KeyHeader, deleted, once};
use crate::state::App;
use crate::validate::{Check, cursor, page_size};

/// Lists MCP servers.
///
/// They are in the order of their ids. `list_mcp_server_resources` tells their tools, and how many workflows name each.
#[utoipa::path(
    tag = "mcp-servers", params(PageQuery),
    responses((status = 200, description = "A page of MCP servers", body = McpServerPage)),
    extensions(("x-error-codes" = json!(["invalid_query", "invalid_cursor"])))
)]
#[get("/mcp-servers")]
pub async fn list_mcp_servers(
    caller: Viewer,
    query: Query<PageQuery>,
    app: Data<App>,
) -> ApiResult<Json<McpServerPage>> {
    let (cursor, limit) = (cursor(query.0.cursor.as_deref(), "id")?, page_size(query.0.limit)?);
    let (stored, next_cursor) = app.engine.store().mcp_servers(caller.tenant(), None, cursor, limit).await?;
    Ok(Json(McpServerPage { items: stored.into_iter().map(|stored| stored.server).collect(), next_cursor }))
}

/// Creates an MCP server. It is not connected to before it is used: its check tells whether it answers.
///
/// The values of `env` and `headers` are stored encrypted and never shown again; answers hold their names.
#[utoipa::path(
    tag = "mcp-servers",
    request_body(content = CreateMcpServer, example = json!({"id": "docs", "name": "Documentation", "description": "Searches our pages.",
        "transport": {"type": "http", "url": "https://mcp.example.com/mcp", "headers": {"authorization": "Bearer secret"}}})),
    responses((status = 201, description = "The MCP server", body = McpServer)),
    extensions(("x-error-codes" = json!(["mcp_server_not_found", "mcp_server_exists", "stdio_not_allowed", "rate_limited"])))
)]
#[post("/mcp-servers")]
pub async fn create_mcp_server(
    caller: Admin,
    key: KeyHeader,
    body: Body<CreateMcpServer>,
    app: Data<App>,
) -> ApiResult<Answered<WithETag<McpServer>>> {
    let key = key.of("create_mcp_server", &(), &body.0);
    let repeat = async |earlier: EarlierRequest| {
        let found = match earlier.resource_id.parse::<McpServerId>() {
            Ok(id) => app.engine.store().mcp_server(caller.tenant(), &id).await?,
            Err(_) => None,
        };
        // A later server may have its id.
        let found = found.map(|stored| stored.server).filter(|server| server.created_at <= earlier.created_at);
        found.ok_or_else(|| deleted(ErrorCode::McpServerNotFound, &earlier))
    };
    let created = once(&app, &caller, key.as_ref(), create(&app, &caller, body.0, key.clone()), repeat).await?;
    Ok(created.map(|server| {
        let location = address("mcp-servers", &server.id);
        WithETag::created(server, location)
    }))
}

async fn create(
    app: &App,
    caller: &Caller,
    request: CreateMcpServer,
    key: Option<IdempotencyKey>,
) -> ApiResult<McpServer> {
    app.limit_saves(caller.tenant())?;
    let id = match request.id {
        Some(id) => id,
        None => McpServerId::new(slug_from_name(&request.name, "mcp-server")).map_err(|error| {
            ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/id", error.to_string())])
        })?,
    };
    let now = app.engine.outside().clock.now();
    let server = McpServer {
        id,
        name: request.name,
        description: request.description,
        // The engine puts the transport in place, with the names of its secrets.
        transport: McpTransport::Stdio(StdioTransport::default()),
        allowed_tools: request.allowed_tools,
        trusted: request.trusted,
        timeout: request.timeout,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    Check::default().mcp_server(&server, Some(&request.transport)).done()?;
    let id = server.id.clone();
    match app.engine.mcp_servers().create(caller.tenant(), server, request.transport, key).await {
        Err(McpServerError::Store(StoreError::Duplicate)) => Err(ApiError::new(
            ErrorCode::McpServerExists,
            format!("There is an MCP server `{id}` already: choose another id or name."),
        )),
        created => Ok(created?),
    }
}

/// Returns one MCP server.
///
/// Send the answer back with `update_mcp_server` to change it: its `version` or the `ETag` says which version was read.
#[utoipa::path(
    tag = "mcp-servers", params(("mcp_server_id" = McpServerId, Path, description = "The MCP server")),
    responses((status = 200, description = "The MCP server", body = McpServer)),
    extensions(("x-error-codes" = json!(["mcp_server_not_found"])))
)]
#[get("/mcp-servers/{mcp_server_id}")]
pub async fn get_mcp_server(caller: Viewer, id: Path<McpServerId>, app: Data<App>) -> ApiResult<WithETag<McpServer>> {
    Ok(WithETag::ok(find(&app, &caller, &id).await?.server))
}

async fn find(app: &App, caller: &Caller, id: &McpServerId) -> ApiResult<StoredMcpServer> {
    Ok(app.engine.store().mcp_server(caller.tenant(), id).await?.ok_or(ErrorCode::McpServerNotFound)?)
}

/// Saves an MCP server over the version that If-Match names. A save that changes nothing makes no version.
///
/// `env_names` and `header_names` say which stored values stay, all when left out; `env` and `headers` set values. Stored headers stay with
/// the origin of their `url` only. Another way to reach the server ends its connections and forgets its list of tools.
#[utoipa::path(
    tag = "mcp-servers",
    params(("mcp_server_id" = McpServerId, Path, description = "The MCP server"), ("If-Match" = Option<String>, Header, description = "The `ETag` as it was read; without it, the body holds the `version`", example = "\"3\"")),
    request_body(content = UpdateMcpServer, example = json!({"name": "Documentation", "transport": {"type": "http", "url": "https://mcp.example.com/v2/mcp",
        "header_names": ["authorization"]}, "allowed_tools": ["search"], "trusted": true})),
    responses((status = 200, description = "The MCP server as saved", body = McpServer)),
    extensions(("x-error-codes" = json!(["mcp_server_not_found", "stdio_not_allowed", "version_conflict", "if_match_required", "invalid_header", "rate_limited"])))
)]
#[put("/mcp-servers/{mcp_server_id}")]
pub async fn update_mcp_server(
    caller: Admin,
    id: Path<McpServerId>,
    if_match: IfMatch,
    body: Body<UpdateMcpServer>,
    app: Data<App>,
) -> ApiResult<WithETag<McpServer>> {
    let version = if_match.or_in_body(body.0.version)?;
    app.limit_saves(caller.tenant())?;
    let before = find(&app, &caller, &id).await?;
    let UpdateMcpServer { name, description, transport, allowed_tools, trusted, timeout, .. } = body.0;
    let changed = McpServer { name, description, allowed_tools, trusted, timeout, ..before.server.clone() };
    Check::default().mcp_server(&changed, Some(&transport)).done()?;
    if version.is_some_and(|version| version != before.server.version) {
        return Err(ApiError::stale(before.server.version));
    }
    Ok(WithETag::ok(save(&app, &caller, before, changed, Some(transport)).await?))
}

/// Saves a server over the version that was read; the result is the server as saved.
async fn save(
    app: &App,
    caller: &Caller,
    before: StoredMcpServer,
    changed: McpServer,
    transport: Option<SetMcpTransport>,
) -> ApiResult<McpServer> {
    let now = app.engine.outside().clock.now();
    let (server, update) = app.engine.mcp_servers().update(caller.tenant(), before, changed, transport, now).await?;
    saved(&update, ErrorCode::McpServerNotFound)?;
    Ok(server)
}

/// Changes single fields of an MCP server: a JSON merge patch (RFC 7396), in which the transport is replaced as a whole.
///
/// All other fields stay, those too that the client does not know. Without `If-Match` the newest version is changed,
/// whoever has saved it. The media type is `application/json` or `application/merge-patch+json`.
#[utoipa::path(
    tag = "mcp-servers",
    params(("mcp_server_id" = McpServerId, Path, description = "The MCP server"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = PatchMcpServer, example = json!({"allowed_tools": null, "timeout": 120})),
    responses((status = 200, description = "The MCP server as saved", body = McpServer)),
    extensions(("x-error-codes" = json!(["mcp_server_not_found", "stdio_not_allowed", "version_conflict", "invalid_header", "rate_limited"])))
)]
#[patch("/mcp-servers/{mcp_server_id}")]
pub async fn patch_mcp_server(
    caller: Admin,
    id: Path<McpServerId>,
    if_match: IfMatch,
    body: Body<PatchMcpServer>,
    app: Data<App>,
) -> ApiResult<WithETag<McpServer>> {
    app.limit_saves(caller.tenant())?;
    let patch = body.0;
    on_newest(if_match, async || {
        let before = find(&app, &caller, &id).await?;
        if_match.check(before.server.version)?;
        let changed = patched(&before.server, &patch);
        Check::default().mcp_server(&changed, patch.transport.as_ref()).done()?;
        Ok(WithETag::ok(save(&app, &caller, before, changed, patch.transport.clone()).await?))
    })
    .await
}

fn patched(before: &McpServer, patch: &PatchMcpServer) -> McpServer {
    let mut changed = before.clone();
    if let Some(name) = &patch.name {
        changed.name.clone_from(name);
    }
    if let Some(description) = &patch.description {
        changed.description = description.clone().unwrap_or_default();
    }
    if let Some(allowed_tools) = &patch.allowed_tools {
        changed.allowed_tools = allowed_tools.clone().unwrap_or_default();
    }
    changed.trusted = patch.trusted.unwrap_or(before.trusted);
    changed.timeout = patch.timeout.unwrap_or(before.timeout);
    changed
}

/// Deletes an MCP server, and ends its connections. Calls of its tools that are under way fail.
///
/// Workflows and agents that name it or its tools stay as they are, and cannot start until they name others. `list_workflows` with
/// `mcp_server_id` lists the workflows.
#[utoipa::path(
    tag = "mcp-servers",
    params(("mcp_server_id" = McpServerId, Path, description = "The MCP server"), ("If-Match" = Option<String>, Header, description = "Delete only this version")),
    responses((status = 204, description = "It is deleted")),
    extensions(("x-error-codes" = json!(["mcp_server_not_found", "version_conflict", "invalid_header"])))
)]
#[delete("/mcp-servers/{mcp_server_id}")]
pub async fn delete_mcp_server(
    caller: Admin,
    id: Path<McpServerId>,
    if_match: IfMatch,
    app: Data<App>,
) -> ApiResult<HttpResponse> {
    saved(
        &app.engine.mcp_servers().delete(caller.tenant(), &id, if_match.optional()).await?,
        ErrorCode::McpServerNotFound,
    )?;
    Ok(HttpResponse::NoContent().finish())
}
