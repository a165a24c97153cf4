//! Credentials of providers: the store's side of them. Keys come and go encrypted.

use chrono::{DateTime, Utc};
use sluice_types::TenantId;

use crate::error::StoreError;
use crate::store::{Store, read, write};

/// A credential as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// The provider that it is for.
    pub provider: String,
    /// The key, encrypted.
    pub sealed_key: Option<Vec<u8>>,
    /// The last characters of the key.
    pub key_hint: Option<String>,
    /// Where the provider is called.
    pub base_url: Option<String>,
    /// The model that answers when nobody names one.
    pub default_model: Option<String>,
    /// When it was first stored.
    pub created_at: DateTime<Utc>,
    /// When it was last replaced.
    pub updated_at: DateTime<Utc>,
}

impl Store {
    /// A tenant's credentials.
    pub async fn credentials(&self, tenant: &TenantId) -> Result<Vec<StoredCredential>, StoreError> {
        let tenant = tenant.clone();
        read!(self, |conn| queries::providers::all(conn, tenant.as_str()))
    }

    /// Stores a credential in the place of the one there is.
    pub async fn put_credential(&self, tenant: &TenantId, credential: StoredCredential) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::providers::put(conn, tenant.as_str(), &credential))
    }

    /// Deletes a credential; false when there is none.
    pub async fn delete_credential(&self, tenant: &TenantId, provider: &str) -> Result<bool, StoreError> {
        let (tenant, provider) = (tenant.clone(), provider.to_owned());
        write!(self, |conn| queries::providers::delete(conn, tenant.as_str(), &provider))
    }
}
