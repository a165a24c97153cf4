//! Providers, and the keys for them.

use sluice_types::{CredentialInfo, ProviderName, ProviderPage, UpdateCredential};

use super::error::ApiResult;
use super::http::Call;

/// All providers, and whether they can be used.
pub async fn list() -> ApiResult<ProviderPage> {
    Call::get("/providers").answer().await
}

/// Stores a key, an address or a default model.
pub async fn put_credential(name: ProviderName, credential: &UpdateCredential) -> ApiResult<CredentialInfo> {
    Call::put(&format!("/providers/{name}/credential")).json(credential).answer().await
}

/// Forgets the tenant's own key.
pub async fn delete_credential(name: ProviderName) -> ApiResult<()> {
    Call::delete(&format!("/providers/{name}/credential")).done().await
}

/// Calls the provider once with what is stored.
pub async fn check_credential(name: ProviderName) -> ApiResult<()> {
    Call::post(&format!("/providers/{name}/credential/test")).done().await
}
