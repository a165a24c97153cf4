//! Filters and orders of the list of executions.

use reqwest::{StatusCode, Url};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{MAX_METADATA_FILTERS, MAX_TAG_CHARS};

use crate::server::{Server, step};

/// The ids of a list, page by page.
async fn walk(server: &Server, query: &[(&str, &str)]) -> Vec<String> {
    let mut address = Url::parse("http://x/workflows/executions").unwrap();
    address.query_pairs_mut().extend_pairs(query).append_pair("limit", "2");
    let first = format!("{}?{}", address.path(), address.query().unwrap());
    let (mut found, mut next) = (Vec::new(), first.clone());
    loop {
        let page = server.get(&next).await.expect(StatusCode::OK);
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return found };
        next = format!("{first}&cursor={cursor}");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_are_found_by_their_filters_in_both_orders(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    for (id, step, tags) in [
        ("done", step("a", "demo-echo", "x"), json!(["Orders", "nightly"])),
        ("fails", step("a", "demo-broken", "x"), json!([])),
        ("waits", json!({"id": "r", "label": "R", "type": "review"}), json!(["orders", "nightly"])),
    ] {
        let workflow = json!({"id": id, "name": id, "tags": tags, "definition": {"steps": [step]}});
        server.post("/workflows", &workflow).await.expect(StatusCode::CREATED);
    }
    let mut runs: Vec<Value> = Vec::new();
    for workflow in ["done", "fails", "waits", "done", "fails", "waits"] {
        let mut body = json!({"triggered_by": if runs.len() < 3 { "first" } else { "second +1" }});
        body["metadata"] = json!({"order_id": (runs.len() % 3).to_string()});
        if runs.len() >= 3 {
            body["metadata"]["note"] = json!("a,b: c&d=e");
        }
        let started = server.post(&format!("/workflows/{workflow}/executions?wait=20"), &body).await;
        runs.push(started.expect(StatusCode::OK));
    }
    let ids = |at: &[usize]| at.iter().map(|&at| runs[at]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let time = |at: usize| runs[at]["created_at"].as_str().unwrap();
    for (query, expected) in [
        (vec![], vec![0, 1, 2, 3, 4, 5]),
        (vec![("status", "failed")], vec![1, 4]),
        (vec![("status", "paused,completed")], vec![0, 2, 3, 5]),
        (vec![("status", "failed,failed,pending")], vec![1, 4]),
        (vec![("workflow_id", "waits"), ("status", "paused,failed")], vec![2, 5]),
        (vec![("workflow_id", "waits"), ("status", "failed")], vec![]),
        (vec![("triggered_by", "second +1")], vec![3, 4, 5]),
        (vec![("triggered_by", "first"), ("status", "failed,paused")], vec![1, 2]),
        (vec![("triggered_by", "nobody")], vec![]),
        (vec![("workflow_id", "waits"), ("triggered_by", "first")], vec![2]),
        (vec![("workflow_id", "fails"), ("triggered_by", "second +1"), ("status", "failed,paused")], vec![4]),
        (vec![("workflow_id", "done"), ("workflow_version", "1")], vec![0, 3]),
        (vec![("workflow_id", "done"), ("workflow_version", "2")], vec![]),
        (vec![("error_code", "provider_rejected")], vec![1, 4]),
        (vec![("error_code", "provider_rejected"), ("created_after", time(2)), ("workflow_id", "fails")], vec![4]),
        (vec![("error_code", "internal")], vec![]),
        (vec![("tag", "nightly")], vec![0, 2, 3, 5]),
        (vec![("tag", "Orders"), ("status", "completed")], vec![0, 3]),
        (vec![("tag", "nightly"), ("status", "paused,completed"), ("triggered_by", "first")], vec![0, 2]),
        (vec![("tag", "nightly"), ("tag", "Orders")], vec![0, 3]),
        (vec![("tag", "night")], vec![]),
        (vec![("tag", "nightly"), ("metadata", "order_id:0")], vec![0, 3]),
        (vec![("min_cost_usd", "0"), ("max_cost_usd", "0.5")], vec![0, 1, 2, 3, 4, 5]),
        (vec![("min_cost_usd", "0.0001"), ("workflow_id", "done")], vec![]),
        (vec![("metadata", "order_id:1")], vec![1, 4]),
        (vec![("metadata", "order_id:1"), ("metadata", "note:a,b: c&d=e")], vec![4]),
        (vec![("metadata", "order_id:1"), ("status", "failed"), ("triggered_by", "first")], vec![1]),
        (vec![("metadata", "order_id:")], vec![]),
        (vec![("created_after", time(1)), ("created_before", time(4))], vec![1, 2, 3]),
        (vec![("created_after", time(2)), ("status", "completed,failed")], vec![3, 4]),
        (vec![("created_before", "2020-01-01T00:00:00+02:00")], vec![]),
    ] {
        let oldest_first: Vec<_> = query.iter().copied().chain([("sort", "created_at")]).collect();
        assert_eq!(walk(&server, &oldest_first).await, ids(&expected), "{query:?}");
        let mut newest_first = ids(&expected);
        newest_first.reverse();
        assert_eq!(walk(&server, &query).await, newest_first, "{query:?}");
    }
    let own = "triggered_by=first&workflow_version=1&metadata=order_id:0";
    let of_workflow =
        server.get(&format!("/workflows/done/executions?status=completed,failed&sort=created_at&{own}")).await;
    let of_workflow = of_workflow.expect(StatusCode::OK);
    assert_eq!(of_workflow["items"][0]["id"], runs[0]["id"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_of_the_wrong_form(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    for _ in 0..2 {
        server.post("/workflows/w/executions?wait=20", &json!({})).await.expect(StatusCode::OK);
    }
    for query in [
        "status=asleep",
        "status=paused,asleep",
        "status=",
        "status=paused&status=asleep",
        "sort=name",
        "sort=",
        "created_after=yesterday",
        "created_before=",
        "workflow_version=1",
        "workflow_id=w&workflow_version=one",
        "workflow_id=w&workflow_version=0",
        "error_code=nobody_knows",
        "metadata=order_id",
        "metadata=:1",
        "metadata=",
        "metadata=a:b%00c",
        "error=internal",
        "min_cost_usd=-1",
        "min_cost_usd=cheap",
        "max_cost_usd=NaN",
        "max_cost_usd=inf",
        "min_cost_usd=2&max_cost_usd=1",
    ] {
        server.get(&format!("/workflows/executions?{query}")).await.problem(400, "invalid_query");
    }
    let long = format!("/workflows/executions?tag={}", "x".repeat(MAX_TAG_CHARS + 1));
    for address in ["/workflows/w/executions?workflow_id=w", "/workflows/w/executions?tag=a", &long] {
        server.get(address).await.problem(400, "invalid_query");
    }
    let many = |count: usize| format!("/workflows/executions?limit=1{}", "&metadata=a:b".repeat(count));
    server.get(&many(MAX_METADATA_FILTERS)).await.expect(StatusCode::OK);
    server.get(&many(MAX_METADATA_FILTERS + 1)).await.problem(400, "invalid_query");
    let page = server.get("/workflows/executions?limit=1&status=completed").await.expect(StatusCode::OK);
    let cursor = page["next_cursor"].as_str().unwrap();
    server.get(&format!("/workflows/executions?cursor={cursor}&status=completed")).await.expect(StatusCode::OK);
    for query in [
        "status=failed",
        "metadata=a:b&status=completed",
        "status=completed,failed",
        "status=completed&sort=created_at",
        "workflow_id=w",
        "status=completed&tag=a",
        "status=completed&max_cost_usd=1",
        "limit=1",
    ] {
        let refused = server.get(&format!("/workflows/executions?cursor={cursor}&{query}")).await;
        refused.problem(400, "invalid_cursor");
    }
    let page = server.get("/workflows/executions?limit=1").await.expect(StatusCode::OK);
    let cursor = page["next_cursor"].as_str().unwrap();
    server.get(&format!("/workflows?sort=-created_at&cursor={cursor}")).await.problem(400, "invalid_cursor");
}
