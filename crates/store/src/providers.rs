//! Credentials of providers: the store's side of them. Keys come and go encrypted.

use chrono::{DateTime, Utc};
use sluice_types::TenantId;

use crate::error::StoreError;
use crate::store::{Store, read, write};

/// A change of one provider's credential. Outer `None` keeps the stored value, inner `None` removes it.
#[derive(Debug, Clone, Default)]
pub struct CredentialChange {
    /// The new key, encrypted.
    pub key: Option<Option<SealedKey>>,
    /// The new address. Another address than the stored one removes the key, unless a new key comes along: the
    /// stored one was meant for the old address.
    pub base_url: Option<Option<String>>,
    /// The new default model.
    pub default_model: Option<Option<String>>,
    /// A key in an older encrypted form, and the same key in the current one. It replaces that key only.
    pub sealed_anew: Option<(Vec<u8>, Vec<u8>)>,
}

/// An encrypted key with its hint.
#[derive(Debug, Clone)]
pub struct SealedKey {
    /// The key, encrypted.
    pub sealed: Vec<u8>,
    /// The last characters of the key.
    pub hint: String,
}

impl CredentialChange {
    /// Applies the change to the stored credential.
    pub(crate) fn apply(&self, stored: &mut StoredCredential) {
        if let Some((old, anew)) = &self.sealed_anew
            && stored.sealed_key.as_ref() == Some(old)
        {
            stored.sealed_key = Some(anew.clone());
        }
        let moved = self.base_url.as_ref().is_some_and(|base_url| *base_url != stored.base_url);
        if moved || self.key.is_some() {
            let key = self.key.iter().flatten().next();
            stored.sealed_key = key.map(|key| key.sealed.clone());
            stored.key_hint = key.map(|key| key.hint.clone());
        }
        if let Some(base_url) = &self.base_url {
            stored.base_url.clone_from(base_url);
        }
        if let Some(default_model) = &self.default_model {
            stored.default_model.clone_from(default_model);
        }
    }
}

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

    /// Changes a credential, or stores the first one, and gives the result. The change is merged inside the write, so
    /// that two changes at the same time keep both.
    pub async fn change_credential(
        &self,
        tenant: &TenantId,
        provider: &str,
        change: CredentialChange,
        now: DateTime<Utc>,
    ) -> Result<StoredCredential, StoreError> {
        let (tenant, provider) = (tenant.clone(), provider.to_owned());
        write!(self, |conn| queries::providers::change(conn, tenant.as_str(), &provider, &change, now))
    }

    /// Deletes a credential; false when there is none.
    pub async fn delete_credential(&self, tenant: &TenantId, provider: &str) -> Result<bool, StoreError> {
        let (tenant, provider) = (tenant.clone(), provider.to_owned());
        write!(self, |conn| queries::providers::delete(conn, tenant.as_str(), &provider))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> StoredCredential {
        StoredCredential {
            provider: "openai".into(),
            sealed_key: Some(b"old".to_vec()),
            key_hint: Some("…1234".into()),
            base_url: Some("http://a".into()),
            default_model: Some("m".into()),
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn changed(change: &CredentialChange) -> (Option<&'static str>, Option<String>, Option<String>) {
        let mut credential = stored();
        change.apply(&mut credential);
        let key = credential.sealed_key.map(|key| match key.as_slice() {
            b"old" => "old",
            b"new" => "new",
            _ => "another",
        });
        (key, credential.key_hint, credential.base_url)
    }

    #[test]
    fn a_key_stays_with_the_address_it_was_stored_for() {
        let url = |url: &str| Some(Some(url.to_owned()));
        let new_key = || Some(Some(SealedKey { sealed: b"new".to_vec(), hint: "…5678".into() }));
        let hint = |hint: &str| Some(hint.to_owned());
        let change = CredentialChange::default;
        let table = [
            (change(), Some("old"), hint("…1234"), "http://a"),
            (CredentialChange { base_url: url("http://a"), ..change() }, Some("old"), hint("…1234"), "http://a"),
            (CredentialChange { base_url: url("http://b"), ..change() }, None, None, "http://b"),
            (CredentialChange { base_url: Some(None), ..change() }, None, None, ""),
            (
                CredentialChange { base_url: url("http://b"), key: new_key(), ..change() },
                Some("new"),
                hint("…5678"),
                "http://b",
            ),
            (CredentialChange { key: new_key(), ..change() }, Some("new"), hint("…5678"), "http://a"),
            (CredentialChange { key: Some(None), ..change() }, None, None, "http://a"),
        ];
        for (change, key, hint, base_url) in table {
            let base_url = Some(base_url.to_owned()).filter(|base_url| !base_url.is_empty());
            assert_eq!(changed(&change), (key, hint, base_url), "{change:?}");
        }
    }

    #[test]
    fn a_key_is_sealed_anew_only_if_it_is_still_the_same() {
        let anew = |old: &[u8]| CredentialChange {
            sealed_anew: Some((old.to_vec(), b"new".to_vec())),
            ..CredentialChange::default()
        };
        assert_eq!(changed(&anew(b"old")).0, Some("new"));
        assert_eq!(changed(&anew(b"replaced meanwhile")).0, Some("old"));
    }
}
