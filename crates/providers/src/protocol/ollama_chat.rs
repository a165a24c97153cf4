//! Ollama's own protocol.
//!
//! Sources: <https://docs.ollama.com/api/chat>, <https://docs.ollama.com/api/streaming>,
//! <https://docs.ollama.com/api/errors>, <https://docs.ollama.com/capabilities/thinking>,
//! <https://docs.ollama.com/capabilities/tool-calling>, <https://docs.ollama.com/capabilities/structured-outputs>.

use serde_json::{Value, json};
use sluice_types::{FinishReason, ReasoningEffort, TokenUsage};

use super::{ReadFrames, WireRequest, as_object, chat_messages, count, function_call, function_tool, set, text};
use crate::answer::Answer;
use crate::call::{AssistantMessage, ModelCall, Tool, ToolChoice, ToolResult};
use crate::error::ProviderError;
use crate::event::ToolCall;
use crate::form::{Form, Parameter, Structure};

/// The type of the part that holds a model's thoughts between its calls of tools. Ollama has no name for it.
pub const THOUGHTS: &str = "ollama_thinking";

/// Writes the request.
pub fn request(call: &ModelCall, form: &Form) -> WireRequest {
    let mut body =
        json!({"model": call.model, "messages": chat_messages(call, form, assistant, tool_result), "stream": true});
    // Otherwise a prompt that is too long is cut without a word.
    set(&mut body, "truncate", Some(false));
    set(&mut body, "shift", Some(false));
    let mut options = json!({});
    set(&mut options, "temperature", call.temperature.filter(|_| form.sends(Parameter::Temperature)));
    set(&mut options, "num_predict", call.max_tokens);
    set(&mut body, "options", options.as_object().is_some_and(|options| !options.is_empty()).then_some(options));
    let effort = call.reasoning.as_ref().filter(|_| form.sends(Parameter::Reasoning));
    set(&mut body, "think", effort.map(|effort| think(&call.model, effort)));
    set(&mut body, "format", call.output_schema.as_ref().and_then(|schema| format(schema, form)));
    let tools = tools(call);
    set(&mut body, "tools", (!tools.is_empty()).then_some(tools));
    WireRequest { path: "api/chat".into(), body }
}

fn tool_result(result: &ToolResult) -> Value {
    json!({"role": "tool", "tool_name": result.name, "content": result.content})
}

fn assistant(said: &AssistantMessage) -> Value {
    let mut message = json!({"role": "assistant", "content": said.text});
    set(&mut message, "thinking", said.replay.iter().find_map(|part| text(part, "thinking")));
    let calls: Vec<Value> = said.tool_calls.iter().map(called).collect();
    set(&mut message, "tool_calls", (!calls.is_empty()).then_some(calls));
    message
}

fn called(call: &ToolCall) -> Value {
    json!({"type": "function", "function": {"name": call.name, "arguments": as_object(&call.arguments)}})
}

/// Only gpt-oss has levels everywhere; older servers refuse a level for any other model.
fn think(model: &str, effort: &ReasoningEffort) -> Value {
    if model.to_lowercase().contains("gpt-oss") { effort.as_str().into() } else { true.into() }
}

fn format(schema: &Value, form: &Form) -> Option<Value> {
    match form.structure {
        Structure::Schema => Some(schema.clone()),
        Structure::Json => Some("json".into()),
        Structure::Tool | Structure::Prompt => None,
    }
}

/// There is no choice of a tool: a model that must call none is shown none, and one that must call this one only this.
fn tools(call: &ModelCall) -> Vec<Value> {
    let is_shown = |tool: &&Tool| match &call.tool_choice {
        ToolChoice::Auto | ToolChoice::Required => true,
        ToolChoice::None => false,
        ToolChoice::Named(name) => *name == tool.name,
    };
    call.tools.iter().filter(is_shown).map(function_tool).collect()
}

/// Reads the lines of an answer. A server that does not stream sends one.
#[derive(Default)]
pub struct Reader {
    thoughts: String,
}

impl ReadFrames for Reader {
    fn read(&mut self, frame: &Value, _: Option<&str>, answer: &mut Answer) -> Result<(), ProviderError> {
        let message = frame.get("message").unwrap_or(&Value::Null);
        let thought = text(message, "thinking").unwrap_or_default();
        self.thoughts.push_str(thought);
        answer.thinking(thought);
        answer.text(text(message, "content").unwrap_or_default());
        for call in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
            tool_call(call, answer)?;
        }
        if frame.get("done").and_then(Value::as_bool) == Some(true) {
            self.done(frame, answer);
        }
        Ok(())
    }
}

