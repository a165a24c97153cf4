//! Encrypts provider keys before they are stored.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Nonce, Payload};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::key_file;
use super::master_key::{KEY_BYTES, MIN_PASSPHRASE_CHARS, MasterKey, VaultError};

/// Derived keys in the cache. Each server process that seals a text adds one salt to the database.
const MAX_CACHED_SALTS: usize = 64;
/// Memory of one key derivation, in KiB; with two passes and one lane it is OWASP's recommendation for Argon2id.
const ARGON2_MEMORY_KIB: u32 = 19 * 1024;
/// Passes of one key derivation.
const ARGON2_PASSES: u32 = 2;
/// Lanes of one key derivation.
const ARGON2_LANES: u32 = 1;

const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;

type Salt = [u8; SALT_BYTES];

/// The first byte of a sealed text is its key format; a later format, such as a rotated key, uses another byte. This
/// format: the key of the key file.
const KEY_FILE_FORM: u8 = 1;
/// Argon2id of the passphrase, with the salt that follows.
const PASSPHRASE_FORM: u8 = 2;

/// Encrypts with XChaCha20-Poly1305 (RFC 8439 with a 192-bit nonce). The purpose is authenticated with the text, so
/// that a stored row cannot replace another.
///
/// | form | layout |
/// |---|---|
/// | key file | `1`, nonce (24 bytes), text with its tag |
/// | passphrase | `2`, salt (16 bytes), nonce (24 bytes), text with its tag |
/// | without a version | nonce (24 bytes), text with its tag; the key is the key file's, or SHA-256 of the passphrase |
///
/// The last form is only read.
pub struct Vault {
    source: Source,
}

/// Source of the key.
enum Source {
    KeyFile(MasterKey),
    Passphrase(Box<Passphrase>),
}

/// A passphrase and the keys that were derived from it.
struct Passphrase {
    text: SecretString,
    /// The salt of texts sealed by this process.
    salt: Salt,
    /// Derived keys by salt, the oldest first.
    derived: Mutex<Vec<(Salt, MasterKey)>>,
}

impl Vault {
    /// A vault whose key is derived from a passphrase. Servers with the same passphrase read each other's texts.
    pub fn from_passphrase(passphrase: SecretString) -> Result<Self, VaultError> {
        let length = passphrase.expose_secret().trim().chars().count();
        if length < MIN_PASSPHRASE_CHARS {
            return Err(VaultError::ShortPassphrase(length));
        }
        let passphrase = Passphrase { text: passphrase, salt: Salt::generate(), derived: Mutex::default() };
        Ok(Self { source: Source::Passphrase(Box::new(passphrase)) })
    }

    /// A vault whose key is in a file that only its owner can read; a missing file is created.
    pub fn from_file(file: &Path) -> Result<Self, VaultError> {
        Ok(Self { source: Source::KeyFile(key_file::read_or_create(file)?) })
    }

    /// Encrypts a secret for a purpose. The first call with a passphrase derives the key, which takes time.
    pub fn seal(&self, purpose: &str, secret: &SecretString) -> Result<Vec<u8>, VaultError> {
        let (key, header): (MasterKey, Vec<u8>) = match &self.source {
            Source::KeyFile(key) => (*key, vec![KEY_FILE_FORM]),
            Source::Passphrase(passphrase) => {
                let key = passphrase.derive(passphrase.salt)?;
                (key, [&[PASSPHRASE_FORM], passphrase.salt.as_slice()].concat())
            }
        };
        let nonce = Nonce::<XChaCha20Poly1305>::generate();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &bound(&header, purpose) };
        let sealed = cipher(key).encrypt(&nonce, payload).map_err(|_| VaultError::WrongKey)?;
        Ok([header.as_slice(), nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts a text that was sealed for a purpose. A new salt requires a key derivation.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<SecretString, VaultError> {
        match self.open_current(purpose, sealed) {
            // A text without a version begins with its nonce, which can begin with the byte of a version.
            Err(VaultError::WrongKey) => decrypt(self.key_without_version(), purpose.as_bytes(), sealed),
            opened => opened,
        }
    }

    /// Whether a text has an older format that this vault can open; it should be sealed again.
    pub fn is_outdated(&self, purpose: &str, sealed: &[u8]) -> bool {
        matches!(self.open_current(purpose, sealed), Err(VaultError::WrongKey))
            && decrypt(self.key_without_version(), purpose.as_bytes(), sealed).is_ok()
    }

    fn open_current(&self, purpose: &str, sealed: &[u8]) -> Result<SecretString, VaultError> {
        let header_bytes = match &self.source {
            Source::KeyFile(_) => 1,
            Source::Passphrase(_) => 1 + SALT_BYTES,
        };
        let (header, text) = sealed.split_at_checked(header_bytes).ok_or(VaultError::WrongKey)?;
        let (form, salt) = header.split_first().ok_or(VaultError::WrongKey)?;
        let key = match &self.source {
            Source::KeyFile(key) if *form == KEY_FILE_FORM => *key,
            Source::Passphrase(passphrase) if *form == PASSPHRASE_FORM => {
                passphrase.derive(salt.try_into().map_err(|_| VaultError::WrongKey)?)?
            }
            Source::KeyFile(_) | Source::Passphrase(_) => return Err(VaultError::WrongKey),
        };
        decrypt(key, &bound(header, purpose), text)
    }

    fn key_without_version(&self) -> MasterKey {
        match &self.source {
            Source::KeyFile(key) => *key,
            Source::Passphrase(passphrase) => Sha256::digest(passphrase.text.expose_secret().as_bytes()).into(),
        }
    }
}

impl Passphrase {
    /// The key for a salt. It is derived once: the lock is held meanwhile, so that a second caller waits for it.
    fn derive(&self, salt: Salt) -> Result<MasterKey, VaultError> {
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = derived.iter().find(|(known, _)| *known == salt) {
            return Ok(*key);
        }
        let failed = |error: argon2::Error| VaultError::Derivation(error.to_string());
        let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, ARGON2_LANES, Some(KEY_BYTES)).map_err(failed)?;
        let mut key = [0; KEY_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.text.expose_secret().as_bytes(), &salt, &mut key)
            .map_err(failed)?;
        if derived.len() >= MAX_CACHED_SALTS {
            derived.remove(0);
        }
        derived.push((salt, key));
        Ok(key)
    }
}

/// The data that is authenticated beside the text: its header and its purpose.
fn bound(header: &[u8], purpose: &str) -> Vec<u8> {
    [header, purpose.as_bytes()].concat()
}

fn cipher(key: MasterKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.into())
}

