//! OpenAI's responses.
//!
//! Sources: <https://platform.openai.com/docs/api-reference/responses/create>,
//! <https://platform.openai.com/docs/api-reference/responses-streaming>,
//! <https://platform.openai.com/docs/guides/reasoning> (thoughts go back encrypted, as nothing is stored there),
//! <https://platform.openai.com/docs/guides/function-calling>.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluice_types::{FinishReason, ReasoningEffort, TokenUsage};

use super::openai_schema::{SCHEMA_NAME, fits_strict};
use super::{ReadFrames, WireRequest, count, set, text};
use crate::answer::Answer;
use crate::call::{AssistantMessage, Message, ModelCall, ToolChoice};
use crate::error::ProviderError;
use crate::form::{Form, Parameter, Structure};
use crate::refusal::broken;

/// The items of an answer that go back in the next call.
pub const REPLAYED: [&str; 3] = ["reasoning", "message", "function_call"];

/// Writes the request.
pub fn request(call: &ModelCall, form: &Form) -> WireRequest {
    let mut body = json!({"model": call.model, "input": input(call, form), "stream": true, "store": false});
    let include = form.sends(Parameter::EncryptedThoughts).then(|| json!(["reasoning.encrypted_content"]));
    set(&mut body, "include", include);
    set(&mut body, "max_output_tokens", call.max_tokens);
    set(&mut body, "temperature", call.temperature.filter(|_| form.sends(Parameter::Temperature)));
    let effort = call.reasoning.as_ref().filter(|_| form.sends(Parameter::Reasoning));
    set(&mut body, "reasoning", effort.map(|effort| reasoning(effort, form)));
    let format = call.output_schema.as_ref().and_then(|schema| text_format(schema, form));
    set(&mut body, "text", format.map(|format| json!({"format": format})));
    if !call.tools.is_empty() {
        set(&mut body, "tools", Some(tools(call)));
        set(&mut body, "tool_choice", Some(tool_choice(&call.tool_choice)));
    }
    WireRequest { path: "responses".into(), body }
}

/// The system prompt is a message of the input, not `instructions`: `json_object` requires the word JSON in the input.
fn input(call: &ModelCall, form: &Form) -> Vec<Value> {
    let system = form.system(call).map(|text| json!({"role": "system", "content": text}));
    let mut before = form.before_first_message(call);
    let mut input: Vec<Value> = system.into_iter().collect();
    for message in &call.messages {
        match message {
            Message::User(text) => {
                let text = before.take().map_or_else(|| text.clone(), |before| format!("{before}\n\n{text}"));
                input.push(json!({"role": "user", "content": text}));
            }
            Message::Assistant(said) if goes_back_whole(said, form) => input.extend(said.replay.iter().cloned()),
            Message::Assistant(said) => input.extend(assistant(said)),
            Message::Tool(result) => {
                input
                    .push(json!({"type": "function_call_output", "call_id": result.call_id, "output": result.content}));
            }
        }
    }
    input
}

/// Whether the items of an answer go back as they came.
fn goes_back_whole(said: &AssistantMessage, form: &Form) -> bool {
    form.sends(Parameter::EncryptedThoughts) && !said.replay.is_empty()
}

fn assistant(said: &AssistantMessage) -> Vec<Value> {
    let text = (!said.text.is_empty()).then(|| json!({"role": "assistant", "content": said.text}));
    let calls = said.tool_calls.iter().map(|call| {
        let arguments = call.arguments.as_str().map_or_else(|| call.arguments.to_string(), str::to_owned);
        json!({"type": "function_call", "call_id": call.id, "name": call.name, "arguments": arguments})
    });
    text.into_iter().chain(calls).collect()
}

fn reasoning(effort: &ReasoningEffort, form: &Form) -> Value {
    let mut reasoning = json!({"effort": effort.as_str()});
    set(&mut reasoning, "summary", form.sends(Parameter::ThoughtSummary).then_some("auto"));
    reasoning
}

/// Without `strict`, OpenAI would make every schema strict, and all arguments required.
fn tools(call: &ModelCall) -> Vec<Value> {
    let tool = |tool: &crate::call::Tool| {
        json!({"type": "function", "name": tool.name, "description": tool.description,
            "parameters": tool.parameters, "strict": fits_strict(&tool.parameters)})
    };
    call.tools.iter().map(tool).collect()
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Named(name) => json!({"type": "function", "name": name}),
    }
}

fn text_format(schema: &Value, form: &Form) -> Option<Value> {
    match form.structure {
        Structure::Schema => Some(json!({
            "type": "json_schema", "name": SCHEMA_NAME, "schema": schema, "strict": fits_strict(schema)})),
        Structure::Json => Some(json!({"type": "json_object"})),
        Structure::Tool | Structure::Prompt => None,
    }
}

