//! Requests of Anthropic's messages.
//!
//! Sources: <https://platform.claude.com/docs/en/api/messages/create>,
//! <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>,
//! <https://platform.claude.com/docs/en/build-with-claude/prompt-caching>. Thinking:
//! <https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking>,
//! <https://platform.claude.com/docs/en/build-with-claude/extended-thinking>,
//! <https://platform.claude.com/docs/en/build-with-claude/effort>.

use serde_json::{Value, json};
use sluice_types::{ReasoningEffort, find_model};

use super::{WireRequest, as_object, set};
use crate::call::{AssistantMessage, Message, ModelCall, Tool, ToolChoice, ToolResult};
use crate::form::{Form, Parameter, Structure};

/// The version of the API that is spoken: <https://platform.claude.com/docs/en/api/versioning>.
pub const VERSION: &str = "2023-06-01";

/// Limit of output tokens for a model that the catalog does not know: the API requires a limit.
const DEFAULT_MAX_TOKENS: u64 = 8_192;
/// The smallest budget of thinking that the API takes, in tokens.
const MIN_THINKING_TOKENS: u64 = 1_024;

/// Models that think with a budget of tokens. All later ones decide themselves how long they think, and refuse a budget.
const BUDGET_MODELS: [&str; 9] = [
    "claude-3",
    "claude-opus-4-0",
    "claude-opus-4-1",
    "claude-opus-4-2025",
    "claude-opus-4-5",
    "claude-sonnet-4-0",
    "claude-sonnet-4-2025",
    "claude-sonnet-4-5",
    "claude-haiku-4-5",
];

/// Writes the request.
pub fn request(call: &ModelCall, form: &Form) -> WireRequest {
    let max_tokens = max_tokens(call);
    let mut body = json!({
        "model": call.model, "max_tokens": max_tokens, "messages": messages(call, form), "stream": true});
    let system = form.system(call).map(|text| {
        let mut block = json!({"type": "text", "text": text});
        mark_for_cache(call, &mut block);
        json!([block])
    });
    set(&mut body, "system", system);
    let effort = call.reasoning.as_ref().filter(|_| form.sends(Parameter::Reasoning));
    let thinking = effort.and_then(|effort| thinking(call, effort, max_tokens));
    // A model that thinks takes no other temperature than its own.
    let sends_temperature = thinking.is_none() && form.sends(Parameter::Temperature);
    set(&mut body, "temperature", call.temperature.filter(|_| sends_temperature));
    set(&mut body, "thinking", thinking);
    set(&mut body, "output_config", output_config(call, form, effort));
    if !call.tools.is_empty() {
        set(&mut body, "tools", Some(call.tools.iter().map(tool).collect::<Vec<_>>()));
        set(&mut body, "tool_choice", Some(tool_choice(&call.tool_choice)));
    }
    WireRequest { path: "messages".into(), body }
}

fn max_tokens(call: &ModelCall) -> u64 {
    let known = || find_model(&call.provider, &call.model)?.max_output_tokens;
    call.max_tokens.map(u64::from).or_else(known).unwrap_or(DEFAULT_MAX_TOKENS)
}

/// The messages, one for each turn: results of tools belong to the turn of the user.
fn messages(call: &ModelCall, form: &Form) -> Vec<Value> {
    let mut before = form.before_first_message(call);
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in &call.messages {
        let (role, blocks) = match message {
            Message::User(text) => {
                let text = before.take().map_or_else(|| text.clone(), |before| format!("{before}\n\n{text}"));
                ("user", vec![json!({"type": "text", "text": text})])
            }
            Message::Assistant(said) => ("assistant", said_before(said)),
            Message::Tool(result) => ("user", vec![tool_result(result)]),
        };
        match turns.last_mut() {
            Some((last, turn)) if *last == role => turn.extend(blocks),
            // The API refuses a turn without content.
            _ if blocks.is_empty() => {}
            _ => turns.push((role, blocks)),
        }
    }
    if let Some(("user", blocks)) = turns.last_mut()
        && let Some(last) = blocks.last_mut()
    {
        mark_for_cache(call, last);
    }
    turns.into_iter().map(|(role, content)| json!({"role": role, "content": content})).collect()
}

fn said_before(said: &AssistantMessage) -> Vec<Value> {
    if !said.replay.is_empty() {
        return said.replay.clone();
    }
    let words = (!said.text.is_empty()).then(|| json!({"type": "text", "text": said.text}));
    let calls = said
        .tool_calls
        .iter()
        .map(|call| json!({"type": "tool_use", "id": call.id, "name": call.name, "input": as_object(&call.arguments)}));
    words.into_iter().chain(calls).collect()
}

fn tool_result(result: &ToolResult) -> Value {
    let mut block = json!({"type": "tool_result", "tool_use_id": result.call_id, "content": result.content});
    set(&mut block, "is_error", result.is_error.then_some(true));
    block
}

