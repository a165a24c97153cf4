//! The list of an execution's step runs.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Server, step};

fn told(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|run| format!("{} {}", run["path"].as_str().unwrap(), run["status"].as_str().unwrap())).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn step_runs_are_listed_while_the_execution_lives(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let mut off = step("off", "demo-echo", "x");
    off["enabled"] = json!(false);
    let review = json!({"id": "r", "label": "R", "type": "review"});
    let id = server
        .run(&[step("a", "demo-echo", "x"), off, review, step("b", "demo-echo", "y"), step("c", "demo-echo", "z")])
        .await;
    let execution = server.settled(&id).await;
    let all = ["a completed", "off skipped", "r waiting", "b pending", "c pending"];
    let page = server.get(&format!("{id}/steps?include=gates,prompts")).await.expect(StatusCode::OK);
    assert_eq!((told(&page), &page["next_cursor"]), (all.map(str::to_owned).to_vec(), &Value::Null));
    assert_eq!(page["items"], execution["steps"], "as the execution tells them");
    for (query, expected, pages) in [
        ("limit=2", &all[..], 3),
        ("limit=5", &all[..], 1),
        ("limit=1&status=pending", &all[3..], 2),
        ("limit=1&status=waiting,skipped,waiting", &all[1..3], 2),
        ("status=failed", &[], 1),
    ] {
        let (mut found, mut read, mut next) = (Vec::new(), 0, format!("{id}/steps?{query}"));
        loop {
            let page = server.get(&next).await.expect(StatusCode::OK);
            found.extend(told(&page));
            read += 1;
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("{id}/steps?{query}&cursor={cursor}");
        }
        assert_eq!((found, read), (expected.iter().map(ToString::to_string).collect(), pages), "{query}");
    }
    // A step of the workflow's own list, reached or not, holds no others.
    for parent in ["a", "c"] {
        let page = server.get(&format!("{id}/steps?parent={parent}")).await.expect(StatusCode::OK);
        assert_eq!(page, json!({"items": [], "next_cursor": null}));
    }
    server.post(&format!("{id}/steps/r/review"), &json!({"decision": "approve"})).await.expect(StatusCode::OK);
    let done = server.settled(&id).await;
    assert_eq!(done["steps_executed"], json!(["a", "r", "b", "c"]));
    let page = server.get(&format!("{id}/steps?status=completed")).await.expect(StatusCode::OK);
    assert_eq!(page["items"].as_array().unwrap().len(), 4);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_lists_of_step_runs_are_refused(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let id = server.run(&[step("a", "demo-echo", "x"), step("b", "demo-echo", "y")]).await;
    server.settled(&id).await;
    let nobody = "/workflows/executions/execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11/steps";
    for query in ["", "?parent=a", "?status=failed"] {
        server.get(&format!("{nobody}{query}")).await.problem(404, "execution_not_found");
    }
    for parent in ["nobody", "a.0.b", "b.eu"] {
        server.get(&format!("{id}/steps?parent={parent}")).await.problem(404, "step_run_not_found");
    }
    for query in ["parent=", "parent=A%20b", "status=asleep", "status=", "limit=0", "limit=201", "sort=name"] {
        server.get(&format!("{id}/steps?{query}")).await.problem(400, "invalid_query");
    }
    let page = server.get(&format!("{id}/steps?limit=1")).await.expect(StatusCode::OK);
    let cursor = page["next_cursor"].as_str().unwrap();
    for query in ["parent=a", "status=completed"] {
        server.get(&format!("{id}/steps?{query}&cursor={cursor}")).await.problem(400, "invalid_cursor");
    }
    let forged = |key: &str, path: &str| {
        sluice_store::Cursor { sort: "steps  ".into(), key: key.into(), id: path.into() }.encode()
    };
    for (key, path) in [("0", "a"), ("!!", "a"), ("AAAA", "A b"), ("ü", "a")] {
        server.get(&format!("{id}/steps?cursor={}", forged(key, path))).await.problem(400, "invalid_cursor");
    }
    server.get(&format!("{id}/steps?cursor={}", forged("_____w", "a"))).await.expect(StatusCode::OK);
}
