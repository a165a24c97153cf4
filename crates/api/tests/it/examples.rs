//! The examples of the document, held against a server: each request succeeds, and each answer is as it is described.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sluice_testing::TestDatabase;

use crate::server::{Answer, Server, step};

/// Headers of HTTP itself and those of the browser's protection, which every answer has.
const GENERAL: [&str; 15] = [
    "access-control-allow-origin",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "permissions-policy",
    "referrer-policy",
    "transfer-encoding",
    "vary",
    "x-accel-buffering",
];

/// A session over all operations, with the examples of the document.
struct Session<'s> {
    server: &'s Server,
    document: Value,
    done: BTreeSet<String>,
}

impl Session<'_> {
    /// The method, the address and the description of an operation.
    fn operation(&self, id: &str) -> (Method, String, Value) {
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation["operationId"] == id {
                    let method = method.to_uppercase().parse().unwrap();
                    return (method, path.trim_start_matches("/api/v1").to_owned(), operation.clone());
                }
            }
        }
        panic!("there is no operation {id}")
    }

    /// Calls an operation with its example as the body, and compares the answer with the document.
    async fn call(&mut self, id: &str, parameters: &[(&str, &str)]) -> Value {
        let (method, path, operation) = self.operation(id);
        let path = parameters.iter().fold(path, |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        let mut request = self.server.request(method, &path);
        if operation["parameters"].to_string().contains("If-Match") {
            request = request.header("if-match", "*");
        }
        let example = &operation["requestBody"]["content"]["application/json"]["example"];
        if example.is_object() {
            request = request.json(example);
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        let status = answer.status;
        assert!(status.is_success(), "{id} {path}: {status} {}", answer.body);
        let described = &operation["responses"][status.as_str()];
        assert!(described.is_object(), "{id}: {status} is not described");
        self.compare(id, described, &answer);
        self.done.insert(id.to_owned());
        answer.body
    }

    fn compare(&self, id: &str, described: &Value, answer: &Answer) {
        for name in answer.headers.keys().map(reqwest::header::HeaderName::as_str) {
            let mut declared = described["headers"].as_object().into_iter().flat_map(|headers| headers.keys());
            let is_declared = declared.any(|declared| declared.eq_ignore_ascii_case(name));
            let is_general = GENERAL.contains(&name) || name.starts_with("x-content-") || name.starts_with("x-frame-");
            assert!(is_declared || is_general, "{id}: the header {name} is not declared");
        }
        let schema = &described["content"]["application/json"]["schema"];
        if schema.is_object() && answer.headers["content-type"] == "application/json" {
            assert_fits(&self.document, schema, &answer.body, id);
        }
    }
}

fn assert_fits(document: &Value, schema: &Value, value: &Value, what: &str) {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&root).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_operation_succeeds_with_its_example() {
    let database = TestDatabase::sqlite();
    let server = Server::with(&database, &["--starts-per-minute", "600", "--saves-per-minute", "600"]);
    let document = serde_json::to_value(sluice_api::document()).unwrap();
    let mut session = Session { server: &server, document, done: BTreeSet::new() };
    workflows(&mut session).await;
    templates(&mut session).await;
    executions(&mut session).await;
    generations(&mut session).await;
    personas_and_providers(&mut session).await;
    agents_and_mcp_servers(&mut session).await;
    session.call("delete_workflow", &[("workflow_id", "market-brief")]).await;
    let all =
        session.document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let all: BTreeSet<String> = all.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect();
    let missing: Vec<&String> = all.difference(&session.done).collect();
    assert!(missing.is_empty(), "not called: {missing:?}");
}

async fn workflows(session: &mut Session<'_>) {
    let created = session.call("create_workflow", &[]).await;
    assert_eq!(created["id"], "market-brief");
    let workflow = ("workflow_id", "market-brief");
    for id in ["get_canvas", "update_canvas", "set_node_position"] {
        session.call(id, &[workflow, ("node_id", "research")]).await;
    }
    for id in ["reorder_steps", "insert_step"] {
        session.call(id, &[workflow]).await;
    }
    for (id, step) in [
        ("get_step", "research"),
        ("replace_step", "research"),
        ("move_step", "facts"),
        ("connect_step", "research"),
        ("try_step", "research"),
        ("delete_step", "facts"),
    ] {
        session.call(id, &[workflow, ("step_id", step)]).await;
    }
    for id in [
        "list_workflows",
        "get_workflow",
        "validate_workflow",
        "estimate_workflow",
        "get_workflow_stats",
        "copy_workflow",
        "update_workflow",
        "patch_workflow",
        "list_versions",
    ] {
        session.call(id, &[workflow]).await;
    }
    for id in ["get_version", "compare_versions", "restore_version"] {
        session.call(id, &[workflow, ("version", "1")]).await;
    }
}

async fn templates(session: &mut Session<'_>) {
    let template = session.call("create_template", &[]).await["id"].as_str().unwrap().to_owned();
    for id in [
        "list_templates",
        "list_template_categories",
        "list_step_templates",
        "get_template",
        "instantiate_template",
        "delete_template",
    ] {
        session.call(id, &[("template_id", &template)]).await;
    }
}

async fn executions(session: &mut Session<'_>) {
    let started = session.call("start_execution", &[("workflow_id", "market-brief")]).await;
    let execution = ("execution_id", started["id"].as_str().unwrap());
    let address = format!("/workflows/executions/{}", execution.1);
    let run = |step: &'static str| [execution, ("step_path", step), ("workflow_id", "market-brief")];
    session.server.until(&address, |execution| execution["status"] == "paused").await;
    for id in [
        "list_gates",
        "list_executions",
        "list_workflow_executions",
        "get_execution",
        "get_execution_definition",
        "list_step_runs",
    ] {
        session.call(id, &run("research")).await;
    }
    for (id, step) in [
        ("get_step_run", "research"),
        ("get_output", "research"),
        ("override_output", "research"),
        ("update_step_run", "brief"),
        ("review_step", "check"),
    ] {
        session.call(id, &run(step)).await;
    }
    session.server.until(&address, |execution| execution["status"] == "completed").await;
    for id in ["follow_execution", "follow_workflow", "plan_retry", "retry_step"] {
        session.call(id, &run("brief")).await;
    }
    session.server.until(&address, |execution| execution["status"] == "completed").await;
    session.call("delete_execution", &[execution]).await;
    // One that goes on until it is cancelled.
    session.server.workflow("slow", &[step("a", "demo-silent", "x"), step("b", "demo-silent", "x")]).await;
    let started = session.server.post("/workflows/slow/executions", &json!({})).await.expect(StatusCode::ACCEPTED);
    let execution = ("execution_id", started["id"].as_str().unwrap());
    for id in ["pause_execution", "resume_execution", "update_execution", "cancel_execution"] {
        session.call(id, &[execution]).await;
    }
}

async fn generations(session: &mut Session<'_>) {
    let generation = session.call("generate_workflow", &[]).await["id"].as_str().unwrap().to_owned();
    let generation = ("generation_id", generation.as_str());
    for id in ["list_generations", "get_generation", "follow_generation", "apply_generation"] {
        session.call(id, &[generation]).await;
    }
    // It takes seconds, and is under way when it is cancelled.
    let slow = json!({"prompt": "Wait", "provider": "demo", "model": "demo-slow"});
    let started = session.server.post("/workflows/generate", &slow).await.expect(StatusCode::ACCEPTED);
    session.call("cancel_generation", &[("generation_id", started["id"].as_str().unwrap())]).await;
}

async fn personas_and_providers(session: &mut Session<'_>) {
    let persona = session.call("create_persona", &[]).await["id"].as_str().unwrap().to_owned();
    for id in ["list_personas", "get_persona", "update_persona", "patch_persona", "delete_persona"] {
        session.call(id, &[("persona_id", &persona)]).await;
    }
    for id in ["list_models", "list_providers", "put_credential", "delete_credential"] {
        session.call(id, &[("provider", "openai")]).await;
    }
    session.call("check_credential", &[("provider", "demo")]).await;
}

async fn agents_and_mcp_servers(session: &mut Session<'_>) {
    let agent = session.call("create_agent", &[]).await["id"].as_str().unwrap().to_owned();
    for id in ["list_agents", "get_agent", "update_agent", "patch_agent", "list_agent_resources", "delete_agent"] {
        session.call(id, &[("agent_id", &agent)]).await;
    }
    let server = session.call("create_mcp_server", &[]).await["id"].as_str().unwrap().to_owned();
    for id in [
        "list_mcp_servers",
        "get_mcp_server",
        "update_mcp_server",
        "patch_mcp_server",
        "list_mcp_server_logs",
        "list_mcp_server_resources",
        "list_tool_resources",
        "delete_mcp_server",
    ] {
        session.call(id, &[("mcp_server_id", &server)]).await;
    }
    // A program that is not there: nothing is called.
    let transport = json!({"type": "stdio", "command": "sluice-has-no-such-program"});
    let absent = json!({"id": "absent", "name": "Absent", "transport": transport});
    session.server.post("/mcp-servers", &absent).await.expect(StatusCode::CREATED);
    for id in ["check_mcp_server", "list_mcp_server_tools"] {
        session.call(id, &[("mcp_server_id", "absent")]).await;
    }
}

#[test]
fn examples_of_answers_fit_their_schemas() {
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    let examples = document["components"]["examples"].as_object().unwrap();
    assert!(examples.len() > 20, "{}", examples.len());
    for (name, example) in examples {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        assert_fits(&document, &schema, &example["value"], name);
    }
}
