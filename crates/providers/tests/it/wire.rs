//! Calling providers: against aimock, which speaks every protocol and fails on demand. What it does not do, such as
//! an error inside a stream, is in `bytes`.

mod bytes;

use std::time::{Duration, SystemTime};

use futures_util::StreamExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use sluice_providers::{Client, Finish, ModelCall, ModelEvent, ProviderError, ProviderErrorKind as Kind};
use sluice_types::TokenUsage;

use sluice_testing::aimock;

/// Every protocol, as the provider and model that lead to it. The last is Ollama's own one.
const PROTOCOLS: [(&str, &str); 6] = [
    ("anthropic", "claude-sonnet-4-5"),
    ("openai", "gpt-5-mini"),
    ("openai", "gpt-5-pro"),
    ("openai_compatible", "some-model"),
    ("google", "gemini-2.5-flash"),
    ("ollama", "llama3.2"),
];

const KEY: &str = "sk-test-key";

fn client() -> Client {
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    Client::new(http.build().unwrap(), || SystemTime::UNIX_EPOCH)
}

pub fn call(provider: &str, model: &str, prompt: &str, base_url: &str) -> ModelCall {
    ModelCall {
        system: Some("Be brief.".into()),
        max_tokens: Some(256),
        api_key: Some(SecretString::from(KEY)),
        base_url: Some(base_url.into()),
        idle_timeout: Duration::from_secs(20),
        ..ModelCall::new(provider, model, prompt)
    }
}

/// What was heard: the pieces of text, and how it ended.
struct Heard {
    pieces: Vec<String>,
    end: Result<TokenUsage, ProviderError>,
}

impl Heard {
    fn text(&self) -> String {
        self.pieces.concat()
    }

    fn error(&self) -> &ProviderError {
        self.end.as_ref().expect_err("the call should fail")
    }
}

async fn listen(call: ModelCall) -> Heard {
    let mut pieces = Vec::new();
    let mut stream = match client().stream(call).await {
        Ok(stream) => stream,
        Err(error) => {
            return Heard { pieces, end: Err(error) };
        }
    };
    let end = loop {
        match stream.next().await.expect("a stream ends with Finished or an error") {
            Ok(ModelEvent::Text(piece)) => pieces.push(piece),
            Ok(ModelEvent::Finished(finish)) => break Ok(finish.usage.unwrap_or_default()),
            Ok(_) => {}
            Err(error) => break Err(error),
        }
    };
    assert!(stream.next().await.is_none(), "nothing follows the end");
    Heard { pieces, end }
}

/// The text and the end of a call.
pub async fn hear(call: ModelCall) -> (String, Result<Finish, ProviderError>) {
    let mut text = String::new();
    let mut stream = match client().stream(call).await {
        Ok(stream) => stream,
        Err(error) => return (text, Err(error)),
    };
    loop {
        match stream.next().await.expect("a stream ends with Finished or an error") {
            Ok(ModelEvent::Text(piece)) => text.push_str(&piece),
            Ok(ModelEvent::Finished(finish)) => return (text, Ok(finish)),
            Ok(_) => {}
            Err(error) => return (text, Err(error)),
        }
    }
}

#[tokio::test]
async fn an_answer_arrives_whole_and_in_pieces() {
    for (provider, model) in PROTOCOLS {
        let heard = listen(call(provider, model, "answer in full", aimock::url())).await;
        assert_eq!(heard.text(), "Water flows downhill; ünïcödé and 🌊 survive the trip.", "{model}");
        assert!(heard.pieces.len() > 2, "{model}: {:?}", heard.pieces);
        // aimock counts nothing for Ollama; see `counts_are_read_as_each_provider_means_them`.
        let (input_tokens, output_tokens) = if provider == "ollama" { (0, 0) } else { (21, 9) };
        let counted = TokenUsage { input_tokens, output_tokens, cached_input_tokens: 0, ..TokenUsage::default() };
        assert_eq!(heard.end, Ok(counted), "{model}");
    }
}

