//! The providers of a tenant: with its own keys, with the server's keys, and without a key.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use dashmap::DashMap;
use secrecy::SecretString;
use sluice_providers::{Client, ModelCall, ModelStream, NetworkPolicy, ProviderError, ProviderErrorKind, demo};
use sluice_store::{CredentialChange, SealedKey, Store, StoreError, StoredCredential};
use sluice_types::{CredentialInfo, Provider, ProviderName, TenantId, UpdateCredential, default_model};

use super::master_key::VaultError;
use super::vault::Vault;
use crate::clock::{Clock as _, System};

/// Configuration of provider calls.
pub struct ProvidersConfig {
    /// Encrypts tenants' keys.
    pub vault: Vault,
    /// Keys of the server's environment, for tenants without a key of their own.
    pub server_keys: Vec<(ProviderName, SecretString)>,
    /// The networks that a tenant's own addresses may be in.
    pub network: NetworkPolicy,
}

/// Lifetime of cached credentials: another server may have changed them.
const CACHED_FOR: Duration = Duration::from_secs(5);
/// Tenants whose credentials are cached. Those of further tenants are read from the database for each call.
const MAX_CACHED_TENANTS: usize = 1_000;

/// Calls providers with the keys that a tenant has.
pub struct Providers {
    store: Store,
    vault: Arc<Vault>,
    server_keys: Vec<(ProviderName, SecretString)>,
    network: NetworkPolicy,
    client: Client,
    cache: Cache,
}

/// Credentials by tenant, with the time when they were read.
type Cache = DashMap<TenantId, (Instant, Arc<Vec<StoredCredential>>)>;

/// Keeps credentials in the cache while there is room, after dropping those that are too old.
fn keep(cache: &Cache, tenant: &TenantId, read: &Arc<Vec<StoredCredential>>) {
    if cache.len() >= MAX_CACHED_TENANTS {
        cache.retain(|_, (at, _)| at.elapsed() < CACHED_FOR);
    }
    if cache.len() < MAX_CACHED_TENANTS {
        cache.insert(tenant.clone(), (Instant::now(), read.clone()));
    }
}

impl Providers {
    /// Providers over a store.
    pub fn new(store: Store, config: ProvidersConfig) -> Result<Self, reqwest::Error> {
        let ProvidersConfig { vault, server_keys, network } = config;
        let client = Client::new(network.client()?, || System.now().into());
        Ok(Self { store, vault: Arc::new(vault), server_keys, network, client, cache: DashMap::new() })
    }

    /// The networks that a tenant's own addresses may be in.
    pub(crate) fn network(&self) -> NetworkPolicy {
        self.network
    }