/// Marks the end of a prefix for the cache, where the next call begins with the same one: in a conversation, and before
/// tools answer. A write costs a quarter more than a plain read of the prompt, so a prompt that is sent once is not
/// marked. The provider keeps no short prefix (512 to 4096 tokens, by the model), and charges nothing for its mark.
fn mark_for_cache(call: &ModelCall, block: &mut Value) {
    let is_sent_again = !call.tools.is_empty() || call.messages.len() > 1;
    set(block, "cache_control", is_sent_again.then(|| json!({"type": "ephemeral"})));
}

fn thinking(call: &ModelCall, effort: &ReasoningEffort, max_tokens: u64) -> Option<Value> {
    if !has_thinking_budget(call) {
        // Later models do not show their thoughts unless they are told to.
        return Some(json!({"type": "adaptive", "display": "summarized"}));
    }
    // A model with a budget does not think when it must call a tool.
    if matches!(call.tool_choice, ToolChoice::Required | ToolChoice::Named(_)) && !call.tools.is_empty() {
        return None;
    }
    let wanted = match effort {
        ReasoningEffort::Low => 2_048,
        ReasoningEffort::Medium => 8_192,
        ReasoningEffort::High | ReasoningEffort::Unknown(_) => 24_576,
    };
    // The budget is a part of the limit: the answer needs tokens too.
    let budget = wanted.min(max_tokens / 2);
    (budget >= MIN_THINKING_TOKENS).then(|| json!({"type": "enabled", "budget_tokens": budget}))
}

fn has_thinking_budget(call: &ModelCall) -> bool {
    BUDGET_MODELS.iter().any(|model| call.model.contains(model))
}

fn output_config(call: &ModelCall, form: &Form, effort: Option<&ReasoningEffort>) -> Option<Value> {
    let mut config = json!({});
    let effort = effort.filter(|_| !has_thinking_budget(call));
    set(&mut config, "effort", effort.map(ReasoningEffort::as_str));
    let schema = call.output_schema.as_ref().filter(|_| form.structure == Structure::Schema);
    set(&mut config, "format", schema.map(|schema| json!({"type": "json_schema", "schema": schema})));
    (config != json!({})).then_some(config)
}

fn tool(tool: &Tool) -> Value {
    json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters})
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => json!({"type": "auto"}),
        ToolChoice::None => json!({"type": "none"}),
        ToolChoice::Required => json!({"type": "any"}),
        ToolChoice::Named(name) => json!({"type": "tool", "name": name}),
    }
}

#[cfg(test)]
mod tests {
    use sluice_types::ProviderName;

    use super::*;
    use crate::error::{ProviderError, ProviderErrorKind};
    use crate::event::ToolCall;
    use crate::protocol::Protocol;

    fn form(call: &ModelCall) -> Form {
        Form::known(ProviderName::Anthropic, Protocol::AnthropicMessages, call)
    }

    fn body(call: &ModelCall) -> Value {
        request(call, &form(call)).body
    }

