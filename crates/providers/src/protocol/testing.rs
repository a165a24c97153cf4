//! A call that sets everything, for the tests of how requests are written.

use serde_json::{Value, json};
use sluice_types::ReasoningEffort;

use crate::call::{AssistantMessage, Message, ModelCall, Tool, ToolChoice, ToolResult};
use crate::event::ToolCall;
use crate::form::{Form, Structure};

/// A schema that is strict.
pub fn schema() -> Value {
    json!({"type": "object", "properties": {"city": {"type": "string"}},
        "required": ["city"], "additionalProperties": false})
}

/// A conversation with one call of a tool, whose answer had these parts to replay.
pub fn full_call(replay: Vec<Value>) -> ModelCall {
    let said = AssistantMessage {
        text: "I add.".into(),
        tool_calls: vec![ToolCall { id: "call_1".into(), name: "add".into(), arguments: json!({"a": 1}) }],
        replay,
    };
    let result = ToolResult { call_id: "call_1".into(), name: "add".into(), content: "3".into(), is_error: false };
    ModelCall {
        system: Some("Be brief.".into()),
        messages: vec![
            Message::User("What is 1 + 2?".into()),
            Message::Assistant(said),
            Message::Tool(result),
            Message::User("Sure?".into()),
        ],
        tools: vec![Tool {
            name: "add".into(),
            description: "Adds numbers.".into(),
            parameters: json!({"type": "object", "properties": {"a": {"type": "integer"}}}),
        }],
        tool_choice: ToolChoice::Named("add".into()),
        reasoning: Some(ReasoningEffort::Low),
        temperature: Some(0.5),
        max_tokens: Some(256),
        output_schema: Some(schema()),
        ..ModelCall::new("openai", "some-model", "")
    }
}

/// The same form with another way to tell the schema.
pub fn weaker(mut form: Form, structure: Structure) -> Form {
    form.structure = structure;
    form
}
