//! A second tenant at every route: it finds nothing of the first one's, and changes nothing of it.

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{App as WebApp, HttpRequest, test};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::EngineConfig;
use sluice_engine::providers::{NetworkPolicy, ProvidersConfig, Vault};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::TenantId;

use crate::auth::{Authenticate, Caller};
use crate::cli::open_engine;
use crate::error::ApiResult;
use crate::routes;
use crate::state::{App, AppConfig};

/// The header that names the tenant of a call.
const TENANT: &str = "x-tenant";
/// A word in all texts of the first tenant.
const SECRET: &str = "quokka";
/// The end of the word, which the hint of a key shows.
const PART_OF_SECRET: &str = "okka";

/// Takes the tenant from a header.
struct ByHeader;

impl Authenticate for ByHeader {
    fn caller(&self, request: &HttpRequest) -> ApiResult<Caller> {
        let tenant = request.headers().get(TENANT).unwrap().to_str().unwrap().parse().unwrap();
        Ok(Caller::new(tenant, "tester".into()))
    }
}

/// The expected answer of a route to the second tenant.
enum Case {
    /// 404: the address names a resource of the first tenant. With the body that the owner would send.
    NotFound(Value),
    /// An empty list.
    Empty,
    /// Resources of the second tenant, or shared ones. With the body.
    Own(Value),
}

/// The case of an operation. A new route needs one here.
fn case(operation: &str) -> Case {
    let step = json!({"id": "a", "label": "A", "type": "review"});
    let edited = json!({"name": "theirs", "definition": {"steps": [step]}});
    let persona = json!({"name": "theirs", "instructions": "x"});
    let absent = json!({"type": "stdio", "command": "sluice-has-no-such-program"});
    match operation {
        "GET /workflows"
        | "GET /workflows/executions"
        | "GET /workflows/executions/gates"
        | "GET /personas"
        | "GET /workflows/generate"
        | "GET /agents"
        | "GET /mcp-servers" => Case::Empty,
        "GET /models"
        | "GET /workflows/resources/agents"
        | "GET /workflows/resources/mcps"
        | "GET /workflows/resources/tools"
        | "GET /providers"
        | "GET /workflows/templates"
        | "GET /workflows/templates/categories"
        | "GET /workflows/step-templates"
        | "DELETE /providers/{provider}/credential"
        | "POST /providers/{provider}/credential/test" => Case::Own(Value::Null),
        "POST /workflows" => Case::Own(json!({"id": "own", "name": "own", "definition": {"steps": []}})),
        "POST /workflows/generate" => Case::Own(json!({"prompt": "Write about owls", "provider": "demo"})),
        // Of a generation of the first tenant.
        "POST /workflows/generate/apply" => Case::NotFound(json!({"generation_id": "{generation_id}"})),
        "POST /workflows/templates" => Case::Own(json!({"id": "mine", "name": "m", "definition": {"steps": []}})),
        "POST /personas" | "POST /agents" => Case::Own(json!({"id": "own", "name": "own", "instructions": "x"})),
        "POST /mcp-servers" => Case::Own(json!({"id": "own", "name": "own", "transport": absent})),
        "PUT /mcp-servers/{mcp_server_id}" => Case::NotFound(json!({"name": "theirs", "transport": absent})),
        // No key and no address, so that nothing is called.
        "PUT /providers/{provider}/credential" => Case::Own(json!({"default_model": "theirs"})),
        "PUT /agents/{agent_id}" | "PUT /personas/{persona_id}" => Case::NotFound(persona),
        "PUT /workflows/{workflow_id}" => Case::NotFound(edited),
        "PATCH /agents/{agent_id}"
        | "PATCH /mcp-servers/{mcp_server_id}"
        | "PATCH /personas/{persona_id}"
        | "PATCH /workflows/{workflow_id}" => Case::NotFound(json!({"name": "theirs"})),
        "POST /workflows/{workflow_id}/steps" | "PUT /workflows/{workflow_id}/steps/{step_id}" => {
            Case::NotFound(json!({"step": {"label": "Theirs", "type": "review"}}))
        }
        "POST /workflows/{workflow_id}/steps/reorder" => Case::NotFound(json!({"step_ids": []})),
        "POST /workflows/{workflow_id}/steps/{step_id}/connect" => Case::NotFound(json!({"target": null})),
        "PUT /workflows/{workflow_id}/canvas" => Case::NotFound(json!({"nodes": [{"id": "a", "x": 7, "y": 7}]})),
        "PUT /workflows/{workflow_id}/nodes/{node_id}/position" => Case::NotFound(json!({"x": 7, "y": 7})),
        "PATCH /workflows/executions/{execution_id}" => Case::NotFound(json!({"yolo": true})),
        "PATCH /workflows/executions/{execution_id}/steps/{step_path}" => Case::NotFound(json!({"prompt": "theirs"})),
        "PUT /workflows/executions/{execution_id}/steps/{step_path}/output" => {
            Case::NotFound(json!({"content": "theirs"}))
        }
        "POST /workflows/executions/{execution_id}/steps/{step_path}/review" => {
            Case::NotFound(json!({"decision": "approve"}))
        }
        _ => case_without_fields(operation),
    }
}

