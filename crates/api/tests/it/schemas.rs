//! Rules that every schema of the document keeps, so that clients can be generated from it.

use serde_json::{Map, Value, json};
use sluice_testing::TestDatabase;
use sluice_types::limits::{
    MAX_AGENT_TOOLS, MAX_CREDENTIAL_CHARS, MAX_DESCRIPTION_CHARS, MAX_FALLBACKS, MAX_MCP_ARGS, MAX_MCP_SECRET_CHARS,
    MAX_NAME_CHARS, MAX_RETRIES, MAX_STEPS, MAX_TEMPERATURE, MAX_TIMEOUT_SECONDS, MAX_TURNS,
};

use crate::server::{Server, step};

fn document() -> Value {
    serde_json::to_value(sluice_api::document()).unwrap()
}

fn schemas(document: &Value) -> &Map<String, Value> {
    document["components"]["schemas"].as_object().unwrap()
}

/// Operations with their methods and addresses.
fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

/// Places without limits in a schema, with the schemas that it refers to.
struct Unlimited<'d> {
    schemas: &'d Map<String, Value>,
    seen: Vec<String>,
    found: Vec<String>,
}

/// Fields and parameters that need no limit.
const WITHOUT_LIMIT: [&str; 4] = [
    // Accepted and ignored.
    "CreateWorkflow/input",
    "Workflow/created_by",
    "TemplateInput/",
    // What a tag does not match has no effect.
    "If-None-Match",
];

impl Unlimited<'_> {
    fn look(&mut self, place: &str, schema: &Value) {
        if schema.is_null() || WITHOUT_LIMIT.iter().any(|known| place.contains(known)) {
            return;
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
            if !self.seen.iter().any(|seen| seen == name) {
                self.seen.push(name.to_owned());
                self.look(&format!("{name}/"), &self.schemas[name]);
            }
            return;
        }
        let has = |keys: &[&str]| keys.iter().any(|key| !schema[*key].is_null());
        let is = |kind: &str| match &schema["type"] {
            Value::Array(kinds) => kinds.iter().any(|one| one == kind),
            one => one == kind,
        };
        let limited = match schema {
            _ if is("string") => has(&["maxLength", "enum", "format", "pattern", "const"]),
            _ if is("array") => has(&["maxItems"]),
            // The format is a limit of numbers that only count.
            _ if is("integer") => has(&["minimum"]) && (has(&["maximum"]) || schema["format"] == "int64"),
            _ if is("number") => has(&["minimum"]),
            _ => true,
        };
        if !limited {
            self.found.push(format!("{place}: {schema}"));
        }
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            self.look(&format!("{place}{field}"), property);
        }
        for part in ["items", "additionalProperties"] {
            self.look(&format!("{place}/{part}"), &schema[part]);
        }
        for union in ["oneOf", "anyOf", "allOf"] {
            schema[union].as_array().into_iter().flatten().for_each(|one| self.look(place, one));
        }
    }
}

#[test]
fn each_value_of_a_request_has_its_limits() {
    let document = document();
    let mut unlimited = Unlimited { schemas: schemas(&document), seen: Vec::new(), found: Vec::new() };
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = format!("{name} {}", parameter["name"].as_str().unwrap());
            unlimited.look(&name, &parameter["schema"]);
        }
        for content in operation["requestBody"]["content"].as_object().into_iter().flat_map(Map::values) {
            unlimited.look(&name, &content["schema"]);
        }
    }
    assert!(unlimited.seen.len() > 20, "{:?}", unlimited.seen);
    assert!(unlimited.found.is_empty(), "{:#?}", unlimited.found);
}

/// Keywords of Python, and names that its generators rename or shadow.
const RENAMED: [&str; 18] = [
    "and",
    "as",
    "async",
    "class",
    "copy",
    "def",
    "dict",
    "from",
    "global",
    "import",
    "in",
    "is",
    "json",
    "lambda",
    "model_config",
    "schema",
    "self",
    "validate",
];

