//! Tools of MCP servers in runs: a program of the tests of `sluice-tools` that also does what good servers do not.

use std::path::Path;
use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::{Command, EngineConfig, Frame};
use sluice_store::StepRunFilter;
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{
    AttachmentType, ErrorCode, EventType, ExecutionEvent, ExecutionId, ExecutionStatus, GateKind, HttpTransport,
    McpServer, McpServerId, McpTransport, ReviewDecision, SetMcpTransport, StepEffect, StepRun, StepRunStatus,
};

use crate::support::{TestEngine, decision, path, run_of, step};

async fn bench(database: &TestDatabase) -> TestEngine {
    TestEngine::with(database.config(), EngineConfig { allow_stdio_mcp: true, ..EngineConfig::default() }).await
}

/// Adds the program as a server.
async fn add(bench: &TestEngine, id: &str, trusted: bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/tests/servers");
    let transport = json!({"type": "stdio", "command": "node", "args": ["stdio.mjs"], "cwd": folder, "env": {"KEY": "secret-token-1"}});
    let transport: SetMcpTransport = serde_json::from_value(transport).unwrap();
    let now = bench.engine.outside().clock.now();
    let server = McpServer {
        id: McpServerId::new(id).unwrap(),
        name: id.into(),
        description: String::new(),
        // What is stored comes from the request beside it.
        transport: McpTransport::Http(HttpTransport { url: "http://127.0.0.1:9".into(), header_names: Vec::new() }),
        allowed_tools: Vec::new(),
        trusted,
        timeout: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    bench.engine.mcp_servers().create(&bench.tenant, server, transport, None).await.unwrap();
}

/// A step that calls a tool of the program. It is not repeated when it fails.
fn call(tool: &str, effect: Option<&str>) -> Value {
    let mut step = json!({"id": "a", "label": "A", "type": "tool", "tool": format!("odd:{tool}"),
        "arguments": {"text": "on {{input.topic}}"}, "max_retries": 0});
    if let Some(effect) = effect {
        step["effect"] = json!(effect);
    }
    step
}

fn agent(prompt: &str, tools: &[&str]) -> Value {
    json!({"id": "scout", "label": "Scout", "type": "agent", "provider": "demo", "model": "demo-instant",
        "prompt": prompt, "tools": tools, "approve": "never", "max_retries": 0})
}

async fn inside(bench: &TestEngine, id: &ExecutionId) -> Vec<StepRun> {
    let filter = StepRunFilter { limit: 200, ..StepRunFilter::default() };
    bench.engine.step_runs(&bench.tenant, id, Some(&path("scout")), filter).await.unwrap().0
}

fn failed_with(run: &StepRun) -> Option<ErrorCode> {
    run.error.as_ref().map(|error| error.code)
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_calls_a_tool_of_a_server(#[future(awt)] database: TestDatabase) {
    let bench = bench(&database).await;
    add(&bench, "odd", true).await;
    // The effects of a trusted server count once it was listed.
    bench.engine.mcp_servers().tools(&bench.tenant, &McpServerId::new("odd").unwrap()).await.unwrap();
    let started = bench.run(&[call("echo", None), step("b", "demo-echo", "{{steps.A.content}}!")]).await;
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    let run = run_of(&done, "a");
    assert_eq!((run.content.as_deref(), run.effect.clone()), (Some("on tea"), Some(StepEffect::Reads)));
    assert_eq!(run_of(&done, "b").content.as_deref(), Some("on tea!"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_of_a_server_that_nobody_trusts_counts_as_one_that_writes() {
    let database = TestDatabase::sqlite();
    let bench = bench(&database).await;
    add(&bench, "odd", false).await;
    let started = bench.run(&[call("die", None)]).await;
    let asking = bench.settled(&started.id).await;
    let run = run_of(&asking, "a");
    assert_eq!(
        (run.status, run.gate.as_ref().map(|gate| gate.kind)),
        (StepRunStatus::OutcomeUnknown, Some(GateKind::OutcomeUnknown))
    );
    // It says itself that it failed: nobody is asked.
    bench.review(&started.id, "a", decision(ReviewDecision::Fail)).await.unwrap();
    bench.workflow("v", json!({"steps": [call("fail", None)]})).await;
    let input = sluice_types::StartExecution { input: json!({"topic": "tea"}), ..Default::default() };
    let started = bench.try_start("v", input).await.unwrap();
    let failed = bench.settled(&started.id).await;
    let run = run_of(&failed, "a");
    assert_eq!((failed.status, failed_with(run)), (ExecutionStatus::Failed, Some(ErrorCode::ToolFailed)));
    assert_eq!(
        (run.content.as_deref(), run.error.clone().unwrap().message),
        (Some("no such file"), "no such file".into())
    );
}

#[rstest]
#[case("die", ErrorCode::ToolUnavailable)]
#[case("big", ErrorCode::OutputTooLong)]
#[case("gone", ErrorCode::UnknownTool)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_misbehaves_fails_its_step_with_a_reason(#[case] tool: &str, #[case] code: ErrorCode) {
    let database = TestDatabase::sqlite();
    let bench = bench(&database).await;
    add(&bench, "odd", false).await;
    let started = bench.run(&[call(tool, Some("reads"))]).await;
    let failed = bench.settled(&started.id).await;
    assert_eq!(failed_with(run_of(&failed, "a")), Some(code), "{:?}", run_of(&failed, "a").error);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_never_answers_ends_with_the_timeout_of_its_step() {
    let database = TestDatabase::sqlite();
    let bench = bench(&database).await;
    add(&bench, "odd", false).await;
    let mut never = call("never", Some("reads"));
    never["timeout"] = json!(1);
    let started = bench.run(&[never]).await;
    let failed = bench.settled(&started.id).await;
    assert_eq!(failed_with(run_of(&failed, "a")), Some(ErrorCode::AttemptTimedOut));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_of_an_unknown_kind_is_attached() {
    let database = TestDatabase::sqlite();
    let bench = bench(&database).await;
    add(&bench, "odd", false).await;
    let started = bench.run(&[call("hologram", None)]).await;
    let done = bench.settled(&started.id).await;
    let run = run_of(&done, "a");
    assert_eq!(run.attachments.len(), 1, "{run:?}");
    assert_eq!(run.attachments[0].attachment_type, AttachmentType::Other);
    assert!(run.attachments[0].text.as_ref().unwrap().contains("hologram"));
    assert_eq!(bench.run_at(&started.id, "a").await.attachments, run.attachments);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_goes_on_when_a_tool_vanishes_dies_or_fails() {
    let database = TestDatabase::sqlite();
    let bench = bench(&database).await;
    add(&bench, "odd", true).await;
    let prompt = "odd__echo \"hello\", then odd__change, then odd__fail, and odd__env at the end";
    let started = bench.run(&[agent(prompt, &["odd:*"])]).await;
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    let runs = inside(&bench, &started.id).await;
    let calls: Vec<_> = runs.iter().filter(|run| run.tool.is_some()).collect();
    let told: Vec<_> = calls.iter().map(|run| (run.tool.as_deref().unwrap(), run.status, failed_with(run))).collect();
    assert_eq!(
        told,
        [
            ("odd:echo", StepRunStatus::Completed, None),
            ("odd:change", StepRunStatus::Completed, None),
            // It was listed when the agent began, and is there no more.
            ("odd:fail", StepRunStatus::Failed, Some(ErrorCode::UnknownTool)),
            ("odd:env", StepRunStatus::Completed, None),
        ]
    );
    assert_eq!(run_of(&done, "scout").agent.as_ref().unwrap().tools.len(), 14);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_with_the_same_tool_are_told_apart() {
    let database = TestDatabase::sqlite();
    let bench = bench(&database).await;
    add(&bench, "odd", true).await;
    add(&bench, "even", true).await;
    let started = bench.run(&[agent("even__echo, odd__echo", &["odd:echo", "even:echo", "odd:echo"])]).await;
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    let runs = inside(&bench, &started.id).await;
    let called: Vec<_> = runs.iter().filter_map(|run| run.tool.as_deref()).collect();
    assert_eq!(called, ["even:echo", "odd:echo"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_whose_tools_cannot_be_listed_fails_with_the_reason() {
    let database = TestDatabase::sqlite();
    let bench = bench(&database).await;
    add(&bench, "odd", true).await;
    let started = bench.run(&[agent("x", &["odd:nowhere"])]).await;
    let failed = bench.settled(&started.id).await;
    let error = run_of(&failed, "scout").error.clone().unwrap();
    assert_eq!((failed.status, error.code), (ExecutionStatus::Failed, ErrorCode::UnknownTool));
    assert!(error.message.contains("`odd:nowhere`"), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_are_told_how_far_a_call_is() {
    let database = TestDatabase::sqlite();
    let bench = bench(&database).await;
    add(&bench, "odd", false).await;
    let mut step = call("busy", Some("reads"));
    step["arguments"] = json!({"text": format!("with secret-token-1 {}", "x".repeat(300))});
    let started = bench.run(&[step]).await;
    let channel = bench.engine.channel(&bench.tenant, &started.id);
    let reports = |frames: &[Frame]| -> Vec<ExecutionEvent> {
        let events = frames.iter().filter_map(Frame::event);
        events.filter(|event| event.event_type == EventType::ToolProgress).collect()
    };
    let listen = || channel.subscribe(bench.engine.outside().clock.now());
    let (_, mut live) = listen();
    let next = async |live: &mut tokio::sync::broadcast::Receiver<Frame>| {
        let heard = async {
            loop {
                if let Some(report) = reports(&[live.recv().await.unwrap()]).pop() {
                    return report;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), heard).await.expect("a report")
    };
    let first = next(&mut live).await;
    assert_eq!((first.path, first.attempt, first.seq, first.total), (Some(path("a")), Some(1), None, Some(1e6)));
    let message = first.message.unwrap();
    assert!(message.starts_with("with [") && message.ends_with("xx…") && !message.contains("token"), "{message}");
    assert_eq!(message.chars().count(), 201);
    let second = next(&mut live).await;
    assert!(second.progress > first.progress, "{second:?}");
    // A reader that comes late is told the newest report, until the call has ended.
    let late = reports(&listen().0);
    assert!(late.len() == 1 && late[0].progress >= second.progress, "{late:?}");
    bench.command(&started.id, Command::Cancel).await.unwrap();
    bench.until(&started.id, |_| reports(&listen().0).is_empty()).await;
    assert!(bench.events(&started.id).await.iter().all(|event| event.event_type != EventType::ToolProgress));
}
