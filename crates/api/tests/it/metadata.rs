//! Texts of the client's own, and other values that a start may bring.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Map, Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{MAX_CONTEXT_BYTES, MAX_METADATA_KEY_CHARS, MAX_METADATA_KEYS, MAX_METADATA_VALUE_CHARS};

use crate::server::{Server, step};

fn many(prefix: &str, count: usize) -> Value {
    Value::Object((0..count).map(|at| (format!("{prefix}{at}"), json!("x"))).collect::<Map<_, _>>())
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_goes_from_the_workflow_and_the_start_to_the_execution(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let definition = json!({"steps": [step("a", "demo-echo", "x")]});
    let body = json!({"id": "w", "name": "W", "metadata": {"team": "sales", "env": "test"}, "definition": definition});
    let made = server.post("/workflows", &body).await.expect(StatusCode::CREATED);
    assert_eq!((&made["metadata"], &made["created_by"]), (&body["metadata"], &json!("local")));
    let start = json!({"metadata": {"env": "prod", "order_id": "6735"}});
    let run = server.post("/workflows/w/executions?wait=20&include=output", &start).await.expect(StatusCode::OK);
    let expected = json!({"team": "sales", "env": "prod", "order_id": "6735"});
    assert_eq!(run["metadata"], expected);
    let id = run["id"].as_str().unwrap();
    let read = server.get(&format!("/workflows/executions/{id}")).await.expect(StatusCode::OK);
    assert_eq!(read["metadata"], expected);
    let found = server.get("/workflows/executions?metadata=team:sales&metadata=env:prod").await.expect(StatusCode::OK);
    assert_eq!((&found["items"][0]["id"], &found["items"][0]["metadata"]), (&run["id"], &expected));
    let found = server.get("/workflows/executions?metadata=env:test").await.expect(StatusCode::OK);
    assert_eq!(found["items"], json!([]));
    // A client that knows no metadata keeps it.
    let update = json!({"name": "W2", "definition": definition});
    let saved = server.put("/workflows/w", "\"1\"", &update).await.expect(StatusCode::OK);
    assert_eq!((&saved["metadata"], &saved["created_by"]), (&body["metadata"], &json!("local")));
    let listed = server.get("/workflows?sort=-created_at").await.expect(StatusCode::OK);
    assert_eq!(listed["items"][0]["metadata"], body["metadata"]);
    assert_eq!(listed["items"][0]["last_execution"]["metadata"], expected);
    let copy = server.post("/workflows/w/copy", &json!({})).await.expect(StatusCode::CREATED);
    assert_eq!(copy["metadata"], body["metadata"]);
    let mut emptied = saved;
    emptied["metadata"] = json!({});
    let saved = server.put("/workflows/w", "\"2\"", &emptied).await.expect(StatusCode::OK);
    assert_eq!(saved["metadata"], json!({}));
    let run = server.post("/workflows/w/executions?wait=20", &json!({})).await.expect(StatusCode::OK);
    assert_eq!(run["metadata"], json!({}));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_has_limits(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let workflow = |metadata: Value| json!({"name": "W", "metadata": metadata, "definition": {"steps": [step("a", "demo-echo", "x")]}});
    let longest = json!({"ä".repeat(MAX_METADATA_KEY_CHARS): "ö".repeat(MAX_METADATA_VALUE_CHARS)});
    for (id, metadata) in [("longest", longest.clone()), ("most", many("w", MAX_METADATA_KEYS))] {
        let mut body = workflow(metadata);
        body["id"] = json!(id);
        server.post("/workflows", &body).await.expect(StatusCode::CREATED);
    }
    // An index holds the longest entry.
    let run = server.post("/workflows/longest/executions", &json!({"metadata": longest})).await;
    assert_eq!(run.expect(StatusCode::ACCEPTED)["metadata"], longest);
    for (metadata, pointer) in [
        (many("w", MAX_METADATA_KEYS + 1), "/metadata"),
        (json!({"k".repeat(MAX_METADATA_KEY_CHARS + 1): "v"}), "/metadata/kkk"),
        (json!({"k": "v".repeat(MAX_METADATA_VALUE_CHARS + 1)}), "/metadata/k"),
        (json!({"": "v"}), "/metadata/"),
        (json!({"a:b": "v"}), "/metadata/a:b"),
        (json!({"k": 7}), "/metadata/k"),
        (json!({"k": null}), "/metadata/k"),
        (json!({"k": "a\u{0}b"}), "/metadata/k"),
        (json!(["k"]), "/metadata"),
    ] {
        let bad = workflow(metadata.clone());
        for refused in [
            server.post("/workflows", &bad).await,
            server.put("/workflows/most", "\"1\"", &bad).await,
            server.post("/workflows/longest/executions", &json!({"metadata": metadata})).await,
        ] {
            let told = refused.problem(422, "invalid_request");
            assert!(told.contains(&format!("\"pointer\":\"{pointer}")), "{told}");
        }
    }
    // Those of the workflow count.
    let over = json!({"metadata": many("s", 1)});
    let told = server.post("/workflows/most/executions", &over).await.problem(422, "invalid_request");
    assert!(told.contains("At most 50 keys, not 51"), "{told}");
    let same = json!({"metadata": many("w", 1)});
    server.post("/workflows/most/executions", &same).await.expect(StatusCode::ACCEPTED);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_brings_context_over_the_definitions(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let prompt = "{{context.tone}} {{context.place.city}} {{context.extra}}";
    let definition = json!({
        "context": {"tone": "kind", "place": {"city": "Bern", "zip": 1}},
        "steps": [step("a", "demo-echo", prompt)],
    });
    server
        .post("/workflows", &json!({"id": "w", "name": "W", "definition": definition}))
        .await
        .expect(StatusCode::CREATED);
    // A key that only the start can bring is missing.
    server.post("/workflows/w/executions", &json!({})).await.problem(422, "invalid_definition");
    let start = json!({"context": {"place": {"city": "Basel"}, "extra": 7}});
    let run = server.post("/workflows/w/executions?wait=20&include=output", &start).await.expect(StatusCode::OK);
    assert_eq!((&run["status"], &run["output"]), (&json!("completed"), &json!("kind Basel 7")), "{run:#}");
    let id = run["id"].as_str().unwrap();
    let runs = server.get(&format!("/workflows/executions/{id}/definition")).await.expect(StatusCode::OK);
    assert_eq!(runs["context"], json!({"tone": "kind", "place": {"city": "Basel"}, "extra": 7}));
    let saved = server.get("/workflows/w").await.expect(StatusCode::OK);
    assert_eq!(saved["definition"]["context"], definition["context"]);
    let sized = |bytes: usize| json!({"context": {"extra": "x".repeat(bytes - r#"{"extra":""}"#.len())}});
    server.post("/workflows/w/executions", &sized(MAX_CONTEXT_BYTES)).await.expect(StatusCode::ACCEPTED);
    let told =
        server.post("/workflows/w/executions", &sized(MAX_CONTEXT_BYTES + 1)).await.problem(422, "invalid_request");
    assert!(told.contains("/context"), "{told}");
    server.post("/workflows/w/executions", &json!({"context": [1]})).await.problem(422, "invalid_request");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drafts_of_templates_are_not_listed(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let body = |changes: &[(&str, Value)]| {
        let mut body = json!({"name": "T", "definition": {"steps": [step("a", "demo-echo", "x")]}});
        for (key, value) in changes {
            body[*key] = value.clone();
        }
        body
    };
    let own = async || {
        let page = server.get("/workflows/templates").await.expect(StatusCode::OK);
        let own = page["items"].as_array().unwrap().iter().filter(|item| item["built_in"] == false);
        own.map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let draft = body(&[("id", json!("draft")), ("is_published", json!(false))]);
    let made = server.post("/workflows/templates", &draft).await.expect(StatusCode::CREATED);
    assert_eq!((&made["is_template"], &made["is_published"]), (&json!(true), &json!(false)));
    let shown = server.post("/workflows/templates", &body(&[("id", json!("shown"))])).await.expect(StatusCode::CREATED);
    assert_eq!(shown["is_published"], true);
    assert_eq!(own().await, ["shown"]);
    // Its maker finds it, and can try it.
    server.get("/workflows/templates/draft").await.expect(StatusCode::OK);
    server.post("/workflows/templates/draft/instantiate", &json!({"id": "made"})).await.expect(StatusCode::CREATED);
    let drafted = body(&[("is_template", json!(true)), ("category", json!("drafts"))]);
    let saved = server.put("/workflows/draft", "\"1\"", &drafted).await.expect(StatusCode::OK);
    assert_eq!(saved["is_published"], false, "a save that does not name it keeps it");
    let publish = body(&[("is_template", json!(true)), ("is_published", json!(true))]);
    server.put("/workflows/draft", "\"2\"", &publish).await.expect(StatusCode::OK);
    assert_eq!(own().await, ["draft", "shown"]);
    let listed = server.get("/workflows?is_published=true&sort=name").await.expect(StatusCode::OK);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let plain = server.put("/workflows/draft", "\"3\"", &body(&[])).await.expect(StatusCode::OK);
    assert_eq!((&plain["is_template"], &plain["is_published"]), (&json!(false), &json!(false)));
    let refused = body(&[("is_published", json!(true))]);
    for refused in [server.post("/workflows", &refused).await, server.put("/workflows/draft", "\"4\"", &refused).await]
    {
        let told = refused.problem(422, "invalid_request");
        assert!(told.contains("/is_published"), "{told}");
    }
}
