//! The routes: one file for each resource. A literal path is registered before a path with an id in the same place.

mod agents;
mod canvas;
mod docs;
mod events;
mod execution_commands;
mod executions;
mod gates;
mod generation_applications;
mod generations;
mod health;
mod mcp_server_tools;
mod mcp_servers;
mod models;
mod personas;
mod providers;
mod resources;
mod step_requests;
mod step_runs;
mod steps;
mod templates;
mod tries;
mod versions;
mod workflow_patch;
mod workflow_saves;
mod workflows;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::header::ALLOW;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use sluice_store::ResourceUpdate;
use sluice_types::ErrorCode;
use sluice_types::limits::{MAX_NAME_CHARS, MAX_PATCH_TRIES};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig as DocumentedConfig;
use utoipa_actix_web::{AppExt as _, OpenApiFactory, scope};

use crate::error::{ApiError, ApiResult};
use crate::etag::IfMatch;
use crate::openapi::complete;

/// The OpenAPI 3.1 document of this version.
pub fn document() -> OpenApi {
    let api = scope::scope(API).configure(|config| resources(config));
    let (_, generated) = actix_web::App::new().into_utoipa_app().service(api).split_for_parts();
    complete(generated)
}

/// The address of the API.
const API: &str = "/api/v1";

/// Everything under `/api/v1`.
pub fn api(config: &mut ServiceConfig) {
    config.service(web::scope(API).configure(resources));
}

/// Takes the routes of the API: to serve them, or to describe them. A worker does not hold their description.
trait Routes: Sized {
    fn service(&mut self, route: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self;

    /// Takes the routes of a group.
    fn group(&mut self, routes: impl FnOnce(&mut Self)) -> &mut Self {
        routes(self);
        self
    }
}

impl Routes for ServiceConfig {
    fn service(&mut self, route: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(route)
    }
}

impl Routes for DocumentedConfig<'_> {
    fn service(&mut self, route: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(route)
    }
}

fn resources(config: &mut impl Routes) {
    config
        .service(executions::list_executions)
        .service(gates::list_gates)
        .service(executions::get_execution)
        .service(executions::get_execution_definition)
        .service(executions::update_execution)
        .service(executions::delete_execution)
        .service(execution_commands::pause_execution)
        .service(execution_commands::resume_execution)
        .service(execution_commands::cancel_execution)
        .service(events::follow_execution)
        .service(events::follow_workflow)
        .service(step_runs::list_step_runs)
        .service(step_runs::get_step_run)
        .service(step_runs::update_step_run)
        .service(step_runs::get_output)
        .service(step_runs::override_output)
        .service(step_runs::retry_step)
        .service(step_runs::plan_retry)
        .service(step_runs::review_step)
        .service(templates::list_templates)
        .service(templates::create_template)
        .service(templates::list_template_categories)
        .service(templates::get_template)
        .service(templates::delete_template)
        .service(templates::instantiate_template)
        .service(templates::list_step_templates)
        .service(resources::list_agent_resources)
        .service(resources::list_mcp_server_resources)
        .service(resources::list_tool_resources)
        .group(generations)
        .service(workflows::list_workflows)
        .service(workflows::create_workflow)
        .service(workflows::get_workflow)
        .service(workflows::update_workflow)
        .service(workflow_patch::patch_workflow)
        .service(workflows::delete_workflow)
        .service(workflows::copy_workflow)
        .service(workflows::validate_workflow)
        .service(workflows::estimate_workflow)
        .service(workflows::get_workflow_stats)
        .service(steps::reorder_steps)
        .service(steps::insert_step)
        .service(steps::get_step)
        .service(steps::replace_step)
        .service(steps::delete_step)
        .service(steps::move_step)
        .service(steps::connect_step)
        .service(tries::try_step)
        .service(canvas::get_canvas)
        .service(canvas::update_canvas)
        .service(canvas::set_node_position)
        .service(versions::list_versions)
        .service(versions::get_version)
        .service(versions::compare_versions)
        .service(versions::restore_version)
        .service(executions::list_workflow_executions)
        .service(executions::start_execution)
        .service(personas::list_personas)
        .service(personas::create_persona)
        .service(personas::get_persona)
        .service(personas::update_persona)
        .service(personas::patch_persona)
        .service(personas::delete_persona)
        .service(providers::list_providers)
        .service(providers::put_credential)
        .service(providers::delete_credential)
        .service(providers::check_credential)
        .service(models::list_models)
        .group(agents_and_mcp_servers);
}

