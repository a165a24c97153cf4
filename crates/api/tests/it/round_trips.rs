//! What a client has read is what it can send: answers of `GET` are taken by `PUT` and `POST`.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sluice_testing::TestDatabase;

use crate::server::{Answer, Server, add_agent_and_mcp_server, step};

async fn put(server: &Server, path: &str, body: &Value) -> Answer {
    Answer::of(server.request(Method::PUT, path).json(body).send().await.unwrap()).await
}

/// The same resource under another id.
fn renamed(resource: &Value, id: &str) -> Value {
    let mut resource = resource.clone();
    resource["id"] = id.into();
    resource
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_get_answers_is_saved_over_the_version_in_it() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let persona = json!({"id": "p", "name": "P", "instructions": "Be brief."});
    server.post("/personas", &persona).await.expect(StatusCode::CREATED);
    add_agent_and_mcp_server(&server).await;
    for path in ["/workflows/w", "/personas/p", "/agents/a", "/mcp-servers/m"] {
        let read = server.get(path).await.expect(StatusCode::OK);
        let unchanged = put(&server, path, &read).await.expect(StatusCode::OK);
        assert_eq!(unchanged, read, "nothing has changed");
        let mut changed = read.clone();
        changed["name"] = "Another name".into();
        let saved = put(&server, path, &changed).await.expect(StatusCode::OK);
        assert_eq!((&saved["version"], &saved["name"]), (&json!(2), &json!("Another name")), "{path}");
        // The version in the body is no longer the newest one.
        put(&server, path, &read).await.problem(409, "version_conflict");
        // `If-Match` takes precedence.
        server.put(path, "\"2\"", &read).await.expect(StatusCode::OK);
        let mut unversioned = read.clone();
        unversioned.as_object_mut().unwrap().remove("version");
        let detail = put(&server, path, &unversioned).await.problem(428, "if_match_required");
        assert!(detail.contains("`version` in the body"), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_get_answers_is_created_again_under_another_id() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let persona = json!({"id": "p", "name": "P", "instructions": "Be brief."});
    server.post("/personas", &persona).await.expect(StatusCode::CREATED);
    add_agent_and_mcp_server(&server).await;
    for (read, posted) in [
        ("/workflows/w", "/workflows"),
        ("/workflows/w", "/workflows/templates"),
        ("/workflows/templates/deep-build-pipeline", "/workflows/templates"),
        ("/workflows/templates/research-brief", "/workflows"),
        ("/personas/p", "/personas"),
        ("/agents/a", "/agents"),
        ("/mcp-servers/m", "/mcp-servers"),
    ] {
        let original = server.get(read).await.expect(StatusCode::OK);
        let id = format!("copy-of{}", format!("{read}{posted}").replace('/', "-"));
        let copy = server.post(posted, &renamed(&original, &id)).await.expect(StatusCode::CREATED);
        assert_eq!(
            (&copy["definition"], &copy["name"]),
            (&original["definition"], &original["name"]),
            "{read} {posted}"
        );
        assert_eq!((&copy["version"], &copy["id"]), (&json!(1), &json!(id)), "{read} {posted}");
    }
}

/// The types of generated clients say the same: an answer fits the schema of the request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_fit_the_schemas_of_requests() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let persona = json!({"id": "p", "name": "P", "instructions": "Be brief."});
    server.post("/personas", &persona).await.expect(StatusCode::CREATED);
    add_agent_and_mcp_server(&server).await;
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    for (path, schemas) in [
        ("/workflows/w", ["CreateWorkflow", "UpdateWorkflow"]),
        ("/workflows/templates/deep-build-pipeline", ["CreateWorkflow", "CreateWorkflow"]),
        ("/personas/p", ["CreatePersona", "UpdatePersona"]),
        ("/agents/a", ["CreateAgent", "UpdateAgent"]),
        ("/mcp-servers/m", ["CreateMcpServer", "UpdateMcpServer"]),
    ] {
        let read = server.get(path).await.expect(StatusCode::OK);
        for name in schemas {
            let mut root = json!({"$ref": format!("#/components/schemas/{name}")});
            root["components"] = document["components"].clone();
            let validator = jsonschema::validator_for(&root).unwrap();
            let faults: Vec<String> = validator.iter_errors(&read).map(|error| error.to_string()).collect();
            assert!(faults.is_empty(), "{path} {name}: {faults:#?}");
        }
    }
}
