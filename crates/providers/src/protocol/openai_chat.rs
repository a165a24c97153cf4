//! OpenAI's chat completions, which most servers and gateways speak too.
//!
//! Sources: <https://platform.openai.com/docs/api-reference/chat/create>,
//! <https://platform.openai.com/docs/api-reference/chat-streaming/streaming>. Thoughts, which OpenAI does not show, come
//! under three names: `reasoning_content` (<https://api-docs.deepseek.com/guides/reasoning_model>, vLLM), `reasoning`
//! (<https://openrouter.ai/docs/use-cases/reasoning-tokens>) and `thinking`. Mistral writes content as a list of parts:
//! <https://docs.mistral.ai/capabilities/reasoning>.

use serde_json::{Value, json};
use sluice_types::{FinishReason, ReasoningEffort, TokenUsage};

use super::openai_schema::{SCHEMA_NAME, fits_strict};
use super::{ReadFrames, WireRequest, chat_messages, count, function_call, function_tool, set, text};
use crate::answer::Answer;
use crate::call::{AssistantMessage, ModelCall, ToolChoice, ToolResult};
use crate::error::ProviderError;
use crate::event::ToolCall;
use crate::form::{Form, Parameter, Structure};

/// Writes the request.
pub fn request(call: &ModelCall, form: &Form) -> WireRequest {
    let mut body =
        json!({"model": call.model, "messages": chat_messages(call, form, assistant, tool_result), "stream": true});
    let limit = if form.limits_completion { "max_completion_tokens" } else { "max_tokens" };
    set(&mut body, limit, call.max_tokens);
    set(&mut body, "temperature", call.temperature.filter(|_| form.sends(Parameter::Temperature)));
    let effort = call.reasoning.as_ref().filter(|_| form.sends(Parameter::Reasoning));
    set(&mut body, "reasoning_effort", effort.map(ReasoningEffort::as_str));
    set(&mut body, "stream_options", form.sends(Parameter::StreamOptions).then(|| json!({"include_usage": true})));
    set(&mut body, "response_format", call.output_schema.as_ref().and_then(|schema| response_format(schema, form)));
    if !call.tools.is_empty() {
        set(&mut body, "tools", Some(call.tools.iter().map(function_tool).collect::<Vec<_>>()));
        set(&mut body, "tool_choice", Some(tool_choice(&call.tool_choice)));
    }
    WireRequest { path: "chat/completions".into(), body }
}

fn assistant(said: &AssistantMessage) -> Value {
    let mut message = json!({"role": "assistant", "content": said.text});
    let calls: Vec<Value> = said.tool_calls.iter().map(called).collect();
    set(&mut message, "tool_calls", (!calls.is_empty()).then_some(calls));
    message
}

fn tool_result(result: &ToolResult) -> Value {
    json!({"role": "tool", "tool_call_id": result.call_id, "content": result.content})
}

fn called(call: &ToolCall) -> Value {
    let arguments = call.arguments.as_str().map_or_else(|| call.arguments.to_string(), str::to_owned);
    json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}})
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Named(name) => json!({"type": "function", "function": {"name": name}}),
    }
}

fn response_format(schema: &Value, form: &Form) -> Option<Value> {
    match form.structure {
        Structure::Schema => Some(json!({"type": "json_schema", "json_schema": {
            "name": SCHEMA_NAME, "schema": schema, "strict": fits_strict(schema)}})),
        Structure::Json => Some(json!({"type": "json_object"})),
        Structure::Tool | Structure::Prompt => None,
    }
}

/// Reads the chunks of an answer. A server that does not stream sends one, with `message` in the place of `delta`.
#[derive(Default)]
pub struct Reader {
    /// The words of a refusal take the place of the text.
    refuses: bool,
}

