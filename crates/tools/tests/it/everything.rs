//! Servers from npm, which others wrote.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sluice_tools::{CallOptions, Content, ServerConfig, ToolErrorKind as Kind, Transport, schema};

use crate::support::{LONG, One, eventually, folder, npm};

/// server-everything over HTTP.
struct OverHttp {
    process: Child,
    config: ServerConfig,
}

impl OverHttp {
    async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("node");
        command.args(["node_modules/@modelcontextprotocol/server-everything/dist/index.js", "streamableHttp"]);
        command.current_dir(folder()).env("PORT", port.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("node is installed");
        eventually("a server", || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;
        let url = format!("http://127.0.0.1:{port}/mcp").parse().unwrap();
        let transport = Transport::Http { url, headers: BTreeMap::new() };
        Self { process, config: ServerConfig { transport, call_timeout: LONG } }
    }
}

impl Drop for OverHttp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn everything(one: One) {
    let check = one.pool.check(&one.key, &one.config).await.unwrap();
    assert!(
        check.name.contains("everything") && check.instructions.is_some(),
        "{} {:?}",
        check.name,
        check.instructions
    );
    for tool in &check.tools {
        assert_eq!(schema::check_schema(&tool.input_schema), Ok(()), "{}", tool.name);
    }
    let echo = one.call("echo", json!({"message": "hello"})).await.unwrap();
    assert_eq!(echo.value, "Echo: hello");
    let sum = one.call("get-sum", json!({"a": 2, "b": "three"})).await.unwrap_err();
    assert_eq!((sum.kind, sum.pointer.as_deref()), (Kind::InvalidArguments, Some("/b")));
    let structured = one.call("get-structured-content", json!({"location": "New York"})).await.unwrap();
    assert!(structured.value["temperature"].is_number(), "{}", structured.value);
    let image = one.call("get-tiny-image", json!({})).await.unwrap();
    assert!(
        image.content.iter().any(|block| matches!(block, Content::Image { mime_type, .. } if mime_type == "image/png"))
    );
    let links = one.call("get-resource-links", json!({"count": 2})).await.unwrap();
    assert!(links.content.iter().any(|block| matches!(block, Content::Link { .. })), "{links:?}");
    let resource = json!({"resourceType": "Text", "resourceId": 1});
    let resource = one.call("get-resource-reference", resource).await.unwrap();
    assert!(
        resource.content.iter().any(|block| matches!(block, Content::Resource { text: Some(_), .. })),
        "{resource:?}"
    );
    let heard = Arc::new(Mutex::new(0));
    let sink = Arc::clone(&heard);
    let options =
        CallOptions { progress: Some(Arc::new(move |_| *sink.lock().unwrap() += 1)), ..CallOptions::default() };
    let long = json!({"duration": 1, "steps": 4});
    one.call_with("trigger-long-running-operation", long, options).await.unwrap();
    assert!(*heard.lock().unwrap() >= 3, "{heard:?}");
    one.pool.shutdown().await;
}

#[tokio::test]
async fn everything_over_stdio() {
    everything(One::new(npm("everything", &["stdio"]))).await;
}

#[tokio::test]
async fn everything_over_http() {
    let server = OverHttp::start().await;
    everything(One::new(server.config.clone())).await;
}

#[tokio::test]
async fn the_filesystem_server_reads_and_writes_its_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "hello").unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let one = One::new(npm("filesystem", &[&path("")]));
    let tools = one.pool.tools(&one.key, &one.config).await.unwrap();
    let reads: Vec<_> =
        tools.iter().filter(|tool| tool.annotations.read_only == Some(true)).map(|tool| &tool.name).collect();
    assert!(
        reads.iter().any(|name| *name == "read_text_file") && !reads.iter().any(|name| *name == "write_file"),
        "{reads:?}"
    );
    let text = one.call("read_text_file", json!({"path": path("a.txt")})).await.unwrap();
    assert!(text.value.to_string().contains("hello"), "{}", text.value);
    one.call("write_file", json!({"path": path("b.txt"), "content": "new"})).await.unwrap();
    assert_eq!(std::fs::read_to_string(path("b.txt")).unwrap(), "new");
    let outside = one.call("read_text_file", json!({"path": "/etc/hostname"})).await.unwrap();
    assert!(outside.is_error, "{outside:?}");
}

#[tokio::test]
async fn the_memory_server_keeps_what_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = npm("memory", &[]);
    if let Transport::Stdio { env, .. } = &mut config.transport {
        let file = folder.path().join("memory.jsonl").display().to_string();
        env.insert("MEMORY_FILE_PATH".into(), file.into());
    }
    let one = One::new(config);
    let entity = json!({"name": "Ada", "entityType": "person", "observations": ["writes programs"]});
    one.call("create_entities", json!({"entities": [entity]})).await.unwrap();
    let graph = one.call("read_graph", json!({})).await.unwrap().value;
    let graph: Value = graph.as_str().map_or(graph.clone(), |text| serde_json::from_str(text).unwrap());
    assert_eq!(graph["entities"][0]["name"], "Ada", "{graph}");
}
