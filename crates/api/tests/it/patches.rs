//! Changes of single fields, and saves that change nothing.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, Server, add_agent_and_mcp_server, step};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patch_keeps_what_the_client_does_not_know(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let newer = json!({"yolo": false, "budget": 2, "steps": [
        {"id": "a", "label": "A", "type": "llm", "prompt": "x", "enabled": true, "tools": ["search"]}]});
    database.execute(&format!("UPDATE workflows SET definition = '{newer}'")).await;
    let patch = json!({"name": "Other", "tags": ["t"], "category": "c", "description": "d", "is_active": false,
        "definition": {"model": "demo-echo"}});
    let patched = server.patch("/workflows/w", &patch).await;
    assert_eq!(patched.headers["etag"], "\"2\"");
    let patched = patched.expect(StatusCode::OK);
    let mut definition = newer;
    definition["model"] = json!("demo-echo");
    assert_eq!(patched["definition"], definition);
    for field in ["name", "tags", "category", "description", "is_active"] {
        assert_eq!(patched[field], patch[field], "{field}");
    }
    assert_eq!(server.get("/workflows/w").await.expect(StatusCode::OK), patched);
    let nothing = json!({"tags": null, "category": null, "description": null, "definition": {"model": null}});
    let emptied = server.patch("/workflows/w", &nothing).await.expect(StatusCode::OK);
    assert_eq!(
        (&emptied["tags"], &emptied["category"], &emptied["description"], emptied["definition"].get("model")),
        (&json!([]), &Value::Null, &json!(""), None)
    );
    assert_eq!(emptied["definition"]["budget"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_of_the_wrong_form_names_its_field() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    for (patch, code, pointer) in [
        (json!({"nme": "x"}), "invalid_request", "nme"),
        (json!({"version": 7}), "invalid_request", "version"),
        (json!({"name": null}), "invalid_request", "/name"),
        (json!({"name": " "}), "invalid_request", "/name"),
        (json!({"is_active": null}), "invalid_request", "/is_active"),
        (json!({"tags": "x"}), "invalid_request", "/tags"),
        (json!({"tags": ["x", 7]}), "invalid_request", "/tags/1"),
        (json!({"definition": null}), "invalid_request", "/definition"),
        (json!({"definition": {"steps": null}}), "invalid_request", "/definition"),
        (json!({"definition": {"steps": {"a": 1}}}), "invalid_request", "/definition/steps"),
        (json!({"definition": {"yolo": "x"}}), "invalid_request", "/definition/yolo"),
        (json!({"definition": {"colour": "x"}}), "invalid_request", "/definition/colour"),
        (
            json!({"definition": {"steps": [{"label": "A", "type": "llm", "prompt": 7}]}}),
            "invalid_request",
            "/definition/steps/0/prompt",
        ),
        (
            json!({"definition": {"steps": [{"label": "A", "type": "llm", "prompt": "x", "max_retries": 99}]}}),
            "invalid_definition",
            "/definition/steps/0/max_retries",
        ),
    ] {
        let refused = server.patch("/workflows/w", &patch).await.problem(422, code);
        assert!(refused.contains(pointer), "{patch}: {refused}");
    }
    assert_eq!(server.get("/workflows/w").await.expect(StatusCode::OK)["version"], 1);
    server.patch("/workflows/nobody", &json!({})).await.problem(404, "workflow_not_found");
    let typed = |media_type: &str| {
        let request = server.request(Method::PATCH, "/workflows/w").header("content-type", media_type);
        request.body(r#"{"name": "x"}"#).send()
    };
    assert_eq!(typed("text/plain").await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(typed("application/merge-patch+json").await.unwrap().status(), StatusCode::OK);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patches_at_the_same_time_are_all_made(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    server.post("/personas", &json!({"id": "p", "name": "p", "instructions": "x"})).await.expect(StatusCode::CREATED);
    add_agent_and_mcp_server(&server).await;
    for address in ["/workflows/w", "/personas/p", "/agents/a", "/mcp-servers/m"] {
        let patches: Vec<Value> = (0..8).map(|number| json!({"description": number.to_string()})).collect();
        for answer in join_all(patches.iter().map(|patch| server.patch(address, patch))).await {
            answer.expect(StatusCode::OK);
        }
        assert_eq!(server.get(address).await.expect(StatusCode::OK)["version"], 9, "{address}");
        // With a version, only that one is changed.
        let patch = json!({"name": "late"});
        let stale = server.request(Method::PATCH, address).header("if-match", "\"8\"").json(&patch).send();
        let stale = Answer::of(stale.await.unwrap()).await;
        assert_eq!(stale.body["current_version"], 9);
        stale.problem(409, "version_conflict");
        let named = server.request(Method::PATCH, address).header("if-match", "\"9\"").json(&patch).send();
        assert_eq!(Answer::of(named.await.unwrap()).await.expect(StatusCode::OK)["version"], 10);
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_that_changes_nothing_makes_no_version(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let persona = json!({"id": "p", "name": "p", "instructions": "x"});
    server.post("/personas", &persona).await.expect(StatusCode::CREATED);
    add_agent_and_mcp_server(&server).await;
    let mut all = vec![("/personas/p", persona)];
    for address in ["/workflows/w", "/agents/a", "/mcp-servers/m"] {
        all.push((address, server.get(address).await.body));
    }
    for (address, same) in all {
        let before = server.get(address).await;
        for saved in [server.put(address, "\"1\"", &same).await, server.patch(address, &json!({})).await] {
            assert_eq!(saved.headers["etag"], before.headers["etag"], "{address}");
            assert_eq!(saved.expect(StatusCode::OK), before.body);
        }
        server.put(address, "\"7\"", &same).await.problem(409, "version_conflict");
    }
    let restore = server.request(Method::POST, "/workflows/w/versions/1/restore").header("if-match", "\"1\"");
    assert_eq!(Answer::of(restore.send().await.unwrap()).await.expect(StatusCode::OK)["version"], 1);
    let versions = server.get("/workflows/w/versions").await.expect(StatusCode::OK);
    let workflow = server.get("/workflows/w").await.expect(StatusCode::OK);
    let summary = json!({"version": 1, "name": "w", "step_count": 1, "changes": null, "created_by": "local",
        "origin": "saved", "restored_version": null, "created_at": workflow["updated_at"]});
    assert_eq!(versions["items"], json!([summary]));
}
