//! Google's Gemini API.
//!
//! Sources: <https://ai.google.dev/api/generate-content>, <https://ai.google.dev/api/caching#Content>,
//! <https://ai.google.dev/gemini-api/docs/function-calling>,
//! <https://ai.google.dev/gemini-api/docs/structured-output>, <https://ai.google.dev/gemini-api/docs/thinking>,
//! <https://ai.google.dev/gemini-api/docs/thought-signatures>.

use serde_json::{Value, json};
use sluice_types::{FinishReason, ReasoningEffort, TokenUsage};

use super::{ReadFrames, WireRequest, append, as_object, count, set, text};
use crate::answer::Answer;
use crate::call::{AssistantMessage, Message, ModelCall, Tool, ToolChoice, ToolResult};
use crate::error::ProviderError;
use crate::form::{Form, Parameter, Structure};
use crate::refusal::withheld;

/// Stands in for the signature of a call that Gemini did not make itself. Gemini 3 refuses a call without one.
const FOREIGN_SIGNATURE: &str = "skip_thought_signature_validator";

/// The smallest budget of thinking that all models take, in tokens.
const MIN_THINKING_TOKENS: u32 = 512;

/// Writes the request.
pub fn request(call: &ModelCall, form: &Form) -> WireRequest {
    let mut body = json!({"contents": contents(call, form)});
    set(&mut body, "systemInstruction", form.system(call).map(|text| json!({"parts": [{"text": text}]})));
    set(&mut body, "generationConfig", generation_config(call, form));
    if !call.tools.is_empty() {
        let functions: Vec<Value> = call.tools.iter().map(function).collect();
        set(&mut body, "tools", Some(json!([{"functionDeclarations": functions}])));
        set(&mut body, "toolConfig", Some(json!({"functionCallingConfig": calling_config(&call.tool_choice)})));
    }
    WireRequest { path: format!("models/{}:streamGenerateContent?alt=sse", call.model), body }
}

/// The messages. All results of the calls of one answer stand in one content.
fn contents(call: &ModelCall, form: &Form) -> Vec<Value> {
    let mut before = form.before_first_message(call);
    let mut contents: Vec<(Speaker, Vec<Value>)> = Vec::new();
    for message in &call.messages {
        let (speaker, parts) = match message {
            Message::User(text) => {
                let text = before.take().map_or_else(|| text.clone(), |before| format!("{before}\n\n{text}"));
                (Speaker::User, vec![json!({"text": text})])
            }
            Message::Assistant(said) => (Speaker::Model, said_before(call, said)),
            Message::Tool(result) => (Speaker::Tools, vec![function_response(call, result)]),
        };
        match contents.last_mut() {
            Some((Speaker::Tools, results)) if speaker == Speaker::Tools => results.extend(parts),
            // The API refuses a content without parts.
            _ if parts.is_empty() => {}
            _ => contents.push((speaker, parts)),
        }
    }
    contents.into_iter().map(|(speaker, parts)| json!({"role": speaker.role(), "parts": parts})).collect()
}

/// Whose content it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaker {
    User,
    Model,
    Tools,
}

impl Speaker {
    fn role(self) -> &'static str {
        match self {
            Self::User | Self::Tools => "user",
            Self::Model => "model",
        }
    }
}

fn said_before(call: &ModelCall, said: &AssistantMessage) -> Vec<Value> {
    if !said.replay.is_empty() {
        return said.replay.clone();
    }
    let words = (!said.text.is_empty()).then(|| json!({"text": said.text}));
    let mut calls: Vec<Value> = said
        .tool_calls
        .iter()
        .map(|call| json!({"functionCall": {"name": call.name, "args": as_object(&call.arguments)}}))
        .collect();
    // The first of several calls bears the signature for all.
    if let Some(first) = calls.first_mut().filter(|_| !has_thinking_budget(call)) {
        set(first, "thoughtSignature", Some(FOREIGN_SIGNATURE));
    }
    words.into_iter().chain(calls).collect()
}

fn function_response(call: &ModelCall, result: &ToolResult) -> Value {
    let key = if result.is_error { "error" } else { "output" };
    let mut response = json!({"name": result.name, "response": {key: result.content}});
    // An id that was made up here means nothing to the provider.
    set(&mut response, "id", is_given(call, &result.call_id).then_some(result.call_id.as_str()));
    json!({"functionResponse": response})
}

/// Whether the provider gave a call this id.
fn is_given(call: &ModelCall, id: &str) -> bool {
    call.messages.iter().any(|message| match message {
        Message::Assistant(said) => {
            said.replay.iter().any(|part| part.pointer("/functionCall/id").and_then(Value::as_str) == Some(id))
        }
        Message::User(_) | Message::Tool(_) => false,
    })
}

