//! The client against a server that answers by a script: which requests a call sends, and how it bears connections
//! that break.

mod forms;
mod pauses;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use sluice_providers::{
    AssistantMessage, Client, Message, ModelCall, ModelEvent, NetworkPolicy, ProviderError, ProviderErrorKind as Kind,
    ToolCall,
};
use sluice_testing::{Script, ScriptedServer};
use sluice_types::{FinishReason, TokenUsage};
use tokio::sync::Notify;

use crate::answers::events;

/// How long a test waits before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

fn client() -> Client {
    Client::new(NetworkPolicy::Anywhere.client().unwrap(), || SystemTime::UNIX_EPOCH)
}

fn call(server: &ScriptedServer, provider: &str) -> ModelCall {
    let model = match provider {
        "anthropic" => "claude-sonnet-4-5",
        "google" => "gemini-2.5-flash",
        _ => "some-model",
    };
    ModelCall {
        api_key: Some(SecretString::from("sk-test")),
        base_url: Some(server.url().to_owned()),
        idle_timeout: PATIENCE,
        ..ModelCall::new(provider, model, "hello")
    }
}

/// What was heard of a call.
#[derive(Debug, Default)]
struct Heard {
    notes: Vec<String>,
    text: String,
    end: Option<Result<(FinishReason, Option<TokenUsage>), ProviderError>>,
}

impl Heard {
    fn add(&mut self, event: Result<ModelEvent, ProviderError>) {
        match event {
            Ok(ModelEvent::Note(note)) => self.notes.push(note),
            Ok(ModelEvent::Text(piece)) => self.text.push_str(&piece),
            Ok(ModelEvent::Finished(finish)) => self.end = Some(Ok((finish.reason, finish.usage))),
            Ok(_) => {}
            Err(error) => self.end = Some(Err(error)),
        }
    }

    /// The text of an answer that ended well.
    fn text(&self) -> &str {
        assert!(matches!(self.end, Some(Ok(_))), "{self:?}");
        &self.text
    }

    fn error(&self) -> &ProviderError {
        let end = self.end.as_ref().expect("the stream has an end");
        end.as_ref().expect_err("the call should fail")
    }
}

async fn listen(client: &Client, call: ModelCall) -> Heard {
    let mut heard = Heard::default();
    let listen = async {
        match client.stream(call).await {
            Ok(mut stream) => {
                while let Some(event) = stream.next().await {
                    heard.add(event);
                }
            }
            Err(error) => heard.add(Err(error)),
        }
    };
    tokio::time::timeout(PATIENCE, listen).await.expect("the call should end");
    heard
}

fn piece(text: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
}

fn stop() -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
}

/// A chat completion that says this.
fn says(text: &str) -> Script {
    Script::ok().bytes(events(&[piece(text), stop()]) + "data: [DONE]\n\n")
}

/// A refusal of a request, as OpenAI words it.
fn refuses(message: &str, parameter: Option<&str>) -> Script {
    let error = json!({"error": {"message": message, "type": "invalid_request_error", "param": parameter}});
    Script::status(400).header("content-type", "application/json").bytes(error.to_string())
}

#[tokio::test]
async fn an_answer_that_told_why_it_ends_needs_no_orderly_end() {
    let told = events(&[piece("Hello"), stop()]);
    let untold = events(&[piece("Hello")]);
    let gemini = |reason: &str| {
        let candidate = json!({"content": {"parts": [{"text": "Hello"}]}, "finishReason": reason});
        events(&[json!({"candidates": [candidate]})])
    };
    let broken = [("openai_compatible", &untold), ("google", &gemini("STOP"))];
    let server =
        ScriptedServer::start([Script::ok().chunked().bytes(told.clone()).cut(), Script::ok().bytes(told).silence()])
            .await;
    for way in ["cut", "silent"] {
        let call = ModelCall { idle_timeout: Duration::from_millis(300), ..call(&server, "openai_compatible") };
        assert_eq!(listen(&client(), call).await.text(), "Hello", "{way}");
    }
    for (provider, body) in broken {
        let cut = Script::ok().chunked().bytes(body.clone()).cut();
        let server = ScriptedServer::start([cut, Script::ok().bytes(body.clone()).silence()]).await;
        for kind in [Kind::BrokenStream, Kind::Timeout] {
            let call = ModelCall { idle_timeout: Duration::from_millis(300), ..call(&server, provider) };
            let heard = listen(&client(), call).await;
            assert_eq!((heard.text.as_str(), heard.error().kind), ("Hello", kind), "{provider}");
        }
    }
}