#[tokio::test]
async fn an_answer_cut_at_max_tokens_is_finished() {
    for (provider, model) in PROTOCOLS {
        let heard = listen(call(provider, model, "answer at length", aimock::url())).await;
        assert_eq!(heard.text(), "This answer stops where the limit", "{model}");
        assert!(heard.end.is_ok(), "{model}: {:?}", heard.end);
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let table = [
        ("refuse the key", Kind::Unauthorized, 401, None),
        ("limit the rate", Kind::RateLimited, 429, Some(Duration::from_secs(7))),
        ("fail", Kind::ServerError, 500, None),
        ("be overloaded", Kind::Overloaded, 529, None),
        ("know no model", Kind::ModelNotFound, 404, None),
    ];
    for (provider, model) in PROTOCOLS {
        for (prompt, kind, status, retry_after) in table {
            let heard = listen(call(provider, model, prompt, aimock::url())).await;
            let error = heard.error();
            assert_eq!(error.kind, kind, "{model}: {error:?}");
            assert_eq!(error.status, Some(status), "{model}");
            assert_eq!(error.retry_after, retry_after, "{model}");
            assert!(!error.message.contains(KEY), "{model}: {}", error.message);
        }
    }
}

#[tokio::test]
async fn a_message_repeats_the_provider_without_the_key() {
    let heard = listen(call("anthropic", "claude-sonnet-4-5", "refuse the key", aimock::url())).await;
    assert_eq!(heard.error().message, "the key [redacted] is not valid");
}

#[tokio::test]
async fn a_connection_cut_during_the_answer_is_a_broken_stream() {
    let whole = "One two three four five six seven eight nine ten eleven twelve.";
    for (provider, model) in PROTOCOLS {
        let heard = listen(call(provider, model, "break off", aimock::url())).await;
        assert_eq!(heard.error().kind, Kind::BrokenStream, "{model}: {:?}", heard.end);
        assert!(!heard.text().is_empty(), "{model}: the text before the cut is lost");
        assert!(whole.starts_with(&heard.text()) && heard.text() != whole, "{model}: {}", heard.text());
    }
}

#[tokio::test]
async fn nonsense_is_a_broken_stream() {
    for (provider, model) in PROTOCOLS {
        let heard = listen(call(provider, model, "write nonsense", aimock::url())).await;
        assert_eq!(heard.error().kind, Kind::BrokenStream, "{model}: {:?}", heard.end);
    }
}

#[tokio::test]
async fn a_connection_closed_before_any_answer_is_unreachable() {
    for (provider, model) in PROTOCOLS {
        let heard = listen(call(provider, model, "hang up", aimock::url())).await;
        assert_eq!(heard.error().kind, Kind::Unreachable, "{model}: {:?}", heard.end);
    }
    let heard = listen(call("openai", "gpt-5-mini", "hello", "http://127.0.0.1:1")).await;
    assert_eq!(heard.error().kind, Kind::Unreachable, "{:?}", heard.end);
}

#[tokio::test]
async fn silence_times_out() {
    for (provider, model) in PROTOCOLS {
        let patience = Duration::from_millis(300);
        let call = ModelCall { idle_timeout: patience, ..call(provider, model, "keep silent", aimock::url()) };
        let heard = listen(call).await;
        assert_eq!(heard.error().kind, Kind::Timeout, "{model}: {:?}", heard.end);
    }
}

#[tokio::test]
async fn requests_say_what_the_call_says() {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}},
        "required": ["city"], "additionalProperties": false});
    // Each name once, so that each request is found by its model. aimock names the limits of all protocols alike.
    let table = [
        ("openai", "gpt-5-mini-high", "/v1/chat/completions", "/max_completion_tokens"),
        ("openai_compatible", "mistral-medium", "/v1/chat/completions", "/max_tokens"),
        ("openai", "house-model-pro", "/v1/responses", "/max_tokens"),
        ("ollama", "qwen-max", "/api/chat", "/max_tokens"),
        ("anthropic", "house-model-low", "/v1/messages", "/max_tokens"),
        ("google", "gemini-x-high", "/v1beta/models/gemini-x-high:streamGenerateContent", "/max_tokens"),
    ];
    for (provider, model, path, limit) in table {
        let call = ModelCall {
            output_schema: Some(schema.clone()),
            temperature: Some(0.5),
            ..call(provider, model, "answer in full", aimock::url())
        };
        assert!(listen(call).await.end.is_ok(), "{model}");
        let request = journal(model).await;
        let at = |pointer: &str| request.pointer(pointer).cloned().unwrap_or_default();
        assert!(at("/path").as_str().unwrap().starts_with(path), "{model}: {request}");
        assert_eq!(at(&format!("/body{limit}")), 256, "{model}: {request}");
        assert_eq!(at("/body/temperature"), 0.5, "{model}");
        assert_eq!(at("/body/reasoning_effort"), Value::Null, "{model}");
        let messages = at("/body/messages");
        assert_eq!(messages[0]["content"], "Be brief.", "{model}");
        assert_eq!(messages[1]["content"], "answer in full", "{model}");
        if path == "/v1/chat/completions" {
            assert_eq!(at("/body/response_format/json_schema/schema"), schema, "{model}");
        }
    }
}

/// aimock's record of the only request for `model`.
async fn journal(model: &str) -> Value {
    let url = format!("{}/__aimock/journal?limit=1000", aimock::url());
    let entries: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let is_it = |entry: &&Value| entry["body"]["model"] == model;
    entries.as_array().unwrap().iter().find(is_it).cloned().expect("the request is on record")
}

#[tokio::test]
async fn a_key_is_needed_where_the_provider_wants_one() {
    for (provider, model) in PROTOCOLS {
        let without = ModelCall { api_key: None, ..call(provider, model, "answer in full", aimock::url()) };
        let heard = listen(without).await;
        match provider {
            "ollama" | "openai_compatible" => {
                assert!(heard.end.is_ok(), "{model}: {:?}", heard.end);
            }
            _ => assert_eq!(heard.error().kind, Kind::MissingKey, "{model}"),
        }
    }
}