    /// Runs vault operations on a blocking thread: a key derivation takes tens of milliseconds.
    pub(crate) async fn with_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let vault = self.vault.clone();
        let done = tokio::task::spawn_blocking(move || work(&vault)).await;
        done.map_err(|error| VaultError::Derivation(error.to_string()))?
    }

    async fn credentials(&self, tenant: &TenantId) -> Result<Arc<Vec<StoredCredential>>, StoreError> {
        if let Some(cached) = self.cache.get(tenant).filter(|cached| cached.0.elapsed() < CACHED_FOR) {
            return Ok(cached.1.clone());
        }
        let read = Arc::new(self.store.credentials(tenant).await?);
        keep(&self.cache, tenant, &read);
        Ok(read)
    }

    fn server_key(&self, provider: ProviderName) -> Option<&SecretString> {
        self.server_keys.iter().find(|(name, _)| *name == provider).map(|(_, key)| key)
    }

    /// All providers, and whether the tenant can use them now.
    pub async fn list(&self, tenant: &TenantId) -> Result<Vec<Provider>, StoreError> {
        let credentials = self.credentials(tenant).await?;
        Ok(ProviderName::ALL.iter().map(|&name| self.describe(name, &credentials)).collect())
    }

    fn describe(&self, name: ProviderName, credentials: &[StoredCredential]) -> Provider {
        let credential = credentials.iter().find(|credential| credential.provider == name.as_str());
        let server_key = self.server_key(name).is_some();
        let has_key = server_key || credential.is_some_and(|credential| credential.sealed_key.is_some());
        let has_url = credential.is_some_and(|credential| credential.base_url.is_some());
        let put = format!("PUT /api/v1/providers/{name}/credential");
        let reason = if name.needs_key() && !has_key {
            Some(format!("It has no key: store one with {put}."))
        } else if name.needs_base_url() && !has_url {
            Some(format!("It has no address: store a `base_url` with {put}."))
        } else {
            None
        };
        Provider {
            name,
            title: name.title().into(),
            available: reason.is_none(),
            reason,
            simulated: name == ProviderName::Demo,
            default_model: credential
                .and_then(|credential| credential.default_model.clone())
                .or_else(|| default_model(name.as_str()).map(str::to_owned)),
            credential: credential.map(info),
            server_key,
        }
    }

    /// Changes a credential, or stores the first one. Absent fields keep their value, `null` removes it. Another
    /// `base_url` removes the stored key, unless a new key comes along.
    pub async fn put_credential(
        &self,
        tenant: &TenantId,
        provider: ProviderName,
        request: UpdateCredential,
        now: DateTime<Utc>,
    ) -> Result<CredentialInfo, CredentialError> {
        if let Some(Some(base_url)) = &request.base_url {
            self.network.check(base_url).map_err(CredentialError::BaseUrl)?;
        }
        let before = self.store.credentials(tenant).await?.into_iter().find(|it| it.provider == provider.as_str());
        let old = before.and_then(|before| before.sealed_key).filter(|_| request.api_key.is_none());
        let (purpose, api_key) = (purpose(tenant, provider.as_str()), request.api_key);
        let (key, sealed_anew) = self
            .with_vault(move |vault| {
                let seal = |key: String| {
                    let hint = hint(&key);
                    Ok::<_, VaultError>(SealedKey { sealed: vault.seal(&purpose, &SecretString::from(key))?, hint })
                };
                let key = api_key.map(|key| key.map(seal).transpose()).transpose()?;
                let outdated = old.filter(|old| vault.is_outdated(&purpose, old));
                let anew = |old: Vec<u8>| Ok((vault.seal(&purpose, &vault.open(&purpose, &old)?)?, old));
                let anew = outdated.map(anew).transpose()?;
                Ok((key, anew.map(|(new, old)| (old, new))))
            })
            .await?;
        let change =
            CredentialChange { key, base_url: request.base_url, default_model: request.default_model, sealed_anew };
        let stored = self.store.change_credential(tenant, provider.as_str(), change, now).await?;
        self.cache.remove(tenant);
        Ok(info(&stored))
    }

    /// Deletes a credential; false when it is missing.
    pub async fn delete_credential(&self, tenant: &TenantId, provider: ProviderName) -> Result<bool, StoreError> {
        let deleted = self.store.delete_credential(tenant, provider.as_str()).await?;
        self.cache.remove(tenant);
        Ok(deleted)
    }

    /// Checks the key with the provider. It costs no tokens.
    pub async fn check(&self, tenant: &TenantId, provider: ProviderName) -> Result<(), ProviderError> {
        if provider == ProviderName::Demo {
            return Ok(());
        }
        let (key, base_url) = self.access(tenant, provider.as_str()).await?;
        self.client.check(provider.as_str(), key.as_ref(), base_url.as_deref()).await
    }

    /// Calls a model. Key and address are filled in here.
    pub async fn stream(
        &self,
        tenant: &TenantId,
        mut call: ModelCall,
        attempt: i32,
    ) -> Result<ModelStream, ProviderError> {
        if call.provider == ProviderName::Demo.as_str() {
            return demo::stream(&call, attempt);
        }
        (call.api_key, call.base_url) = self.access(tenant, &call.provider).await?;
        self.client.stream(call).await
    }

    /// The key and the address for a provider: the tenant's own, else the server's.
    async fn access(
        &self,
        tenant: &TenantId,
        provider: &str,
    ) -> Result<(Option<SecretString>, Option<String>), ProviderError> {
        let missing = |message: String| ProviderError::new(ProviderErrorKind::MissingKey, message);
        let name: ProviderName = provider.parse().map_err(missing)?;
        let credentials = self
            .credentials(tenant)
            .await
            .map_err(|_| ProviderError::new(ProviderErrorKind::Unreachable, "the stored keys cannot be read now"))?;
        let described = self.describe(name, &credentials);
        if let Some(reason) = described.reason {
            return Err(missing(format!("{} cannot be used. {reason}", described.title)));
        }
        let credential = credentials.iter().find(|credential| credential.provider == provider);
        let base_url = credential.and_then(|credential| credential.base_url.clone());
        if let Some(base_url) = &base_url {
            // The operator may have changed the network policy since it was stored.
            self.network.check(base_url).map_err(missing)?;
        }
        let key = match credential.and_then(|credential| credential.sealed_key.as_ref()) {
            Some(sealed) => {
                let (purpose, sealed) = (purpose(tenant, provider), sealed.clone());
                let opened = self.with_vault(move |vault| vault.open(&purpose, &sealed)).await;
                Some(opened.map_err(|error| missing(error.to_string()))?)
            }
            // The server's key is for the provider itself, not for an address that a tenant chose.
            None => self.server_key(name).filter(|_| base_url.is_none()).cloned(),
        };
        if key.is_none() && name.needs_key() {
            return Err(missing(format!("{} needs a key of your own when it has a `base_url`", described.title)));
        }
        Ok((key, base_url))
    }
}

