//! Requests that are sent again in another form, after a refusal that names a part of them.

use serde_json::{Value, json};
use sluice_providers::{Client, ModelCall, ProviderErrorKind as Kind};
use sluice_testing::{Script, ScriptedServer};
use sluice_types::{FinishReason, ReasoningEffort};

use super::{call, client, listen, refuses, says};
use crate::answers::events;

/// The bodies that the server got.
fn bodies(server: &ScriptedServer) -> Vec<Value> {
    server.requests().into_iter().map(|request| request.body).collect()
}

/// Whether a field was sent in each request.
fn sent(server: &ScriptedServer, field: &str) -> Vec<bool> {
    bodies(server).iter().map(|body| body.get(field).is_some()).collect()
}

#[tokio::test]
async fn a_parameter_that_a_model_refuses_is_left_out_from_then_on() {
    let message = "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.";
    let server = ScriptedServer::start([refuses(message, Some("temperature")), says("Hello"), says("again")]).await;
    let client = client();
    let with_temperature = || ModelCall { temperature: Some(0.5), ..call(&server, "openai_compatible") };
    let heard = listen(&client, with_temperature()).await;
    assert_eq!(heard.text(), "Hello");
    assert_eq!(heard.notes, ["The model takes no temperature; the request was sent again without it."]);
    let again = listen(&client, with_temperature()).await;
    assert_eq!(again.text(), "again");
    assert_eq!(again.notes, ["The model takes no temperature: it was not sent."], "the model is known now");
    assert_eq!(sent(&server, "temperature"), [true, false, false]);
}

#[tokio::test]
async fn what_a_listed_model_refuses_is_never_sent() {
    let told = "event: message_stop\ndata: {\"type\": \"message_stop\"}\n\n";
    let server = ScriptedServer::start([Script::ok().bytes(told)]).await;
    let model = "claude-sonnet-5-5".to_owned();
    let heard = listen(&client(), ModelCall { model, temperature: Some(0.5), ..call(&server, "anthropic") }).await;
    assert_eq!(heard.notes, ["The model takes no temperature: it was not sent."]);
    assert_eq!(sent(&server, "temperature"), [false]);
}

#[tokio::test]
async fn what_one_model_refuses_is_sent_to_another() {
    let server = ScriptedServer::start([refuses("no temperature", None), says("one"), says("two")]).await;
    let client = client();
    let one = ModelCall { temperature: Some(0.5), ..call(&server, "openai_compatible") };
    let two = ModelCall { model: "another-model".into(), ..one.clone() };
    listen(&client, one).await;
    listen(&client, two).await;
    assert_eq!(sent(&server, "temperature"), [true, false, true]);
}

#[tokio::test]
async fn the_limit_of_tokens_has_two_names() {
    let (new, old) = ("max_completion_tokens", "max_tokens");
    for (provider, first, then) in [("openai", new, old), ("openai_compatible", old, new)] {
        let message =
            format!("Unsupported parameter: '{first}' is not supported with this model. Use '{then}' instead.");
        let server = ScriptedServer::start([refuses(&message, Some(first)), says("Hello")]).await;
        let limited = ModelCall { max_tokens: Some(256), ..call(&server, provider) };
        let heard = listen(&client(), limited).await;
        assert_eq!((heard.text(), heard.notes.len()), ("Hello", 1), "{provider}");
        assert_eq!((sent(&server, first), sent(&server, then)), (vec![true, false], vec![false, true]), "{provider}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_both_names_is_asked_twice() {
    let refusals = (0..9).map(|_| refuses("unknown parameter: max_tokens or max_completion_tokens", None));
    let server = ScriptedServer::start(refusals).await;
    let limited = ModelCall { max_tokens: Some(256), ..call(&server, "openai_compatible") };
    let heard = listen(&client(), limited).await;
    assert_eq!((heard.error().kind, server.requests().len()), (Kind::BadRequest, 2));
}

#[tokio::test]
async fn a_limit_that_is_too_high_is_not_about_its_name() {
    let server =
        ScriptedServer::start([refuses("max_tokens is too large: 256. At most 100.", Some("max_tokens"))]).await;
    let limited = ModelCall { max_tokens: Some(256), ..call(&server, "openai_compatible") };
    let heard = listen(&client(), limited).await;
    assert_eq!((heard.error().kind, server.requests().len()), (Kind::BadRequest, 1));
}

#[tokio::test]
async fn a_schema_is_told_in_the_strongest_form_that_is_taken() {
    let refusal = |form: &str| refuses(&format!("This response_format type is unavailable: {form}"), None);
    let arguments = json!({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "answer", "arguments": "{}"}}]});
    let calls = || {
        let said = [json!({"content": "Here it is."}), arguments.clone()];
        let pieces = said.map(|delta| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]}));
        let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]});
        Script::ok().bytes(events(&[&pieces[..], &[end]].concat()))
    };
    let no_tools = refuses("this model does not support tools", None);
    let refused = [refusal("json_schema"), refusal("json_object")];
    let server = ScriptedServer::start(refused.into_iter().chain([calls(), calls(), no_tools, says("{}")])).await;
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let client = client();
    let structured = || ModelCall { output_schema: Some(schema.clone()), ..call(&server, "openai_compatible") };
    let heard = listen(&client, structured()).await;
    assert_eq!((heard.text(), heard.notes.len()), ("{}", 2), "the arguments of the tool are the answer");
    assert_eq!(heard.end.as_ref().unwrap().as_ref().unwrap().0, FinishReason::Stop);
    for _ in 0..2 {
        assert_eq!(listen(&client, structured()).await.text(), "{}");
    }
    let bodies = bodies(&server);
    let forms: Vec<(Option<&Value>, Option<&Value>)> = bodies
        .iter()
        .map(|body| (body.pointer("/response_format/type"), body.pointer("/tools/0/function/parameters")))
        .collect();
    let (strict, json) = (json!("json_schema"), json!("json_object"));
    let tool = (None, Some(&schema));
    assert_eq!(forms, [(Some(&strict), None), (Some(&json), None), tool, tool, tool, (None, None)]);
    assert_eq!(bodies[2]["tool_choice"]["function"]["name"], "answer");
    let tells =
        |body: &Value| body["messages"][0]["role"] == "system" && body["messages"][0].to_string().contains("city");
    assert_eq!(bodies.iter().map(tells).collect::<Vec<bool>>(), [false, true, false, false, false, true]);
}

