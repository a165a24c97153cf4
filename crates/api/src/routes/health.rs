//! Endpoints for operators (liveness, readiness, metrics), and the OpenAPI document.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use sluice_store::StoreError;
use sluice_types::ErrorCode;

use crate::database_size::database_size;
use crate::error::ApiResult;
use crate::openapi::Document;
use crate::state::App;

/// How long the database may take for a read and a write before the server counts as not ready.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// Answers as long as the process lives.
#[get("/healthz")]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Answers 200 when requests can be served: the database reads and writes, and the server takes starts.
#[get("/readyz")]
pub async fn readyz(app: Data<App>) -> ApiResult<&'static str> {
    if app.engine.is_draining() {
        return Err(ErrorCode::ShuttingDown.into());
    }
    let store = app.engine.store();
    let answered = tokio::time::timeout(READY_TIMEOUT, async {
        store.ping().await?;
        store.ping_writer().await
    });
    let late = || StoreError::Unavailable(format!("no answer within {} s", READY_TIMEOUT.as_secs()));
    answered.await.map_err(|_| late())??;
    Ok("ready\n")
}

/// Counters for Prometheus.
#[get("/metrics")]
pub async fn metrics(app: Data<App>) -> HttpResponse {
    let database = match &app.database_file {
        Some(file) => database_size(file).await,
        None => Vec::new(),
    };
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(app.metrics.text(&app.engine, &database))
}

/// The OpenAPI document.
#[get("/openapi.json")]
pub async fn openapi_document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(Document::text())
}

/// The same for generators that do not read OpenAPI 3.1.
#[get("/openapi-3.0.json")]
pub async fn older_openapi_document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(Document::older_text())
}