/// The same of operations whose requests have no fields that they need.
fn case_without_fields(operation: &str) -> Case {
    match operation {
        "GET /events/workflows/{workflow_id}"
        | "GET /agents/{agent_id}"
        | "DELETE /agents/{agent_id}"
        | "GET /mcp-servers/{mcp_server_id}"
        | "DELETE /mcp-servers/{mcp_server_id}"
        | "GET /mcp-servers/{mcp_server_id}/logs"
        | "GET /mcp-servers/{mcp_server_id}/tools"
        | "POST /mcp-servers/{mcp_server_id}/check"
        | "GET /personas/{persona_id}"
        | "DELETE /personas/{persona_id}"
        | "GET /workflows/generate/{generation_id}"
        | "GET /workflows/generate/{generation_id}/events"
        | "GET /workflows/executions/{execution_id}"
        | "DELETE /workflows/executions/{execution_id}"
        | "GET /workflows/executions/{execution_id}/definition"
        | "GET /workflows/executions/{execution_id}/events"
        | "GET /workflows/executions/{execution_id}/steps"
        | "GET /workflows/executions/{execution_id}/steps/{step_path}"
        | "GET /workflows/executions/{execution_id}/steps/{step_path}/output"
        | "GET /workflows/templates/{template_id}"
        | "DELETE /workflows/templates/{template_id}"
        | "GET /workflows/{workflow_id}"
        | "DELETE /workflows/{workflow_id}"
        | "GET /workflows/{workflow_id}/canvas"
        | "GET /workflows/{workflow_id}/executions"
        | "GET /workflows/{workflow_id}/stats"
        | "GET /workflows/{workflow_id}/steps/{step_id}"
        | "DELETE /workflows/{workflow_id}/steps/{step_id}"
        | "GET /workflows/{workflow_id}/versions"
        | "GET /workflows/{workflow_id}/versions/{version}"
        | "GET /workflows/{workflow_id}/versions/{version}/difference" => Case::NotFound(Value::Null),
        "POST /workflows/generate/{generation_id}/cancel"
        | "POST /workflows/executions/{execution_id}/cancel"
        | "POST /workflows/executions/{execution_id}/pause"
        | "POST /workflows/executions/{execution_id}/resume"
        | "POST /workflows/executions/{execution_id}/steps/{step_path}/retry"
        | "POST /workflows/executions/{execution_id}/steps/{step_path}/retry/plan"
        | "POST /workflows/templates/{template_id}/instantiate"
        | "POST /workflows/{workflow_id}/copy"
        | "POST /workflows/{workflow_id}/steps/{step_id}/move"
        | "POST /workflows/{workflow_id}/steps/{step_id}/try"
        | "POST /workflows/{workflow_id}/estimate"
        | "POST /workflows/{workflow_id}/executions"
        | "POST /workflows/{workflow_id}/validate"
        | "POST /workflows/{workflow_id}/versions/{version}/restore" => Case::NotFound(json!({})),
        other => panic!("{other} has no case: what does it answer a caller of another tenant?"),
    }
}