/// Reads the events of an answer, or the whole response of a server that does not stream.
#[derive(Default)]
pub struct Reader {
    /// The words of a refusal take the place of the text.
    refuses: bool,
    text: Told,
    thoughts: Told,
    /// The place in the output of the item that began last.
    place: u64,
    /// Places of the messages in which the model comments on its work before the answer.
    comments: BTreeSet<u64>,
    /// Places of the calls whose arguments came in pieces.
    with_arguments: BTreeSet<u64>,
    /// The items that are finished.
    items: Vec<Value>,
}

/// Whether pieces came. Where none came, the text is taken from the finished item.
#[derive(Default)]
struct Told {
    ever: bool,
    of_open_item: bool,
}

impl Told {
    fn piece(&mut self) {
        *self = Self { ever: true, of_open_item: true };
    }
}

impl ReadFrames for Reader {
    fn read(&mut self, frame: &Value, event: Option<&str>, answer: &mut Answer) -> Result<(), ProviderError> {
        let Some(kind) = text(frame, "type").or(event) else {
            return if text(frame, "object") == Some("response") { self.end(frame, None, answer) } else { Ok(()) };
        };
        let place = frame.get("output_index").and_then(Value::as_u64).unwrap_or(self.place);
        let piece = text(frame, "delta").unwrap_or_default();
        match kind {
            "response.output_text.delta" => self.piece(place, piece, answer),
            "response.refusal.delta" => {
                self.refuses = true;
                self.piece(place, piece, answer);
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => self.thought(piece, answer),
            "response.reasoning_summary_part.added" if count(frame, "/summary_index") > 0 => {
                self.thought("\n\n", answer);
            }
            "response.output_item.added" => {
                self.place = place;
                self.begun(frame.get("item").unwrap_or(&Value::Null), place, answer)?;
            }
            "response.function_call_arguments.delta" => {
                self.with_arguments.insert(place);
                answer.tool_arguments(place, piece)?;
            }
            "response.output_item.done" => {
                let item = frame.get("item").unwrap_or(&Value::Null);
                let is_told = match text(item, "type") {
                    Some("message") => std::mem::take(&mut self.text.of_open_item),
                    Some("reasoning") => std::mem::take(&mut self.thoughts.of_open_item),
                    _ => false,
                };
                self.item(item, place, is_told, answer)?;
            }
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                let status = kind.strip_prefix("response.");
                self.end(frame.get("response").unwrap_or(&Value::Null), status, answer)?;
            }
            // Parts that begin or end, whose words came in pieces, and tools of OpenAI's own.
            _ => {}
        }
        Ok(())
    }
}

impl Reader {
    fn piece(&mut self, place: u64, piece: &str, answer: &mut Answer) {
        if piece.is_empty() {
            return;
        }
        self.text.piece();
        if self.comments.contains(&place) { answer.thinking(piece) } else { answer.text(piece) }
    }

    fn thought(&mut self, piece: &str, answer: &mut Answer) {
        if !piece.is_empty() {
            self.thoughts.piece();
            answer.thinking(piece);
        }
    }

    fn begun(&mut self, item: &Value, place: u64, answer: &mut Answer) -> Result<(), ProviderError> {
        if text(item, "phase") == Some("commentary") {
            self.comments.insert(place);
        }
        if text(item, "type") == Some("function_call") {
            answer.tool_call(place, text(item, "call_id"), text(item, "name"))?;
        }
        Ok(())
    }

    /// A finished item; `is_told` when its words came in pieces.
    fn item(&mut self, item: &Value, place: u64, is_told: bool, answer: &mut Answer) -> Result<(), ProviderError> {
        self.begun(item, place, answer)?;
        let parts = |key: &str| item.get(key).and_then(Value::as_array).into_iter().flatten();
        match text(item, "type") {
            Some("message") => {
                for part in parts("content") {
                    let refusal = text(part, "refusal").filter(|refusal| !refusal.is_empty());
                    self.refuses |= refusal.is_some();
                    if let (false, Some(words)) = (is_told, refusal.or_else(|| text(part, "text"))) {
                        self.piece(place, words, answer);
                    }
                }
                self.text.of_open_item = false;
            }
            Some("reasoning") if !is_told => {
                let thoughts: Vec<&str> =
                    parts("summary").chain(parts("content")).filter_map(|part| text(part, "text")).collect();
                self.thought(&thoughts.join("\n\n"), answer);
                self.thoughts.of_open_item = false;
            }
            Some("function_call") if self.with_arguments.insert(place) => {
                answer.tool_arguments(place, text(item, "arguments").unwrap_or_default())?;
            }
            _ => {}
        }
        self.items.push(item.clone());
        Ok(())
    }