#[test]
fn names_pass_through_generators() {
    let document = document();
    for (name, schema) in schemas(&document) {
        // Go leaves out files whose names end so.
        assert!(!name.ends_with("Test"), "{name}");
        for field in schema["properties"].as_object().into_iter().flat_map(Map::keys) {
            assert!(!RENAMED.contains(&field.as_str()) && !field.starts_with('_'), "{name}.{field}");
        }
    }
    for (name, operation) in operations(&document) {
        // pytest collects files whose names begin so.
        assert!(!operation["operationId"].as_str().unwrap().starts_with("test"), "{name}");
    }
    assert!(!document.to_string().contains("writeOnly") && !document.to_string().contains("readOnly"));
}

/// Generators make an object without fields of a schema with neither, and a type for each enum without a name.
#[test]
fn objects_declare_their_fields_or_values_and_enums_of_lists_have_names() {
    let document = document();
    for (name, schema) in schemas(&document) {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_object = property["type"].to_string().contains("\"object\"");
            let declares = ["properties", "additionalProperties"].iter().any(|part| !property[*part].is_null());
            assert!(!is_object || declares, "{name}.{field}: {property}");
        }
    }
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["schema"]["items"]["enum"].is_null(), "{name}: {parameter}");
        }
    }
}

/// utoipa writes several extensions in another order with each start: the committed document and its tag would change.
#[test]
fn an_operation_has_one_extension() {
    for (name, operation) in operations(&document()) {
        let extensions = operation.as_object().unwrap().keys().filter(|key| key.starts_with("x-"));
        assert_eq!(extensions.count(), 1, "{name}");
    }
}

/// The verbs of request bodies: what an operation does.
const VERBS: [&str; 18] = [
    "Apply",
    "Connect",
    "Copy",
    "Create",
    "Decide",
    "Estimate",
    "Generate",
    "Insert",
    "Instantiate",
    "Move",
    "Override",
    "Patch",
    "Reorder",
    "Replace",
    "Start",
    "Try",
    "Update",
    "Validate",
];

#[test]
fn bodies_are_named_by_what_they_do_and_lists_are_pages() {
    let document = document();
    let named = |schema: &Value| schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()).map(str::to_owned);
    for (operation_name, operation) in operations(&document) {
        if let Some(body) = named(&operation["requestBody"]["content"]["application/json"]["schema"]) {
            assert!(VERBS.iter().any(|verb| body.starts_with(verb)), "{operation_name}: {body}");
        }
        if operation["operationId"].as_str().unwrap().starts_with("list_") {
            let page = named(&operation["responses"]["200"]["content"]["application/json"]["schema"]).unwrap();
            assert!(page.ends_with("Page"), "{operation_name}: {page}");
        }
    }
    for (name, schema) in schemas(&document) {
        if name.ends_with("Page") {
            let required = schema["required"].as_array().unwrap();
            assert!(["items", "next_cursor"].iter().all(|field| required.iter().any(|it| it == field)), "{name}");
        }
    }
}

