//! The difference of two versions, over HTTP.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Server, step};

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
