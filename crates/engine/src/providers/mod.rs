//! Providers of models: the built-in `demo`, and real ones over their wire protocols.

pub mod call;
pub mod demo;
pub mod demo_schema;
mod key_file;
mod master_key;
mod network;
mod registry;
mod vault;
pub mod wire;

pub use master_key::{MIN_PASSPHRASE_CHARS, VaultError};
pub use network::NetworkPolicy;
pub use registry::{CredentialError, Providers, ProvidersConfig, keys_from_environment};
pub use vault::Vault;