#[tokio::test]
async fn a_value_that_is_refused_says_nothing_of_another_value() {
    let refusal = refuses("temperature: range: 0..1", None);
    let server = ScriptedServer::start([refusal, says("one"), says("two")]).await;
    let client = client();
    let at = |temperature| ModelCall { temperature: Some(temperature), ..call(&server, "openai_compatible") };
    let heard = listen(&client, at(1.5)).await;
    assert_eq!(heard.notes, ["The model refuses this temperature; the request was sent again without it."]);
    assert_eq!(listen(&client, at(0.5)).await.notes, [""; 0]);
    assert_eq!(sent(&server, "temperature"), [true, false, true]);
}

#[tokio::test]
async fn what_one_schema_needs_is_not_what_the_model_takes() {
    let server = ScriptedServer::start([refuses("no temperature", None), says("[]"), says("{}")]).await;
    let client = client();
    // OpenAI takes only objects as structured answers: a list is told in the prompt.
    for schema in [json!({"type": "array"}), json!({"type": "object", "properties": {}})] {
        let call = ModelCall { temperature: Some(0.5), output_schema: Some(schema), ..call(&server, "openai") };
        listen(&client, call).await.text();
    }
    assert_eq!(sent(&server, "response_format"), [false, false, true]);
}

#[tokio::test]
async fn responses_and_ollama_are_asked_again_as_well() {
    let done = json!({"type": "response.completed", "response": {"status": "completed", "output": [
        {"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}]}});
    let completed = Script::ok().bytes(format!("data: {done}\n\n"));
    let server = ScriptedServer::start([
        refuses("Encrypted content is not supported with this model.", Some("include")),
        refuses("Your organization must be verified to generate reasoning summaries.", Some("reasoning.summary")),
        refuses(
            "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
            Some("reasoning.effort"),
        ),
        completed,
    ])
    .await;
    let thoughtful =
        ModelCall { model: "some-pro".into(), reasoning: Some(ReasoningEffort::Low), ..call(&server, "openai") };
    let heard = listen(&client(), thoughtful).await;
    assert_eq!((heard.text(), heard.notes.len()), ("Hello", 3));
    assert_eq!(sent(&server, "include"), [true, false, false, false]);
    let reasoning: Vec<Value> = bodies(&server).iter().map(|body| body["reasoning"].clone()).collect();
    let effort = json!({"effort": "low"});
    assert_eq!(reasoning[1..], [json!({"effort": "low", "summary": "auto"}), effort, Value::Null]);

    let done = json!({"message": {"content": "Hello"}, "done": true, "done_reason": "stop"});
    let refusal = json!({"error": "\"llama3.2\" does not support thinking"});
    let server = ScriptedServer::start([
        Script::status(400).header("content-type", "application/json").bytes(refusal.to_string()),
        Script::ok().bytes(format!("{done}\n")),
    ])
    .await;
    let thoughtful = ModelCall { reasoning: Some(ReasoningEffort::Low), ..call(&server, "ollama") };
    assert_eq!(listen(&client(), thoughtful).await.text(), "Hello");
    assert_eq!(sent(&server, "think"), [true, false]);
}

#[tokio::test]
async fn a_refusal_about_something_else_is_not_sent_again() {
    let error = |status: u16| {
        let body = json!({"error": {"message": "the temperature of this request burned the server"}});
        Script::status(status).header("content-type", "application/json").bytes(body.to_string())
    };
    let table = [
        (refuses("the image is not an image", Some("messages")), Kind::BadRequest),
        (error(401), Kind::Unauthorized),
        (error(429), Kind::RateLimited),
        (error(500), Kind::ServerError),
    ];
    for (script, kind) in table {
        let server = ScriptedServer::start([script, says("sent again")]).await;
        let call = ModelCall { temperature: Some(0.5), ..call(&server, "openai_compatible") };
        let heard = listen(&client(), call).await;
        assert_eq!((heard.error().kind, server.requests().len()), (kind, 1));
    }
    // What was not sent is not left out.
    let server = ScriptedServer::start([refuses("no temperature", None), says("sent again")]).await;
    assert_eq!(listen(&client(), call(&server, "openai_compatible")).await.error().kind, Kind::BadRequest);
}

#[tokio::test]
async fn a_request_with_a_key_arrives_as_its_protocol_says() {
    let server = ScriptedServer::start([says("Hello")]).await;
    let client: Client = client();
    listen(&client, call(&server, "openai_compatible")).await;
    let [request] = &server.requests()[..] else { panic!("one request") };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(request.header("authorization"), Some("Bearer sk-test"));
    assert_eq!(request.header("content-type"), Some("application/json"));
}
