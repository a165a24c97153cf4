//! Statistics of workflows and the categories of templates, over HTTP.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Server, step};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_counts_once_also_when_it_is_retried_and_deleted(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-echo", "x"), step("b", "demo-broken", "x")]).await;
    assert_eq!(server.settled(&execution).await["status"], "failed");
    let stats = async |query: &str| server.get(&format!("/workflows/w/stats{query}")).await.expect(StatusCode::OK);
    let of = |stats: &Value| ["executions", "completed", "failed"].map(|name| stats[name].as_i64().unwrap());
    let failed = stats("").await;
    assert_eq!((of(&failed), failed["days"].as_array().unwrap().len()), ([1, 0, 1], 30));
    let of_step =
        |stats: &Value, at: usize| ["runs", "failures"].map(|name| stats["steps"][at][name].as_i64().unwrap());
    assert_eq!((of_step(&failed, 0), of_step(&failed, 1)), ([1, 0], [1, 1]));
    let patch = json!({"model": "demo-echo"});
    server.post(&format!("{execution}/steps/b/retry"), &patch).await.expect(StatusCode::ACCEPTED);
    server.settled(&execution).await;
    let completed = stats("?days=1").await;
    assert_eq!((of(&completed), of_step(&completed, 1)), ([1, 1, 0], [1, 0]));
    assert_eq!(completed["days"].as_array().unwrap().len(), 1);
    assert_eq!(completed["days"][0]["completed"], 1);
    assert!(completed["p95_duration_ms"].is_i64() && completed["days"][0]["p50_duration_ms"].is_i64(), "{completed:#}");
    let calls: i64 = completed["models"].as_array().unwrap().iter().map(|of| of["calls"].as_i64().unwrap()).sum();
    assert!(calls >= 3, "the failed calls count, too: {completed:#}");
    server.delete(&execution).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(of(&stats("").await), [1, 1, 0]);
    server.get("/workflows/gone/stats").await.problem(404, "workflow_not_found");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn templates_are_filtered_by_category(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let categories =
        async || server.get("/workflows/templates/categories").await.expect(StatusCode::OK)["items"].clone();
    let built_in = categories().await;
    let all = server.get("/workflows/templates?limit=200").await.expect(StatusCode::OK);
    let count =
        |items: &Value| -> i64 { items.as_array().unwrap().iter().map(|of| of["count"].as_i64().unwrap()).sum() };
    assert_eq!(count(&built_in), i64::try_from(all["items"].as_array().unwrap().len()).unwrap());
    let definition = json!({"steps": [step("a", "demo-echo", "x")]});
    let mine = [
        json!({"name": "T1", "category": "Zoo", "definition": definition}),
        json!({"name": "T2", "category": "Zoo", "definition": definition}),
        json!({"name": "T3", "definition": definition}),
        json!({"name": "T4", "category": "Zoo", "is_published": false, "definition": definition}),
    ];
    for template in &mine {
        server.post("/workflows/templates", template).await.expect(StatusCode::CREATED);
    }
    let with_mine = categories().await;
    assert_eq!(count(&with_mine), count(&built_in) + 3);
    let items = with_mine.as_array().unwrap();
    assert!(items.contains(&json!({"category": "Zoo", "count": 2})), "{with_mine:#}");
    assert!(items.last().unwrap()["category"].is_null(), "{with_mine:#}");
    // Each category holds as many templates as it says, in pages of one.
    for item in items.iter().filter(|item| item["category"].is_string()) {
        let (mut found, mut cursor) = (0, String::new());
        loop {
            let category = item["category"].as_str().unwrap().replace(' ', "%20").replace('&', "%26");
            let page = server.get(&format!("/workflows/templates?limit=1&category={category}{cursor}")).await;
            let page = page.expect(StatusCode::OK);
            found += i64::try_from(page["items"].as_array().unwrap().len()).unwrap();
            assert!(page["items"].as_array().unwrap().iter().all(|of| of["category"] == item["category"]));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, item["count"].as_i64().unwrap(), "{item}");
    }
    // An address hides no template.
    let hidden = json!({"id": "categories", "name": "T", "definition": definition});
    server.post("/workflows/templates", &hidden).await.problem(409, "workflow_exists");
}
