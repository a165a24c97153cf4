//! Sealing the values of environment variables and headers.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use sluice_types::{McpServerId, TenantId};

use crate::providers::{Vault, VaultError};

/// Values by the names of their environment variables or headers.
pub type Secrets = BTreeMap<String, SecretString>;

/// The purpose that the sealed values are bound to.
pub fn purpose(tenant: &TenantId, server: &McpServerId) -> String {
    format!("{tenant}/mcp_servers/{server}")
}

/// Encrypts values; `None` for none.
pub fn seal(vault: &Vault, purpose: &str, secrets: &Secrets) -> Result<Option<Vec<u8>>, VaultError> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let plain: BTreeMap<&str, &str> =
        secrets.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
    let text = serde_json::to_string(&plain).map_err(|error| VaultError::Derivation(error.to_string()))?;
    vault.seal(purpose, &SecretString::from(text)).map(Some)
}

/// Decrypts values.
pub fn open(vault: &Vault, purpose: &str, sealed: Option<&[u8]>) -> Result<Secrets, VaultError> {
    let Some(sealed) = sealed else { return Ok(Secrets::new()) };
    let text = vault.open(purpose, sealed)?;
    let plain: BTreeMap<String, String> =
        serde_json::from_str(text.expose_secret()).map_err(|_| VaultError::WrongKey)?;
    Ok(plain.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_open_for_their_server_only() {
        let vault = Vault::from_passphrase("a passphrase of some length".into()).unwrap();
        let id = |id: &str| McpServerId::new(id).unwrap();
        let (files, web) = (purpose(&TenantId::local(), &id("files")), purpose(&TenantId::local(), &id("web")));
        assert_eq!(seal(&vault, &files, &Secrets::new()).unwrap(), None);
        let secrets = Secrets::from([("TOKEN".to_owned(), SecretString::from("quokka"))]);
        let sealed = seal(&vault, &files, &secrets).unwrap().unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("quokka"));
        assert_eq!(open(&vault, &files, Some(&sealed)).unwrap()["TOKEN"].expose_secret(), "quokka");
        assert!(matches!(open(&vault, &web, Some(&sealed)), Err(VaultError::WrongKey)));
        assert!(open(&vault, &web, None).unwrap().is_empty());
    }
}