    fn full_call() -> ModelCall {
        let result = |id: &str, is_error| {
            Message::Tool(ToolResult { call_id: id.into(), name: "add".into(), content: "2".into(), is_error })
        };
        let replayed = AssistantMessage {
            replay: vec![
                json!({"type": "thinking", "thinking": "hm", "signature": "sig"}),
                json!({"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1}}),
                json!({"type": "tool_use", "id": "t2", "name": "add", "input": {}}),
            ],
            ..AssistantMessage::default()
        };
        let foreign = AssistantMessage {
            text: "Again.".into(),
            tool_calls: vec![ToolCall { id: "t3".into(), name: "add".into(), arguments: json!("not JSON") }],
            replay: Vec::new(),
        };
        ModelCall {
            system: Some("Be brief.".into()),
            messages: vec![
                Message::User("Add.".into()),
                Message::Assistant(replayed),
                result("t1", false),
                result("t2", true),
                Message::Assistant(AssistantMessage::default()),
                Message::User("Go on.".into()),
                Message::Assistant(foreign),
                result("t3", false),
            ],
            tools: vec![Tool {
                name: "add".into(),
                description: "Adds.".into(),
                parameters: json!({"type": "object"}),
            }],
            reasoning: Some(ReasoningEffort::Low),
            temperature: Some(0.5),
            max_tokens: Some(256),
            output_schema: Some(json!({"type": "object"})),
            ..ModelCall::new("anthropic", "claude-opus-4-6", "")
        }
    }

    #[test]
    fn a_full_call_is_written_as_the_api_wants_it() {
        let mark = json!({"type": "ephemeral"});
        let call = full_call();
        let request = request(&call, &form(&call));
        assert_eq!(request.path, "messages");
        let expected = json!({
            "model": "claude-opus-4-6", "max_tokens": 256, "stream": true,
            "system": [{"type": "text", "text": "Be brief.", "cache_control": mark}],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Add."}]},
                {"role": "assistant", "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "sig"},
                    {"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1}},
                    {"type": "tool_use", "id": "t2", "name": "add", "input": {}}]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "t1", "content": "2"},
                    {"type": "tool_result", "tool_use_id": "t2", "content": "2", "is_error": true},
                    {"type": "text", "text": "Go on."}]},
                {"role": "assistant", "content": [
                    {"type": "text", "text": "Again."},
                    {"type": "tool_use", "id": "t3", "name": "add", "input": {"INVALID_JSON": "not JSON"}}]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "t3", "content": "2", "cache_control": mark}]}],
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {"type": "object"}}},
            "tools": [{"name": "add", "description": "Adds.", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "auto"}});
        assert_eq!(request.body, expected);
    }

    #[test]
    fn a_short_call_says_no_more_than_it_must() {
        let call = ModelCall {
            system: Some("Be brief.".into()),
            temperature: Some(0.5),
            ..ModelCall::new("anthropic", "some-model", "Hello")
        };
        let expected = json!({
            "model": "some-model", "max_tokens": DEFAULT_MAX_TOKENS, "stream": true, "temperature": 0.5,
            "system": [{"type": "text", "text": "Be brief."}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]});
        assert_eq!(body(&call), expected);
        let known = ModelCall::new("anthropic", "claude-sonnet-4-5", "Hello");
        assert_eq!(body(&known)["max_tokens"], 64_000, "the model's own limit");
    }

    #[test]
    fn a_pause_is_answered_with_the_answer_so_far() {
        let blocks = vec![json!({"type": "text", "text": "Half"}), json!({"type": "server_tool_use", "id": "s"})];
        let mut call = ModelCall::new("anthropic", "claude-opus-4-6", "Hello");
        let said = |replay| Message::Assistant(AssistantMessage { replay, ..AssistantMessage::default() });
        call.messages.extend([said(blocks.clone()), said(blocks.clone())]);
        let twice = [blocks.clone(), blocks].concat();
        let expected = json!([
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            {"role": "assistant", "content": twice}]);
        assert_eq!(body(&call)["messages"], expected);
    }

    #[test]
    fn older_models_think_with_a_budget_inside_their_limit() {
        let table = [
            ("claude-sonnet-4-5", ReasoningEffort::Low, None, Some(2_048)),
            ("claude-opus-4-5-20251101", ReasoningEffort::High, Some(100_000), Some(24_576)),
            ("claude-haiku-4-5", ReasoningEffort::Medium, Some(6_000), Some(3_000)),
            ("claude-haiku-4-5", ReasoningEffort::Medium, Some(2_048), Some(1_024)),
            ("claude-haiku-4-5", ReasoningEffort::Medium, Some(2_047), None),
        ];
        for (model, effort, max_tokens, budget) in table {
            let call = ModelCall {
                reasoning: Some(effort),
                temperature: Some(0.5),
                max_tokens,
                ..ModelCall::new("anthropic", model, "Hello")
            };
            let body = body(&call);
            let thinking = budget.map(|budget| json!({"type": "enabled", "budget_tokens": budget}));
            assert_eq!(body.get("thinking"), thinking.as_ref(), "{model} {max_tokens:?}");
            assert_eq!(body.get("temperature").is_none(), budget.is_some(), "{model} {max_tokens:?}");
            assert_eq!(body.get("output_config"), None, "{model}");
        }
        let forced = ModelCall { model: "claude-sonnet-4-5".into(), tool_choice: ToolChoice::Required, ..full_call() };
        assert_eq!(
            body(&forced).get("thinking"),
            None,
            "a model with a budget does not think when it must call a tool"
        );
    }

    #[test]
    fn a_refused_part_is_left_out() {
        let call = full_call();
        let refused = |form: &Form, words: &str| {
            let refusal = ProviderError::new(ProviderErrorKind::BadRequest, words);
            form.after(&refusal, Protocol::AnthropicMessages, &call).expect("another form is known").form
        };
        let without_effort = refused(&form(&call), "output_config: Extra inputs are not permitted");
        let body = request(&call, &without_effort).body;
        assert_eq!((body.get("thinking"), body["output_config"].get("effort")), (None, None));
        assert_eq!(body["temperature"], 0.5);
        let prompt_alone = refused(&without_effort, "output_config: Extra inputs are not permitted");
        let body = request(&call, &prompt_alone).body;
        assert_eq!(body.get("output_config"), None);
        assert!(body["system"][0]["text"].as_str().unwrap().ends_with(r#"{"type":"object"}"#));
        let cold = refused(&prompt_alone, "`temperature` is not supported on this model");
        assert_eq!(request(&call, &cold).body.get("temperature"), None);
    }

    #[test]
    fn a_tool_is_chosen_as_the_call_says() {
        let table = [
            (ToolChoice::Auto, json!({"type": "auto"})),
            (ToolChoice::None, json!({"type": "none"})),
            (ToolChoice::Required, json!({"type": "any"})),
            (ToolChoice::Named("add".into()), json!({"type": "tool", "name": "add"})),
        ];
        for (choice, expected) in table {
            assert_eq!(tool_choice(&choice), expected);
        }
    }
}
