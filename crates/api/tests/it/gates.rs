//! The list of open gates.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{MAX_LISTED_MESSAGE_CHARS, MAX_WAIT_SECONDS};

use crate::server::{Server, WHOLE, run_of, step};

const GATES: &str = "/workflows/executions/gates";

/// Starts an execution of a workflow, and gives its id once it waits or has ended.
async fn start(server: &Server, workflow: &str, body: &Value) -> String {
    let address = format!("/workflows/{workflow}/executions?wait={MAX_WAIT_SECONDS}");
    let started = server.post(&address, body).await.expect(StatusCode::OK);
    started["id"].as_str().unwrap().to_owned()
}

/// `execution path` of every gate of a list, page by page.
async fn walk(server: &Server, query: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&format!("{GATES}?{query}{cursor}")).await.expect(StatusCode::OK);
        let of = |gate: &Value, key: &str| gate[key].as_str().unwrap().to_owned();
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|gate| (of(gate, "execution_id"), of(gate, "path"))));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_gates_are_listed_until_they_are_decided(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let review = |instructions: &str| json!({"id": "r", "label": "R", "type": "review", "instructions": instructions, "expires_in": 3600});
    server.workflow("w", &[step("a", "demo-echo", "A quokka"), review("Is it right?")]).await;
    server.workflow("long", &[review(&"ä".repeat(MAX_LISTED_MESSAGE_CHARS + 1))]).await;
    let first = start(&server, "w", &json!({})).await;
    start(&server, "w", &json!({"yolo": true})).await;
    let second = start(&server, "long", &json!({})).await;
    let third = start(&server, "w", &json!({})).await;
    let listed = server.get(GATES).await.expect(StatusCode::OK);
    let ids: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|gate| gate["execution_id"].as_str().unwrap()).collect();
    assert_eq!((ids, &listed["next_cursor"]), (vec![third.as_str(), &second, &first], &Value::Null));
    let execution = format!("/workflows/executions/{first}");
    let waiting = server.get(&format!("{execution}?{WHOLE}")).await.expect(StatusCode::OK);
    let gate = &run_of(&waiting, "r")["gate"];
    assert_eq!((&gate["content"], gate["opened_at"].is_string()), (&json!("A quokka"), true));
    let expected = json!({"execution_id": first, "execution_number": 1, "workflow_id": "w", "workflow_name": "w", "path": "r", "step_label": "R",
        "kind": "review", "message": "Is it right?", "message_cut": false, "decisions": ["approve", "reject", "revise"],
        "opened_seq": gate["opened_seq"], "opened_at": gate["opened_at"], "expires_at": gate["expires_at"]});
    assert_eq!(listed["items"][2], expected);
    let cut = &listed["items"][1];
    assert_eq!((&cut["message"], &cut["message_cut"]), (&json!("ä".repeat(MAX_LISTED_MESSAGE_CHARS)), &json!(true)));
    let decision = json!({"decision": "approve", "opened_seq": listed["items"][2]["opened_seq"]});
    server.post(&format!("{execution}/steps/r/review"), &decision).await.expect(StatusCode::OK);
    server.post(&format!("/workflows/executions/{second}/cancel"), &json!({})).await.expect(StatusCode::OK);
    assert_eq!(walk(&server, "").await, [(third, "r".to_owned())]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_gates_are_walked_in_both_orders(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[json!({"id": "r", "label": "R", "type": "review"})]).await;
    let mut started = Vec::new();
    for _ in 0..5 {
        started.push((start(&server, "w", &json!({})).await, "r".to_owned()));
    }
    // An execution may wait at several gates.
    let more = "INSERT INTO step_runs (tenant_id, execution_id, path, step_id, label, step_type, status, attempt, input_tokens,
        output_tokens, cached_input_tokens, cost_usd, gate, overridden, order_key)
        SELECT tenant_id, execution_id, 'q', 'q', 'Q', step_type, status, attempt, 0, 0, 0, 0, gate, overridden, order_key
        FROM step_runs";
    database.execute(more).await;
    let mut expected: Vec<_> =
        started.iter().flat_map(|(id, _)| ["q", "r"].map(|path| (id.clone(), path.to_owned()))).collect();
    assert_eq!(walk(&server, "sort=created_at&limit=3").await, expected);
    expected.reverse();
    assert_eq!(walk(&server, "limit=3").await, expected);
    let page = server.get(&format!("{GATES}?limit=3")).await.expect(StatusCode::OK);
    let cursor = page["next_cursor"].as_str().unwrap();
    server.get(&format!("{GATES}?sort=created_at&cursor={cursor}")).await.problem(400, "invalid_cursor");
    server.get(&format!("/workflows/executions?cursor={cursor}")).await.problem(400, "invalid_cursor");
    for query in ["sort=name", "limit=0", "kind=review", "sort="] {
        server.get(&format!("{GATES}?{query}")).await.problem(400, "invalid_query");
    }
    server.post(GATES, &json!({})).await.problem(405, "method_not_allowed");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gates_of_an_execution_are_decided_at_once(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let branch = |name: &str| {
        let look = json!({"id": format!("{name}-look"), "label": format!("{name} look"), "type": "review"});
        json!({"name": name, "steps": [step(name, "demo-echo", name), look]})
    };
    let fan = json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [branch("a"), branch("b")]});
    server.workflow("w", &[fan]).await;
    let id = start(&server, "w", &json!({})).await;
    let both = walk(&server, "sort=created_at").await;
    assert_eq!(both.iter().map(|(_, path)| path.as_str()).collect::<Vec<_>>(), ["fan.a.a-look", "fan.b.b-look"]);
    let address = |path: &str| format!("/workflows/executions/{id}/steps/{path}/review");
    let (of_a, of_b) = (address("fan.a.a-look"), address("fan.b.b-look"));
    let approve = json!({"decision": "approve"});
    // Each is decided twice at the same time: one of the two is told that it came too late.
    let (first, second, third, fourth) = tokio::join!(
        server.post(&of_a, &approve),
        server.post(&of_b, &approve),
        server.post(&of_a, &approve),
        server.post(&of_b, &approve)
    );
    for (one, other) in [(first, third), (second, fourth)] {
        let mut statuses = [one.status, other.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT], "{:?} {:?}", one.body, other.body);
        let late = if one.status == StatusCode::CONFLICT { one } else { other };
        assert_eq!(late.body["code"], "gate_decided");
    }
    let done = server.settled(&format!("/workflows/executions/{id}")).await;
    assert_eq!((&done["status"], &done["output"]), (&json!("completed"), &json!({"a": "a", "b": "b"})));
    assert!(walk(&server, "").await.is_empty());
}
