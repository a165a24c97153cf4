//! Input of every wrong kind: a clear problem with a code, and nothing half-written.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{
    MAX_BODY_BYTES, MAX_NAME_CHARS, MAX_PAGE, MAX_PROMPT_BYTES, MAX_SEARCH_CHARS, MAX_STEPS, MAX_TAG_CHARS, MAX_TAGS,
    MAX_WAIT_SECONDS,
};

use crate::server::{Answer, Server, step};

fn workflow(steps: &[Value]) -> Value {
    json!({"name": "x", "definition": {"steps": steps}})
}

/// The head of a request that creates a workflow.
fn head(address: impl std::fmt::Display, length: usize) -> String {
    format!(
        "POST /api/v1/workflows HTTP/1.1\r\nhost: {address}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

async fn send(server: &Server, body: String) -> Answer {
    let request = server.request(Method::POST, "/workflows").header("content-type", "application/json").body(body);
    Answer::of(request.send().await.unwrap()).await
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_the_wrong_form(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    assert!(send(&server, "{\"name\": \"x\"".into()).await.problem(400, "invalid_json").contains("is incomplete"));
    assert!(send(&server, "{\"name\": x}".into()).await.problem(400, "invalid_json").contains("is not JSON"));
    let deep = format!(
        "{{\"name\": \"x\", \"definition\": {{\"steps\": [], \"context\": {{\"a\": {}1{}}}}}}}",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    assert!(send(&server, deep).await.problem(400, "invalid_json").contains("127 levels"));
    let unknown_field = "{\"name\": \"x\", \"nme\": 1}".to_owned();
    assert!(send(&server, unknown_field).await.problem(422, "invalid_request").contains("Unknown field `nme`"));
    let wrong_type = workflow(&[json!({"label": "A", "type": "llm", "prompt": 7})]).to_string();
    assert!(send(&server, wrong_type).await.problem(422, "invalid_request").contains("/definition/steps/0/prompt"));
    let unknown_type = workflow(&[json!({"label": "A", "type": "dance"})]).to_string();
    assert!(send(&server, unknown_type).await.problem(422, "invalid_request").contains("/definition/steps/0/type"));
    let with_nul = "{\"name\": \"a\\u0000b\", \"definition\": {\"steps\": []}}".to_owned();
    send(&server, with_nul).await.problem(422, "invalid_request");
    let form = server.request(Method::POST, "/workflows").body("name=x").send().await.unwrap();
    Answer::of(form).await.problem(415, "unsupported_media_type");
    // A chunked body declares no length: it is counted as it comes.
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(MAX_BODY_BYTES));
    send(&server, long).await.problem(413, "body_too_large");
    assert_eq!(server.get("/workflows").await.expect(StatusCode::OK)["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spellings_that_clients_and_proxies_use() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let body = "\u{feff}{\"id\": \"w\", \"name\": \"x\", \"definition\": {\"steps\": [
        {\"label\": \"A\", \"type\": \"llm\", \"prompt\": \"x\", \"provider\": \"demo\", \"model\": \"demo-echo\", \"max_retries\": 1.0}]}}";
    let request = server.request(Method::POST, "/workflows").header("content-type", "APPLICATION/JSON; Charset=UTF-8");
    let saved = Answer::of(request.body(body).send().await.unwrap()).await.expect(StatusCode::CREATED);
    assert_eq!(saved["definition"]["steps"][0]["max_retries"].to_string(), "1");
    let tags = ["W/\"1\"", "\"2-gzip\"", "W/\"3--gzip\"", "\"4-br\"", "5", "*"];
    for tag in tags {
        let changed = json!({"name": tag, "definition": saved["definition"]});
        server.put("/workflows/w", tag, &changed).await.expect(StatusCode::OK);
    }
    for tag in ["\"7-x\"", "\"gzip\""] {
        server.put("/workflows/w", tag, &saved).await.problem(400, "invalid_header");
    }
    server.put("/workflows/w", "\"6-gzip\"", &saved).await.problem(409, "version_conflict");
    let request = server.request(Method::POST, "/workflows/w/copy").body("\u{feff}\r\n");
    Answer::of(request.send().await.unwrap()).await.expect(StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_stands_twice() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let in_a_step =
        "{\"name\": \"x\", \"definition\": {\"steps\": [{\"label\": \"A\", \"label\": \"B\", \"type\": \"review\"}]}}";
    let refused = send(&server, in_a_step.into()).await.problem(422, "invalid_request");
    assert!(refused.contains("At `/definition/steps/0`: Duplicate field `label`"), "{refused}");
    let at_the_top = "{\"name\": \"x\", \"name\": \"y\", \"definition\": {\"steps\": []}}";
    assert!(send(&server, at_the_top.into()).await.problem(422, "invalid_request").contains("Duplicate field `name`"));
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let start = server.request(Method::POST, "/workflows/w/executions").header("content-type", "application/json");
    let in_the_input = start.body("{\"input\": {\"a\": {\"b\": 1, \"b\": 1}}}").send().await.unwrap();
    assert!(Answer::of(in_the_input).await.problem(422, "invalid_request").contains("/input/a"));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_stops_half_way(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let address = server.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "{}{{\"name\": \"x\"", head(address, 500)).unwrap();
    connection.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    // The server may close at once or say why first; it must neither hang nor write anything.
    let _ = connection.read_to_string(&mut answer);
    assert!(answer.is_empty() || answer.contains("invalid_json"), "{answer}");
    assert_eq!(server.get("/workflows").await.expect(StatusCode::OK)["items"], json!([]));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_carried_out_though_its_client_sends_no_more(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let address = server.address();
    let body = workflow(&[step("a", "demo-echo", "x")]).to_string();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "{}{body}", head(address, body.len())).unwrap();
    connection.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_at_the_limit_and_one_past_it(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let named = |name: &str| json!({"name": name, "definition": {"steps": []}});
    server.post("/workflows", &named(&"ä".repeat(MAX_NAME_CHARS))).await.expect(StatusCode::CREATED);
    server.post("/workflows", &named(&"ä".repeat(MAX_NAME_CHARS + 1))).await.problem(422, "invalid_request");
    server.post("/workflows", &named(" ")).await.problem(422, "invalid_request");
    let tagged = |count: usize| {
        let tags: Vec<_> = (0..count).map(|n| format!("t{n}")).collect();
        json!({"name": "x", "definition": {"steps": []}, "tags": tags})
    };
    server.post("/workflows", &tagged(MAX_TAGS)).await.expect(StatusCode::CREATED);
    server.post("/workflows", &tagged(MAX_TAGS + 1)).await.problem(422, "invalid_request");
    let steps =
        |count: usize| workflow(&(0..count).map(|n| step(&format!("s{n}"), "demo-echo", "x")).collect::<Vec<_>>());
    server.post("/workflows", &steps(MAX_STEPS)).await.expect(StatusCode::CREATED);
    for count in [MAX_STEPS + 1, 10_000] {
        let refused = server.post("/workflows", &steps(count)).await;
        assert!(refused.problem(422, "invalid_definition").contains("too_many_steps"));
    }
    let prompt = |bytes: usize| workflow(&[step("a", "demo-echo", &"x".repeat(bytes))]);
    server.post("/workflows", &prompt(MAX_PROMPT_BYTES)).await.expect(StatusCode::CREATED);
    let refused = server.post("/workflows", &prompt(MAX_PROMPT_BYTES + 1)).await;
    assert!(refused.problem(422, "invalid_definition").contains("prompt_too_long"));
    let refused = server.post("/workflows", &prompt(2 * 1024 * 1024)).await;
    assert!(refused.problem(422, "invalid_definition").contains("/definition/steps/0/prompt"));
    server.get(&format!("/workflows?limit={MAX_PAGE}")).await.expect(StatusCode::OK);
    for limit in [0, MAX_PAGE + 1] {
        server.get(&format!("/workflows?limit={limit}")).await.problem(400, "invalid_query");
    }
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    server.post(&format!("/workflows/w/executions?wait={MAX_WAIT_SECONDS}"), &json!({})).await.expect(StatusCode::OK);
    let too_long = format!("/workflows/w/executions?wait={}", MAX_WAIT_SECONDS + 1);
    server.post(&too_long, &json!({})).await.problem(400, "invalid_query");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn short_texts_have_the_limit_of_a_name(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let (longest, too_long) = ("ä".repeat(MAX_NAME_CHARS), "ä".repeat(MAX_NAME_CHARS + 1));
    let with = |name: &str, category: &str| {
        let steps = [step("a", "demo-echo", "x")];
        json!({"name": name, "category": category, "definition": {"steps": steps}})
    };
    let mut saved = server.post("/workflows", &with(&longest, &longest)).await.expect(StatusCode::CREATED);
    let address = format!("/workflows/{}", saved["id"].as_str().unwrap());
    let refused = server.post("/workflows", &with("x", &too_long)).await;
    assert!(refused.problem(422, "invalid_request").contains("/category"));
    let refused = server.put(&address, "\"1\"", &with("x", &too_long)).await;
    assert!(refused.problem(422, "invalid_request").contains("/category"));
    for labels in [
        json!({&too_long: "B"}),
        json!({"A": &too_long}),
        (0..=MAX_STEPS).map(|n| (format!("L{n}"), json!("B"))).collect(),
    ] {
        saved["renamed_labels"] = labels;
        let refused = server.put(&address, "\"1\"", &saved).await;
        assert!(refused.problem(422, "invalid_request").contains("/renamed_labels"));
    }
    // The name of a copy that names none is cut.
    let copy = server.post(&format!("{address}/copy"), &json!({})).await.expect(StatusCode::CREATED);
    assert_eq!(copy["name"].as_str().unwrap().chars().count(), MAX_NAME_CHARS);
    let started = server.post(&format!("{address}/executions?wait=20"), &json!({})).await.expect(StatusCode::OK);
    let run = format!("/workflows/executions/{}/steps/a", started["id"].as_str().unwrap());
    for change in [
        json!({"model": &too_long}),
        json!({"provider": &too_long}),
        json!({"reasoning": "hard"}),
        json!({"on_truncated": "perhaps"}),
        json!({"max_tokens": -1}),
    ] {
        server.patch(&run, &change).await.problem(422, "invalid_request");
        server.post(&format!("{run}/retry"), &change).await.problem(422, "invalid_request");
        server.post(&format!("{run}/retry/plan"), &change).await.problem(422, "invalid_request");
    }
    for field in ["max_tokens", "timeout", "idle_timeout"] {
        let refused = server.post(&format!("{run}/retry"), &json!({field: 0})).await;
        assert!(refused.problem(422, "invalid_definition").contains(&format!("/{field}")));
    }
    let refused = server.post(&format!("{address}/executions"), &json!({"triggered_by": &too_long})).await;
    refused.problem(422, "invalid_request");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_and_cursors_that_a_database_does_not_take(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let search = async |words: &str| server.get(&format!("/workflows?search={words}")).await;
    search(&"ä".repeat(MAX_SEARCH_CHARS)).await.expect(StatusCode::OK);
    for count in [MAX_SEARCH_CHARS + 1, 60_000] {
        assert!(search(&"x".repeat(count)).await.problem(400, "invalid_query").contains("`search`"));
    }
    for (name, most) in [("tag", MAX_TAG_CHARS), ("category", MAX_NAME_CHARS)] {
        let filtered = async |chars: usize| server.get(&format!("/workflows?{name}={}", "x".repeat(chars))).await;
        filtered(most).await.expect(StatusCode::OK);
        assert!(filtered(most + 1).await.problem(400, "invalid_query").contains(name));
    }
    let starter = format!("/workflows/executions?triggered_by={}", "x".repeat(MAX_NAME_CHARS + 1));
    server.get(&starter).await.problem(400, "invalid_query");
    search("a%00b").await.problem(400, "invalid_query");
    for (key, id) in [("a\0b", "a"), ("a", "a\0b")] {
        let cursor = |sort: &str| sluice_store::Cursor { sort: sort.into(), key: key.into(), id: id.into() }.encode();
        server.get(&format!("/workflows?sort=name&cursor={}", cursor("name"))).await.problem(400, "invalid_cursor");
        server.get(&format!("/workflows/templates?cursor={}", cursor("name"))).await.problem(400, "invalid_cursor");
        server
            .get(&format!("/workflows/executions?cursor={}", cursor("-created_at")))
            .await
            .problem(400, "invalid_cursor");
        server.get(&format!("/personas?cursor={}", cursor("id"))).await.problem(400, "invalid_cursor");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn definitions_that_cannot_run(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let twice =
        workflow(&[step("a", "demo-echo", "x"), json!({"id": "b", "label": "A", "type": "llm", "prompt": "x"})]);
    assert!(server.post("/workflows", &twice).await.problem(422, "invalid_definition").contains("duplicate_label"));
    let labels = ["翻译", "润色"].map(|label| json!({"label": label, "type": "llm", "prompt": "x"}));
    let made = server.post("/workflows", &workflow(&labels)).await.expect(StatusCode::CREATED);
    let steps = &made["definition"]["steps"];
    assert_eq!((&steps[0]["id"], &steps[1]["id"]), (&json!("step"), &json!("step-2")));
    // Work that is not finished can be saved, but not be started.
    for (id, prompt, code) in [
        ("label", "{{steps.Nobody.content}}", "unknown_reference"),
        ("later", "{{steps.B.content}}", "forward_reference"),
        ("field", "{{input.topic}} {{nothing}}", "unknown_name"),
        ("syntax", "{{steps.", "template_syntax"),
        // Of six gigabytes, with a dozen instructions.
        (
            "memory",
            "{% set a = 'x' * 100000000 %}{% set b = a~a~a~a~a~a~a~a %}{{ b~b~b~b~b~b~b~b }}",
            "template_refused",
        ),
    ] {
        server.workflow(id, &[step("a", "demo-echo", prompt), step("b", "demo-echo", "x")]).await;
        let report = server.post(&format!("/workflows/{id}/validate"), &json!({})).await.expect(StatusCode::OK);
        assert_eq!((&report["valid"], &report["findings"][0]["code"]), (&json!(false), &json!(code)));
        let refused = server.post(&format!("/workflows/{id}/executions"), &json!({"input": {"topic": "x"}})).await;
        assert!(refused.problem(422, "invalid_definition").contains("/definition/steps/0/prompt"));
    }
    for (id, provider, model, expected) in [
        ("provider", "nobody", "x", "invalid_definition"),
        ("model", "demo", "demo-9", "invalid_definition"),
        ("keyless", "anthropic", "claude-sonnet-5-5", "provider_not_available"),
    ] {
        let mut wrong = step("a", model, "x");
        wrong["provider"] = json!(provider);
        server.workflow(id, &[wrong]).await;
        let refused = server.post(&format!("/workflows/{id}/executions"), &json!({})).await.problem(422, expected);
        assert!(refused.contains("/definition/steps/0/"), "{refused}");
    }
    server.workflow("input", &[step("a", "demo-echo", "{{input.topic}}")]).await;
    server.post("/workflows/input/executions", &json!({})).await.problem(422, "invalid_input");
    server.post("/workflows/input/executions", &json!({"input": [1]})).await.problem(422, "invalid_input");
    let no_budget = json!({"input": {"topic": "x"}, "budget_usd": -1});
    server.post("/workflows/input/executions", &no_budget).await.problem(422, "invalid_request");
    assert_eq!(server.get("/workflows/executions").await.expect(StatusCode::OK)["items"], json!([]));
}

/// Words of Rust, serde and chrono that say nothing to a client.
const WORDS_OF_RUST: [&str; 11] =
    ["u32", "i64", "f64", "variant", "digit", "a map", "sequence", "struct", "floating", "premature", "can not parse"];

#[track_caller]
fn is_plain(refusal: &str) {
    for word in WORDS_OF_RUST {
        assert!(!refusal.contains(word), "`{word}` is in {refusal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_parameter_is_named() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    for (address, parameter, message) in [
        ("/workflows?limit=ten", "limit", "An integer is expected"),
        ("/workflows?limit=0", "limit", "From 1 to 200"),
        ("/workflows?limit=1&limit=2", "limit", "twice"),
        ("/workflows?is_template=1", "is_template", "`true` or `false`"),
        ("/workflows?sort=size", "sort", "-updated_at"),
        ("/workflows?colour=red", "colour", "Unknown field"),
        ("/workflows?search=a%00b", "search", "U+0000"),
        ("/workflows?status=done", "status", "pending, running"),
        ("/workflows?include=everything", "include", "recent_executions"),
        ("/workflows?tag=0&tag=1&tag=2&tag=3&tag=4&tag=5&tag=6&tag=7&tag=8&tag=9&tag=10", "tag", "At most 10 tags"),
        ("/workflows/executions?created_after=yesterday", "created_after", "2026-01-31T12:00:00Z"),
        ("/workflows/executions?status=done", "status", "pending, running"),
        ("/workflows/executions?sort=size", "sort", "created_at"),
        ("/workflows/executions?workflow_version=1", "workflow_version", "`workflow_id`"),
        ("/events/workflows/w?after=-1", "after", "the last event"),
        // No parameter is passed over.
        ("/workflows/w?pretty=1", "pretty", "takes no query parameters"),
        ("/workflows/w/stats?", "", ""),
        ("/workflows/w/stats?days=366", "", ""),
        ("/workflows/w/stats?days=0", "days", "from 1 to 366"),
        ("/workflows/w/stats?days=367", "days", "from 1 to 366"),
        ("/workflows/w/stats?days=week", "days", "An integer is expected"),
        ("/workflows/w/versions/1/difference?against=first", "against", "An integer is expected"),
        ("/workflows/templates?colour=red", "colour", "Unknown field"),
    ] {
        let answer = server.get(address).await;
        if parameter.is_empty() {
            answer.expect(StatusCode::OK);
            continue;
        }
        assert_eq!(answer.body["errors"][0]["parameter"], parameter, "{address}: {:#}", answer.body);
        let refused = answer.problem(400, "invalid_query");
        assert!(refused.contains(message), "{address}: {refused}");
        is_plain(&refused);
    }
    let cursor = server.get("/workflows?cursor=garbage").await;
    assert_eq!(cursor.body["errors"][0]["parameter"], "cursor");
    cursor.problem(400, "invalid_cursor");
    server.post("/workflows/w/copy?name=x", &json!({})).await.problem(400, "invalid_query");
    is_plain(&server.get("/workflows/w/versions/first").await.problem(400, "invalid_path"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_types_are_told_in_the_words_of_json() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    server.workflow("w", &[step("a", "demo-echo", "{{input.n}}")]).await;
    for (address, body, pointer) in [
        ("/workflows", json!({"name": {}, "definition": {"steps": []}}), "/name"),
        ("/workflows", json!({"name": "x", "tags": {}, "definition": {"steps": []}}), "/tags"),
        ("/workflows", json!({"name": "x", "is_template": 1.5, "definition": {"steps": []}}), "/is_template"),
        ("/workflows", json!({"name": "x", "definition": []}), "/definition"),
        ("/workflows", json!({"name": "x", "definition": {"steps": {}}}), "/definition/steps"),
        ("/workflows/w/executions", json!({"budget_usd": "x"}), "/budget_usd"),
        ("/workflows/w/executions", json!({"yolo": []}), "/yolo"),
    ] {
        let refused = server.post(address, &body).await.problem(422, "invalid_request");
        assert!(refused.contains(pointer), "{body}: {refused}");
        is_plain(&refused);
    }
    let start = async |number: &str| {
        let request = server.request(Method::POST, "/workflows/w/executions?wait=30");
        let body = format!("{{\"input\": {{\"n\": {number}}}}}");
        Answer::of(request.header("content-type", "application/json").body(body).send().await.unwrap()).await
    };
    let rounded = start("12345678901234567890123").await.problem(422, "invalid_request");
    assert!(rounded.contains("`/input/n`") && rounded.contains("as a string"), "{rounded}");
    for (number, text) in [("18446744073709551615", "18446744073709551615"), ("1e2", "100"), ("0.1", "0.1")] {
        let done = start(number).await.expect(StatusCode::OK);
        assert_eq!(done["steps"][0]["content"], text);
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn declared_inputs_are_checked_and_filled_in(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let prompt = "{{ input.topic }} {{ input.tone }} {{ input.count }}";
    let inputs = json!([
        {"name": "topic", "required": true}, {"name": "count", "type": "number", "required": true},
        {"name": "tone", "type": "choice", "options": ["dry", "warm"], "default": "dry"},
    ]);
    let definition = json!({"inputs": inputs, "steps": [step("a", "demo-echo", prompt)]});
    let workflow = json!({"id": "declared", "name": "Declared", "definition": definition});
    let saved = server.post("/workflows", &workflow).await.expect(StatusCode::CREATED);
    assert_eq!(saved["definition"]["inputs"][1]["type"], json!("number"));
    let start = |input: serde_json::Value| {
        let body = json!({"input": input});
        let server = &server;
        async move { server.post("/workflows/declared/executions?wait=20&include=prompts", &body).await }
    };
    for (input, pointers) in [
        (json!({}), vec!["/input/topic", "/input/count"]),
        (json!({"topic": " ", "count": "3"}), vec!["/input/topic", "/input/count"]),
        (json!({"topic": "tea", "count": 3, "tone": "cold"}), vec!["/input/tone"]),
        (json!("tea"), vec!["/input"]),
    ] {
        let refused = start(input).await.problem(422, "invalid_input");
        for pointer in pointers {
            assert!(refused.contains(&format!("\"{pointer}\"")), "{refused}");
        }
    }
    let execution = start(json!({"topic": "tea", "count": 3})).await.expect(StatusCode::OK);
    assert_eq!(execution["input"], json!({"topic": "tea", "count": 3, "tone": "dry"}));
    assert_eq!(execution["steps"][0]["prompt"], json!("tea dry 3"));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_headers_and_queries(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    server.get("/nothing").await.problem(404, "not_found");
    let wrong_method = server.delete("/workflows").await;
    assert_eq!(wrong_method.headers["allow"], "GET, HEAD, POST");
    wrong_method.problem(405, "method_not_allowed");
    server.get("/workflows/not%20a%20slug").await.problem(400, "invalid_path");
    server.get("/workflows/executions/execution-1").await.problem(400, "invalid_path");
    server.get("/workflows?colour=red").await.problem(400, "invalid_query");
    server.get("/workflows?sort=size").await.problem(400, "invalid_query");
    // A status of a newer version is read in answers; in a request it is a typing error.
    for status in ["finished", "unknown", ""] {
        server.get(&format!("/workflows/executions?status={status}")).await.problem(400, "invalid_query");
        server.get(&format!("/workflows/w/executions?status={status}")).await.problem(400, "invalid_query");
    }
    server.get("/workflows?cursor=garbage").await.problem(400, "invalid_cursor");
    let mut reserved = workflow(&[]);
    for id in ["executions", "resources", "templates", "generate", "step-templates"] {
        reserved["id"] = json!(id);
        server.post("/workflows", &reserved).await.problem(422, "invalid_request");
    }
    server.workflow("taken", &[]).await;
    reserved["id"] = json!("taken");
    server.post("/workflows", &reserved).await.problem(409, "workflow_exists");
    server.workflow("w", &[step("a", "demo-echo", "x")]).await;
    let unconditional = server.request(Method::PUT, "/workflows/w").json(&workflow(&[])).send().await.unwrap();
    Answer::of(unconditional).await.problem(428, "if_match_required");
    server.put("/workflows/w", "three", &workflow(&[])).await.problem(400, "invalid_header");
    let key = server
        .request(Method::POST, "/workflows/w/executions")
        .header("idempotency-key", "k".repeat(201))
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    Answer::of(key).await.problem(400, "invalid_header");
    let page_of_another_order = server.get("/workflows?sort=name&limit=1").await.expect(StatusCode::OK);
    let cursor = page_of_another_order["next_cursor"].as_str().unwrap();
    server.get(&format!("/workflows?cursor={cursor}")).await.problem(400, "invalid_cursor");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_pages_are_kept_out(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let with = async |name: &str, value: &str| {
        Answer::of(server.request(Method::GET, "/workflows").header(name, value).send().await.unwrap()).await
    };
    with("host", "rebound.example.com").await.problem(403, "host_not_allowed");
    with("origin", "https://example.com").await.problem(403, "origin_not_allowed");
    with("origin", "null").await.problem(403, "origin_not_allowed");
    let own = with("origin", &server.url).await;
    assert_eq!(own.headers["x-content-type-options"], "nosniff");
    assert!(own.headers["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    own.expect(StatusCode::OK);
}
