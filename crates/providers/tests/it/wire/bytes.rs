//! Calling providers: against answers written down byte by byte, for what aimock does not do: a cut that looks like
//! an end, a torn frame, an error inside a stream, every count, a redirect.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use sluice_providers::{MAX_FRAME_BYTES, MAX_LIST_BYTES, ModelCall, ProviderErrorKind as Kind};
use sluice_types::TokenUsage;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{KEY, PROTOCOLS, call, client, listen};
use crate::aimock;

/// How long an answer without an end may be read before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves one connection with exactly these bytes, then closes it in good order.
async fn canned(answer: String) -> String {
    serve(answer, true).await
}

/// Serves one connection with exactly these bytes, then says nothing until the other side hangs up.
async fn stalled(answer: String) -> String {
    serve(answer, false).await
}

/// Serves one connection with the beginning of an answer, then with `more` again and again.
async fn endless(beginning: String, more: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 64 * 1024];
        let _ = socket.read(&mut request).await;
        let _ = socket.write_all(beginning.as_bytes()).await;
        let more = more.repeat(4096);
        // The other side hangs up.
        while socket.write_all(more.as_bytes()).await.is_ok() {}
    });
    url
}

async fn serve(answer: String, closes: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 64 * 1024];
        let _ = socket.read(&mut request).await;
        let _ = socket.write_all(answer.as_bytes()).await;
        if closes {
            let _ = socket.shutdown().await;
        }
        let _ = socket.read(&mut request).await;
    });
    url
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{body}")
}

/// One frame of each protocol that says "Hello", as its provider sends it.
fn hello(provider: &str, model: &str) -> String {
    let frame = match (provider, model) {
        ("anthropic", _) => {
            let start = json!({"type": "message_start", "message": {"usage": {"input_tokens": 4, "output_tokens": 1,
                "cache_read_input_tokens": 10, "cache_creation_input_tokens": 6}}});
            let delta =
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}});
            return format!("event: message_start\ndata: {start}\n\nevent: content_block_delta\ndata: {delta}\n\n");
        }
        ("openai", "gpt-5-pro") => {
            json!({"type": "response.output_text.delta", "output_index": 0, "delta": "Hello"})
        }
        ("google", _) => {
            json!({"candidates": [{"content": {"parts": [{"text": "Hello"}], "role": "model"}}]})
        }
        ("ollama", _) => {
            return format!("{}\n", json!({"message": {"role": "assistant", "content": "Hello"}, "done": false}));
        }
        _ => {
            json!({"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": null}]})
        }
    };
    format!("data: {frame}\n\n")
}

fn frame(provider: &str, event: &str, data: &Value) -> String {
    match provider {
        "ollama" => format!("{data}\n"),
        _ => format!("event: {event}\ndata: {data}\n\n"),
    }
}

#[tokio::test]
async fn a_cut_that_looks_like_an_end_is_a_broken_stream() {
    for (provider, model) in PROTOCOLS {
        let url = canned(ok(&hello(provider, model))).await;
        let heard = listen(call(provider, model, "hello", &url)).await;
        assert_eq!(heard.text(), "Hello", "{model}");
        assert_eq!(heard.error().kind, Kind::BrokenStream, "{model}: {:?}", heard.end);
    }
    let early = format!("{}data: [DONE]\n\n", hello("openai", "gpt-5-mini"));
    let heard = listen(call("openai", "gpt-5-mini", "hello", &canned(ok(&early)).await)).await;
    assert_eq!(heard.error().kind, Kind::BrokenStream, "an end without a reason: {:?}", heard.end);
}

#[tokio::test]
async fn silence_during_the_answer_times_out() {
    for (provider, model) in PROTOCOLS {
        let url = stalled(ok(&hello(provider, model))).await;
        let call = ModelCall { idle_timeout: Duration::from_millis(300), ..call(provider, model, "hello", &url) };
        let heard = listen(call).await;
        assert_eq!(heard.text(), "Hello", "{model}");
        assert_eq!(heard.error().kind, Kind::Timeout, "{model}: {:?}", heard.end);
    }
}

