//! The OpenAPI document and the pages that the server serves.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sluice_testing::TestDatabase;
use sluice_types::ErrorCode;

use crate::generations::{asked, generate};
use crate::server::{Server, add_agent_and_mcp_server, step};

#[tokio::test(flavor = "multi_thread")]
async fn documentation_needs_no_internet() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let page = async |path: &str| {
        let answer = server.client.get(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    };
    let docs = page("/docs/").await;
    assert!(docs.contains("swagger-ui-bundle.js"));
    for needed in ["docs.css", "docs.js", "icon.svg", "swagger-ui-bundle.js", "theme.js"] {
        assert!(docs.contains(&format!("\"./{needed}\"")), "{needed}");
        assert!(!page(&format!("/docs/{needed}")).await.is_empty());
    }
    let style = page("/docs/docs.css").await;
    assert!(style.starts_with("@import url(\"./swagger-ui.css\")") && style.contains("--accent:"), "{style}");
    assert!(!page("/docs/swagger-ui.css").await.is_empty());
    let script = page("/docs/docs.js").await;
    for text in [&docs, &style, &script] {
        assert!(!text.contains("https://") && !text.contains("url(http"), "{text}");
    }
    assert!(script.contains("validatorUrl: null"), "Swagger UI sends the document to its own validator");
    assert_eq!(page("/docs/index.html").await, docs);
    assert!(page("/docs/errors/gate_open").await.starts_with("# gate_open"));
    assert!(page("/docs/errors/").await.contains("gate_open"));
    assert_eq!(page("/docs").await, docs);
    let older: Value = serde_json::from_str(&page("/openapi-3.0.json").await).unwrap();
    assert_eq!(older["openapi"], "3.0.3");
    let document: Value = serde_json::from_str(&page("/openapi.json").await).unwrap();
    assert_eq!(document["openapi"].as_str().map(|version| version.starts_with("3.1")), Some(true));
}

#[test]
fn every_operation_has_an_id_a_summary_a_description_its_errors_and_examples() {
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    let mut ids = std::collections::HashSet::new();
    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            count += 1;
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap_or_else(|| panic!("{name} has no id")).to_owned()),
                "{name}"
            );
            assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name} has no summary");
            // The page of the documentation shows summaries as plain text.
            assert!(!operation["summary"].as_str().unwrap_or_default().contains('`'), "{name} has code in its summary");
            assert!(operation["description"].as_str().is_some_and(|text| text.len() > 20), "{name} has no description");
            let codes = operation["x-error-codes"].as_array().unwrap_or_else(|| panic!("{name} names no errors"));
            for code in codes {
                assert!(ErrorCode::ALL.iter().any(|known| code == known.as_str()), "{name}: {code} is not a code");
            }
            assert!(operation["responses"]["default"].is_object(), "{name} has no errors");
            let listed =
                operation["responses"].as_object().unwrap().keys().filter(|status| status.starts_with(['4', '5']));
            assert_eq!(listed.count(), 0, "{name}: `default` stands for all errors");
            for (status, answer) in operation["responses"].as_object().unwrap() {
                for (kind, content) in answer["content"].as_object().into_iter().flatten() {
                    let has_example = !content["example"].is_null() || content["examples"].is_object();
                    assert!(has_example, "{name} {status} {kind} has no example");
                }
            }
            if let Some(body) = operation.get("requestBody") {
                assert!(body["content"]["application/json"]["example"].is_object(), "{name} has no example");
            }
        }
    }
    assert!(count > 40, "{count} operations");
}

/// A schema of the document as a document of its own.
fn schema_of(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    jsonschema::validator_for(&root).unwrap()
}