fn generation_config(call: &ModelCall, form: &Form) -> Option<Value> {
    let mut config = json!({});
    set(&mut config, "maxOutputTokens", call.max_tokens);
    set(&mut config, "temperature", call.temperature.filter(|_| form.sends(Parameter::Temperature)));
    let effort = call.reasoning.as_ref().filter(|_| form.sends(Parameter::Reasoning));
    set(&mut config, "thinkingConfig", effort.map(|effort| thinking_config(call, effort)));
    if let Some(schema) = call.output_schema.as_ref().filter(|_| form.structure != Structure::Prompt) {
        set(&mut config, "responseMimeType", Some("application/json"));
        let schema = Some(schema.clone()).filter(|_| form.structure == Structure::Schema);
        set(&mut config, "responseJsonSchema", schema);
    }
    (config != json!({})).then_some(config)
}

/// Levels since Gemini 3, and budgets before. The budgets are those that Google gives for the same words:
/// <https://ai.google.dev/gemini-api/docs/openai#thinking>.
fn thinking_config(call: &ModelCall, effort: &ReasoningEffort) -> Value {
    let mut config = json!({"includeThoughts": true});
    if has_thinking_budget(call) {
        let wanted = match effort {
            ReasoningEffort::Low => 1_024,
            ReasoningEffort::Medium => 8_192,
            ReasoningEffort::High | ReasoningEffort::Unknown(_) => 24_576,
        };
        // Thoughts count against the limit of the answer, which needs tokens too.
        let most = call.max_tokens.map_or(wanted, |limit| limit / 2);
        set(&mut config, "thinkingBudget", Some(wanted.min(most).max(MIN_THINKING_TOKENS)));
    } else {
        set(&mut config, "thinkingLevel", Some(effort.as_str()));
    }
    config
}

fn has_thinking_budget(call: &ModelCall) -> bool {
    ["gemini-1", "gemini-2"].iter().any(|family| call.model.contains(family))
}

fn function(tool: &Tool) -> Value {
    json!({"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters})
}

fn calling_config(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => json!({"mode": "AUTO"}),
        ToolChoice::None => json!({"mode": "NONE"}),
        ToolChoice::Required => json!({"mode": "ANY"}),
        ToolChoice::Named(name) => json!({"mode": "ANY", "allowedFunctionNames": [name]}),
    }
}

/// Reads the pieces of an answer. The API has no mark for the end: the body ends.
#[derive(Default)]
pub struct Reader {
    reason: Option<FinishReason>,
    /// Number of calls of tools.
    calls: u64,
    /// Parts of the answer, held until one of them shows that the provider wants them back.
    held: Vec<Value>,
    come_back: bool,
}

impl ReadFrames for Reader {
    fn read(&mut self, frame: &Value, _: Option<&str>, answer: &mut Answer) -> Result<(), ProviderError> {
        if let Some(counts) = frame.get("usageMetadata") {
            answer.usage(usage(counts));
        }
        let blocked = frame.get("promptFeedback").and_then(|feedback| told_reason(feedback, "blockReason"));
        if let Some(word) = blocked {
            return Err(withheld(word));
        }
        // Only one answer is asked for.
        let Some(candidate) = frame.pointer("/candidates/0") else { return Ok(()) };
        let parts = candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten();
        parts.into_iter().try_for_each(|part| self.part(part, answer))?;
        if let Some(word) = told_reason(candidate, "finishReason") {
            let reason = finish_reason(word);
            // Some models write `STOP` with each piece. It does not take another reason back.
            if reason != FinishReason::Stop || self.reason.is_none() {
                self.reason = Some(reason);
                answer.finish(reason, word);
            }
        }
        Ok(())
    }
}

impl Reader {
    fn part(&mut self, part: &Value, answer: &mut Answer) -> Result<(), ProviderError> {
        let said = text(part, "text").unwrap_or_default();
        let is_thought = part.get("thought") == Some(&Value::Bool(true));
        if is_thought {
            answer.thinking(said);
        } else {
            answer.text(said);
        }
        if let Some(call) = part.get("functionCall") {
            let key = self.calls;
            self.calls += 1;
            answer.tool_call(key, text(call, "id"), text(call, "name"))?;
            // Each call comes whole.
            if let Some(arguments) = call.get("args").filter(|arguments| arguments.is_object()) {
                answer.tool_arguments(key, &arguments.to_string())?;
            }
        }
        self.keep(part, is_thought, answer);
        Ok(())
    }

    /// Keeps a part where the provider wants it back: with a signed part or a call come all parts, in their order.
    /// Summaries of thoughts stay away.
    fn keep(&mut self, part: &Value, is_thought: bool, answer: &mut Answer) {
        let is_signed = part.get("thoughtSignature").is_some();
        let is_plain = !is_signed && part.get("text").is_some();
        if is_plain && (is_thought || text(part, "text") == Some("")) {
            return;
        }
        self.come_back |= is_signed || part.get("functionCall").is_some();
        match self.held.last_mut() {
            Some(last) if is_plain && last.get("text").is_some() => {
                append(last, "text", text(part, "text").unwrap_or_default());
            }
            _ => self.held.push(part.clone()),
        }
        if self.come_back {
            self.held.drain(..).for_each(|part| answer.replay(part));
        }
    }
}

/// A reason under a key. `FINISH_REASON_UNSPECIFIED` and `BLOCK_REASON_UNSPECIFIED` are the zero of their lists.
fn told_reason<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    text(value, key).filter(|word| !word.is_empty() && !word.ends_with("_UNSPECIFIED"))
}

