//! Workflows and templates over HTTP.

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Server, step};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_is_created_read_saved_copied_and_deleted(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let body =
        json!({"name": "Market brief", "tags": ["weekly"], "definition": {"steps": [step("a", "demo-echo", "x")]}});
    let created = server.post("/workflows", &body).await;
    assert_eq!(created.headers["etag"], "\"1\"");
    let mut workflow = created.expect(StatusCode::CREATED);
    assert_eq!((&workflow["id"], &workflow["version"]), (&json!("market-brief"), &json!(1)));
    // The same name gets an id of its own.
    assert_eq!(server.post("/workflows", &body).await.expect(StatusCode::CREATED)["id"], "market-brief-2");
    assert_eq!(server.get("/workflows/market-brief").await.expect(StatusCode::OK), workflow);
    // What was read can be sent back.
    workflow["description"] = json!("changed");
    let saved = server.put("/workflows/market-brief", "\"1\"", &workflow).await.expect(StatusCode::OK);
    assert_eq!((&saved["version"], &saved["description"]), (&json!(2), &json!("changed")));
    let stale = server.put("/workflows/market-brief", "\"1\"", &workflow).await;
    assert_eq!(stale.body["current_version"], 2);
    stale.problem(409, "version_conflict");
    let versions = server.get("/workflows/market-brief/versions").await.expect(StatusCode::OK);
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    let restored = server
        .request(reqwest::Method::POST, "/workflows/market-brief/versions/1/restore")
        .header("if-match", "\"2\"")
        .send()
        .await
        .unwrap();
    assert_eq!(restored.status(), StatusCode::OK);
    let copy = server.post("/workflows/market-brief/copy", &json!({})).await.expect(StatusCode::CREATED);
    assert_eq!((&copy["id"], &copy["name"]), (&json!("copy-of-market-brief"), &json!("Copy of Market brief")));
    server.delete("/workflows/market-brief").await.expect(StatusCode::NO_CONTENT);
    server.get("/workflows/market-brief").await.problem(404, "workflow_not_found");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_server_has_added_is_answered_and_may_be_sent_back(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let newer = json!({"yolo": false, "budget": 2, "steps": [
        {"id": "a", "label": "A", "type": "llm", "prompt": "x", "enabled": true, "tools": ["search"], "effect": "pays"},
        {"id": "b", "label": "B", "type": "debate", "goal": "y", "enabled": true},
    ]});
    database.execute(&format!("UPDATE workflows SET definition = '{newer}'")).await;
    let mut workflow = server.get("/workflows/w").await.expect(StatusCode::OK);
    assert_eq!(workflow["definition"], newer);
    let report = server.post("/workflows/w/validate", &json!({})).await.expect(StatusCode::OK);
    assert_eq!((&report["valid"], &report["findings"][0]["code"]), (&json!(false), &json!("unknown_step_type")));
    let refused = server.post("/workflows/w/executions", &json!({})).await;
    assert!(refused.problem(422, "invalid_definition").contains("debate"));
    assert_eq!(server.post("/workflows/w/estimate", &json!({})).await.expect(StatusCode::OK)["cost_usd"], Value::Null);
    // What was read can be sent back, changed elsewhere.
    workflow["definition"]["steps"][0]["prompt"] = json!("z");
    let saved = server.put("/workflows/w", "\"1\"", &workflow).await.expect(StatusCode::OK);
    assert_eq!(saved["definition"], workflow["definition"]);
    assert_eq!(server.get("/workflows/w").await.expect(StatusCode::OK)["definition"], workflow["definition"]);
    // Anything else that is not known is a typing error.
    for (pointer, value) in [
        ("/budget", json!(3)),
        ("/steps/0/tools", json!([])),
        ("/steps/1/goal", json!("w")),
        ("/steps/0/effect", json!("payz")),
    ] {
        let mut changed = workflow.clone();
        *changed["definition"].pointer_mut(pointer).unwrap() = value;
        let refused = server.put("/workflows/w", "\"2\"", &changed).await;
        assert!(refused.problem(422, "invalid_request").contains("/definition"), "{pointer}");
    }
    let mut misspelt = workflow.clone();
    misspelt["definition"]["steps"][0]["promt"] = json!("x");
    let refused = server.put("/workflows/w", "\"2\"", &misspelt).await;
    assert!(refused.problem(422, "invalid_request").contains("/definition/steps/0/promt"));
    server.post("/workflows", &json!({"name": "N", "definition": newer})).await.problem(422, "invalid_request");
    for path in ["/workflows/w/validate", "/workflows/w/estimate"] {
        server.post(path, &json!({"definition": newer})).await.problem(422, "invalid_request");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_label_is_rewritten_in_every_prompt(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server
        .workflow("w", &[step("a", "demo-echo", "x"), step("b", "demo-echo", "{{steps.A.content}} ${steps.A.output}")])
        .await;
    let mut workflow = server.get("/workflows/w").await.expect(StatusCode::OK);
    // Two labels change places.
    workflow["definition"]["steps"][0]["label"] = json!("B");
    workflow["definition"]["steps"][1]["label"] = json!("A");
    workflow["renamed_labels"] = json!({"A": "B", "B": "A"});
    let saved = server.put("/workflows/w", "\"1\"", &workflow).await.expect(StatusCode::OK);
    assert_eq!(saved["definition"]["steps"][1]["prompt"], "{{steps.B.content}} ${steps.B.output}");
    let report = server.post("/workflows/w/validate", &json!({})).await.expect(StatusCode::OK);
    assert_eq!(report, json!({"valid": true, "findings": []}));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pipeline_comes_from_the_templates_with_its_price(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let templates = server.get("/workflows/templates").await.expect(StatusCode::OK);
    let names: Vec<&str> =
        templates["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "Deep Build Pipeline",
            "Research Brief",
            "Content Studio",
            "Support Desk",
            "Polish in Rounds",
            "Review Panel",
            "Project Estimate"
        ]
    );
    let made = server
        .post("/workflows/templates/deep-build-pipeline/instantiate", &json!({"name": "Mine"}))
        .await
        .expect(StatusCode::CREATED);
    assert_eq!((&made["id"], &made["source_template_id"]), (&json!("mine"), &json!("deep-build-pipeline")));
    let input = json!({"input": {"idea": "a timer for tea"}});
    let estimate = server.post("/workflows/mine/estimate", &input).await.expect(StatusCode::OK);
    assert_eq!(estimate["steps"].as_array().unwrap().len(), 7);
    assert_eq!(estimate["cost_usd"], json!({"low": 0.0, "high": 0.0}));
    let mut dear = made["definition"].clone();
    dear["provider"] = json!("anthropic");
    let estimate = server
        .post("/workflows/mine/estimate", &json!({"definition": dear, "input": {"idea": "x"}}))
        .await
        .expect(StatusCode::OK);
    let cost = &estimate["cost_usd"];
    assert!(cost["low"].as_f64().unwrap() > 0.0 && cost["high"].as_f64().unwrap() < 10.0, "{cost}");
    let steps = server.get("/workflows/step-templates").await.expect(StatusCode::OK);
    assert_eq!(steps["items"].as_array().unwrap().len(), 20);
    server.delete("/workflows/templates/deep-build-pipeline").await.problem(403, "forbidden");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenants_own_templates_are_listed_and_deleted(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let body = json!({"name": "House style", "definition": {"steps": [step("a", "demo-echo", "x")]}});
    server.post("/workflows/templates", &body).await.expect(StatusCode::CREATED);
    let templates = server.get("/workflows/templates").await.expect(StatusCode::OK);
    assert_eq!(templates["items"][7]["id"], "house-style");
    server
        .post("/workflows/templates/house-style/instantiate", &json!({"id": "styled"}))
        .await
        .expect(StatusCode::CREATED);
    server.delete("/workflows/templates/house-style").await.expect(StatusCode::NO_CONTENT);
    server.get("/workflows/templates/house-style").await.problem(404, "template_not_found");
    // The ids of templates that come with Sluice are taken.
    let same = json!({"id": "deep-build-pipeline", "name": "Mine", "definition": {"steps": []}});
    server.post("/workflows/templates", &same).await.problem(409, "workflow_exists");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn templates_are_listed_page_by_page(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let built_in = [
        "deep-build-pipeline",
        "research-brief",
        "content-studio",
        "support-desk",
        "polish-in-rounds",
        "review-panel",
        "project-estimate",
    ];
    let pages = async |limit: usize| {
        let (mut ids, mut sizes, mut cursor) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = server.get(&format!("/workflows/templates?limit={limit}{cursor}")).await.expect(StatusCode::OK);
            let items = page["items"].as_array().unwrap();
            sizes.push(items.len());
            ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { return (ids, sizes) };
            cursor = format!("&cursor={next}");
        }
    };
    // Without templates of one's own, the last page is not followed by an empty one.
    assert_eq!(pages(7).await, (built_in.map(str::to_owned).to_vec(), vec![7]));
    assert_eq!(pages(4).await.1, [4, 3]);
    for name in ["a", "b"] {
        let body = json!({"name": name, "definition": {"steps": [step("a", "demo-echo", "x")]}});
        server.post("/workflows/templates", &body).await.expect(StatusCode::CREATED);
    }
    for (limit, sizes) in [(1, vec![1; 9]), (3, vec![3, 3, 3]), (7, vec![7, 2]), (8, vec![8, 1]), (9, vec![9])] {
        let (ids, seen) = pages(limit).await;
        assert_eq!(ids, [&built_in[..], &["a", "b"]].concat(), "{limit}");
        assert_eq!(seen, sizes, "{limit}");
    }
    let unknown = sluice_store::Cursor { sort: "built_in".into(), key: String::new(), id: "gone".into() }.encode();
    server.get(&format!("/workflows/templates?cursor={unknown}")).await.problem(400, "invalid_cursor");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_tells_the_last_run(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-echo", "x")]).await;
    server.settled(&execution).await;
    let list = server.get("/workflows?limit=1").await.expect(StatusCode::OK);
    let item: &Value = &list["items"][0];
    assert_eq!((&item["step_count"], &item["last_execution"]["status"]), (&json!(1), &json!("completed")));
    let stats = server.get("/workflows/w/stats").await.expect(StatusCode::OK);
    assert_eq!((&stats["executions"], &stats["completed"], &stats["failed"]), (&json!(1), &json!(1), &json!(0)));
    let history = server.post("/workflows/w/estimate", &json!({"input": {}})).await.expect(StatusCode::OK);
    assert_eq!(history["steps"][0]["from_history"], true);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_filtered_and_answers_what_it_is_asked_for(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let execution = server.run(&[step("a", "demo-echo", "x")]).await;
    server.settled(&execution).await;
    for (name, tags) in [("Brief", vec!["weekly", "a, b"]), ("Report", vec!["weekly"])] {
        let definition = json!({"steps": [step("collect-it", "demo-echo", "x")]});
        let body = json!({"name": name, "tags": tags, "category": "Content", "definition": definition});
        server.post("/workflows", &body).await.expect(StatusCode::CREATED);
    }
    let listed = async |query: &str| server.get(&format!("/workflows?sort=name&{query}")).await.expect(StatusCode::OK);
    for (query, expected) in [
        ("tag=weekly&tag=a,%20b", json!(["brief"])),
        ("tag=weekly&tag=weekly", json!(["brief", "report"])),
        ("tag=a", json!([])),
        ("search=COLLECT+weekly", json!(["brief", "report"])),
        ("status=completed,failed", json!(["w"])),
        ("status=failed&status=completed", json!(["w"])),
        ("status=failed", json!([])),
        ("category=Content&search=brief", json!(["brief"])),
    ] {
        let page: Value = listed(query).await;
        let ids: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
        assert_eq!(json!(ids), expected, "{query}");
        assert!(page.get("total").is_none() && page.get("facets").is_none(), "{page}");
        assert!(page["items"].as_array().unwrap().iter().all(|item| item.get("recent_executions").is_none()));
    }
    let page = listed("limit=1&tag=weekly&include=total&include=facets,recent_executions").await;
    assert_eq!((&page["total"], &page["items"][0]["recent_executions"]), (&json!(2), &json!([])));
    assert_eq!(page["facets"]["tags"][0], json!({"name": "weekly", "count": 2}));
    assert_eq!(page["facets"]["categories"], json!([{"name": "Content", "count": 2}]));
    let page = listed("status=completed&include=recent_executions").await;
    let recent = &page["items"][0]["recent_executions"];
    let address = format!("/workflows/executions/{}", recent[0]["id"].as_str().unwrap());
    assert_eq!((address.as_str(), &recent[0]["status"]), (execution.as_str(), &json!("completed")));
    assert!(recent[0]["duration_ms"].is_i64() && recent[0]["cost_usd"].is_number(), "{recent}");
}
