//! Calling providers: against answers written down byte by byte, for what aimock does not do: a cut that looks like
//! an end, a torn frame, an error inside a stream, every count.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use sluice_providers::{MAX_FRAME_BYTES, MAX_LIST_BYTES, ModelCall, ProviderErrorKind as Kind};
use sluice_testing::{Script, ScriptedServer};
use sluice_types::TokenUsage;

use super::{KEY, PROTOCOLS, call, client, listen};
use sluice_testing::aimock;

/// How long an answer without an end may be read before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that answers once.
async fn serve(script: Script) -> ScriptedServer {
    ScriptedServer::start([script]).await
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
        let server = serve(Script::ok().bytes(hello(provider, model))).await;
        let heard = listen(call(provider, model, "hello", server.url())).await;
        assert_eq!(heard.text(), "Hello", "{model}");
        assert_eq!(heard.error().kind, Kind::BrokenStream, "{model}: {:?}", heard.end);
    }
    let marked = format!("{}data: [DONE]\n\n", hello("openai", "gpt-5-mini"));
    let server = serve(Script::ok().bytes(marked)).await;
    let heard = listen(call("openai", "gpt-5-mini", "hello", server.url())).await;
    assert!(heard.end.is_ok(), "an end marker without a reason: {:?}", heard.end);
}

#[tokio::test]
async fn silence_during_the_answer_times_out() {
    for (provider, model) in PROTOCOLS {
        let server = serve(Script::ok().bytes(hello(provider, model)).silence()).await;
        let call =
            ModelCall { idle_timeout: Duration::from_millis(300), ..call(provider, model, "hello", server.url()) };
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
        let hello = hello(provider, model);
        let server = serve(Script::ok().bytes(format!("{hello}{torn}{hello}"))).await;
        let heard = listen(call(provider, model, "hello", server.url())).await;
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
        let server = serve(Script::ok().bytes(hello(provider, model) + &frame(provider, event, &data))).await;
        let heard = listen(call(provider, model, "hello", server.url())).await;
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
        let server = serve(Script::ok().bytes(hello(provider, model) + ending)).await;
        let heard = listen(call(provider, model, "hello", server.url())).await;
        assert_eq!(heard.text(), "Hello", "{model}");
        let (cache_write_tokens, reasoning_tokens) = match provider {
            "anthropic" => (6, 0),
            "ollama" => (0, 0),
            _ => (0, 5),
        };
        let (input_tokens, output_tokens, cached_input_tokens) = (20, 9, 10);
        let counted =
            TokenUsage { input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens };
        assert_eq!(heard.end, Ok(counted), "{model}");
    }
}

#[tokio::test]
async fn keys_are_checked_without_a_call() {
    for provider in ["anthropic", "openai", "google", "ollama", "openai_compatible"] {
        let list = json!({"data": [], "models": []}).to_string();
        let refused = json!({"error": {"message": format!("no {KEY}")}}).to_string();
        let server = ScriptedServer::start([
            Script::ok().bytes(list),
            Script::status(401).bytes(refused),
            Script::ok().bytes("<html>a home page</html>"),
        ])
        .await;
        let key = SecretString::from(KEY);
        let check = || async { client().check(provider, Some(&key), Some(server.url())).await };
        assert_eq!(check().await, Ok(()), "{provider}");
        let error = check().await.unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (Kind::Unauthorized, "no [redacted]"), "{provider}");
        assert_eq!(check().await.unwrap_err().kind, Kind::BadRequest, "{provider}");
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
        Script::ok().bytes(format!("{}data: {long}\n\n{}", hello("openai", "gpt-5-mini"), ENDINGS[1].2))
    };
    let hear = async |bytes| {
        let server = serve(answer(bytes)).await;
        listen(call("openai", "gpt-5-mini", "hello", server.url())).await.end
    };
    assert!(hear(MAX_FRAME_BYTES).await.is_ok());
    let error = hear(MAX_FRAME_BYTES + 1).await.unwrap_err();
    assert_eq!(error.kind, Kind::BrokenStream, "{error:?}");
    assert!(error.message.contains("longer than"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_reads_bodies_up_to_a_limit() {
    let key = SecretString::from(KEY);
    let check = async |script: Script| {
        let server = serve(script).await;
        let client = client();
        let checked = client.check("openai", Some(&key), Some(server.url()));
        tokio::time::timeout(PATIENCE, checked).await.expect("the body is not read to its end")
    };
    let spaces = " ".repeat(4096);
    let error = check(Script::status(400).repeat(spaces.clone())).await.unwrap_err();
    assert_eq!((error.kind, error.status), (Kind::BadRequest, Some(400)));
    let error = check(Script::ok().repeat(spaces)).await.unwrap_err();
    assert_eq!(error.kind, Kind::BadRequest, "{error:?}");

    let list = |bytes: usize| {
        let around = json!({"data": [""]}).to_string().len();
        Script::ok().bytes(json!({"data": ["x".repeat(bytes - around)]}).to_string())
    };
    assert_eq!(check(list(MAX_LIST_BYTES)).await, Ok(()));
    assert_eq!(check(list(MAX_LIST_BYTES + 1)).await.unwrap_err().kind, Kind::BadRequest);
}

#[tokio::test]
async fn an_answer_that_is_no_providers_error_is_not_relayed() {
    let secret = "root:x:0:0 token=abcd1234";
    let refusal = Script::status(400).header("content-type", "text/plain").bytes(secret);
    let server = ScriptedServer::start([refusal.clone(), refusal]).await;
    let checked = client().check("openai_compatible", None, Some(server.url())).await.unwrap_err();
    let heard = listen(call("openai_compatible", "m", "hello", server.url())).await;
    for error in [&checked, heard.error()] {
        assert!(error.message.starts_with("the address answered 400 with text/plain"), "{error:?}");
        assert!(!error.message.contains("token"), "{error:?}");
    }
}
