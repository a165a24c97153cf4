//! The versions of a workflow, over HTTP: their authors, and the difference of two.

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, Server, step};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_versions_are_compared(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x"), step("b", "demo-echo", "x")]).await;
    let second = json!({"name": "Second", "definition": {
        "yolo": true, "steps": [step("b", "demo-echo", "x"), step("a", "demo-echo", "y"), step("c", "demo-echo", "z")]}});
    server.put("/workflows/w", "\"1\"", &second).await.expect(StatusCode::OK);
    let difference = server.get("/workflows/w/versions/2/difference").await.expect(StatusCode::OK);
    assert_eq!((&difference["from_version"], &difference["to_version"]), (&json!(1), &json!(2)));
    let pointers = |fields: &Value| -> Vec<String> {
        fields.as_array().unwrap().iter().map(|field| field["pointer"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(pointers(&difference["fields"]), ["/name", "/definition/yolo"]);
    assert_eq!(difference["fields"][0]["after"], "Second");
    let told = |difference: &Value| -> Vec<String> {
        let steps = difference["steps"].as_array().unwrap().iter();
        steps.map(|step| format!("{} {} {}", step["step_id"], step["kind"], step["moved"]).replace('"', "")).collect()
    };
    assert_eq!(told(&difference), ["b moved true", "a changed false", "c added false"]);
    assert_eq!(pointers(&difference["steps"][1]["fields"]), ["/prompt"]);
    // The other way round, and with itself.
    let back = server.get("/workflows/w/versions/1/difference?against=2").await.expect(StatusCode::OK);
    assert_eq!((&back["from_version"], &back["to_version"]), (&json!(2), &json!(1)));
    assert_eq!(told(&back).last().unwrap(), "c removed false");
    assert_eq!(back["fields"][0]["before"], "Second");
    let same = server.get("/workflows/w/versions/2/difference?against=2").await.expect(StatusCode::OK);
    assert_eq!((&same["fields"], &same["steps"]), (&json!([]), &json!([])));
    let first = server.get("/workflows/w/versions/1/difference").await.expect(StatusCode::OK);
    assert_eq!(
        (&first["from_version"], told(&first)),
        (&json!(0), vec!["a added false".into(), "b added false".into()])
    );
    for unknown in ["1/difference?against=0", "3/difference", "2/difference?against=9", "2/difference?against=-1"] {
        server.get(&format!("/workflows/w/versions/{unknown}")).await.problem(404, "version_not_found");
    }
    server.get("/workflows/gone/versions/2/difference").await.problem(404, "version_not_found");
}

/// Version, author, origin and restored version of each, oldest first.
async fn authors(server: &Server, workflow: &str) -> Vec<String> {
    let page = server.get(&format!("/workflows/{workflow}/versions")).await.expect(StatusCode::OK);
    let items = page["items"].as_array().unwrap().iter().rev();
    items
        .map(|it| format!("{} {} {} {}", it["version"], it["created_by"], it["origin"], it["restored_version"]))
        .map(|told| told.replace('"', ""))
        .collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_version_names_its_author_and_how_it_was_saved(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x"), step("b", "demo-echo", "x")]).await;
    server.patch("/workflows/w", &json!({"name": "Second"})).await.expect(StatusCode::OK);
    let added = json!({"step": step("c", "demo-echo", "x")});
    server.post("/workflows/w/steps", &added).await.expect(StatusCode::CREATED);
    let edges = json!({"edges": [{"source": "a", "target": "c"}]});
    server.request(Method::PUT, "/workflows/w/canvas").json(&edges).send().await.unwrap().error_for_status().unwrap();
    let restore = server.request(Method::POST, "/workflows/w/versions/1/restore").header("if-match", "\"4\"");
    Answer::of(restore.send().await.unwrap()).await.expect(StatusCode::OK);
    let expected =
        ["1 local saved null", "2 local saved null", "3 local step null", "4 local canvas null", "5 local restored 1"];
    assert_eq!(authors(&server, "w").await, expected);
    let fifth = server.get("/workflows/w/versions/5").await.expect(StatusCode::OK);
    assert_eq!(
        (&fifth["created_by"], &fifth["origin"], &fifth["restored_version"]),
        (&json!("local"), &json!("restored"), &json!(1))
    );
    // Copies and workflows from templates name their origin, too.
    server.post("/workflows/w/copy", &json!({"id": "copy"})).await.expect(StatusCode::CREATED);
    assert_eq!(authors(&server, "copy").await, ["1 local copied null"]);
    let templates = server.get("/workflows/templates").await.expect(StatusCode::OK);
    let template = templates["items"][0]["id"].as_str().unwrap();
    let made = json!({"id": "made"});
    server.post(&format!("/workflows/templates/{template}/instantiate"), &made).await.expect(StatusCode::CREATED);
    assert_eq!(authors(&server, "made").await, ["1 local template null"]);
    let designed = json!({"workflow": {"id": "designed", "name": "Designed", "definition": {"steps": [step("a", "demo-echo", "x")]}}});
    server.post("/workflows/generate/apply", &designed).await.expect(StatusCode::CREATED);
    assert_eq!(authors(&server, "designed").await, ["1 local generated null"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_counts_what_each_version_changed(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x"), step("b", "demo-echo", "x")]).await;
    let second = json!({"name": "Second", "definition": {
        "yolo": true, "steps": [step("b", "demo-echo", "x"), step("a", "demo-echo", "y"), step("c", "demo-echo", "z")]}});
    server.put("/workflows/w", "\"1\"", &second).await.expect(StatusCode::OK);
    let third = json!({"name": "Second", "definition": {"yolo": true, "steps": [step("b", "demo-echo", "x")]}});
    server.put("/workflows/w", "\"2\"", &third).await.expect(StatusCode::OK);
    let numbers = |fields: i32, added: i32, removed: i32, changed: i32, moved: i32| json!({"fields": fields, "added_steps": added, "removed_steps": removed, "changed_steps": changed, "moved_steps": moved});
    let expected = [numbers(0, 0, 2, 0, 0), numbers(2, 1, 0, 1, 1), Value::Null];
    let page = server.get("/workflows/w/versions").await.expect(StatusCode::OK);
    let told: Vec<_> = page["items"].as_array().unwrap().iter().map(|it| it["changes"].clone()).collect();
    assert_eq!(told, expected);
    // The last one of a page is compared with one that is on the next page.
    let page = server.get("/workflows/w/versions?limit=2").await.expect(StatusCode::OK);
    assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][1]["changes"]), (2, &expected[1]));
    let cursor = page["next_cursor"].as_str().unwrap();
    let last = server.get(&format!("/workflows/w/versions?limit=2&cursor={cursor}")).await.expect(StatusCode::OK);
    assert_eq!((&last["items"][0]["version"], &last["items"][0]["changes"]), (&json!(1), &Value::Null));
    assert_eq!(last["next_cursor"], Value::Null);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_of_an_older_server_has_no_author(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    database.execute("UPDATE workflow_versions SET created_by = NULL, origin = NULL").await;
    assert_eq!(authors(&server, "w").await, ["1 null null null"]);
    // A newer server may know more origins.
    database.execute("UPDATE workflow_versions SET origin = 'imported'").await;
    assert_eq!(authors(&server, "w").await, ["1 null unknown null"]);
}
