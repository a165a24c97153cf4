//! Group commit: many writes at once, where one that fails takes nothing else with it.

use chrono::Utc;
use rstest::rstest;
use sluice_store::{StoreError, from_micros};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{Persona, PersonaId, TenantId};

fn persona(number: usize) -> Persona {
    let at: chrono::DateTime<Utc> = from_micros(1_790_000_000_000_000);
    Persona {
        id: PersonaId::new(format!("p{number}")).unwrap(),
        name: format!("P {number}"),
        description: String::new(),
        instructions: "x".into(),
        version: 1,
        created_at: at,
        updated_at: at,
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_takes_nothing_else_with_it(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = TenantId::local();
    store.ensure_tenant(&tenant, "Local", from_micros(0)).await.unwrap();
    // Every id is written twice at about the same time: one of the two must fail alone.
    let writes = (0..200).map(|number| store.create_persona(&tenant, persona(number / 2)));
    let outcomes = futures_util::future::join_all(writes).await;
    let failed = outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Duplicate))).count();
    assert_eq!((failed, outcomes.iter().filter(|outcome| outcome.is_ok()).count()), (100, 100));
    assert_eq!(store.persona_ids(&tenant).await.unwrap().len(), 100);
    // What was acknowledged is there after the database was closed and opened again.
    drop(store);
    assert_eq!(database.open().await.persona_ids(&tenant).await.unwrap().len(), 100);
}