#[tokio::test]
async fn a_piece_that_is_not_json_is_a_broken_stream() {
    for (provider, model) in PROTOCOLS {
        let torn = match provider {
            "ollama" => "{\"message\": {\"content\": \"torn\n".to_owned(),
            _ => "event: content_block_delta\ndata: {\"torn\": \n\n".to_owned(),
        };
        let url = canned(ok(&format!("{}{torn}{}", hello(provider, model), hello(provider, model)))).await;
        let heard = listen(call(provider, model, "hello", &url)).await;
        assert_eq!(heard.text(), "Hello", "{model}");
        assert_eq!(heard.error().kind, Kind::BrokenStream, "{model}: {:?}", heard.end);
    }
}

#[tokio::test]
async fn an_error_inside_the_stream_keeps_its_kind() {
    let table = [
        (
            "anthropic",
            "claude-sonnet-4-5",
            "error",
            json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
            Kind::Overloaded,
        ),
        (
            "openai",
            "gpt-5-mini",
            "message",
            json!({"error": {"type": "server_error", "message": "The server had an error"}}),
            Kind::ServerError,
        ),
        (
            "openai",
            "gpt-5-pro",
            "response.failed",
            json!({"type": "response.failed", "response": {"id": "r", "status": "failed", "output": [],
                "error": {"code": "rate_limit_exceeded", "message": "slow down"}}}),
            Kind::RateLimited,
        ),
        (
            "openai_compatible",
            "some-model",
            "message",
            json!({"error": {"code": 429, "message": "upstream is busy"}, "choices": []}),
            Kind::RateLimited,
        ),
        (
            "google",
            "gemini-2.5-flash",
            "message",
            json!({"error": {"code": 503, "status": "UNAVAILABLE", "message": "The model is overloaded."}}),
            Kind::Overloaded,
        ),
        (
            "google",
            "gemini-2.5-flash",
            "message",
            json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
            Kind::BadRequest,
        ),
        ("ollama", "llama3.2", "", json!({"error": "llama runner process has terminated"}), Kind::ServerError),
    ];
    for (provider, model, event, data, kind) in table {
        let url = canned(ok(&format!("{}{}", hello(provider, model), frame(provider, event, &data)))).await;
        let heard = listen(call(provider, model, "hello", &url)).await;
        assert_eq!(heard.text(), "Hello", "{model}");
        assert_eq!(heard.error().kind, kind, "{model}: {:?}", heard.end);
    }
}

/// How each provider ends an answer to a prompt of 20 tokens, 10 of them cached, in 9 tokens, 5 of them thoughts.
const ENDINGS: &[(&str, &str, &str)] = &[
    (
        "anthropic",
        "claude-sonnet-4-5",
        r#"event: message_delta
data: {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}

event: message_stop
data: {"type": "message_stop"}

"#,
    ),
    (
        "openai",
        "gpt-5-mini",
        r#"data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}

data: {"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29,
data: "prompt_tokens_details": {"cached_tokens": 10}, "completion_tokens_details": {"reasoning_tokens": 5}}}

data: [DONE]

"#,
    ),
    (
        "openai",
        "gpt-5-pro",
        r#"event: response.completed
data: {"type": "response.completed", "response": {"id": "r", "model": "m", "status": "completed", "output": [],
data: "usage": {"input_tokens": 20, "output_tokens": 9, "total_tokens": 29, "input_tokens_details":
data: {"cached_tokens": 10}, "output_tokens_details": {"reasoning_tokens": 5}}}}

"#,
    ),
    (
        "google",
        "gemini-2.5-flash",
        r#"data: {"usageMetadata": {"promptTokenCount": 20}}

data: {"candidates": [{"content": {"parts": [{"text": ""}]}, "finishReason": "STOP"}],
data: "usageMetadata": {"promptTokenCount": 20, "cachedContentTokenCount": 10, "candidatesTokenCount": 4,
data: "thoughtsTokenCount": 5, "totalTokenCount": 29}}

"#,
    ),
    (
        "ollama",
        "llama3.2",
        r#"{"message": {"content": ""}, "done": true, "prompt_eval_count": 20, "eval_count": 9, "prompt_eval_cached_count": 10}
"#,
    ),
];

