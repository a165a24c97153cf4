//! MCP servers: their secrets, who may set programs, what is known of their tools, and the command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};

use crate::server::{Answer, SLUICE, Server};

/// The npm packages of the tests of tools.
fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/tests/servers")
}

/// The filesystem server from npm, on a folder.
fn filesystem(id: &str, folder: &Path) -> Value {
    let program = packages().join("node_modules/@modelcontextprotocol/server-filesystem/dist/index.js");
    assert!(program.is_file(), "run `cargo xtask test`, which installs the npm packages");
    json!({"id": id, "name": "Files", "transport": {"type": "stdio", "command": "node", "args": [program, folder]}})
}

async fn put(server: &Server, path: &str, body: &Value) -> Answer {
    Answer::of(server.request(Method::PUT, path).json(body).send().await.unwrap()).await
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_written_and_never_read(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let headers = json!({"Authorization": "Bearer quokka", "x-team": "quokka"});
    let transport = json!({"type": "http", "url": "http://127.0.0.1:9/mcp", "headers": headers});
    let created = server.post("/mcp-servers", &json!({"id": "web", "name": "Web", "transport": transport})).await;
    let mut read = created.expect(StatusCode::CREATED);
    assert_eq!(read["transport"]["header_names"], json!(["authorization", "x-team"]));
    assert!(!server.get("/mcp-servers").await.body.to_string().contains("quokka"));
    // Names that stay, names that go, and a new value.
    read["transport"]["header_names"] = json!(["x-team"]);
    read["transport"]["headers"] = json!({"x-new": "quokka"});
    let saved = put(&server, "/mcp-servers/web", &read).await.expect(StatusCode::OK);
    assert_eq!((&saved["transport"]["header_names"], &saved["version"]), (&json!(["x-new", "x-team"]), &json!(2)));
    // A new value of a known name is a change, although the answer looks the same.
    let value = json!({"transport": {"type": "http", "url": "http://127.0.0.1:9/mcp", "headers": {"x-new": "other"}}});
    let again = server.patch("/mcp-servers/web", &value).await.expect(StatusCode::OK);
    assert_eq!((&again["transport"], &again["version"]), (&saved["transport"], &json!(3)));
    let transport =
        |url: &str, names: &[&str]| json!({"transport": {"type": "http", "url": url, "header_names": names}});
    for (patch, told) in [
        (transport("http://127.0.0.1:9/mcp", &["authorization"]), "`authorization` has no stored value"),
        (transport("http://127.0.0.1:10/mcp", &["x-team"]), "`x-team` was stored for another address"),
        (transport("nowhere", &[]), "is not an address"),
    ] {
        let refused = server.patch("/mcp-servers/web", &patch).await.problem(422, "invalid_request");
        assert!(refused.contains("/transport/") && refused.contains(told), "{refused}");
    }
    let invalid = json!({"transport": {"type": "http", "url": "http://127.0.0.1:9", "headers": {"a b": "quokka\n"}}});
    let refused = server.patch("/mcp-servers/web", &invalid).await;
    assert!(!refused.body.to_string().contains("quokka"), "{}", refused.body);
    refused.problem(422, "invalid_request");
    assert_eq!(server.get("/mcp-servers/web").await.expect(StatusCode::OK)["version"], 3);
    server
        .post("/mcp-servers", &json!({"id": "native", "name": "N", "transport": {"type": "stdio", "command": "x"}}))
        .await
        .problem(422, "invalid_request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_and_private_addresses_are_for_the_operator_to_allow() {
    let database = TestDatabase::sqlite();
    let program = json!({"id": "p", "name": "P", "transport": {"type": "stdio", "command": "true"}});
    let local = json!({"id": "l", "name": "L", "transport": {"type": "http", "url": "http://127.0.0.1:9/mcp"}});
    let server = Server::start(&database);
    for body in [&program, &local] {
        server.post("/mcp-servers", body).await.expect(StatusCode::CREATED);
    }
    assert_eq!(server.terminate(), Some(0));
    let server = Server::with(&database, &["--allow-stdio-mcp", "false", "--allow-private-networks", "false"]);
    let mut another = program.clone();
    another["id"] = "another".into();
    let refused = server.post("/mcp-servers", &another).await.problem(403, "stdio_not_allowed");
    assert!(refused.contains("--allow-stdio-mcp"), "{refused}");
    another["transport"] = local["transport"].clone();
    let refused = server.post("/mcp-servers", &another).await.problem(422, "invalid_request");
    assert!(refused.contains("/transport/url"), "{refused}");
    // What was stored before is not started or called.
    for (id, told) in [("p", "--allow-stdio-mcp"), ("l", "private network")] {
        let check = server.post(&format!("/mcp-servers/{id}/check"), &Value::Null).await.expect(StatusCode::OK);
        assert_eq!(check["ok"], false);
        let tools = server.get(&format!("/mcp-servers/{id}/tools")).await.expect(StatusCode::OK);
        for error in [&check["error"], &tools["listing_error"]] {
            assert!(error.as_str().unwrap_or_default().contains(told) || id == "l", "{id}: {error}");
            assert!(error.is_string(), "{id}: {error}");
        }
    }
    // Its other fields can be changed.
    server.patch("/mcp-servers/p", &json!({"name": "Renamed"})).await.expect(StatusCode::OK);
    server.delete("/mcp-servers/p").await.expect(StatusCode::NO_CONTENT);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tools_are_listed_checked_and_counted(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    let folder = tempfile::tempdir().unwrap();
    server.post("/mcp-servers", &filesystem("files", folder.path())).await.expect(StatusCode::CREATED);
    // A server that was never listed is listed now.
    let tools = server.get("/mcp-servers/files/tools").await.expect(StatusCode::OK);
    assert!(tools["listed_at"].is_string() && tools["listing_error"].is_null(), "{tools:#}");
    let check = server.post("/mcp-servers/files/check", &Value::Null).await.expect(StatusCode::OK);
    assert_eq!((&check["ok"], &check["error"]), (&json!(true), &Value::Null), "{check:#}");
    assert!(check["name"].is_string() && check["protocol"].is_string() && check["latency_ms"].is_i64(), "{check:#}");
    let mut of_check = ids(&json!({"items": check["tools"]})).into_iter().map(str::to_owned).collect::<Vec<_>>();
    of_check.sort();
    assert_eq!(ids(&tools), of_check);
    let tool = |page: &Value, name: &str| {
        let mut items = page["items"].as_array().unwrap().iter();
        items.find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("{name} in {page:#}")).clone()
    };
    let read = tool(&tools, "read_text_file");
    assert_eq!((&read["annotations"]["read_only"], &read["effect"]), (&json!(true), &json!("writes")), "{read:#}");
    assert_eq!((&read["input_schema"]["type"], &read["allowed"]), (&json!("object"), &json!(true)));
    // Trusted, and with an allow-list.
    let patch = json!({"trusted": true, "allowed_tools": ["read_text_file", "write_file"]});
    server.patch("/mcp-servers/files", &patch).await.expect(StatusCode::OK);
    let tools = server.get("/mcp-servers/files/tools").await.expect(StatusCode::OK);
    assert_eq!(tool(&tools, "read_text_file")["effect"], "reads");
    assert_eq!(
        (&tool(&tools, "list_directory")["allowed"], tool(&tools, "write_file")["effect"].as_str()),
        (&json!(false), Some("writes"))
    );
    let step =
        |id: &str, tool: &str| json!({"id": id, "label": id, "type": "tool", "tool": tool, "arguments": {"path": "x"}});
    server.workflow("one", &[step("a", "files:read_text_file")]).await;
    server
        .workflow(
            "two",
            &[json!({"label": "A", "type": "agent", "prompt": "x", "tools": ["files:*", "native:calculate"]})],
        )
        .await;
    let agent = json!({"id": "reader", "name": "R", "instructions": "", "tools": ["files:read_text_file"]});
    server.post("/agents", &agent).await.expect(StatusCode::CREATED);
    let listed =
        async |query: &str| server.get(&format!("/workflows/resources/tools?{query}")).await.expect(StatusCode::OK);
    let files = listed("server_id=files").await;
    assert_eq!(ids(&files), ["files:read_text_file", "files:write_file"]);
    let counts = |at: usize| json!([files["items"][at]["used_by_count"], files["items"][at]["used_by_agent_count"]]);
    assert_eq!((counts(0), counts(1)), (json!([2, 1]), json!([1, 0])));
    assert_eq!(ids(&listed("effect=reads&server_id=files").await), ["files:read_text_file"]);
    assert_eq!(ids(&listed("q=calcul").await), ["native:calculate"]);
    let native = listed("server_id=native").await;
    assert_eq!(ids(&native).len(), 6);
    // A walk by pages meets each once, those that are built in first.
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = listed(&format!("limit=3{cursor}")).await;
        walked.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let all: Vec<&str> = ids(&native).into_iter().chain(ids(&files)).collect();
    assert_eq!(walked, all);
    for (query, name) in [("effect=perhaps", "effect"), ("server_id=a%20b", "server_id"), ("colour=red", "colour")] {
        let refused = server.get(&format!("/workflows/resources/tools?{query}")).await.problem(400, "invalid_query");
        assert!(refused.contains(name), "{refused}");
    }
    let mcps = server.get("/workflows/resources/mcps?q=FILES").await.expect(StatusCode::OK);
    let files = &mcps["items"][0];
    assert_eq!(
        (&files["tool_count"], &files["used_by_count"], files["tools"].as_array().unwrap().len()),
        (&json!(2), &json!(2), 2)
    );
    assert_eq!(files["used_by_agent_count"], 1);
    for (query, found) in [
        ("tool=files:write_file", vec!["two"]),
        ("mcp_server_id=files&sort=name", vec!["one", "two"]),
        ("agent_id=nobody", vec![]),
    ] {
        assert_eq!(ids(&server.get(&format!("/workflows?{query}")).await.expect(StatusCode::OK)), found, "{query}");
    }
    let logs = server.get("/mcp-servers/files/logs").await.expect(StatusCode::OK);
    let last = logs["items"].as_array().unwrap().last().unwrap()["number"].as_i64().unwrap();
    let rest = server.get(&format!("/mcp-servers/files/logs?after={last}")).await.expect(StatusCode::OK);
    assert_eq!((&rest["items"], &rest["next_cursor"]), (&json!([]), &Value::Null));
    let first = server.get("/mcp-servers/files/logs?limit=1").await.expect(StatusCode::OK);
    assert_eq!((first["items"].as_array().unwrap().len(), first["next_cursor"].is_null()), (1, last == 1));
    // A workflow that names what is gone stays, and cannot start.
    server.delete("/mcp-servers/files").await.expect(StatusCode::NO_CONTENT);
    let report = server.post("/workflows/one/validate", &json!({})).await.expect(StatusCode::OK);
    assert!(report["findings"].to_string().contains("unknown_mcp_server"), "{report:#}");
    server.post("/workflows/one/executions", &json!({})).await.problem(422, "invalid_definition");
    assert_eq!(ids(&listed("server_id=files").await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_take_on_their_agents() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let agent = json!({"id": "scout", "name": "Scout", "instructions": "Look.", "provider": "demo", "tools": ["native:calculate", "gone:x"]});
    server.post("/agents", &agent).await.expect(StatusCode::CREATED);
    let findings = async |step: Value| {
        let body = json!({"definition": {"steps": [step]}});
        let report = server.post("/workflows/w/validate", &body).await.expect(StatusCode::OK);
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    server.workflow("w", &[]).await;
    let step = |id: &str| json!({"label": "A", "type": "agent", "prompt": "x", "agent_id": id});
    assert_eq!(findings(step("nobody")).await, ["unknown_agent"]);
    assert_eq!(findings(step("scout")).await, ["unknown_mcp_server"], "of the agent's own list");
    let patched =
        server.patch("/agents/scout", &json!({"tools": ["native:calculate"], "max_turns": 3, "provider": null})).await;
    let patched = patched.expect(StatusCode::OK);
    assert_eq!(
        (&patched["max_turns"], &patched["provider"], &patched["instructions"]),
        (&json!(3), &Value::Null, &json!("Look."))
    );
    assert_eq!(findings(step("scout")).await, [""; 0]);
    server.workflow("uses", &[step("scout")]).await;
    let listed = server.get("/workflows/resources/agents?q=sc").await.expect(StatusCode::OK);
    assert_eq!((ids(&listed), &listed["items"][0]["used_by_count"]), (vec!["scout"], &json!(1)));
    assert_eq!(ids(&server.get("/workflows?agent_id=scout").await.expect(StatusCode::OK)), ["uses"]);
    for (patch, pointer) in [
        (json!({"tools": ["plain"]}), "/tools/0"),
        (json!({"tools": ["native:gone"]}), "/tools/0"),
        (json!({"max_turns": 0}), "/max_turns"),
        (json!({"output_schema": 7}), "/output_schema"),
        (json!({"name": null}), "/name"),
    ] {
        let refused = server.patch("/agents/scout", &patch).await.problem(422, "invalid_request");
        assert!(refused.contains(pointer), "{patch}: {refused}");
    }
    server.delete("/agents/scout").await.expect(StatusCode::NO_CONTENT);
    server.post("/workflows/uses/executions", &json!({})).await.problem(422, "invalid_definition");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_lists_and_tests_them() {
    let database = TestDatabase::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&database);
    server.post("/mcp-servers", &filesystem("files", folder.path())).await.expect(StatusCode::CREATED);
    let absent = json!({"id": "absent", "name": "Absent", "transport": {"type": "stdio", "command": "sluice-has-no-such-program"}});
    server.post("/mcp-servers", &absent).await.expect(StatusCode::CREATED);
    assert_eq!(server.terminate(), Some(0));
    let sluice = |arguments: &[&str]| {
        let mut command = Command::new(SLUICE);
        let output = command.arg("mcp").args(arguments).arg("--data-dir").arg(database.folder()).output().unwrap();
        let texts = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code(), texts.concat())
    };
    let (code, text) = sluice(&["test", "files"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("files: ") && text.contains("  files:read_text_file (writes)"), "{text}");
    let (code, text) = sluice(&["test", "absent"]);
    assert!(code == Some(1) && text.contains("sluice: absent: "), "{code:?} {text}");
    let (code, text) = sluice(&["list"]);
    assert_eq!(code, Some(0), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("absent\tAbsent\t") && lines[0].contains("\tfailed: "), "{text}");
    assert!(lines[1].starts_with("files\tFiles\tnode ") && lines[1].contains(" tools, listed 20"), "{text}");
    let (code, text) = sluice(&["test", "nobody"]);
    assert!(code == Some(2) && text.contains("There is no MCP server `nobody`"), "{code:?} {text}");
}

#[test]
fn a_file_brings_its_agents_and_servers_along() {
    let folder = tempfile::tempdir().unwrap();
    let (file, kept) = (folder.path().join("workflow.json"), folder.path().join("kept"));
    let write = |changes: Value| {
        let transport = json!({"type": "stdio", "command": "true", "env_names": ["SLUICE_TEST_TOKEN"]});
        let step =
            json!({"id": "a", "label": "A", "type": "llm", "provider": "demo", "model": "demo-echo", "prompt": "x"});
        let mut workflow = json!({"name": "W", "definition": {"steps": [step]},
            "agents": [{"id": "scout", "name": "Scout", "instructions": "Look."}],
            "mcp_servers": [{"id": "files", "name": "Files", "transport": transport}]});
        workflow.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        std::fs::write(&file, workflow.to_string()).unwrap();
    };
    let sluice = |arguments: &[&str], token: Option<&str>| {
        let mut command = Command::new(SLUICE);
        command.args(arguments).env_remove("SLUICE_TEST_TOKEN").envs(token.map(|token| ("SLUICE_TEST_TOKEN", token)));
        let output = command.output().unwrap();
        let texts = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code(), texts.concat())
    };
    let (file, kept) = (file.to_str().unwrap(), kept.to_str().unwrap());
    write(json!({}));
    let (code, text) = sluice(&["run", file, "--data-dir", kept], None);
    assert!(code == Some(2) && text.contains("at /mcp_servers/0: set `SLUICE_TEST_TOKEN`"), "{code:?} {text}");
    for token in ["quokka", "quokka-2"] {
        let (code, text) = sluice(&["run", file, "--data-dir", kept], Some(token));
        assert!(code == Some(0) && !text.contains("quokka"), "{code:?} {text}");
    }
    let (code, text) = sluice(&["mcp", "list", "--data-dir", kept], None);
    assert_eq!((code, text.as_str()), (Some(0), "files\tFiles\ttrue\tnot connected yet\n"));
    for (changes, told) in [
        (json!({"agents": [{"id": "scout", "name": "Scout", "instructions": "x", "max_turns": 0}]}), "at /agents/0: "),
        (
            json!({"mcp_servers": [{"name": "x", "transport": {"type": "http", "url": "nowhere"}}]}),
            "at /mcp_servers/0: ",
        ),
        (json!({"agents": [{"nme": "x"}]}), "at /agents/0"),
    ] {
        write(changes);
        let (code, text) = sluice(&["run", file, "--data-dir", kept], Some("quokka"));
        assert!(code == Some(2) && text.contains(told), "{told}: {code:?} {text}");
    }
    // A check sees the step as it takes on its agent.
    let step = json!({"label": "A", "type": "agent", "prompt": "x", "agent_id": "scout", "provider": "demo"});
    write(
        json!({"definition": {"steps": [step]}, "agents": [{"id": "scout", "name": "S", "instructions": "{{input.topic}} {{"}]}),
    );
    let (code, text) = sluice(&["check", file], None);
    assert!(code == Some(1) && text.contains("/steps/0/instructions"), "{code:?} {text}");
}