/// The reason why a credential cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The address cannot be used.
    #[error("{0}")]
    BaseUrl(String),
    /// It cannot be encrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn purpose(tenant: &TenantId, provider: &str) -> String {
    format!("{tenant}/{provider}")
}

fn info(stored: &StoredCredential) -> CredentialInfo {
    CredentialInfo {
        key_hint: stored.key_hint.clone(),
        base_url: stored.base_url.clone(),
        default_model: stored.default_model.clone(),
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    }
}

/// The last four characters of a key, when it is long enough to stay secret.
fn hint(key: &str) -> String {
    let length = key.chars().count();
    let shown = if length >= 16 { 4 } else { 0 };
    format!("…{}", key.chars().skip(length - shown).collect::<String>())
}

/// Reads the keys that the server's environment has, by the names that the providers' own tools use.
pub fn keys_from_environment() -> Vec<(ProviderName, SecretString)> {
    [
        (ProviderName::Anthropic, "ANTHROPIC_API_KEY"),
        (ProviderName::Openai, "OPENAI_API_KEY"),
        (ProviderName::Google, "GEMINI_API_KEY"),
    ]
    .into_iter()
    .filter_map(|(name, variable)| {
        let key = std::env::var(variable).ok().filter(|key| !key.trim().is_empty())?;
        Some((name, SecretString::from(key)))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_holds_a_bounded_number_of_tenants() {
        let (cache, read) = (Cache::new(), Arc::new(Vec::new()));
        let tenant = |number: usize| TenantId::new(format!("t{number}")).unwrap();
        for number in 0..=MAX_CACHED_TENANTS {
            keep(&cache, &tenant(number), &read);
        }
        assert_eq!(cache.len(), MAX_CACHED_TENANTS);
        // Outdated entries make room.
        let old = Instant::now().checked_sub(CACHED_FOR).unwrap();
        cache.iter_mut().for_each(|mut entry| entry.0 = old);
        keep(&cache, &tenant(MAX_CACHED_TENANTS), &read);
        assert_eq!(cache.len(), 1);
    }
}
