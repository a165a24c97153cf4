//! The master key and its errors.

use std::path::PathBuf;

/// Bytes of a master key.
pub const KEY_BYTES: usize = 32;

/// A master key.
pub type MasterKey = [u8; KEY_BYTES];

/// The fewest characters of a passphrase.
pub const MIN_PASSPHRASE_CHARS: usize = 16;

/// Reasons why a secret cannot be encrypted or decrypted.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The master key's file cannot be read or created.
    #[error("the master key's file {}: {error}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// The cause.
        error: std::io::Error,
    },
    /// Other users can read the master key's file.
    #[error("{path} can be read by others: run `chmod 600 {path}`", path = .0.display())]
    Permissions(PathBuf),
    /// The file holds no master key.
    #[error(
        "the master key's file {} holds {bytes} bytes in place of {KEY_BYTES}: it was cut off, or is another file. \
         Restore it from a backup. Without a backup, delete it: Sluice makes a new key at its next start, and the \
         providers' keys must be stored again.",
        path.display()
    )]
    KeyFileSize {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The passphrase is empty or too short.
    #[error(
        "the master key (SLUICE_MASTER_KEY) has {0} characters and needs at least {MIN_PASSPHRASE_CHARS}: set a longer \
         one, for example the output of `openssl rand -base64 24`, or unset it to use a key file in the data folder"
    )]
    ShortPassphrase(usize),
    /// The text was sealed with another master key, or was changed.
    #[error("the stored key cannot be read: the master key is another one; store the provider's key again")]
    WrongKey,
    /// The key cannot be derived.
    #[error("the master key cannot be derived: {0}")]
    Derivation(String),
}