fn finish_reason(word: &str) -> FinishReason {
    match word {
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        // A check of the content stopped the answer, and would stop it again.
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => FinishReason::ContentFilter,
        // The model wrote something that the provider could not use.
        "OTHER"
        | "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MALFORMED_RESPONSE"
        | "MISSING_THOUGHT_SIGNATURE"
        | "NO_IMAGE"
        | "IMAGE_OTHER" => FinishReason::Error,
        _ => FinishReason::Other,
    }
}

/// The prompt includes the cached tokens; the candidates do not include the thoughts.
fn usage(counts: &Value) -> TokenUsage {
    let input_tokens = count(counts, "/promptTokenCount").saturating_add(count(counts, "/toolUsePromptTokenCount"));
    let reasoning_tokens = count(counts, "/thoughtsTokenCount");
    TokenUsage {
        input_tokens,
        output_tokens: count(counts, "/candidatesTokenCount").saturating_add(reasoning_tokens),
        cached_input_tokens: count(counts, "/cachedContentTokenCount").min(input_tokens),
        cache_write_tokens: 0,
        reasoning_tokens,
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
        Form::known(ProviderName::Google, Protocol::Gemini, call)
    }

    fn full_call() -> ModelCall {
        let called = |id: &str, name: &str| ToolCall { id: id.into(), name: name.into(), arguments: json!({"a": 1}) };
        let result = |id: &str, name: &str, is_error| {
            Message::Tool(ToolResult { call_id: id.into(), name: name.into(), content: format!("of {name}"), is_error })
        };
        let signed = AssistantMessage {
            text: "Let me see.".into(),
            tool_calls: vec![called("g1", "add"), called("call_2", "now")],
            replay: vec![
                json!({"text": "Let me see."}),
                json!({"functionCall": {"id": "g1", "name": "add", "args": {"a": 1}}, "thoughtSignature": "c2ln"}),
                json!({"functionCall": {"name": "now", "args": {"a": 1}}}),
            ],
        };
        ModelCall {
            system: Some("Be brief.".into()),
            messages: vec![
                Message::User("Add.".into()),
                Message::Assistant(signed),
                result("g1", "add", false),
                result("call_2", "now", true),
                Message::Assistant(AssistantMessage { text: "Two.".into(), ..AssistantMessage::default() }),
                Message::Assistant(AssistantMessage::default()),
                Message::User("And now?".into()),
            ],
            tools: vec![Tool {
                name: "add".into(),
                description: "Adds.".into(),
                parameters: json!({"type": "object"}),
            }],
            tool_choice: ToolChoice::Named("add".into()),
            reasoning: Some(ReasoningEffort::Low),
            temperature: Some(0.5),
            max_tokens: Some(256),
            output_schema: Some(json!({"type": "array"})),
            ..ModelCall::new("google", "gemini-3.5-flash", "")
        }
    }

    #[test]
    fn a_full_call_is_written_as_the_api_wants_it() {
        let call = full_call();
        let request = request(&call, &form(&call));
        assert_eq!(request.path, "models/gemini-3.5-flash:streamGenerateContent?alt=sse");
        let expected = json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "Add."}]},
                {"role": "model", "parts": [
                    {"text": "Let me see."},
                    {"functionCall": {"id": "g1", "name": "add", "args": {"a": 1}}, "thoughtSignature": "c2ln"},
                    {"functionCall": {"name": "now", "args": {"a": 1}}}]},
                {"role": "user", "parts": [
                    {"functionResponse": {"id": "g1", "name": "add", "response": {"output": "of add"}}},
                    {"functionResponse": {"name": "now", "response": {"error": "of now"}}}]},
                {"role": "model", "parts": [{"text": "Two."}]},
                {"role": "user", "parts": [{"text": "And now?"}]}],
            "generationConfig": {
                "maxOutputTokens": 256, "temperature": 0.5,
                "thinkingConfig": {"includeThoughts": true, "thinkingLevel": "low"},
                "responseMimeType": "application/json", "responseJsonSchema": {"type": "array"}},
            "tools": [{"functionDeclarations": [
                {"name": "add", "description": "Adds.", "parametersJsonSchema": {"type": "object"}}]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["add"]}}});
        assert_eq!(request.body, expected);
    }

    #[test]
    fn a_short_call_says_no_more_than_its_prompt() {
        let call = ModelCall::new("google", "gemini-2.5-pro", "Hello");
        let expected = json!({"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]});
        assert_eq!(request(&call, &form(&call)).body, expected);
    }

    #[test]
    fn thinking_is_asked_for_as_each_family_takes_it() {
        let table = [
            ("gemini-2.5-pro", ReasoningEffort::Medium, json!({"includeThoughts": true, "thinkingBudget": 8_192})),
            ("gemini-2.5-flash", ReasoningEffort::High, json!({"includeThoughts": true, "thinkingBudget": 24_576})),
            (
                "gemini-3.1-pro-preview",
                ReasoningEffort::High,
                json!({"includeThoughts": true, "thinkingLevel": "high"}),
            ),
            ("gemini-4-argon", ReasoningEffort::Low, json!({"includeThoughts": true, "thinkingLevel": "low"})),
        ];
        for (model, effort, expected) in table {
            let call = ModelCall { reasoning: Some(effort), ..ModelCall::new("google", model, "Hello") };
            let body = request(&call, &form(&call)).body;
            assert_eq!(body.pointer("/generationConfig/thinkingConfig"), Some(&expected), "{model}");
        }
    }

    #[test]
    fn a_budget_of_thinking_leaves_tokens_for_the_answer() {
        for (max_tokens, budget) in [(None, 24_576), (Some(4_000), 2_000), (Some(256), MIN_THINKING_TOKENS)] {
            let call = ModelCall {
                reasoning: Some(ReasoningEffort::High),
                max_tokens,
                ..ModelCall::new("google", "gemini-2.5-pro", "Hello")
            };
            let body = request(&call, &form(&call)).body;
            assert_eq!(body["generationConfig"]["thinkingConfig"]["thinkingBudget"], budget, "{max_tokens:?}");
        }
    }

    #[test]
    fn a_refused_part_is_left_out() {
        let call = ModelCall { tools: Vec::new(), ..full_call() };
        let refused = |form: &Form, words: &str| {
            let refusal = ProviderError::new(ProviderErrorKind::BadRequest, words);
            form.after(&refusal, Protocol::Gemini, &call).expect("another form is known").form
        };
        let without = refused(&form(&call), "Thinking level is not supported for this model.");
        let config = request(&call, &without).body["generationConfig"].clone();
        assert_eq!(config.get("thinkingConfig"), None);
        let mime = "Function calling with a response mime type: 'application/json' is unsupported";
        let json_alone = refused(&without, mime);
        let body = request(&call, &json_alone).body;
        assert_eq!(body["generationConfig"]["responseMimeType"], "application/json");
        assert_eq!(body["generationConfig"].get("responseJsonSchema"), None);
        let prompt_alone = refused(&json_alone, mime);
        let body = request(&call, &prompt_alone).body;
        assert_eq!(body["generationConfig"], json!({"maxOutputTokens": 256, "temperature": 0.5}));
        assert!(body["systemInstruction"]["parts"][0]["text"].as_str().unwrap().ends_with(r#"{"type":"array"}"#));
    }

    #[test]
    fn a_call_that_another_provider_made_bears_a_signature_where_one_is_needed() {
        let arguments = [json!({"a": 1}), json!("not JSON")];
        let tool_calls: Vec<ToolCall> = arguments
            .into_iter()
            .map(|arguments| ToolCall { id: "toolu_1".into(), name: "add".into(), arguments })
            .collect();
        let parts = |model: &str| {
            let said = AssistantMessage { tool_calls: tool_calls.clone(), ..AssistantMessage::default() };
            said_before(&ModelCall::new("google", model, "Hello"), &said)
        };
        let plain = [
            json!({"functionCall": {"name": "add", "args": {"a": 1}}}),
            json!({"functionCall": {"name": "add", "args": {"INVALID_JSON": "not JSON"}}}),
        ];
        assert_eq!(parts("gemini-2.5-pro"), plain);
        let mut signed = plain;
        signed[0]["thoughtSignature"] = "skip_thought_signature_validator".into();
        assert_eq!(parts("gemini-3.5-flash"), signed);
    }
}