/// Every operation of the OpenAPI document, as method and path.
fn operations() -> Vec<(Method, String)> {
    let document = serde_json::to_value(routes::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, methods)| {
        let path = path.strip_prefix("/api/v1").unwrap();
        methods.as_object().unwrap().keys().map(|method| (method.to_uppercase().parse().unwrap(), path.to_owned()))
    });
    operations.collect()
}

/// The addresses of a path at the first tenant's resources.
fn addresses(path: &str, filled: &Filled) -> Vec<String> {
    let step = if path.ends_with("/review") { "r" } else { "a" };
    let path = path
        .replace("{version}", "1")
        .replace("{provider}", "openai")
        .replace("{step_path}", step)
        .replace("{step_id}", step)
        .replace("{node_id}", step);
    if path.starts_with("/workflows/executions/{execution_id}") {
        return filled.executions.iter().map(|id| path.replace("{execution_id}", id)).collect();
    }
    let path = path.replace("{generation_id}", &filled.generation);
    let path = path.replace("{agent_id}", "a").replace("{mcp_server_id}", "m");
    vec![path.replace("{persona_id}", "p").replace("{template_id}", "t").replace("{workflow_id}", "w")]
}

/// Calls a method of an address as a tenant, with a body unless it is null. Gives the status, and the body unless it is a
/// stream.
trait Call: AsyncFn(&'static str, Method, String, Value) -> (u16, String) {}
impl<T: AsyncFn(&'static str, Method, String, Value) -> (u16, String)> Call for T {}

/// The state over an engine with both tenants.
async fn app_on(database: &TestDatabase) -> App {
    let vault = Vault::from_passphrase("a passphrase for tests".into()).unwrap();
    let providers = ProvidersConfig { vault, server_keys: Vec::new(), network: NetworkPolicy::Anywhere };
    let engine =
        open_engine(database.config(), providers, EngineConfig { allow_stdio_mcp: true, ..EngineConfig::default() })
            .await
            .unwrap();
    let now = engine.outside().clock.now();
    engine.store().ensure_tenant(&TenantId::new("two").unwrap(), "Two", now).await.unwrap();
    let config = AppConfig {
        starts_per_minute: None,
        saves_per_minute: None,
        streams_per_caller: None,
        web_dir: None,
        database_file: None,
    };
    let mut app = App::new(engine, &config);
    app.authenticator = Box::new(ByHeader);
    app
}

/// What the first tenant has, by id.
struct Filled {
    /// One that waits at a gate, and one that has ended.
    executions: Vec<String>,
    /// One that has completed.
    generation: String,
}

impl Filled {
    /// A body that names the generation.
    fn in_body(&self, body: &Value) -> Value {
        serde_json::from_str(&body.to_string().replace("{generation_id}", &self.generation)).unwrap()
    }
}

/// Makes the first tenant's resources.
async fn fill(call: &impl Call) -> Filled {
    let post = async |address: &str, body: Value| -> Value {
        let (status, answer) = call("local", Method::POST, address.into(), body).await;
        assert!((200..300).contains(&status), "{address}: {status} {answer}");
        serde_json::from_str(&answer).unwrap()
    };
    let a = json!({"id": "a", "label": "A", "type": "llm", "provider": "demo", "model": "demo-echo", "prompt": SECRET});
    let r = json!({"id": "r", "label": "R", "type": "review"});
    let definition = json!({"steps": [a, r]});
    post("/workflows", json!({"id": "w", "name": SECRET, "definition": definition})).await;
    post("/workflows/templates", json!({"id": "t", "name": SECRET, "definition": definition})).await;
    post("/personas", json!({"id": "p", "name": SECRET, "instructions": SECRET})).await;
    let transport = json!({"type": "stdio", "command": "sluice-has-no-such-program", "env": {"TOKEN": SECRET}});
    post("/agents", json!({"id": "a", "name": SECRET, "instructions": SECRET})).await;
    post("/mcp-servers", json!({"id": "m", "name": SECRET, "description": SECRET, "transport": transport})).await;
    post("/mcp-servers/m/check", Value::Null).await;
    let key = json!({"api_key": "sk-quokka", "default_model": SECRET});
    let (status, answer) = call("local", Method::PUT, "/providers/openai/credential".into(), key).await;
    assert_eq!(status, 200, "{answer}");
    let mut executions = Vec::new();
    for yolo in [false, true] {
        let started = post("/workflows/w/executions?wait=30", json!({"yolo": yolo})).await;
        assert_eq!(started["status"], if yolo { "completed" } else { "paused" });
        executions.push(started["id"].as_str().unwrap().to_owned());
    }
    let asked = json!({"prompt": SECRET, "provider": "demo", "model": "demo-instant"});
    let generation = post("/workflows/generate?wait=30", asked).await["id"].as_str().unwrap().to_owned();
    Filled { executions, generation }
}

/// All that the first tenant can read.
async fn all_of_the_first(call: &impl Call, filled: &Filled) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (method, path) in operations().into_iter().filter(|(method, _)| method == Method::GET) {
        for address in addresses(&path, filled) {
            let (status, answer) = call("local", method.clone(), address.clone(), Value::Null).await;
            assert!(matches!(status, 200 | 204), "{address}: {status} {answer}");
            found.push((address, answer));
        }
    }
    found
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_tenant_finds_and_changes_nothing_of_the_first(#[future(awt)] database: TestDatabase) {
    let app = Data::new(app_on(&database).await);
    let web = WebApp::new().app_data(app).configure(routes::api);
    let service = test::init_service(web).await;
    let call = async |tenant: &'static str, method: Method, address: String, body: Value| {
        let request = test::TestRequest::with_uri(&format!("/api/v1{address}")).method(method);
        let request = request.insert_header((TENANT, tenant)).insert_header(("if-match", "\"1\""));
        let request = if body.is_null() { request } else { request.set_json(body) };
        let answer = test::call_service(&service, request.to_request()).await;
        let status = answer.status().as_u16();
        let media_type = answer.headers().get("content-type").map(|it| it.as_bytes().to_vec()).unwrap_or_default();
        let is_stream = media_type.starts_with(b"text/event-stream");
        let body = if is_stream { Vec::new() } else { test::read_body(answer).await.to_vec() };
        (status, String::from_utf8(body).unwrap())
    };
    let filled = fill(&call).await;
    let before = all_of_the_first(&call, &filled).await;
    for (method, path) in operations() {
        let case = case(&format!("{method} {path}"));
        for address in addresses(&path, &filled) {
            let body = match &case {
                Case::NotFound(body) | Case::Own(body) => body,
                Case::Empty => &Value::Null,
            };
            let (status, answer) = call("two", method.clone(), address.clone(), filled.in_body(body)).await;
            match case {
                Case::NotFound(_) => assert_eq!(status, 404, "{method} {address}: {answer}"),
                Case::Empty => {
                    assert_eq!(status, 200, "{method} {address}: {answer}");
                    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["items"], json!([]), "{address}");
                }
                Case::Own(_) => assert!(status < 500, "{method} {address}: {status} {answer}"),
            }
            assert!(!answer.contains(PART_OF_SECRET), "{method} {address}: {answer}");
        }
    }
    assert_eq!(all_of_the_first(&call, &filled).await, before);
    // The owner's calls are taken: it was not for another reason that they were refused.
    for (method, path) in operations().into_iter().filter(|(method, _)| method != Method::DELETE) {
        let Case::NotFound(body) = case(&format!("{method} {path}")) else { continue };
        for address in addresses(&path, &filled) {
            let (status, answer) = call("local", method.clone(), address.clone(), filled.in_body(&body)).await;
            assert!(matches!(status, 200..300 | 409 | 412), "{method} {address}: {status} {answer}");
        }
    }
}
