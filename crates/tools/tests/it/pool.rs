//! One connection for each server: kept, closed, replaced.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sluice_tools::{CallOptions, Pool, PoolOptions, Sent, ServerKey, ToolErrorKind as Kind};
use sluice_types::TenantId;

use crate::support::{One, eventually, key, object, odd, options, runs};

#[tokio::test]
async fn a_connection_is_shared_and_kept() {
    let one = One::new(odd("normal"));
    let pid = async || {
        let env = one.call("env", json!({})).await.unwrap();
        assert!(env.value["PATH"].is_string());
        one.log().matches("pid ").count()
    };
    let started = tokio::join!(pid(), pid(), pid());
    assert_eq!((started, pid().await), ((1, 1, 1), 1));
}

#[tokio::test]
async fn a_connection_that_is_not_used_is_closed_and_its_log_stays() {
    let idle = PoolOptions { idle: Duration::from_millis(200), ..options() };
    let one = One::with(idle, odd("normal"));
    one.call("echo", json!({})).await.unwrap();
    let pid = one.pid().await;
    eventually("an end", || (!runs(&pid)).then_some(())).await;
    one.logged("Closed, as it was not used.").await;
    assert_eq!(one.call("echo", json!({"text": "again"})).await.unwrap().value, "again");
}

#[tokio::test]
async fn a_call_under_way_keeps_its_connection() {
    let idle = PoolOptions { idle: Duration::from_millis(50), ..options() };
    let one = One::with(idle, odd("normal"));
    let long = CallOptions { timeout: Some(Duration::from_secs(2)), ..CallOptions::default() };
    assert_eq!(one.call_with("never", json!({}), long).await.unwrap_err().kind, Kind::Timeout);
}

#[tokio::test]
async fn a_changed_configuration_cuts_its_calls_off_and_gets_another_connection() {
    let one = Arc::new(One::new(odd("normal")));
    let call = tokio::spawn({
        let one = Arc::clone(&one);
        async move { one.call("never", json!({})).await }
    });
    one.logged("under way").await;
    let old = one.pid().await;
    one.pool.forget(&one.key.tenant, &one.key.server);
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::Cancelled, Sent::Maybe), "{error}");
    eventually("an end", || (!runs(&old)).then_some(())).await;
    assert_eq!(one.pool.logs(&one.key, 0), []);
    let newer = ServerKey { revision: 2, ..one.key.clone() };
    let config = odd("old");
    let output = one.pool.call(&newer, &config, "echo", object(json!({"text": "new"})), CallOptions::default());
    assert_eq!(output.await.unwrap().value, "new");
}

#[tokio::test]
async fn the_connection_that_was_unused_for_longest_makes_room() {
    let pool = Pool::new(PoolOptions { max_connections: 2, ..options() });
    let call = async |server: &str, tool: &str, seconds: u64| {
        let options = CallOptions { timeout: Some(Duration::from_secs(seconds)), ..CallOptions::default() };
        pool.call(&key(server), &odd("normal"), tool, object(json!({})), options).await.map_err(|error| error.kind)
    };
    for server in ["first", "second", "third"] {
        call(server, "echo", 60).await.unwrap();
    }
    eventually("an end", || {
        let lines = pool.logs(&key("first"), 0);
        lines.iter().any(|line| line.text.contains("has ended")).then_some(())
    })
    .await;
    // The two that are left are in use.
    let busy = async { tokio::join!(call("second", "never", 3), call("third", "never", 3)) };
    let refused = async {
        eventually("a call under way", || {
            let is_busy = |server| pool.logs(&key(server), 0).iter().any(|line| line.text.contains("under way"));
            (is_busy("second") && is_busy("third")).then_some(())
        })
        .await;
        assert_eq!(call("first", "echo", 60).await.unwrap_err(), Kind::Busy);
    };
    let (busy, ()) = tokio::join!(busy, refused);
    assert_eq!((busy.0.unwrap_err(), busy.1.unwrap_err()), (Kind::Timeout, Kind::Timeout));
    call("first", "echo", 60).await.unwrap();
}

#[tokio::test]
async fn tenants_share_no_connection_and_no_log() {
    let one = One::new(odd("normal"));
    one.call("echo", json!({})).await.unwrap();
    let other = ServerKey { tenant: TenantId::new("other").unwrap(), ..one.key.clone() };
    assert_eq!(one.pool.logs(&other, 0), []);
    one.pool.forget(&other.tenant, &other.server);
    assert_eq!(one.call("echo", json!({"text": "on"})).await.unwrap().value, "on");
    assert_eq!(one.log().matches("pid ").count(), 1);
}

#[tokio::test]
async fn a_start_that_fails_is_shared_by_those_that_wait_for_it() {
    let one = One::new(odd("exit"));
    let begun = std::time::Instant::now();
    let calls = (0..20).map(|_| one.call("echo", json!({})));
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.unwrap_err().kind, Kind::CannotStart);
    }
    let starts = one.log().matches("Stderr: the key").count();
    assert!(starts <= 3, "{starts}");
    // A guard: twenty starts with backoff would take minutes.
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn a_check_waits_for_no_backoff_and_a_short_call_gets_the_last_failure() {
    let one = One::new(odd("exit"));
    for _ in 0..5 {
        let error = one.pool.check(&one.key, &one.config).await.unwrap_err();
        assert_eq!(error.kind, Kind::CannotStart);
    }
    let short = CallOptions { timeout: Some(Duration::from_millis(100)), ..CallOptions::default() };
    let error = one.call_with("echo", json!({}), short).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::CannotStart, Sent::No), "{error}");
    assert!(error.retry_after.is_some() && error.message.contains("is wrong"), "{error}");
}
