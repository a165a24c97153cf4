//! Servers over stdio that misbehave.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use sluice_tools::{CallOptions, Content, PoolOptions, Sent, ToolErrorKind as Kind};

use crate::support::{LONG, One, eventually, odd, options, program, runs};

#[tokio::test]
async fn a_server_is_checked_and_called() {
    let one = One::new(odd("normal"));
    let check = one.pool.check(&one.key, &one.config).await.unwrap();
    assert_eq!((check.name.as_str(), check.version.as_str(), check.protocol.as_str()), ("odd", "1.2", "2025-11-25"));
    assert_eq!(check.instructions.as_deref(), Some("Be kind."));
    let echo = check.tools.iter().find(|tool| tool.name == "echo").unwrap();
    assert_eq!((echo.description.as_str(), echo.annotations.read_only), ("Does echo", Some(true)));
    let output = one.call("echo", json!({"text": "hello"})).await.unwrap();
    assert_eq!((output.value, output.is_error), (json!("hello"), false));
    let failed = one.call("fail", json!({})).await.unwrap();
    assert_eq!((failed.value, failed.is_error), (json!("no such file"), true));
    let newer = one.call("hologram", json!({})).await.unwrap();
    assert_eq!(newer.content, [Content::Other { block: json!({"type": "hologram", "data": "x"}) }]);
    one.pool.shutdown().await;
}

#[tokio::test]
async fn names_and_arguments_are_checked_before_a_call() {
    let one = One::new(odd("normal"));
    let unknown = one.call("no such", json!({})).await.unwrap_err();
    assert_eq!((unknown.kind, unknown.sent), (Kind::UnknownTool, Sent::No));
    let wrong = one.call("echo", json!({"text": 1})).await.unwrap_err();
    assert_eq!((wrong.kind, wrong.sent, wrong.pointer.as_deref()), (Kind::InvalidArguments, Sent::No, Some("/text")));
    let long = one.call("echo", json!({"text": "x".repeat(5_000_000)})).await.unwrap_err();
    assert_eq!((long.kind, long.sent), (Kind::TooLarge, Sent::No));
}

#[tokio::test]
async fn a_program_gets_its_own_environment_only() {
    let one = One::new(odd("normal"));
    let env = one.call("env", json!({})).await.unwrap().value;
    assert_eq!(env["KEY"], "secret-token-1");
    assert!(env["PATH"].is_string());
    // Cargo sets it for this process.
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok() && env["CARGO_MANIFEST_DIR"].is_null(), "{env}");
}

#[tokio::test]
async fn programs_are_started_only_where_they_are_allowed() {
    let one = One::with(PoolOptions { allow_stdio: false, ..options() }, odd("normal"));
    let error = one.call("echo", json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::NotAllowed, Sent::No));
    assert!(error.message.contains("--allow-stdio-mcp"), "{error}");
}

#[rstest]
#[case("no-such-command", &[], "not installed", Kind::CannotStart)]
#[case("/etc", &[], "not executable", Kind::CannotStart)]
#[case("node", &["stdio.mjs", "exit"], "the key [redacted] is wrong", Kind::CannotStart)]
#[case("node", &["stdio.mjs", "usage"], "usage: some-program", Kind::Protocol)]
#[case("node", &["stdio.mjs", "garbage"], "no messages of the protocol", Kind::Protocol)]
#[case("node", &["stdio.mjs", "rude"], "go away, [redacted]", Kind::CannotStart)]
#[case("node", &["stdio.mjs", "future"], "“2199-01-01”", Kind::Protocol)]
#[tokio::test]
async fn a_program_that_is_no_server_is_told(
    #[case] command: &str,
    #[case] args: &[&str],
    #[case] told: &str,
    #[case] kind: Kind,
) {
    let one = One::new(program(command, args));
    let error = one.pool.check(&one.key, &one.config).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (kind, Sent::No), "{error}");
    assert!(error.message.contains(told), "{error}");
    assert!(!error.message.contains("secret-token-1") && !one.log().contains("secret-token-1"), "{error}");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let mut config = odd("normal");
    if let sluice_tools::Transport::Stdio { cwd, .. } = &mut config.transport {
        *cwd = Some("/no/such/folder".into());
    }
    let one = One::new(config);
    let error = one.call("echo", json!({})).await.unwrap_err();
    assert!(error.kind == Kind::CannotStart && error.message.contains("`/no/such/folder`"), "{error}");
}

