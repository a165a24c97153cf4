//! Credentials of providers.

use rstest::rstest;
use sluice_store::{CredentialChange, SealedKey, from_micros};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::TenantId;

/// Rounds of two changes at the same time.
const ROUNDS: u8 = 20;

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_changes_at_the_same_time_keep_both(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let (tenant, now) = (TenantId::local(), from_micros(1_790_000_000_000_000));
    store.ensure_tenant(&tenant, "Local", now).await.unwrap();
    for round in 0..ROUNDS {
        let provider = format!("provider-{round}");
        let key = SealedKey { sealed: vec![round], hint: "…".into() };
        let key = CredentialChange { key: Some(Some(key)), ..CredentialChange::default() };
        let model = CredentialChange { default_model: Some(Some("m".into())), ..CredentialChange::default() };
        let (one, two) = tokio::join!(
            store.change_credential(&tenant, &provider, key, now),
            store.change_credential(&tenant, &provider, model, now),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        let all = store.credentials(&tenant).await.unwrap();
        let stored = all.into_iter().find(|credential| credential.provider == provider).unwrap();
        assert_eq!((stored.sealed_key.clone(), stored.default_model.as_deref()), (Some(vec![round]), Some("m")));
        assert!(one == stored || two == stored, "the later change answers with both");
    }
}