impl ReadFrames for Reader {
    fn read(&mut self, frame: &Value, _: Option<&str>, answer: &mut Answer) -> Result<(), ProviderError> {
        // Groq's older servers put counts beside their own fields.
        let counts = [frame.get("usage"), frame.pointer("/x_groq/usage")];
        if let Some(counts) = counts.into_iter().flatten().find(|counts| counts.is_object()) {
            answer.usage(usage(counts));
        }
        // Only one answer is asked for.
        let Some(choice) = frame.pointer("/choices/0") else { return Ok(()) };
        if let Some(said) = choice.get("delta").or_else(|| choice.get("message")) {
            self.said(said, answer)?;
        }
        if let Some(word) = text(choice, "finish_reason").filter(|word| !word.is_empty()) {
            let reason = if self.refuses { FinishReason::Refusal } else { finish_reason(word) };
            answer.finish(reason, word);
        }
        Ok(())
    }
}

impl Reader {
    fn said(&mut self, said: &Value, answer: &mut Answer) -> Result<(), ProviderError> {
        let thought = ["reasoning_content", "reasoning", "thinking"].iter().find_map(|key| text(said, key));
        answer.thinking(thought.unwrap_or_default());
        match said.get("content") {
            Some(Value::String(piece)) => answer.text(piece),
            Some(Value::Array(parts)) => parts.iter().for_each(|part| content_part(part, answer)),
            _ => {}
        }
        if let Some(refusal) = text(said, "refusal").filter(|refusal| !refusal.is_empty()) {
            self.refuses = true;
            answer.text(refusal);
        }
        let calls = said.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
        for (position, call) in (0_u64..).zip(calls) {
            tool_call(call, position, answer)?;
        }
        Ok(())
    }
}

/// A part of Mistral's content: a text, or thoughts, which are a list of texts.
fn content_part(part: &Value, answer: &mut Answer) {
    match part.get("thinking") {
        Some(Value::String(thought)) => answer.thinking(thought),
        Some(Value::Array(thoughts)) => {
            thoughts.iter().filter_map(|thought| text(thought, "text")).for_each(|thought| answer.thinking(thought));
        }
        _ => answer.text(text(part, "text").unwrap_or_default()),
    }
}

fn tool_call(call: &Value, position: u64, answer: &mut Answer) -> Result<(), ProviderError> {
    // Servers that send each call whole may leave the index out.
    let key = call.get("index").and_then(Value::as_u64).unwrap_or(position);
    function_call(key, call, answer)
}

/// OpenAI's words first, then those of others: Mistral (`model_length`), Text Generation Inference (`eos_token`,
/// `stop_sequence`), `OpenRouter` (`error`), vLLM (`abort`), `DeepSeek` (`insufficient_system_resource`).
fn finish_reason(word: &str) -> FinishReason {
    match word {
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" | "STOP" => FinishReason::Stop,
        "length" | "max_tokens" | "model_length" | "MAX_TOKENS" => FinishReason::Length,
        "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
        "content_filter" | "SAFETY" | "safety" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        "error" | "abort" | "insufficient_system_resource" | "network_error" => FinishReason::Error,
        _ => FinishReason::Other,
    }
}

/// Prompt and completion include the cached and the reasoning tokens:
/// <https://platform.openai.com/docs/api-reference/chat/object>. `DeepSeek` counts hits of its cache beside the prompt.
fn usage(counts: &Value) -> TokenUsage {
    let input_tokens = count(counts, "/prompt_tokens");
    let cached = count(counts, "/prompt_tokens_details/cached_tokens").max(count(counts, "/prompt_cache_hit_tokens"));
    let output_tokens = count(counts, "/completion_tokens");
    TokenUsage {
        input_tokens,
        output_tokens,
        cached_input_tokens: cached.min(input_tokens),
        cache_write_tokens: count(counts, "/prompt_tokens_details/cache_write_tokens").min(input_tokens),
        reasoning_tokens: count(counts, "/completion_tokens_details/reasoning_tokens").min(output_tokens),
    }
}
