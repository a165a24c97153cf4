//! Servers over streamable HTTP that misbehave.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use sluice_tools::{CallOptions, NetworkPolicy, PoolOptions, Sent, ToolErrorKind as Kind};

use crate::support::{OddHttp, One, options, over_http};

async fn log_of(server: &OddHttp) -> Value {
    reqwest::get(format!("{}/log", server.url)).await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn headers_go_along_and_the_session_ends_with_the_pool() {
    let server = OddHttp::start();
    let one = server.at("/plain");
    let check = one.pool.check(&one.key, &one.config).await.unwrap();
    assert_eq!((check.name.as_str(), check.protocol.as_str(), check.tools.len()), ("odd", "2025-06-18", 2));
    assert_eq!(one.call("echo", json!({"text": "a"})).await.unwrap().value, "session-1 a");
    one.pool.shutdown().await;
    let log = log_of(&server).await["log"].to_string();
    assert!(log.contains("POST /plain Bearer secret-token-1") && log.contains("DELETE /plain"), "{log}");
}

#[tokio::test]
async fn a_session_that_is_forgotten_is_begun_anew_once() {
    let server = OddHttp::start();
    let one = server.at("/forgets");
    assert_eq!(one.call("echo", json!({"text": "a"})).await.unwrap().value, "session-2 a");
    assert_eq!(log_of(&server).await["calls"], 2);
    let one = server.at("/always-forgets");
    let error = one.call("echo", json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::Closed, Sent::No), "{error}");
    assert_eq!(log_of(&server).await["calls"], 4);
}

#[rstest]
#[case("/big", Kind::TooLarge, Sent::Maybe, "longer than")]
#[case("/big-event", Kind::TooLarge, Sent::Maybe, "longer than")]
#[case("/cuts", Kind::Closed, Sent::Maybe, "broke")]
#[case("/busy", Kind::Busy, Sent::No, "429")]
#[case("/broken", Kind::Refused, Sent::Maybe, "500")]
#[case("/garbage", Kind::Protocol, Sent::Maybe, "{garbage")]
#[tokio::test]
async fn a_call_that_fails_is_told(#[case] path: &str, #[case] kind: Kind, #[case] sent: Sent, #[case] told: &str) {
    let server = OddHttp::start();
    let one = server.at(path);
    let error = one.call("echo", json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (kind, sent), "{error}");
    assert!(error.message.contains(told), "{error}");
    let wait = (path == "/busy").then(|| Duration::from_secs(7));
    assert_eq!(error.retry_after, wait);
}

#[rstest]
#[case("/html", Kind::Protocol, "text/html")]
#[case("/nothing", Kind::Address, "404")]
#[case("/private", Kind::Unauthorized, "credentials")]
#[case("/forbidden", Kind::Unauthorized, "credentials")]
#[case("/away", Kind::Address, "redirects to http://127.0.0.2:1")]
#[case("/found", Kind::Address, "405")]
#[tokio::test]
async fn an_address_that_is_no_server_is_told(#[case] path: &str, #[case] kind: Kind, #[case] told: &str) {
    let server = OddHttp::start();
    let one = server.at(path);
    let error = one.pool.check(&one.key, &one.config).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (kind, Sent::No), "{error}");
    assert!(error.message.contains(told) && !error.message.contains("secret-token-1"), "{error}");
}

#[tokio::test]
async fn a_redirect_within_the_server_is_followed() {
    let server = OddHttp::start();
    let one = server.at("/moved");
    assert_eq!(one.call("echo", json!({"text": "a"})).await.unwrap().value, "undefined a");
}

#[tokio::test]
async fn private_networks_are_refused() {
    let server = OddHttp::start();
    let port = server.url.rsplit(':').next().unwrap();
    let public = PoolOptions { policy: NetworkPolicy::PublicOnly, ..options() };
    // By number, and by a name that is looked up.
    for host in ["127.0.0.1", "localhost"] {
        let one = One::with(public.clone(), over_http(&format!("http://{host}:{port}/plain")));
        let error = one.call("echo", json!({})).await.unwrap_err();
        assert_eq!((error.kind, error.sent), (Kind::Address, Sent::No), "{error}");
        assert!(error.message.contains("--allow-private-networks"), "{error}");
    }
    assert_eq!(log_of(&server).await["log"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_does_not_run_and_one_that_hangs_are_told() {
    let one = One::new(over_http("http://127.0.0.1:1/mcp"));
    let error = one.call("echo", json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::Address, Sent::No), "{error}");
    let server = OddHttp::start();
    let short = PoolOptions { start_timeout: Duration::from_millis(500), ..options() };
    let one = One::with(short, over_http(&format!("{}/hangs", server.url)));
    let error = one.call("echo", json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::CannotStart, Sent::No), "{error}");
}

#[tokio::test]
async fn a_call_that_is_not_answered_in_time_is_cancelled() {
    let server = OddHttp::start();
    let one = server.at("/plain");
    let options = CallOptions { timeout: Some(Duration::from_secs(1)), ..CallOptions::default() };
    let error = one.call_with("never", json!({}), options).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::Timeout, Sent::Maybe), "{error}");
    assert_eq!(one.call("echo", json!({"text": "on"})).await.unwrap().value, "session-1 on");
}

#[tokio::test]
async fn headers_of_the_protocol_are_refused() {
    for (name, value) in [("Mcp-Session-Id", "1"), ("no header", "1"), ("x-key", "secret\ntoken")] {
        let mut config = over_http("http://127.0.0.1:1/mcp");
        if let sluice_tools::Transport::Http { headers, .. } = &mut config.transport {
            headers.insert(name.to_owned(), value.into());
        }
        let error = One::new(config).call("echo", json!({})).await.unwrap_err();
        assert_eq!(error.kind, Kind::CannotStart, "{error}");
        assert!(error.message.to_lowercase().contains(&format!("`{}`", name.to_lowercase())), "{error}");
    }
}