#[tokio::test]
async fn a_cut_at_any_byte_is_no_other_answer() {
    let body = events(&[piece("Hel"), piece("lo"), stop()]);
    let scripts = (0..body.len()).map(|at| Script::ok().with_length().bytes(&body[..at]).cut().bytes(&body[at..]));
    let server = ScriptedServer::start(scripts).await;
    let client = client();
    let told = body.len() - "\n".len();
    for at in 0..body.len() {
        let heard = listen(&client, call(&server, "openai_compatible")).await;
        match &heard.end {
            Some(Ok(_)) => assert!(heard.text == "Hello" && at >= told, "cut at byte {at}: {heard:?}"),
            end => assert!(end.is_some() && at <= told, "cut at byte {at}: {heard:?}"),
        }
    }
}

#[tokio::test]
async fn pieces_are_told_as_they_come() {
    let gate = Arc::new(Notify::new());
    let script = Script::ok().bytes(events(&[piece("Hel")])).pause(&gate).bytes(events(&[piece("lo"), stop()]));
    let server = ScriptedServer::start([script]).await;
    let mut stream = client().stream(call(&server, "openai_compatible")).await.unwrap();
    assert_eq!(stream.next().await, Some(Ok(ModelEvent::Text("Hel".into()))), "while the server waits");
    gate.notify_one();
    assert_eq!(stream.next().await, Some(Ok(ModelEvent::Text("lo".into()))));
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let body = events(&[piece("Hello"), stop()]) + "data: [DONE]\n\n";
    let server = ScriptedServer::start([
        Script::ok().with_length().bytes(body.clone()),
        Script::ok().chunked().bytes(body.clone()),
        Script::ok().with_length().bytes(body),
    ])
    .await;
    let client = client();
    for _ in 0..3 {
        assert_eq!(listen(&client, call(&server, "openai_compatible")).await.text(), "Hello");
    }
    let connections: Vec<usize> = server.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [0, 0, 0]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = ScriptedServer::start([says("from elsewhere")]).await;
    let server = ScriptedServer::start([Script::status(307).header("location", elsewhere.url())]).await;
    let heard = listen(&client(), call(&server, "openai_compatible")).await;
    assert_eq!((heard.error().kind, heard.error().status), (Kind::BadRequest, Some(307)));
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_without_an_end_is_read_up_to_a_limit() {
    let server = ScriptedServer::start([Script::status(503).repeat(" ".repeat(4096))]).await;
    let heard = listen(&client(), call(&server, "openai_compatible")).await;
    assert_eq!((heard.error().kind, heard.error().status), (Kind::Overloaded, Some(503)));
}

#[tokio::test]
async fn compression_is_neither_asked_for_nor_undone() {
    let server =
        ScriptedServer::start([Script::ok().header("content-encoding", "gzip").bytes("\x1f\u{8b} a bomb")]).await;
    let heard = listen(&client(), call(&server, "openai_compatible")).await;
    assert_eq!(heard.error().kind, Kind::BrokenStream, "{heard:?}");
    assert_eq!(server.requests()[0].header("accept-encoding"), None);
}

#[tokio::test]
async fn parts_of_another_provider_do_not_go_back() {
    let parts = [
        ("anthropic", json!({"type": "thinking", "thinking": "mine", "signature": "s"})),
        ("google", json!({"text": "mine", "thought": true, "thoughtSignature": "s"})),
        ("ollama", json!({"type": "ollama_thinking", "thinking": "mine"})),
        ("openai", json!({"type": "reasoning", "id": "mine", "summary": [], "encrypted_content": "s"})),
    ];
    for provider in ["anthropic", "google", "ollama", "openai", "openai_compatible"] {
        let server = ScriptedServer::start([]).await;
        for (_, part) in &parts {
            let tool_calls = vec![ToolCall { id: "a".into(), name: "add".into(), arguments: json!({}) }];
            let said = AssistantMessage { text: "I add.".into(), tool_calls, replay: vec![part.clone()] };
            let mut call = call(&server, provider);
            if provider == "openai" {
                call.model = "some-pro".into();
            }
            call.messages.push(Message::Assistant(said));
            listen(&client(), call).await;
        }
        let went_back: Vec<&str> = (server.requests().iter().zip(&parts))
            .filter(|(request, _)| request.body.to_string().contains("mine"))
            .map(|(_, (of, _))| *of)
            .collect();
        let own: Vec<&str> = parts.iter().map(|(of, _)| *of).filter(|of| *of == provider).collect();
        assert_eq!(went_back, own, "{provider}");
        assert_eq!(server.requests().len(), parts.len());
    }
}