impl Reader {
    /// The last line. Older servers give no reason.
    fn done(&mut self, frame: &Value, answer: &mut Answer) {
        if let Some(word) = text(frame, "done_reason").filter(|word| !word.is_empty()) {
            answer.finish(finish_reason(word), word);
        }
        answer.usage(usage(frame));
        answer.end_marker();
        let thoughts = std::mem::take(&mut self.thoughts);
        if answer.calls() > 0 && !thoughts.is_empty() {
            answer.replay(json!({"type": THOUGHTS, "thinking": thoughts}));
        }
    }
}

/// A call comes whole, and older servers give it no id.
fn tool_call(call: &Value, answer: &mut Answer) -> Result<(), ProviderError> {
    let key = u64::try_from(answer.calls()).unwrap_or(u64::MAX);
    function_call(key, call, answer)
}

/// After `load` and `unload`, the server has only moved the model, and answered nothing.
fn finish_reason(word: &str) -> FinishReason {
    match word {
        "stop" => FinishReason::Stop,
        "length" => FinishReason::Length,
        "tool_calls" => FinishReason::ToolCalls,
        "load" | "unload" => FinishReason::Error,
        _ => FinishReason::Other,
    }
}

/// The prompt's count includes the cached tokens, and that of the answer its thoughts.
fn usage(counts: &Value) -> TokenUsage {
    let input_tokens = count(counts, "/prompt_eval_count");
    TokenUsage {
        input_tokens,
        output_tokens: count(counts, "/eval_count"),
        cached_input_tokens: count(counts, "/prompt_eval_cached_count").min(input_tokens),
        ..TokenUsage::default()
    }
}

#[cfg(test)]
mod tests {
    use sluice_types::ProviderName;

    use super::super::{Protocol, testing};
    use super::*;

    fn form(call: &ModelCall) -> Form {
        Form::known(ProviderName::Ollama, Protocol::OllamaChat, call)
    }

    #[test]
    fn a_full_call_is_written_as_the_documentation_says() {
        let call = testing::full_call(vec![json!({"type": THOUGHTS, "thinking": "hm"})]);
        let request = request(&call, &form(&call));
        assert_eq!(request.path, "api/chat");
        let body = json!({
            "model": "some-model",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "What is 1 + 2?"},
                {"role": "assistant", "content": "I add.", "thinking": "hm",
                    "tool_calls": [{"type": "function", "function": {"name": "add", "arguments": {"a": 1}}}]},
                {"role": "tool", "tool_name": "add", "content": "3"},
                {"role": "user", "content": "Sure?"},
            ],
            "stream": true, "truncate": false, "shift": false,
            "options": {"temperature": 0.5, "num_predict": 256},
            "think": true,
            "format": testing::schema(),
            "tools": [{"type": "function", "function": {"name": "add", "description": "Adds numbers.",
                "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}}],
        });
        assert_eq!(request.body, body);
    }

    #[test]
    fn a_bare_call_has_nothing_that_was_not_set() {
        let call = ModelCall::new("ollama", "llama3.2", "hello");
        let body = json!({"model": "llama3.2", "messages": [{"role": "user", "content": "hello"}], "stream": true,
            "truncate": false, "shift": false});
        assert_eq!(request(&call, &form(&call)).body, body);
    }

    #[test]
    fn levels_of_thinking_are_those_of_the_model() {
        for (model, value) in [("gpt-oss:20b", json!("high")), ("qwen3", json!(true)), ("deepseek-r1", json!(true))] {
            assert_eq!(think(model, &ReasoningEffort::High), value, "{model}");
        }
    }

    #[test]
    fn the_choice_of_a_tool_is_made_by_showing_tools() {
        let choices = [(ToolChoice::Auto, 1), (ToolChoice::None, 0), (ToolChoice::Required, 1)];
        for (tool_choice, shown) in choices {
            let call = ModelCall { tool_choice, ..testing::full_call(vec![]) };
            assert_eq!(tools(&call).len(), shown, "{:?}", call.tool_choice);
        }
        let call = ModelCall { tool_choice: ToolChoice::Named("another".into()), ..testing::full_call(vec![]) };
        assert!(tools(&call).is_empty());
    }

    #[test]
    fn weaker_forms_tell_the_schema_in_the_prompt() {
        let call = testing::full_call(vec![]);
        let body = request(&call, &testing::weaker(form(&call), Structure::Json)).body;
        assert_eq!(body["format"], "json");
        assert!(body.to_string().contains("fits this JSON Schema"));
        let body = request(&call, &testing::weaker(form(&call), Structure::Prompt)).body;
        assert_eq!(body.get("format"), None);
    }

    #[test]
    fn arguments_go_back_as_an_object() {
        let call = ToolCall { id: "a".into(), name: "add".into(), arguments: "not JSON".into() };
        assert_eq!(called(&call)["function"]["arguments"], json!({"INVALID_JSON": "not JSON"}));
    }
}
