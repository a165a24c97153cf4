//! What operators ask: is it up, is it ready, what does it count; and the documentation.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, routes};
use sluice_types::ErrorCode;

use crate::error::{ApiError, ApiResult};
use crate::openapi::Document;
use crate::state::App;

/// Answers as long as the process does.
#[get("/healthz")]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Answers 200 when requests can be served: the database answers and the server is not stopping.
#[get("/readyz")]
pub async fn readyz(app: Data<App>) -> ApiResult<&'static str> {
    if app.engine.is_stopped() {
        return Err(ErrorCode::ShuttingDown.into());
    }
    app.engine.store().ping().await?;
    Ok("ready\n")
}

/// Counters for Prometheus.
#[get("/metrics")]
pub async fn metrics(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(app.metrics.text(app.engine.live_executions()))
}

/// The OpenAPI document.
#[get("/openapi.json")]
pub async fn openapi_document(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.text().to_owned())
}

/// Leads to the documentation, which needs the slash at its end for its files.
#[get("/docs")]
pub async fn docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// The table of error codes.
#[routes]
#[get("/docs/errors")]
#[get("/docs/errors/")]
pub async fn error_pages() -> ApiResult<HttpResponse> {
    let page = crate::assets::error_page("README").ok_or(ErrorCode::NotFound)?;
    Ok(HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(page))
}

/// The page that explains an error code.
#[get("/docs/errors/{code}")]
pub async fn error_page(code: Path<String>) -> ApiResult<HttpResponse> {
    let page = crate::assets::error_page(code.trim_end_matches(".md"))
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("There is no error code `{code}`.")))?;
    Ok(HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(page))
}