/// Each answer to a GET, and what it says when something failed or waits, fits the document: what it holds always is
/// required there.
#[tokio::test(flavor = "multi_thread")]
async fn answers_fit_the_document() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    let review = json!({"id": "r", "label": "R", "type": "review"});
    server.workflow("w", &[step("a", "demo-think", "x"), step("c", "demo-cut", "x"), review]).await;
    let execution = server.post("/workflows/w/executions", &json!({"input": {"topic": "tea"}})).await;
    let id = execution.expect(StatusCode::ACCEPTED)["id"].as_str().unwrap().to_owned();
    server.settled(&format!("/workflows/executions/{id}")).await;
    server.workflow("failing", &[step("a", "demo-refuse", "x")]).await;
    let failed = server.post("/workflows/failing/executions", &json!({})).await.expect(StatusCode::ACCEPTED);
    let failed = failed["id"].as_str().unwrap().to_owned();
    server.settled(&format!("/workflows/executions/{failed}")).await;
    let persona = json!({"id": "p", "name": "P", "instructions": "Be brief."});
    server.post("/personas", &persona).await.expect(StatusCode::CREATED);
    add_agent_and_mcp_server(&server).await;
    let generation = generate(&server, &asked("demo-instant")).await;
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        // An output is any JSON, or a text.
        if schema.is_null() || path.ends_with("/output") {
            continue;
        }
        let validator = schema_of(&document, schema);
        for execution in [&id, &failed] {
            let workflow = if execution == &id { "w" } else { "failing" };
            let parameters = [
                ("{agent_id}", "a"),
                ("{execution_id}", execution.as_str()),
                ("{generation_id}", generation["id"].as_str().unwrap()),
                ("{mcp_server_id}", "m"),
                ("{persona_id}", "p"),
                ("{step_id}", "a"),
                ("{step_path}", "a"),
                ("{template_id}", "deep-build-pipeline"),
                ("{version}", "1"),
                ("{workflow_id}", workflow),
            ];
            let address = path.trim_start_matches("/api/v1").to_owned();
            let address = parameters.iter().fold(address, |address, (name, value)| address.replace(name, value));
            let answer = server.get(&address).await.expect(StatusCode::OK);
            let faults: Vec<String> =
                validator.iter_errors(&answer).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(faults.is_empty(), "{address}: {faults:#?}");
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
    let problem = schema_of(&document, &json!({"$ref": "#/components/schemas/Problem"}));
    let refused = server.get("/workflows/nobody").await.expect(StatusCode::NOT_FOUND);
    assert!(problem.is_valid(&refused), "{refused}");
}

#[test]
fn enums_that_grow_are_open_and_what_answers_hold_is_required() {
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    let schemas = &document["components"]["schemas"];
    assert!(schemas["ErrorCode"]["enum"].is_null());
    assert!(schemas["ErrorCode"]["description"].as_str().unwrap().contains("`gate_open`"));
    assert!(schemas["ExecutionStatus"]["enum"].is_array(), "the statuses stay closed");
    let required = |name: &str, field: &str| schemas[name]["required"].as_array().unwrap().iter().any(|it| it == field);
    assert!(required("WorkflowPage", "next_cursor") && required("StepRun", "gate"));
    assert!(!required("StepRun", "revision"), "it is left out when it is empty");
    assert!(!required("CreateWorkflow", "category"), "requests are as they were");
    for name in ["Definition", "LlmStep", "ReviewStep", "Fallback"] {
        assert!(!schemas[name]["properties"].to_string().contains("null"), "{name}");
    }
}

/// The client that openapi-generator makes for Java cannot read a union that is `null`.
#[test]
fn answers_leave_out_a_union_that_they_do_not_have() {
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let is_union = |part: &Value| {
        let name = part["$ref"].as_str().and_then(|it| it.rsplit('/').next());
        name.is_some_and(|name| schemas[name]["oneOf"].is_array())
    };
    let mut unions = 0;
    for (name, schema) in schemas {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            if property["oneOf"].as_array().is_some_and(|parts| parts.iter().any(is_union)) {
                unions += 1;
                let required = schema["required"].as_array().is_some_and(|names| names.iter().any(|it| it == field));
                assert!(!required, "{name}: {field}");
            }
        }
    }
    assert!(unions >= 2, "{unions}");
}

/// Clients refuse fields that they do not know in a schema that says it is closed: an answer could never get one more.
#[test]
fn no_schema_of_an_answer_is_closed() {
    let document: Value = serde_json::to_value(sluice_api::document()).unwrap();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let answers = operations.map(|operation| &operation["responses"]);
    let mut open: Vec<String> = answers.flat_map(references).collect();
    let mut seen = std::collections::HashSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let schema = &document["components"]["schemas"][&name];
        assert!(schema.is_object(), "there is no schema {name}");
        assert_ne!(schema["additionalProperties"], json!(false), "{name} stands in an answer and is closed");
        open.extend(references(schema));
    }
    assert!(seen.contains("LlmStep") && seen.len() > 40, "{seen:?}");
}

/// The names of the schemas that a part of the document refers to.
fn references(part: &Value) -> Vec<String> {
    match part {
        Value::Object(fields) => {
            let own =
                fields.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/components/schemas/"));
            own.map(str::to_owned).into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
