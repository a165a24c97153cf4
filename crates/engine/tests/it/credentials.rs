//! Keys of providers: how they are kept and what a change does to them.

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use rstest::rstest;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use sluice_engine::providers::Vault;
use sluice_store::{CredentialChange, SealedKey, StoredCredential};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{ProviderName, UpdateCredential};

use crate::support::{PASSPHRASE, TestEngine};

const PURPOSE: &str = "local/openai";

/// A key in the form without a version: SHA-256 of the passphrase, a nonce, the text with its tag.
fn sealed_without_version(secret: &str) -> Vec<u8> {
    let key: [u8; 32] = Sha256::digest(PASSPHRASE.as_bytes()).into();
    let nonce = [9; 24];
    let payload = Payload { msg: secret.as_bytes(), aad: PURPOSE.as_bytes() };
    [nonce.as_slice(), &XChaCha20Poly1305::new(&key.into()).encrypt(&nonce.into(), payload).unwrap()].concat()
}

async fn stored(bench: &TestEngine) -> StoredCredential {
    bench.engine.store().credentials(&bench.tenant).await.unwrap().remove(0)
}

async fn put(bench: &TestEngine, request: UpdateCredential) -> Option<String> {
    let now = bench.engine.outside().clock.now();
    let providers = bench.engine.providers();
    providers.put_credential(&bench.tenant, ProviderName::Openai, request, now).await.unwrap().key_hint
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_in_the_old_form_is_sealed_anew_with_the_next_change(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let old = SealedKey { sealed: sealed_without_version("sk-old"), hint: "…".into() };
    let change = CredentialChange { key: Some(Some(old.clone())), ..CredentialChange::default() };
    let now = bench.engine.outside().clock.now();
    bench.engine.store().change_credential(&bench.tenant, "openai", change, now).await.unwrap();
    // It opens as it is.
    let vault = Vault::from_passphrase(PASSPHRASE.into()).unwrap();
    assert_eq!(vault.open(PURPOSE, &old.sealed).unwrap().expose_secret(), "sk-old");
    put(&bench, UpdateCredential { default_model: Some(Some("m".into())), ..UpdateCredential::default() }).await;
    let sealed = stored(&bench).await.sealed_key.unwrap();
    assert_ne!(sealed, old.sealed);
    assert!(!vault.is_outdated(PURPOSE, &sealed));
    assert_eq!(vault.open(PURPOSE, &sealed).unwrap().expose_secret(), "sk-old");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_address_needs_the_key_again(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let none = UpdateCredential::default;
    let hint = put(&bench, UpdateCredential { api_key: Some(Some("sk-0123456789abcdef".into())), ..none() }).await;
    assert_eq!(hint.as_deref(), Some("…cdef"));
    let address = |address: &str| UpdateCredential { base_url: Some(Some(address.into())), ..none() };
    assert_eq!(put(&bench, address("http://127.0.0.1:9/v1")).await, None);
    assert_eq!(stored(&bench).await.sealed_key, None);
    let both = UpdateCredential {
        api_key: Some(Some("sk-0123456789abcdef".into())),
        base_url: Some(Some("http://127.0.0.1:8/v1".into())),
        ..none()
    };
    assert!(put(&bench, both).await.is_some());
    assert!(put(&bench, address("http://127.0.0.1:8/v1")).await.is_some());
}
