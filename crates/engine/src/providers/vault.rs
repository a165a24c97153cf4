//! Encrypts what must not be read in the database: providers' keys.

use std::io::Write as _;
use std::path::Path;

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, Generate, Key, KeyInit, Nonce, Payload};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Why something cannot be encrypted or read.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The master key's file cannot be read or made.
    #[error("the master key's file: {0}")]
    File(#[from] std::io::Error),
    /// Others can read the master key's file.
    #[error("{0} can be read by others: run `chmod 600` on it")]
    Permissions(String),
    /// What is stored was made with another master key, or was changed.
    #[error("the stored key cannot be read: the master key is another one; store the provider's key again")]
    WrongKey,
}

/// Encrypts with XChaCha20-Poly1305 (RFC 8439 with a 192-bit nonce): a random nonce, then the text
/// with its tag. What it is for is authenticated with it, so that a row cannot be put in another's place.
pub struct Vault(XChaCha20Poly1305);

const NONCE_BYTES: usize = 24;

impl Vault {
    /// A vault whose key comes from a passphrase in the server's environment.
    #[must_use]
    pub fn from_passphrase(passphrase: &SecretString) -> Self {
        let key: [u8; 32] = Sha256::digest(passphrase.expose_secret().as_bytes()).into();
        Self(XChaCha20Poly1305::new(&key.into()))
    }

    /// A vault whose key is in a file that only its owner can read; the file is made when it is not there.
    pub fn from_file(file: &Path) -> Result<Self, VaultError> {
        match std::fs::read(file) {
            Ok(bytes) => {
                check_permissions(file)?;
                let key: [u8; 32] = bytes.try_into().map_err(|_| VaultError::WrongKey)?;
                Ok(Self(XChaCha20Poly1305::new(&key.into())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = Key::<XChaCha20Poly1305>::generate();
                write_private(file, &key)?;
                Ok(Self(XChaCha20Poly1305::new(&key)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Encrypts a secret for a purpose.
    pub fn seal(&self, purpose: &str, secret: &SecretString) -> Result<Vec<u8>, VaultError> {
        let nonce = Nonce::<XChaCha20Poly1305>::generate();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: purpose.as_bytes() };
        let sealed = self.0.encrypt(&nonce, payload).map_err(|_| VaultError::WrongKey)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Reads what was encrypted for a purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or(VaultError::WrongKey)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| VaultError::WrongKey)?;
        let payload = Payload { msg: text, aad: purpose.as_bytes() };
        let secret = self.0.decrypt(&nonce.into(), payload).map_err(|_| VaultError::WrongKey)?;
        String::from_utf8(secret).map(SecretString::from).map_err(|_| VaultError::WrongKey)
    }
}

#[cfg(unix)]
fn check_permissions(file: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt as _;
    if std::fs::metadata(file)?.permissions().mode() & 0o077 != 0 {
        return Err(VaultError::Permissions(file.display().to_string()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_permissions(_file: &Path) -> Result<(), VaultError> {
    Ok(())
}

fn write_private(file: &Path, key: &[u8]) -> Result<(), VaultError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut open = options.open(file)?;
    open.write_all(key)?;
    Ok(open.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_the_same_purpose_only() {
        let vault = Vault::from_passphrase(&"one".into());
        let sealed = vault.seal("local/openai", &"sk-secret".into()).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("sk-secret"));
        assert_eq!(vault.open("local/openai", &sealed).unwrap().expose_secret(), "sk-secret");
        assert!(vault.open("local/google", &sealed).is_err());
        assert!(Vault::from_passphrase(&"two".into()).open("local/openai", &sealed).is_err());
        assert!(vault.open("local/openai", &sealed[..10]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_made_once_and_kept_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.key");
        let sealed = Vault::from_file(&file).unwrap().seal("p", &"s".into()).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Vault::from_file(&file).unwrap().open("p", &sealed).unwrap().expose_secret(), "s");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Vault::from_file(&file), Err(VaultError::Permissions(_))));
    }
}
