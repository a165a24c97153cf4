//! The providers of a tenant, and the keys for them.

mod key_file;
mod master_key;
mod registry;
mod vault;

pub use master_key::{MIN_PASSPHRASE_CHARS, VaultError};
pub use registry::{CredentialError, Providers, ProvidersConfig, keys_from_environment};
pub use sluice_providers::NetworkPolicy;
pub use vault::Vault;
