//! Native tools that send requests.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use sluice_testing::{Script, ScriptedServer};
use sluice_tools::native::{MAX_HTTP_BODY_BYTES, NativeContext, NativeTool};
use sluice_tools::{Content, NetworkPolicy, Sent, ToolError, ToolErrorKind as Kind, ToolOutput};

use crate::support::{LONG, object};

async fn call(tool: NativeTool, arguments: Value) -> Result<ToolOutput, ToolError> {
    let context = NativeContext::new(NetworkPolicy::Anywhere, || SystemTime::UNIX_EPOCH);
    tool.call(object(arguments), &context, LONG).await
}

fn json_answer(body: &str) -> Script {
    Script::status(200).header("content-type", "application/json; charset=utf-8").with_length().bytes(body)
}

#[tokio::test]
async fn an_address_is_read() {
    let image = Script::status(200).header("content-type", "image/png").with_length().bytes([0xff, 0xd8]);
    let missing = Script::status(404).header("content-type", "text/plain").with_length().bytes("nothing");
    let server = ScriptedServer::start([json_answer("{\"a\": 1}"), image, missing]).await;
    let get = async || call(NativeTool::HttpGet, json!({"url": server.url(), "headers": {"x-key": "k"}})).await;
    let output = get().await.unwrap();
    assert_eq!((&output.value["status"], &output.value["body"]), (&json!(200), &json!({"a": 1})));
    assert_eq!(output.value["headers"]["content-type"], "application/json; charset=utf-8");
    let output = get().await.unwrap();
    assert_eq!(output.value["body"], Value::Null);
    assert_eq!(output.content, [Content::Image { data: "/9g=".into(), mime_type: "image/png".into() }]);
    let output = get().await.unwrap();
    assert_eq!((output.is_error, &output.value["body"]), (true, &json!("nothing")));
    assert_eq!(server.requests()[0].header("x-key"), Some("k"));
}

#[tokio::test]
async fn a_request_is_sent_with_its_body() {
    let server = ScriptedServer::start([json_answer("{}"), json_answer("{}")]).await;
    for body in [json!({"a": [1]}), json!("{\"b\": 2}")] {
        let arguments = json!({"method": "PUT", "url": format!("{}/x", server.url()), "body": body});
        call(NativeTool::HttpRequest, arguments).await.unwrap();
    }
    let requests = server.requests();
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("PUT", "/x"));
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!((&requests[0].body, &requests[1].body), (&json!({"a": [1]}), &json!({"b": 2})));
}

#[tokio::test]
async fn a_redirect_takes_no_headers_to_another_server() {
    let target = ScriptedServer::start([json_answer("{\"there\": true}")]).await;
    let redirect = || Script::status(302).header("location", target.url()).with_length();
    let server = ScriptedServer::start([redirect(), redirect(), redirect()]).await;
    let error = call(NativeTool::HttpGet, json!({"url": server.url(), "headers": {"x-key": "k"}})).await.unwrap_err();
    assert!(error.kind == Kind::Address && error.message.contains("redirects to"), "{error}");
    let error = call(NativeTool::HttpRequest, json!({"method": "POST", "url": server.url()})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::Address, Sent::Maybe), "{error}");
    assert_eq!(target.requests().len(), 0);
    let output = call(NativeTool::HttpGet, json!({"url": server.url()})).await.unwrap();
    assert_eq!(output.value["body"], json!({"there": true}));
}

#[tokio::test]
async fn wrong_addresses_and_headers_are_refused() {
    let context = NativeContext::new(NetworkPolicy::PublicOnly, || SystemTime::UNIX_EPOCH);
    for url in ["ftp://a.test", "no url", "http://10.0.0.1", "http://localhost:1/", "http://key:word@a.test/"] {
        let arguments = object(json!({"url": url}));
        let error = NativeTool::HttpGet.call(arguments, &context, LONG).await.unwrap_err();
        assert_eq!(error.kind, Kind::Address, "{url}: {error}");
    }
    for headers in [json!({"host": "a"}), json!({"no header": "a"}), json!({"x": "a\nb"})] {
        let arguments = json!({"url": "http://127.0.0.1:1/", "headers": headers});
        let error = call(NativeTool::HttpGet, arguments).await.unwrap_err();
        assert_eq!((error.kind, error.pointer.as_deref()), (Kind::InvalidArguments, Some("/headers")), "{error}");
    }
}

#[tokio::test]
async fn an_answer_is_bounded_in_length_and_time() {
    let endless = Script::status(200).repeat("x".repeat(65_536));
    let at_limit = Script::status(200).with_length().bytes("x".repeat(MAX_HTTP_BODY_BYTES));
    let server = ScriptedServer::start([endless, at_limit, Script::status(200).silence()]).await;
    let error = call(NativeTool::HttpGet, json!({"url": server.url()})).await.unwrap_err();
    assert_eq!((error.kind, error.sent), (Kind::TooLarge, Sent::Maybe), "{error}");
    let output = call(NativeTool::HttpGet, json!({"url": server.url()})).await.unwrap();
    assert_eq!(output.value["body"].as_str().unwrap().len(), MAX_HTTP_BODY_BYTES);
    let context = NativeContext::new(NetworkPolicy::Anywhere, || SystemTime::UNIX_EPOCH);
    let arguments = object(json!({"url": server.url()}));
    let late = NativeTool::HttpGet.call(arguments, &context, Duration::from_millis(300)).await.unwrap_err();
    assert_eq!((late.kind, late.sent), (Kind::Timeout, Sent::Maybe), "{late}");
}
