//! Changes of single steps of a saved workflow.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, Server, step};

/// A workflow with a step, a condition with two cases, and a step that uses both.
async fn tree(server: &Server) {
    let case =
        |name: &str, inner: &str| json!({"name": name, "when": "input.big", "steps": [step(inner, "demo-echo", "x")]});
    server
        .workflow(
            "tree",
            &[
                step("a", "demo-echo", "{{input.topic}}"),
                json!({"id": "route", "label": "Route", "type": "conditional", "cases": [case("big", "b"), case("small", "c")]}),
                step("z", "demo-echo", "{{steps.A.content}} and {{ steps.Route.content | upper }}"),
            ],
        )
        .await;
}

impl Server {
    async fn delete_step(&self, query: &str) -> Value {
        let request = self.request(Method::DELETE, &format!("/workflows/tree/steps/{query}"));
        Answer::of(request.send().await.unwrap()).await.expect(StatusCode::OK)
    }

    /// The ids of the steps in a list of the workflow.
    async fn order(&self, list: &str) -> Vec<String> {
        let workflow = self.get("/workflows/tree").await.expect(StatusCode::OK);
        let steps = workflow["definition"].pointer(list).unwrap().as_array().unwrap().clone();
        steps.iter().map(|step| step["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_is_changed_step_by_step(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    tree(&server).await;
    let new = json!({"label": "Facts", "type": "llm", "prompt": "x", "next": "z"});
    let answer = server.post("/workflows/tree/steps", &json!({"step": new, "after": "a"})).await;
    assert_eq!(answer.headers["location"], "/api/v1/workflows/tree/steps/facts");
    assert_eq!(answer.headers["etag"], "\"2\"");
    let inserted = answer.expect(StatusCode::CREATED);
    assert_eq!((&inserted["step"]["id"], &inserted["step"]["next"]), (&json!("facts"), &json!("z")));
    assert_eq!((&inserted["position"], &inserted["version"]), (&json!(1), &json!(2)));
    let into = json!({"step": step("d", "demo-echo", "x"), "parent": "route", "slot": "case:small", "position": 0});
    let inserted = server.post("/workflows/tree/steps", &into).await.expect(StatusCode::CREATED);
    assert_eq!((&inserted["parent"], &inserted["slot"]), (&json!("route"), &json!("case:small")));
    assert_eq!(server.order("/steps/2/cases/1/steps").await, ["d", "c"]);

    let placed = server.get("/workflows/tree/steps/d").await;
    assert_eq!(placed.headers["etag"], "\"3\"");
    assert_eq!(placed.expect(StatusCode::OK)["slot"], "case:small");

    // A new label is followed by the prompts that refer to it.
    let renamed = json!({"step": {"label": "Begin", "type": "llm", "prompt": "{{input.topic}}", "model": "demo-echo"}});
    let replaced = server.request(Method::PUT, "/workflows/tree/steps/a").json(&renamed).send().await.unwrap();
    let replaced = Answer::of(replaced).await.expect(StatusCode::OK);
    assert_eq!((&replaced["step"]["label"], &replaced["findings"]), (&json!("Begin"), &json!([])));
    let last = server.get("/workflows/tree/steps/z").await.expect(StatusCode::OK);
    assert_eq!(last["step"]["prompt"], "{{steps.Begin.content}} and {{ steps.Route.content | upper }}");

    // An id that is made from the label is numbered.
    let same = json!({"step": {"label": "A!", "type": "llm", "prompt": "x"}, "position": 4});
    let numbered = server.post("/workflows/tree/steps", &same).await;
    assert_eq!(numbered.headers["location"], "/api/v1/workflows/tree/steps/a-2");
    assert_eq!(numbered.expect(StatusCode::CREATED)["step"]["label"], "A!");
    server.delete_step("a-2").await;

    let moved = json!({"parent": "route", "slot": "case:big"});
    let moved = server.post("/workflows/tree/steps/d/move", &moved).await.expect(StatusCode::OK);
    assert_eq!((&moved["slot"], &moved["position"]), (&json!("case:big"), &json!(1)));
    assert_eq!(server.order("/steps/2/cases/0/steps").await, ["b", "d"]);

    let ends = json!({"from_port": "case:big", "target": "end"});
    let connected = server.post("/workflows/tree/steps/route/connect", &ends).await.expect(StatusCode::OK);
    assert_eq!(connected["step"]["cases"][0]["next"], "end");
    let free = json!({"target": null});
    let connected = server.post("/workflows/tree/steps/facts/connect", &free).await.expect(StatusCode::OK);
    assert_eq!(connected["step"].get("next"), None);

    let order = json!({"step_ids": ["facts", "a", "route", "z"]});
    let reordered = server.post("/workflows/tree/steps/reorder", &order).await.expect(StatusCode::OK);
    assert_eq!((reordered.get("step"), &reordered["position"]), (None, &Value::Null));
    assert_eq!(server.order("/steps").await, ["facts", "a", "route", "z"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_step_tells_what_refers_to_it(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    tree(&server).await;
    let kept = server.delete_step("a").await;
    assert_eq!(kept["references"], json!([{"step_id": "z", "pointer": "/steps/1/prompt"}]));
    assert_eq!((&kept["findings"][0]["code"], kept.get("step")), (&json!("unknown_reference"), None));
    // What only inserts the output is taken out; what computes with it stays, and is told.
    let removed = server.delete_step("route?references=remove").await;
    let last = server.get("/workflows/tree/steps/z").await.expect(StatusCode::OK);
    assert_eq!(last["step"]["prompt"], "{{steps.A.content}} and {{ steps.Route.content | upper }}");
    assert_eq!(removed["references"], json!([{"step_id": "z", "pointer": "/steps/0/prompt"}]));
    assert_eq!(server.order("/steps").await, ["z"]);

    let used = json!({"step": step("first", "demo-echo", "x"), "position": 0});
    server.post("/workflows/tree/steps", &used).await.expect(StatusCode::CREATED);
    let prompt = json!({"step": {"label": "Z", "type": "llm", "prompt": "Say {{steps.FIRST.content}}."}});
    let answer = server.request(Method::PUT, "/workflows/tree/steps/z").json(&prompt).send().await.unwrap();
    Answer::of(answer).await.expect(StatusCode::OK);
    let removed = server.delete_step("first?references=remove").await;
    assert_eq!((&removed["references"], &removed["findings"]), (&json!([]), &json!([])));
    let last = server.get("/workflows/tree/steps/z").await.expect(StatusCode::OK);
    assert_eq!(last["step"]["prompt"], "Say .");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_at_once_are_all_made(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    tree(&server).await;
    let insert = async |number: usize| {
        let new = step(&format!("new{number}"), "demo-echo", "x");
        server.post("/workflows/tree/steps", &json!({"step": new})).await.expect(StatusCode::CREATED)
    };
    let made = join_all((0..8).map(insert)).await;
    let mut versions: Vec<i64> = made.iter().map(|edit| edit["version"].as_i64().unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..=9).collect::<Vec<_>>());
    assert_eq!(server.order("/steps").await.len(), 11);
    let stale = server.request(Method::DELETE, "/workflows/tree/steps/a").header("if-match", "\"3\"");
    Answer::of(stale.send().await.unwrap()).await.problem(409, "version_conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_made_names_its_field() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    tree(&server).await;
    let new = |fields: Value| {
        let mut body = json!({"step": step("new", "demo-echo", "x")});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body
    };
    let insert = "/workflows/tree/steps";
    for (path, body, pointer) in [
        (insert, new(json!({"parent": "gone"})), "/parent"),
        (insert, new(json!({"parent": "a"})), "/parent"),
        (insert, new(json!({"parent": "route"})), "/slot"),
        (insert, new(json!({"parent": "route", "slot": "case:none"})), "/slot"),
        (insert, new(json!({"slot": "case:big"})), "/slot"),
        (insert, new(json!({"position": 4})), "/position"),
        (insert, new(json!({"after": "b"})), "/after"),
        (insert, new(json!({"after": "a", "position": 1})), "/after"),
        (insert, new(json!({"step": {"label": "A", "type": "review"}})), "/step/label"),
        (insert, new(json!({"step": {"id": "b", "label": "New", "type": "review"}})), "/step/id"),
        (insert, new(json!({"step": {"id": "end", "label": "New", "type": "review"}})), "/step/id"),
        (insert, new(json!({"step": {"label": "New", "type": "llm", "prompt": 7}})), "/step/prompt"),
        (insert, new(json!({"step": {"label": "New", "type": "llm", "prompt": "x", "promt": "y"}})), "/step/promt"),
        (insert, new(json!({"step": "new"})), "/step"),
        ("/workflows/tree/steps/route/move", json!({"parent": "route", "slot": "case:big"}), "/parent"),
        ("/workflows/tree/steps/a/move", json!({"position": 3}), "/position"),
        ("/workflows/tree/steps/z/connect", json!({"target": "a"}), "/target"),
        ("/workflows/tree/steps/a/connect", json!({"target": "b"}), "/target"),
        ("/workflows/tree/steps/a/connect", json!({"target": "gone"}), "/target"),
        ("/workflows/tree/steps/a/connect", json!({"from_port": "case:big", "target": "z"}), "/from_port"),
        ("/workflows/tree/steps/route/connect", json!({"from_port": "otherwise", "target": "z"}), "/from_port"),
        ("/workflows/tree/steps/route/connect", json!({"from_port": "big", "target": "z"}), "/from_port"),
        ("/workflows/tree/steps/reorder", json!({"step_ids": ["a", "z"]}), "/step_ids"),
        ("/workflows/tree/steps/reorder", json!({"step_ids": ["a", "route", "z", "z"]}), "/step_ids"),
        ("/workflows/tree/steps/reorder", json!({"step_ids": ["a", "route", "gone"]}), "/step_ids/2"),
    ] {
        let answer = server.post(path, &body).await;
        assert_eq!(answer.status, 422, "{path} {body}: {}", answer.body);
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{path} {body}: {}", answer.body);
    }
    let other = json!({"step": {"id": "b", "label": "A", "type": "review"}});
    let answer = server.request(Method::PUT, "/workflows/tree/steps/a").json(&other).send().await.unwrap();
    assert_eq!(Answer::of(answer).await.body["errors"][0]["pointer"], "/step/id");
    let answer = server.request(Method::DELETE, "/workflows/tree/steps/a?references=all").send().await.unwrap();
    Answer::of(answer).await.problem(400, "invalid_query");
    for path in ["gone", "gone/move", "gone/connect"] {
        let method = if path == "gone" { Method::DELETE } else { Method::POST };
        let request = server.request(method.clone(), &format!("/workflows/tree/steps/{path}"));
        let request = if method == Method::POST { request.json(&json!({"target": null})) } else { request };
        let request = if path == "gone/move" {
            server.request(method, "/workflows/tree/steps/gone/move").json(&json!({}))
        } else {
            request
        };
        Answer::of(request.send().await.unwrap()).await.problem(404, "step_not_found");
    }
    server.get("/workflows/tree/steps/gone").await.problem(404, "step_not_found");
    // Nothing of it has been saved.
    assert_eq!(server.get("/workflows/tree").await.expect(StatusCode::OK)["version"], 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_may_have_the_id_of_an_address(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x"), step("reorder", "demo-echo", "x")]).await;
    let at = "/workflows/w/steps/reorder";
    assert_eq!(server.get(at).await.expect(StatusCode::OK)["step"]["id"], "reorder");
    let order = json!({"step_ids": ["reorder", "a"]});
    server.post(at, &order).await.expect(StatusCode::OK);
    assert_eq!(server.get(at).await.expect(StatusCode::OK)["position"], 0);
    let mut changed = step("reorder", "demo-echo", "y");
    changed["label"] = json!("Order again");
    let replaced = server.request(Method::PUT, at).json(&json!({"step": changed}));
    let replaced = Answer::of(replaced.send().await.unwrap()).await.expect(StatusCode::OK);
    assert_eq!(replaced["step"]["label"], "Order again");
    server.post(&format!("{at}/move"), &json!({"position": 1})).await.expect(StatusCode::OK);
    let deleted = server.request(Method::DELETE, &format!("{at}?references=remove"));
    Answer::of(deleted.send().await.unwrap()).await.expect(StatusCode::OK);
    let workflow = server.get("/workflows/w").await.expect(StatusCode::OK);
    assert_eq!(workflow["definition"]["steps"].as_array().unwrap().len(), 1);
}
