use futures_util::StreamExt as _;
use serde_json::json;

use super::*;
use crate::call::{AssistantMessage, Message, Tool, ToolChoice, ToolResult};

fn call(model: &str, prompt: &str) -> ModelCall {
    ModelCall { idle_timeout: Duration::from_secs(1), ..ModelCall::new("demo", model, prompt) }
}

/// The text, the thoughts and the end.
async fn whole(call: &ModelCall) -> (String, String, Result<Finish, ProviderError>) {
    let mut events = stream(call, 1).unwrap();
    let (mut text, mut thinking) = (String::new(), String::new());
    loop {
        match events.next().await.expect("an answer ends") {
            Ok(ModelEvent::Text(piece)) => text.push_str(&piece),
            Ok(ModelEvent::Thinking(piece)) => thinking.push_str(&piece),
            Ok(ModelEvent::Finished(finish)) => return (text, thinking, Ok(finish)),
            Ok(_) => {}
            Err(error) => return (text, thinking, Err(error)),
        }
    }
}

#[tokio::test]
async fn the_same_prompt_gets_the_same_answer_in_several_pieces() {
    let one = call("demo-instant", "Write about industrial fermentation of coffee");
    let said = whole(&one).await.0;
    assert_eq!(said, whole(&one).await.0);
    assert!(said.contains("fermentation"));
    assert_ne!(said, whole(&call("demo-instant", "Write about lighthouses")).await.0);
    assert!(stream(&one, 1).unwrap().collect::<Vec<_>>().await.len() > 2);
    assert_eq!(whole(&call("demo-echo", "a  b\nc")).await.0, "a  b\nc");
}

#[tokio::test(start_paused = true)]
async fn each_ending_can_be_seen() {
    let table = [
        ("demo-instant", FinishReason::Stop),
        ("demo-think", FinishReason::Stop),
        ("demo-cut", FinishReason::Length),
        ("demo-refuse", FinishReason::Refusal),
        ("demo-filter", FinishReason::ContentFilter),
    ];
    for (model, reason) in table {
        let (text, thinking, end) = whole(&call(model, "Write about lighthouses")).await;
        let finish = end.unwrap();
        assert_eq!(finish.reason, reason, "{model}");
        assert!(!text.is_empty());
        assert_eq!(thinking.is_empty(), model != "demo-think");
        assert_eq!(finish.usage.unwrap().reasoning_tokens > 0, model == "demo-think");
        assert!([text, thinking].concat().to_lowercase().contains("simulated"), "{model} says that it is simulated");
    }
    let (text, _, end) = whole(&call("demo-silent", "Write about lighthouses")).await;
    assert_eq!((end.unwrap_err().kind, text.is_empty()), (ProviderErrorKind::Timeout, false));
}

#[test]
fn flaky_fails_twice_and_broken_always() {
    let kind = |model: &str, attempt| stream(&call(model, "x"), attempt).err().map(|error| (error.kind, error.status));
    assert_eq!(kind("demo-flaky", 1), Some((ProviderErrorKind::Overloaded, Some(503))));
    assert_eq!(kind("demo-flaky", 2), Some((ProviderErrorKind::Overloaded, Some(503))));
    assert_eq!(kind("demo-flaky", 3), None);
    assert_eq!(kind("demo-broken", 9), Some((ProviderErrorKind::BadRequest, Some(400))));
    assert_eq!(kind("gpt", 1).map(|(kind, _)| kind), Some(ProviderErrorKind::ModelNotFound));
}

#[tokio::test]
async fn a_tool_is_called_once_and_its_result_is_told() {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let tool = Tool { name: "weather".into(), description: String::new(), parameters: parameters.clone() };
    let asks = ModelCall { tools: vec![tool], ..call("demo-instant", "How is the weather?") };
    let (text, _, end) = whole(&asks).await;
    let finish = end.unwrap();
    assert_eq!(finish.reason, FinishReason::ToolCalls);
    assert!(text.contains("Simulated") && text.contains("`weather`"), "{text}");
    let [called] = &finish.tool_calls[..] else { panic!("{finish:?}") };
    assert!(jsonschema::is_valid(&parameters, &called.arguments), "{called:?}");

    let mut told = asks.clone();
    let said = AssistantMessage { tool_calls: finish.tool_calls.clone(), ..AssistantMessage::default() };
    told.messages.push(Message::Assistant(said));
    let result =
        ToolResult { call_id: called.id.clone(), name: "weather".into(), content: "rain".into(), is_error: false };
    told.messages.push(Message::Tool(result));
    let (text, _, end) = whole(&told).await;
    assert!(text.contains("rain") && end.unwrap().tool_calls.is_empty());
    let forbidden = ModelCall { tool_choice: ToolChoice::None, ..asks };
    assert_eq!(whole(&forbidden).await.2.unwrap().reason, FinishReason::Stop);
}