#[tokio::test]
async fn lines_that_are_no_messages_are_passed_over_and_logged() {
    let one = One::new(odd("banner"));
    assert_eq!(one.call("echo", json!({"text": "a"})).await.unwrap().value, "a");
    assert!(one.log().contains("Stdout: Server runs on stdio\nStdout: {not json"), "{}", one.log());
}

#[tokio::test]
async fn a_server_that_never_answers_the_handshake_is_killed() {
    let short = PoolOptions { start_timeout: Duration::from_secs(2), ..options() };
    let one = One::with(short, odd("stubborn-silent"));
    let error = one.call("echo", json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::CannotStart, Sent::No), "{error}");
    let pid = one.pid().await;
    eventually("an end", || (!runs(&pid)).then_some(())).await;
}

#[tokio::test]
async fn a_call_that_is_not_answered_in_time_is_cancelled_at_the_server() {
    let one = One::new(odd("normal"));
    one.call("echo", json!({})).await.unwrap();
    let options = CallOptions { timeout: Some(Duration::from_millis(300)), ..CallOptions::default() };
    let error = one.call_with("never", json!({}), options).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::Timeout, Sent::Maybe));
    one.logged("cancelled").await;
    assert_eq!(one.call("echo", json!({"text": "on"})).await.unwrap().value, "on");
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled_at_the_server() {
    let one = Arc::new(One::new(odd("normal")));
    let call = tokio::spawn({
        let one = Arc::clone(&one);
        async move { one.call("never", json!({})).await }
    });
    let id = one.logged("under way").await.rsplit(' ').next().unwrap().to_owned();
    call.abort();
    one.logged(&format!("cancelled {id}")).await;
}

#[tokio::test]
async fn an_answer_that_comes_twice_counts_once() {
    let one = One::new(odd("normal"));
    assert_eq!(one.call("twice", json!({})).await.unwrap().value, "first");
    assert_eq!(one.call("echo", json!({"text": "next"})).await.unwrap().value, "next");
}

#[tokio::test]
async fn a_flood_of_errors_is_cut_and_slows_nobody() {
    let one = One::new(odd("normal"));
    assert_eq!(one.call("flood", json!({})).await.unwrap().value, "flooded");
    one.logged("last words").await;
    assert!(one.log().len() < 400_000, "{}", one.log().len());
}

#[tokio::test]
async fn a_server_that_dies_fails_the_call_and_is_started_again() {
    let one = One::new(odd("normal"));
    let error = one.call("die", json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::Closed, Sent::Maybe));
    assert!(error.message.contains("out of memory"), "{error}");
    assert_eq!(one.call("echo", json!({"text": "again"})).await.unwrap().value, "again");
    // Twice in a row: the next start waits, and the call with it.
    one.call("die", json!({})).await.unwrap_err();
    one.call("die", json!({})).await.unwrap_err();
    assert_eq!(one.call("echo", json!({"text": "again"})).await.unwrap().value, "again");
}

#[rstest]
#[case("start")]
#[case("end")]
#[tokio::test]
async fn an_answer_of_20_megabytes_fails_its_own_call_only(#[case] place: &str) {
    let one = One::new(odd("normal"));
    let waits = one.call_with(
        "never",
        json!({}),
        CallOptions { timeout: Some(Duration::from_secs(3)), ..CallOptions::default() },
    );
    let (big, other) = tokio::join!(one.call("big", json!({"text": place})), waits);
    let error = big.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::TooLarge, Sent::Maybe), "{error}");
    assert_eq!(other.unwrap_err().kind, Kind::Timeout);
}

#[tokio::test]
async fn an_answer_of_20_megabytes_without_an_id_ends_the_connection() {
    let one = One::new(odd("normal"));
    let error = one.call("big", json!({"text": "nowhere"})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::TooLarge, Sent::Maybe), "{error}");
    assert_eq!(one.call("echo", json!({"text": "again"})).await.unwrap().value, "again");
}

#[tokio::test]
async fn an_answer_that_is_nested_too_deep_fails_its_call() {
    let one = One::new(odd("normal"));
    let error = one.call("deep", json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::Protocol, Sent::Maybe), "{error}");
    assert_eq!(one.call("echo", json!({"text": "on"})).await.unwrap().value, "on");
}

