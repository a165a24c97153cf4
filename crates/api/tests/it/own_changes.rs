//! A change of a step for one item alone, over HTTP.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::json;
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Server, step};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_item_is_retried_with_a_change_of_its_own(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let each = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "['a', 'b']",
        "steps": [step("draft", "demo-echo", "{{item}}")]});
    let execution = server.run(&[each]).await;
    server.settled(&execution).await;
    let retry = format!("{execution}/steps/each.1.draft/retry");
    let switched = json!({"only_here": true, "enabled": true});
    assert!(server.post(&retry, &switched).await.problem(422, "invalid_request").contains("/only_here"));
    server.post(&retry, &json!({"only_here": 1})).await.problem(422, "invalid_request");
    let change = json!({"only_here": true, "prompt": "own {{item}}"});
    server.post(&retry, &change).await.expect(StatusCode::ACCEPTED);
    assert_eq!(server.settled(&execution).await["output"], json!(["a", "own b"]));
    let detail = async |path: &str| server.get(&format!("{execution}/steps/{path}")).await.expect(StatusCode::OK);
    let own = &detail("each.1.draft").await["own_step"];
    assert_eq!((&own["prompt"], &own["model"]), (&json!("own {{item}}"), &json!("demo-echo")));
    assert_eq!(detail("each.0.draft").await.get("own_step"), None);
    // It is kept when all items run again.
    server.post(&format!("{execution}/steps/each/retry"), &json!({})).await.expect(StatusCode::ACCEPTED);
    assert_eq!(server.settled(&execution).await["output"], json!(["a", "own b"]));
}
