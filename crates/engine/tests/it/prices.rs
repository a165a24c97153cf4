//! The check's date, which the engine's clock gives.

use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{from_value, json};
use sluice_engine::{Clock, EngineConfig, Environment, System};
use sluice_testing::sqlite;
use sluice_types::Definition;

use crate::support::TestEngine;

/// The machine's clock, this much later.
struct Later(TimeDelta);

impl Clock for Later {
    fn now(&self) -> DateTime<Utc> {
        System.now() + self.0
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let at = at - self.0;
        Box::pin(async move { System.sleep_until(at).await })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_years_later_warns_of_the_price_list() {
    let database = sqlite().await;
    let clock = Arc::new(Later(TimeDelta::days(3_650)));
    let outside = Environment { clock, ..Environment::default() };
    let bench = TestEngine::with(database.config(), EngineConfig { outside, ..EngineConfig::default() }).await;
    let codes = async |provider: &str| {
        let step = json!({"id": "a", "label": "A", "type": "llm", "prompt": "x", "provider": provider});
        let definition: Definition = from_value(json!({"steps": [step]})).unwrap();
        let report = bench.engine.check(&bench.tenant, &definition, None).await.unwrap();
        assert!(report.valid);
        report.findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("anthropic").await, ["provider_not_available", "old_prices"]);
    assert_eq!(codes("demo").await, Vec::<String>::new());
}
