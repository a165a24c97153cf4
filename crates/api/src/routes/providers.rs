//! Providers and their keys.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use sluice_engine::Failure;
use sluice_types::{CredentialInfo, ErrorCode, ProviderName, ProviderPage, UpdateCredential};

use crate::auth::{Admin, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::extract::Body;
use crate::state::App;
use crate::validate::Check;

/// Lists providers, and whether each can be used now.
///
/// One that is not available says why, and what to do. The first that is available is the default of a workflow that names none.
#[utoipa::path(
    tag = "providers",
    responses((status = 200, description = "All providers", body = ProviderPage)),
    extensions(("x-error-codes" = json!([])))
)]
#[get("/providers")]
pub async fn list_providers(caller: Viewer, app: Data<App>) -> ApiResult<Json<ProviderPage>> {
    let items = app.engine.providers().list(caller.tenant()).await?;
    Ok(Json(ProviderPage { items, next_cursor: None }))
}

fn provider(name: &str) -> ApiResult<ProviderName> {
    name.parse().map_err(|message: String| ApiError::new(ErrorCode::ProviderNotFound, format!("{message}.")))
}

/// Stores a key or an address for a provider.
///
/// The key is encrypted and never shown again. Absent fields keep their value; `null` removes it. Another `base_url`
/// removes the stored key, unless `api_key` comes with it: the key was meant for the old address. The answer has no
/// `key_hint` then.
#[utoipa::path(
    tag = "providers", params(("provider" = ProviderName, Path, description = "The provider", example = "openai")),
    request_body(content = UpdateCredential, example = json!({"api_key": "sk-…"})),
    responses((status = 200, description = "The credential without its key", body = CredentialInfo)),
    extensions(("x-error-codes" = json!(["provider_not_found"])))
)]
#[put("/providers/{provider}/credential")]
pub async fn put_credential(
    caller: Admin,
    name: Path<String>,
    body: Body<UpdateCredential>,
    app: Data<App>,
) -> ApiResult<Json<CredentialInfo>> {
    let provider = provider(&name)?;
    let request = body.0;
    Check::default()
        .credential("/api_key", request.api_key.as_ref().and_then(Option::as_deref))
        .credential("/base_url", request.base_url.as_ref().and_then(Option::as_deref))
        .credential("/default_model", request.default_model.as_ref().and_then(Option::as_deref))
        .done()?;
    if provider == ProviderName::Demo {
        return Err(ApiError::new(
            ErrorCode::InvalidRequest,
            "The demo provider takes no credential: it is simulated and always available.",
        ));
    }
    let now = app.engine.outside().clock.now();
    Ok(Json(app.engine.providers().put_credential(caller.tenant(), provider, request, now).await?))
}

/// Deletes the credential of a provider.
///
/// A key in the server's environment is used from then on, where there is one.
#[utoipa::path(
    tag = "providers", params(("provider" = ProviderName, Path, description = "The provider", example = "openai")),
    responses((status = 204, description = "It is deleted")),
    extensions(("x-error-codes" = json!(["provider_not_found"])))
)]
#[delete("/providers/{provider}/credential")]
pub async fn delete_credential(caller: Admin, name: Path<String>, app: Data<App>) -> ApiResult<HttpResponse> {
    let provider = provider(&name)?;
    if app.engine.providers().delete_credential(caller.tenant(), provider).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(ApiError::new(ErrorCode::ProviderNotFound, format!("No credential is stored for {provider}.")))
}

/// Checks whether a provider accepts the key. It costs no tokens.
///
/// A key that the provider refuses is an error, with the provider's reason in `detail`.
#[utoipa::path(
    tag = "providers", params(("provider" = ProviderName, Path, description = "The provider", example = "openai")),
    responses((status = 204, description = "The provider accepts the key")),
    extensions(("x-error-codes" = json!(["provider_not_found", "provider_not_available", "provider_unauthorized", "provider_rate_limited",
        "provider_unavailable", "provider_rejected", "attempt_timed_out"])))
)]
#[post("/providers/{provider}/credential/test")]
pub async fn check_credential(caller: Admin, name: Path<String>, app: Data<App>) -> ApiResult<HttpResponse> {
    let provider = provider(&name)?;
    match app.engine.providers().check(caller.tenant(), provider).await {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(error) => Err(ApiError::new(Failure::from(error.clone()).code, error.message)),
    }
}