#[tokio::test]
async fn progress_reaches_its_call() {
    let one = One::new(odd("normal"));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    let options = CallOptions {
        progress: Some(Arc::new(move |progress| sink.lock().unwrap().push(progress))),
        ..CallOptions::default()
    };
    assert_eq!(one.call_with("progress", json!({}), options).await.unwrap().value, "done");
    let mut parts: Vec<f64> = heard.lock().unwrap().iter().map(|progress| progress.progress).collect();
    parts.sort_by(f64::total_cmp);
    assert_eq!(parts, [1.0, 2.0, 3.0]);
    let first = heard.lock().unwrap()[0].clone();
    assert!(first.total == Some(3.0) && first.message.unwrap().starts_with("part"));
}

#[rstest]
#[case("normal")]
#[case("modern")]
#[tokio::test]
async fn a_changed_list_is_listed_again(#[case] mode: &str) {
    let one = One::new(odd(mode));
    let names = async || {
        let tools = one.pool.tools(&one.key, &one.config).await.unwrap();
        tools.into_iter().map(|tool| tool.name).collect::<Vec<_>>()
    };
    assert!(names().await.contains(&"fail".to_owned()));
    if mode == "modern" {
        one.logged("listens {\"toolsListChanged\":true}").await;
    }
    one.call("change", json!({})).await.unwrap();
    let changed = names().await;
    assert!(changed.contains(&"added".to_owned()) && !changed.contains(&"fail".to_owned()), "{mode}: {changed:?}");
    assert_eq!(one.call("added", json!({})).await.unwrap().value, "new");
    assert_eq!(one.call("fail", json!({})).await.unwrap_err().kind, Kind::UnknownTool);
}

#[tokio::test]
async fn all_pages_of_tools_are_listed_within_bounds() {
    let one = One::new(odd("pages"));
    let names: Vec<String> =
        one.pool.tools(&one.key, &one.config).await.unwrap().into_iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    for (mode, told) in [("endless", "pages"), ("many", "more than 1000 tools")] {
        let one = One::new(odd(mode));
        let error = one.pool.tools(&one.key, &one.config).await.unwrap_err();
        assert!(error.kind == Kind::TooLarge && error.message.contains(told), "{error}");
    }
    let twins = One::new(odd("twins"));
    assert_eq!(twins.pool.tools(&twins.key, &twins.config).await.unwrap().len(), 1);
    assert!(twins.log().contains("`echo` is listed twice"), "{}", twins.log());
}

#[rstest]
#[case("old", "2024-11-05")]
#[case("batch", "2025-03-26")]
#[case("third", "2025-06-18")]
#[case("normal", "2025-11-25")]
#[case("modern", "2026-07-28")]
#[tokio::test]
async fn every_version_of_the_protocol_is_spoken(#[case] mode: &str, #[case] version: &str) {
    let one = One::new(odd(mode));
    let check = one.pool.check(&one.key, &one.config).await.unwrap();
    assert_eq!((check.protocol.as_str(), check.name.as_str()), (version, "odd"));
    assert_eq!(one.call("echo", json!({"text": version})).await.unwrap().value, version);
}

#[tokio::test]
async fn the_whole_process_group_ends_with_the_pool() {
    let one = One::new(odd("normal"));
    let child = one.call("fork", json!({})).await.unwrap().value.as_str().unwrap().to_owned();
    assert!(runs(&child));
    let server = one.pid().await;
    tokio::time::timeout(LONG, one.pool.shutdown()).await.unwrap();
    assert!(!runs(&server) && !runs(&child));
    assert_eq!(one.call("echo", json!({})).await.unwrap_err().kind, Kind::Cancelled);
}

#[tokio::test]
async fn a_server_that_ignores_the_end_is_killed() {
    let one = One::new(odd("stubborn"));
    one.call("echo", json!({})).await.unwrap();
    let server = one.pid().await;
    tokio::time::timeout(LONG, one.pool.shutdown()).await.unwrap();
    assert!(!runs(&server));
}

#[tokio::test]
async fn the_process_group_ends_with_a_pool_that_is_dropped() {
    let one = One::new(odd("normal"));
    let child = one.call("fork", json!({})).await.unwrap().value.as_str().unwrap().to_owned();
    drop(one);
    eventually("an end", || (!runs(&child)).then_some(())).await;
}
