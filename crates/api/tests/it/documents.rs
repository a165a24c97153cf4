//! The OpenAPI document and the pages that the server serves.

use reqwest::StatusCode;
use serde_json::Value;
use sluice_testing::TestDatabase;
use sluice_types::ErrorCode;

use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn documentation_needs_no_internet() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let page = async |path: &str| {
        let answer = server.client.get(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    };
    let docs = page("/docs/").await;
    assert!(docs.contains("swagger-ui"));
    for needed in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        let text = page(&format!("/docs/{needed}")).await;
        assert!(!text.is_empty());
    }
    assert!(!docs.contains("https://"), "{docs}");
    assert!(page("/docs/errors/gate_open").await.starts_with("# gate_open"));
    assert!(page("/docs/errors/").await.contains("gate_open"));
    assert_eq!(page("/docs").await, docs);
    let document: Value = serde_json::from_str(&page("/openapi.json").await).unwrap();
    assert_eq!(document["openapi"].as_str().map(|version| version.starts_with("3.1")), Some(true));
}

#[test]
fn every_operation_has_an_id_a_summary_its_errors_and_an_example() {
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    let mut ids = std::collections::HashSet::new();
    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            count += 1;
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap_or_else(|| panic!("{name} has no id")).to_owned()),
                "{name}"
            );
            assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name} has no summary");
            let codes = operation["x-error-codes"].as_array().unwrap_or_else(|| panic!("{name} names no errors"));
            for code in codes {
                assert!(ErrorCode::ALL.iter().any(|known| code == known.as_str()), "{name}: {code} is not a code");
            }
            assert!(operation["responses"]["500"].is_object(), "{name} has no errors");
            if let Some(body) = operation.get("requestBody") {
                assert!(body["content"]["application/json"]["example"].is_object(), "{name} has no example");
            }
        }
    }
    assert!(count > 40, "{count} operations");
}