/// Bodies at their limits and past them: the schema says what the server says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_refuses_what_the_schema_refuses() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-instant", "x")]).await;
    let document = document();
    let long = |chars: usize| "x".repeat(chars);
    let own = |fields: Value| {
        let mut step = step("a", "demo-echo", "x");
        step.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({"name": "n", "definition": {"steps": [step]}})
    };
    let review = |fields: Value| {
        let mut body = own(fields);
        let step = body["definition"]["steps"][0].as_object_mut().unwrap();
        for field in ["prompt", "provider", "model"] {
            step.shift_remove(field);
        }
        step.insert("type".into(), "review".into());
        body
    };
    let fallbacks = |count: usize| json!({"fallbacks": vec![json!({"model": "demo"}); count]});
    let workflows = [
        own(json!({"prompt": ""})),
        own(json!({"label": ""})),
        own(json!({"label": " "})),
        own(json!({"label": "a{b"})),
        own(json!({"label": long(MAX_NAME_CHARS)})),
        own(json!({"label": long(MAX_NAME_CHARS + 1)})),
        own(json!({"provider": long(MAX_NAME_CHARS + 1)})),
        own(json!({"model": long(MAX_NAME_CHARS + 1)})),
        own(json!({"max_retries": MAX_RETRIES})),
        own(json!({"max_retries": MAX_RETRIES + 1})),
        own(json!({"timeout": 0})),
        own(json!({"idle_timeout": MAX_TIMEOUT_SECONDS, "timeout": MAX_TIMEOUT_SECONDS})),
        own(json!({"idle_timeout": 0})),
        own(json!({"max_tokens": 0})),
        own(json!({"temperature": MAX_TEMPERATURE})),
        own(json!({"temperature": MAX_TEMPERATURE + 0.1})),
        own(fallbacks(MAX_FALLBACKS)),
        own(fallbacks(MAX_FALLBACKS + 1)),
        review(json!({"expires_in": 0})),
        review(json!({"expires_in": 1})),
        review(json!({"shows": vec!["a"; MAX_STEPS + 1]})),
        json!({"name": " ", "definition": {"steps": []}}),
        json!({"name": "n", "tags": [""], "definition": {"steps": []}}),
        json!({"name": "n", "id": "1", "definition": {"steps": []}}),
    ];
    let workflows = workflows.map(|body| ("/workflows", "CreateWorkflow", body));
    let others = [
        ("/workflows/w/executions", "StartExecution", json!({"budget_usd": -0.5})),
        ("/workflows/w/executions", "StartExecution", json!({"budget_usd": 0.0})),
        ("/workflows/w/executions", "StartExecution", json!({"triggered_by": ""})),
        ("/workflows/w/steps/a/try", "TryStep", json!({"budget_usd": -0.5})),
        ("/workflows/w/steps/a/try", "TryStep", json!({"triggered_by": ""})),
        ("/workflows/w/steps/a/try", "TryStep", json!({"outputs": {"a": 1}, "item": null})),
        ("/workflows/w/copy", "CopyWorkflow", json!({"name": long(MAX_NAME_CHARS + 1)})),
        ("/personas", "CreatePersona", json!({"name": "", "instructions": "x"})),
        ("/personas", "CreatePersona", json!({"name": "n", "instructions": long(MAX_DESCRIPTION_CHARS + 1)})),
    ];
    refuses_alike(&server, &document, workflows.into_iter().chain(others)).await;
}

/// Compares the server's answer to each body with the schema.
async fn refuses_alike(
    server: &Server,
    document: &Value,
    bodies: impl IntoIterator<Item = (&'static str, &'static str, Value)>,
) {
    for (path, schema, body) in bodies {
        let root = json!({"$ref": format!("#/components/schemas/{schema}"), "components": document["components"]});
        let fits = jsonschema::is_valid(&root, &body);
        let answer = server.post(path, &body).await;
        assert_eq!(answer.status.is_success(), fits, "{path} {}: {}", answer.status, answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_refuses_agents_and_mcp_servers_that_the_schema_refuses() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let document = document();
    let long = |chars: usize| "x".repeat(chars);
    let agent = |fields: Value| {
        let mut body = json!({"name": "n", "instructions": "x"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        ("/agents", "CreateAgent", body)
    };
    let mcp_server =
        |transport: Value| ("/mcp-servers", "CreateMcpServer", json!({"name": long(9), "transport": transport}));
    let bodies = [
        agent(json!({"name": ""})),
        agent(json!({"max_turns": 0})),
        agent(json!({"max_turns": MAX_TURNS})),
        agent(json!({"id": "b", "max_turns": MAX_TURNS + 1})),
        agent(json!({"id": "b", "tools": vec!["files:a"; MAX_AGENT_TOOLS + 1]})),
        agent(json!({"id": "b", "tools": ["plain"]})),
        agent(json!({"id": "b", "approve": "perhaps"})),
        agent(json!({"id": "b", "temperature": MAX_TEMPERATURE + 0.1})),
        mcp_server(json!({"type": "stdio", "command": ""})),
        mcp_server(json!({"type": "stdio", "command": "x", "args": vec!["a"; MAX_MCP_ARGS + 1]})),
        mcp_server(json!({"type": "stdio", "command": "x", "env": {"A": long(MAX_MCP_SECRET_CHARS + 1)}})),
        mcp_server(json!({"type": "stdio", "command": "x", "url": "http://127.0.0.1:9"})),
        mcp_server(json!({"type": "http", "url": long(MAX_CREDENTIAL_CHARS + 1)})),
        mcp_server(json!({"type": "carrier-pigeon"})),
        mcp_server(json!({"type": "stdio", "command": "x", "args": vec!["a"; MAX_MCP_ARGS]})),
    ];
    refuses_alike(&server, &document, bodies).await;
}