#[tokio::test]
async fn counts_are_read_as_each_provider_means_them() {
    for &(provider, model, ending) in ENDINGS {
        let url = canned(ok(&format!("{}{ending}", hello(provider, model)))).await;
        let heard = listen(call(provider, model, "hello", &url)).await;
        assert_eq!(heard.text(), "Hello", "{model}");
        let counted = TokenUsage {
            input_tokens: 20,
            output_tokens: 9,
            cached_input_tokens: 10,
            cache_write_tokens: if provider == "anthropic" { 6 } else { 0 },
            reasoning_tokens: if matches!(provider, "anthropic" | "ollama") { 0 } else { 5 },
        };
        assert_eq!(heard.end, Ok(counted), "{model}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let url = canned("HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".into()).await;
    let heard = listen(call("openai", "gpt-5-mini", "hello", &url)).await;
    assert_eq!((heard.error().kind, heard.error().status), (Kind::BadRequest, Some(307)));
}

#[tokio::test]
async fn keys_are_checked_without_a_call() {
    for provider in ["anthropic", "openai", "google", "ollama", "openai_compatible"] {
        let list = json!({"data": [], "models": []}).to_string();
        let good = canned(ok(&list)).await;
        let key = SecretString::from(KEY);
        assert_eq!(client().check(provider, Some(&key), Some(&good)).await, Ok(()), "{provider}");

        let refused = json!({"error": {"message": format!("no {KEY}")}}).to_string();
        let bad = canned(format!("HTTP/1.1 401 No\r\nconnection: close\r\n\r\n{refused}")).await;
        let error = client().check(provider, Some(&key), Some(&bad)).await.unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (Kind::Unauthorized, "no [redacted]"), "{provider}");

        let page = canned(ok("<html>a home page</html>")).await;
        let error = client().check(provider, Some(&key), Some(&page)).await.unwrap_err();
        assert_eq!(error.kind, Kind::BadRequest, "{provider}");
    }
    let key = SecretString::from(KEY);
    assert_eq!(client().check("openai", Some(&key), Some(aimock::url())).await, Ok(()));
    assert_eq!(client().check("ollama", None, Some(aimock::url())).await, Ok(()));
    let error = client().check("openai", None, Some(aimock::url())).await.unwrap_err();
    assert_eq!(error.kind, Kind::MissingKey);
}

#[tokio::test]
async fn a_frame_has_a_longest_length() {
    let answer = |bytes: usize| {
        let around = json!({"choices": [], "padding": ""}).to_string().len();
        let long = json!({"choices": [], "padding": "x".repeat(bytes - around)});
        ok(&format!("{}data: {long}\n\n{}", hello("openai", "gpt-5-mini"), ENDINGS[1].2))
    };
    let hear = async |bytes| listen(call("openai", "gpt-5-mini", "hello", &canned(answer(bytes)).await)).await.end;
    assert!(hear(MAX_FRAME_BYTES).await.is_ok());
    let error = hear(MAX_FRAME_BYTES + 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::BrokenStream, "{error:?}");
    assert!(error.message.contains("longer than"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_reads_bodies_up_to_a_limit() {
    let key = SecretString::from(KEY);
    let check = async |url: String| {
        let checked = client();
        let checked = checked.check("openai", Some(&key), Some(&url));
        tokio::time::timeout(PATIENCE, checked).await.expect("the body is not read to its end").unwrap_err()
    };
    let error = check(endless("HTTP/1.1 400 No\r\nconnection: close\r\n\r\n".into(), " ").await).await;
    assert_eq!((error.kind, error.status), (Kind::BadRequest, Some(400)));
    let error = check(endless(ok(""), " ").await).await;
    assert_eq!(error.kind, Kind::BadRequest, "{error:?}");

    let list = |bytes: usize| {
        let around = json!({"data": [""]}).to_string().len();
        json!({"data": ["x".repeat(bytes - around)]}).to_string()
    };
    let whole = canned(ok(&list(MAX_LIST_BYTES))).await;
    assert_eq!(client().check("openai", Some(&key), Some(&whole)).await, Ok(()));
    let cut = canned(ok(&list(MAX_LIST_BYTES + 1))).await;
    assert_eq!(client().check("openai", Some(&key), Some(&cut)).await.unwrap_err().kind, Kind::BadRequest);
}

#[tokio::test]
async fn an_answer_that_is_no_providers_error_is_not_relayed() {
    let secret = "root:x:0:0 token=abcd1234";
    let refusal = format!("HTTP/1.1 400 No\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n{secret}");
    let checked = client().check("openai_compatible", None, Some(&canned(refusal.clone()).await)).await.unwrap_err();
    let heard = listen(call("openai_compatible", "m", "hello", &canned(refusal).await)).await;
    for error in [&checked, heard.error()] {
        assert!(error.message.starts_with("the address answered 400 with text/plain"), "{error:?}");
        assert!(!error.message.contains("token"), "{error:?}");
    }
}