/// Decrypts a nonce and a text with its tag.
fn decrypt(key: MasterKey, aad: &[u8], sealed: &[u8]) -> Result<SecretString, VaultError> {
    let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or(VaultError::WrongKey)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| VaultError::WrongKey)?;
    let secret = cipher(key).decrypt(&nonce.into(), Payload { msg: text, aad }).map_err(|_| VaultError::WrongKey)?;
    String::from_utf8(secret).map(SecretString::from).map_err(|_| VaultError::WrongKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "a passphrase of some length";

    fn vault(passphrase: &str) -> Vault {
        Vault::from_passphrase(passphrase.into()).unwrap()
    }

    fn file_vault() -> (tempfile::TempDir, Vault) {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::from_file(&folder.path().join("master.key")).unwrap();
        (folder, vault)
    }

    /// Seals in the form without a version: a nonce, then the text with its tag.
    fn sealed_without_version(key: MasterKey, nonce: [u8; NONCE_BYTES], purpose: &str, secret: &str) -> Vec<u8> {
        let payload = Payload { msg: secret.as_bytes(), aad: purpose.as_bytes() };
        [nonce.as_slice(), &cipher(key).encrypt(&nonce.into(), payload).unwrap()].concat()
    }

    #[test]
    fn a_sealed_text_opens_for_the_same_purpose_and_passphrase_only() {
        let one = vault(PASSPHRASE);
        let sealed = one.seal("local/openai", &"sk-secret".into()).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("sk-secret"));
        assert_eq!(one.open("local/openai", &sealed).unwrap().expose_secret(), "sk-secret");
        // Another server, with a salt of its own.
        assert_eq!(vault(PASSPHRASE).open("local/openai", &sealed).unwrap().expose_secret(), "sk-secret");
        assert!(matches!(one.open("local/google", &sealed), Err(VaultError::WrongKey)));
        assert!(matches!(vault("another passphrase").open("local/openai", &sealed), Err(VaultError::WrongKey)));
        for end in [0, 1, 10, 17, 41, sealed.len() - 1] {
            assert!(matches!(one.open("local/openai", &sealed[..end]), Err(VaultError::WrongKey)), "{end} bytes");
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            // A changed salt means one more derivation: one of them is enough.
            if (2..17).contains(&at) {
                continue;
            }
            assert!(matches!(one.open("local/openai", &changed), Err(VaultError::WrongKey)), "byte {at}");
        }
    }

    #[test]
    fn a_key_is_derived_by_argon2id_and_once_for_each_salt() {
        let Source::Passphrase(passphrase) = vault(PASSPHRASE).source else { unreachable!() };
        let key = passphrase.derive([7; SALT_BYTES]).unwrap();
        // From the reference implementation, with 16 bytes of value 7 as the salt.
        let halves = [&key[..16], &key[16..]].map(|half| u128::from_be_bytes(half.try_into().unwrap()));
        assert_eq!(halves, [0xfb2c_e2cd_bd66_fac0_b324_b1f6_0539_e22d, 0xa96b_ce9b_56c1_c701_5c4f_8686_fdc0_594e]);
        assert_eq!(passphrase.derive([7; SALT_BYTES]).unwrap(), key);
        assert_ne!(passphrase.derive([8; SALT_BYTES]).unwrap(), key);
        assert_eq!(passphrase.derived.lock().unwrap().len(), 2);
    }

    #[test]
    fn a_text_without_a_version_opens_and_is_sealed_anew() {
        let (folder, from_file) = file_vault();
        let file_key: MasterKey = std::fs::read(folder.path().join("master.key")).unwrap().try_into().unwrap();
        let passphrase_key: MasterKey = Sha256::digest(PASSPHRASE.as_bytes()).into();
        for (vault, key) in [(from_file, file_key), (vault(PASSPHRASE), passphrase_key)] {
            // The nonce may begin with the byte of a version.
            for first in [0, 1, 2, 255] {
                let old = sealed_without_version(key, [first; NONCE_BYTES], "p", "sk-old");
                assert_eq!(vault.open("p", &old).unwrap().expose_secret(), "sk-old", "nonce of {first}");
                assert!(vault.is_outdated("p", &old));
                assert!(vault.open("q", &old).is_err());
            }
            let new = vault.seal("p", &"sk-old".into()).unwrap();
            assert_eq!(vault.open("p", &new).unwrap().expose_secret(), "sk-old");
            assert!(!vault.is_outdated("p", &new));
        }
    }

    #[test]
    fn a_short_passphrase_is_refused() {
        for short in ["", "   ", "                 x", "fifteen chars.."] {
            let error = Vault::from_passphrase(short.into()).err().unwrap();
            assert!(error.to_string().contains("at least 16"), "{error}");
        }
        assert!(Vault::from_passphrase("sixteen chars...".into()).is_ok());
    }
}
