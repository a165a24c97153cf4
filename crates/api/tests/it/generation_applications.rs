//! Applying a generation: agents and workflow, all or nothing, once.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::MAX_APPLIED_AGENTS;

use crate::generations::{asked, generate};
use crate::server::{Answer, Server, step};

const APPLY: &str = "/workflows/generate/apply";

/// A workflow with a step of each agent, and the agents to create.
fn designed(used: &[&str], created: &[&str]) -> Value {
    let step =
        |(at, id): (usize, &&str)| json!({"label": format!("S{at}"), "type": "agent", "agent_id": id, "prompt": "x"});
    let steps: Vec<Value> = used.iter().enumerate().map(step).collect();
    let agent = |id: &&str| json!({"id": id, "name": id, "instructions": "Be brief."});
    let agents: Vec<Value> = created.iter().map(agent).collect();
    json!({"workflow": {"id": "made", "name": "Made", "definition": {"steps": steps}}, "agents": agents})
}

fn ids(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// The agents that the steps of an applied workflow name.
fn named(applied: &Value) -> Vec<&str> {
    let steps = applied["workflow"]["definition"]["steps"].as_array().unwrap();
    steps.iter().map(|step| step["agent_id"].as_str().unwrap()).collect()
}

async fn listed(server: &Server, of: &str) -> Value {
    server.get(&format!("/{of}?limit=100")).await.expect(StatusCode::OK)["items"].clone()
}

async fn keyed(server: &Server, body: &Value, key: &str) -> Answer {
    let request = server.request(Method::POST, APPLY).header("idempotency-key", key).json(body);
    Answer::of(request.send().await.unwrap()).await
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taken_ids_get_a_number_and_the_steps_follow(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let body = designed(&["scout", "writer"], &["scout", "writer"]);
    let first = server.post(APPLY, &body).await;
    assert_eq!(first.headers["location"], "/api/v1/workflows/made");
    let first = first.expect(StatusCode::CREATED);
    assert_eq!((&first["workflow"]["id"], ids(&first["agents"])), (&json!("made"), vec!["scout", "writer"]));
    // The second one makes its own agents; `writer` is that of the first.
    let body = designed(&["scout", "writer"], &["scout"]);
    let second = server.post(APPLY, &body).await.expect(StatusCode::CREATED);
    assert_eq!((&second["workflow"]["id"], ids(&second["agents"])), (&json!("made-2"), vec!["scout-2"]));
    assert_eq!(named(&second), ["scout-2", "writer"]);
    let saved = server.get("/workflows/made-2").await.expect(StatusCode::OK);
    assert_eq!(saved, second["workflow"]);
    let checked = server.post("/workflows/made-2/validate", &json!({})).await.expect(StatusCode::OK);
    assert_eq!(checked["valid"], true, "{checked:#}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_created_creates_nothing(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let told = server.post(APPLY, &designed(&["gone", "scout"], &["scout"])).await.problem(422, "invalid_definition");
    assert!(told.contains("/workflow/definition/steps/0/agent_id") && told.contains("`gone`"), "{told}");
    let mut twice = designed(&["a"], &["a", "a"]);
    let told = server.post(APPLY, &twice).await.problem(422, "invalid_request");
    assert!(told.contains("/agents/1/id"), "{told}");
    twice["agents"][1] = json!({"id": "b", "name": " ", "instructions": "x"});
    let told = server.post(APPLY, &twice).await.problem(422, "invalid_request");
    assert!(told.contains("/agents/1/name"), "{told}");
    let mut broken = designed(&["a", "a"], &["a"]);
    broken["workflow"]["definition"]["steps"][1]["label"] = json!("S0");
    let told = server.post(APPLY, &broken).await.problem(422, "invalid_definition");
    assert!(told.contains("/workflow/definition/steps/1"), "{told}");
    server.post(APPLY, &json!({"agents": []})).await.problem(422, "invalid_request");
    let many: Vec<String> = (0..=MAX_APPLIED_AGENTS).map(|number| format!("a{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let told = server.post(APPLY, &designed(&[], &many)).await.problem(422, "invalid_request");
    assert!(told.contains("/agents"), "{told}");
    let unknown = json!({"generation_id": "generation-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11"});
    server.post(APPLY, &unknown).await.problem(404, "generation_not_found");
    assert_eq!((listed(&server, "workflows").await, listed(&server, "agents").await), (json!([]), json!([])));
    server.post(APPLY, &designed(&[], &many[1..])).await.expect(StatusCode::CREATED);
    // It goes with its files when it is dropped.
    let other = TestDatabase::sqlite();
    let limited = Server::with(&other, &["--saves-per-minute", "1"]);
    limited.post(APPLY, &designed(&[], &[])).await.expect(StatusCode::CREATED);
    limited.post(APPLY, &designed(&[], &[])).await.problem(429, "rate_limited");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generation_is_applied_once_and_again_when_it_was_edited(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let generation = generate(&server, &asked("demo-instant")).await;
    let by_id = json!({"generation_id": generation["id"]});
    let answers = join_all((0..6).map(|_| server.post(APPLY, &by_id))).await;
    let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotent-replayed")).count();
    assert_eq!(replayed, 5, "{answers:#?}");
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (StatusCode::CREATED, &answers[0].body));
    }
    let workflow = answers[0].body["workflow"]["id"].as_str().unwrap().to_owned();
    assert_eq!(ids(&listed(&server, "workflows").await), [&workflow]);
    // Sent as it was answered, it is the same.
    let sent = json!({"generation_id": generation["id"], "workflow": generation["workflow"], "agents": generation["agents_to_create"]});
    assert_eq!(server.post(APPLY, &sent).await.expect(StatusCode::CREATED), answers[0].body);
    let now = server.get(&format!("/workflows/generate/{}", generation["id"].as_str().unwrap())).await;
    assert_eq!(now.expect(StatusCode::OK)["applied_workflow_id"], json!(workflow));
    // Edited, it is another one.
    let mut edited = sent.clone();
    edited["workflow"]["name"] = json!("Another name");
    let edited = server.post(APPLY, &edited).await.expect(StatusCode::CREATED);
    assert_ne!(edited["workflow"]["id"], json!(workflow));
    // Once its workflow is deleted, it is applied again.
    server.post(APPLY, &by_id).await.expect(StatusCode::CREATED);
    for item in listed(&server, "workflows").await.as_array().unwrap() {
        server.delete(&format!("/workflows/{}", item["id"].as_str().unwrap())).await.expect(StatusCode::NO_CONTENT);
    }
    let anew = server.post(APPLY, &by_id).await;
    assert!(!anew.headers.contains_key("idempotent-replayed"));
    assert_eq!(anew.expect(StatusCode::CREATED)["workflow"]["version"], 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_applications_with_one_key_one_is_carried_out(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let body = designed(&["scout", "writer"], &["scout", "writer"]);
    let answers = join_all((0..6).map(|_| keyed(&server, &body, "k"))).await;
    let repeats = answers.iter().filter(|answer| answer.headers.contains_key("idempotent-replayed")).count();
    assert_eq!(repeats, 5, "{answers:#?}");
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (StatusCode::CREATED, &answers[0].body));
    }
    assert_eq!(ids(&listed(&server, "workflows").await), ["made"]);
    assert_eq!(ids(&listed(&server, "agents").await), ["scout", "writer"]);
    // A repeat is answered with what is still there.
    server.delete("/agents/scout").await.expect(StatusCode::NO_CONTENT);
    assert_eq!(ids(&keyed(&server, &body, "k").await.expect(StatusCode::CREATED)["agents"]), ["writer"]);
    keyed(&server, &designed(&[], &[]), "k").await.problem(422, "idempotency_key_reused");
    server.delete("/workflows/made").await.expect(StatusCode::NO_CONTENT);
    keyed(&server, &body, "k").await.problem(404, "workflow_not_found");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_applications_at_once_all_find_free_ids(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let body = designed(&["scout"], &["scout"]);
    let answers = join_all((0..5).map(|_| server.post(APPLY, &body))).await;
    for answer in answers {
        let applied = answer.expect(StatusCode::CREATED);
        assert_eq!(named(&applied), ids(&applied["agents"]));
    }
    assert_eq!(listed(&server, "workflows").await.as_array().unwrap().len(), 5);
    assert_eq!(listed(&server, "agents").await.as_array().unwrap().len(), 5);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_a_saved_workflow_is_its_next_version(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let steps = [step("a", "demo-echo", "Write about {{input.topic}}")];
    let body = json!({"id": "w", "name": "W", "tags": ["mine"], "definition": {"steps": steps}});
    server.post("/workflows", &body).await.expect(StatusCode::CREATED);
    let change =
        json!({"prompt": "Add a review at the end", "provider": "demo", "model": "demo-instant", "workflow_id": "w"});
    let generation = generate(&server, &change).await;
    assert_eq!((&generation["workflow_id"], &generation["workflow_version"]), (&json!("w"), &json!(1)));
    // An older generation of the same version is refused once the newer one is applied.
    let mut other = change.clone();
    other["prompt"] = json!("Add a translation into French at the end");
    let older = generate(&server, &other).await;
    let by_id = json!({"generation_id": generation["id"]});
    let applied = server.post(APPLY, &by_id).await.expect(StatusCode::CREATED);
    assert_eq!((&applied["workflow"]["id"], &applied["workflow"]["version"]), (&json!("w"), &json!(2)));
    assert_eq!(applied["workflow"]["tags"], json!(["mine"]));
    let again = server.post(APPLY, &by_id).await.expect(StatusCode::CREATED);
    assert_eq!(again["workflow"]["version"], 2);
    let stale = server.post(APPLY, &json!({"generation_id": older["id"]})).await;
    assert_eq!(stale.body["current_version"], 2, "{:#}", stale.body);
    stale.problem(409, "version_conflict");
    // Unless the request says that it replaces the present version.
    let mut workflow = older["workflow"].clone();
    workflow["version"] = json!(2);
    let forced = json!({"generation_id": older["id"], "workflow": workflow});
    assert_eq!(server.post(APPLY, &forced).await.expect(StatusCode::CREATED)["workflow"]["version"], 3);
    // A change of nothing makes no version.
    let saved = server.get("/workflows/w").await.expect(StatusCode::OK);
    let same = json!({"name": saved["name"], "definition": saved["definition"], "version": 3});
    let same = json!({"generation_id": older["id"], "workflow": same});
    assert_eq!(server.post(APPLY, &same).await.expect(StatusCode::CREATED)["workflow"]["version"], 3);
    server.delete("/workflows/w").await.expect(StatusCode::NO_CONTENT);
    server.post(APPLY, &json!({"generation_id": older["id"]})).await.problem(404, "workflow_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_creates_nothing() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let limit = |limit: &str| {
        let pid = server.pid().to_string();
        let set = std::process::Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={limit}")]).status();
        assert!(set.unwrap().success());
    };
    let body = designed(&["scout"], &["scout"]);
    limit("1:unlimited");
    let refused = server.post(APPLY, &body).await;
    assert!(matches!(refused.status.as_u16(), 503 | 507), "{:#}", refused.body);
    limit("unlimited:unlimited");
    assert_eq!((listed(&server, "workflows").await, listed(&server, "agents").await), (json!([]), json!([])));
    let applied = server.post(APPLY, &body).await.expect(StatusCode::CREATED);
    assert_eq!(named(&applied), ["scout"]);
}