    /// The end. `told` is the status by the name of the event; that of the response is more precise: gateways send
    /// `response.completed` for an answer that was cut.
    fn end(&mut self, response: &Value, told: Option<&str>, answer: &mut Answer) -> Result<(), ProviderError> {
        if response.get("usage").is_some_and(Value::is_object) {
            answer.usage(usage(response.get("usage").unwrap_or(&Value::Null)));
        }
        let output = response.get("output").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if self.items.is_empty() {
            let (has_text, has_thoughts) = (self.text.ever, self.thoughts.ever);
            for (place, item) in (0_u64..).zip(output) {
                let is_told = match text(item, "type") {
                    Some("message") => has_text,
                    Some("reasoning") => has_thoughts,
                    _ => false,
                };
                self.item(item, place, is_told, answer)?;
            }
        }
        let status = text(response, "status").filter(|status| told.is_none() || is_final(status)).or(told);
        let cut = response.pointer("/incomplete_details/reason").and_then(Value::as_str);
        let (reason, word) = match (status, cut) {
            (Some("completed" | "incomplete"), Some(word)) => (cut_reason(word), word),
            (Some("completed"), None) => (FinishReason::Stop, "completed"),
            (Some("incomplete"), None) => (FinishReason::Error, "incomplete"),
            (status, _) => {
                let status = status.unwrap_or("unknown");
                return Err(broken(&format!("the provider ended its answer with the status `{status}`")));
            }
        };
        answer.finish(if self.refuses { FinishReason::Refusal } else { reason }, word);
        answer.end_marker();
        self.replay(answer);
        Ok(())
    }

    /// The next call wants the thoughts back, in their places between the other items. Thoughts that are not encrypted
    /// would name something that is not stored.
    fn replay(&mut self, answer: &mut Answer) {
        let is_encrypted = |item: &Value| item.get("encrypted_content").is_some_and(Value::is_string);
        let mut items = std::mem::take(&mut self.items);
        items.retain(|item| match text(item, "type") {
            Some("reasoning") => is_encrypted(item),
            kind => kind.is_some_and(|kind| REPLAYED.contains(&kind)),
        });
        if items.iter().any(is_encrypted) {
            for item in items {
                answer.replay(item);
            }
        }
    }
}

fn is_final(status: &str) -> bool {
    matches!(status, "completed" | "incomplete" | "failed" | "cancelled")
}

fn cut_reason(word: &str) -> FinishReason {
    match word {
        "max_output_tokens" | "max_tokens" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

/// Input and output include the cached and the reasoning tokens:
/// <https://platform.openai.com/docs/api-reference/responses/object>.
fn usage(counts: &Value) -> TokenUsage {
    let input_tokens = count(counts, "/input_tokens");
    let output_tokens = count(counts, "/output_tokens");
    let cached_input_tokens = count(counts, "/input_tokens_details/cached_tokens").min(input_tokens);
    TokenUsage {
        input_tokens,
        output_tokens,
        cached_input_tokens,
        cache_write_tokens: count(counts, "/input_tokens_details/cache_write_tokens")
            .min(input_tokens - cached_input_tokens),
        reasoning_tokens: count(counts, "/output_tokens_details/reasoning_tokens").min(output_tokens),
    }
}

#[cfg(test)]
mod tests {
    use sluice_types::ProviderName;

    use super::super::{Protocol, testing};
    use super::*;

    fn form(call: &ModelCall) -> Form {
        Form::known(ProviderName::Openai, Protocol::OpenAiResponses, call)
    }

    #[test]
    fn a_full_call_is_written_as_the_documentation_says() {
        let call = testing::full_call(vec![
            json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}),
            json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "add", "arguments": "{}"}),
        ]);
        let request = request(&call, &form(&call));
        assert_eq!(request.path, "responses");
        let body = json!({
            "model": "some-model",
            "input": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "What is 1 + 2?"},
                {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
                {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "add", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "call_1", "output": "3"},
                {"role": "user", "content": "Sure?"},
            ],
            "stream": true,
            "store": false,
            "include": ["reasoning.encrypted_content"],
            "max_output_tokens": 256,
            "temperature": 0.5,
            "reasoning": {"effort": "low", "summary": "auto"},
            "text": {"format": {"type": "json_schema", "name": "output", "schema": testing::schema(), "strict": true}},
            "tools": [{"type": "function", "name": "add", "description": "Adds numbers.",
                "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}, "strict": false}],
            "tool_choice": {"type": "function", "name": "add"},
        });
        assert_eq!(request.body, body);
    }

    #[test]
    fn an_answer_without_its_own_items_goes_back_as_text_and_calls() {
        let without = [
            json!({"role": "assistant", "content": "I add."}),
            json!({"type": "function_call", "call_id": "call_1", "name": "add", "arguments": "{\"a\":1}"}),
        ];
        let call = testing::full_call(vec![]);
        assert_eq!(input(&call, &form(&call))[2..4], without);
    }

    #[test]
    fn weaker_forms_tell_the_schema_in_the_input() {
        let call = testing::full_call(vec![]);
        for (structure, format) in
            [(Structure::Json, json!({"format": {"type": "json_object"}})), (Structure::Prompt, Value::Null)]
        {
            let body = request(&call, &testing::weaker(form(&call), structure)).body;
            assert_eq!(body.get("text").cloned().unwrap_or_default(), format);
            let system = body.pointer("/input/0/content").and_then(Value::as_str).unwrap();
            assert!(system.contains("JSON") && system.contains("city"), "{system}");
        }
    }
}