fn generations(config: &mut impl Routes) {
    config
        .service(generation_applications::apply_generation)
        .service(generations::list_generations)
        .service(generations::generate_workflow)
        .service(generations::get_generation)
        .service(generations::cancel_generation)
        .service(generations::follow_generation);
}

fn agents_and_mcp_servers(config: &mut impl Routes) {
    config
        .service(agents::list_agents)
        .service(agents::create_agent)
        .service(agents::get_agent)
        .service(agents::update_agent)
        .service(agents::patch_agent)
        .service(agents::delete_agent)
        .service(mcp_servers::list_mcp_servers)
        .service(mcp_servers::create_mcp_server)
        .service(mcp_servers::get_mcp_server)
        .service(mcp_servers::update_mcp_server)
        .service(mcp_servers::patch_mcp_server)
        .service(mcp_servers::delete_mcp_server)
        .service(mcp_server_tools::check_mcp_server)
        .service(mcp_server_tools::list_mcp_server_tools)
        .service(mcp_server_tools::list_mcp_server_logs);
}

/// Every other route except the web app: health, metrics and documentation.
pub fn outside_api(config: &mut ServiceConfig) {
    config
        .service(health::healthz)
        .service(health::readyz)
        .service(health::metrics)
        .service(health::openapi_document)
        .service(health::older_openapi_document)
        .service(docs::docs)
        .service(docs::docs_page)
        .service(docs::error_pages)
        .service(docs::error_page)
        .service(docs::docs_file);
}

/// The addresses of these routes, which take `GET` only.
pub const OUTSIDE_API: [&str; 11] = [
    "/",
    "/docs",
    "/docs/",
    "/docs/errors",
    "/docs/errors/",
    "/docs/errors/{code}",
    "/healthz",
    "/metrics",
    "/openapi-3.0.json",
    "/openapi.json",
    "/readyz",
];

/// Refuses a save or a deletion that was not made: of another version than the present one, or of what is not there.
fn saved(update: &ResourceUpdate, not_found: ErrorCode) -> ApiResult<()> {
    match update {
        ResourceUpdate::Saved => Ok(()),
        ResourceUpdate::Stale(current) => Err(ApiError::stale(*current)),
        ResourceUpdate::NotFound => Err(not_found.into()),
    }
}

/// Carries out a change of the newest version. Where another request has saved meanwhile, it is carried out again on that
/// version, unless `If-Match` names one.
pub async fn on_newest<T>(if_match: IfMatch, change: impl AsyncFn() -> ApiResult<T>) -> ApiResult<T> {
    let mut tries = 1;
    loop {
        match change().await {
            Err(error)
                if error.code() == ErrorCode::VersionConflict
                    && if_match.optional().is_none()
                    && tries < MAX_PATCH_TRIES =>
            {
                tries += 1;
            }
            changed => return changed,
        }
    }
}

/// The address of a resource, for `Location`.
pub fn address(of: &str, id: impl std::fmt::Display) -> String {
    format!("/api/v1/{of}/{id}")
}

/// Answers requests to an unknown address. A method that a known address does not take was refused before.
pub fn nothing_here(request: &HttpRequest) -> HttpResponse {
    let detail = format!("There is no resource at {}; /docs lists all addresses.", request.path());
    ApiError::new(ErrorCode::NotFound, detail).error_response()
}

/// Answers requests with query parameters that their operation would ignore.
pub fn query_not_taken(query: &str) -> HttpResponse {
    let name: String = query.split(['=', '&']).next().unwrap_or_default().chars().take(MAX_NAME_CHARS).collect();
    let message = "unknown, as this operation takes no query parameters";
    ApiError::parameter(ErrorCode::InvalidQuery, &name, message).error_response()
}

/// Answers requests with a method that a known address does not take, and names those that it takes.
pub fn method_not_allowed(path: &str, allowed: &[&str]) -> HttpResponse {
    let allowed = allowed.join(", ");
    let detail = format!("{path} takes {allowed}.");
    let mut response = ApiError::new(ErrorCode::MethodNotAllowed, detail).error_response();
    if let Ok(value) = allowed.parse() {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}
