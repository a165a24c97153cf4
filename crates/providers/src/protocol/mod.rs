//! The wire protocols. Each file writes the requests of one, and reads its answers; Anthropic's have a file each.

mod anthropic_events;
mod anthropic_messages;
mod gemini;
mod ollama_chat;
mod openai_chat;
mod openai_responses;
mod openai_schema;
#[cfg(test)]
mod testing;

use reqwest::Url;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::{AssistantMessage, Message, ModelCall, Tool, ToolResult};
use crate::error::ProviderError;
use crate::form::Form;
use crate::framing::Framing;

/// A wire protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// <https://docs.anthropic.com/en/api/messages>
    AnthropicMessages,
    /// <https://platform.openai.com/docs/api-reference/chat>
    OpenAiChat,
    /// <https://platform.openai.com/docs/api-reference/responses>
    OpenAiResponses,
    /// <https://ai.google.dev/api/generate-content>
    Gemini,
    /// <https://docs.ollama.com/api/chat>
    OllamaChat,
}

/// A request of a protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct WireRequest {
    /// The path under the provider's root, with its query.
    pub path: String,
    /// The body.
    pub body: Value,
}

/// Reads the frames of one answer.
pub trait ReadFrames: Send {
    /// Reads one frame: a piece of the answer, or the answer of a server that does not stream. It is no error.
    ///
    /// # Errors
    /// The frame says that the call failed, or violates the protocol.
    fn read(&mut self, frame: &Value, event: Option<&str>, answer: &mut Answer) -> Result<(), ProviderError>;
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 5] =
        [Self::AnthropicMessages, Self::OpenAiChat, Self::OpenAiResponses, Self::Gemini, Self::OllamaChat];

    /// The request of a call.
    pub(crate) fn request(self, call: &ModelCall, form: &Form) -> WireRequest {
        match self {
            Self::AnthropicMessages => anthropic_messages::request(call, form),
            Self::OpenAiChat => openai_chat::request(call, form),
            Self::OpenAiResponses => openai_responses::request(call, form),
            Self::Gemini => gemini::request(call, form),
            Self::OllamaChat => ollama_chat::request(call, form),
        }
    }

    /// A reader of one answer.
    pub(crate) fn frames(self) -> Box<dyn ReadFrames> {
        match self {
            Self::AnthropicMessages => Box::<anthropic_events::Reader>::default(),
            Self::OpenAiChat => Box::<openai_chat::Reader>::default(),
            Self::OpenAiResponses => Box::<openai_responses::Reader>::default(),
            Self::Gemini => Box::<gemini::Reader>::default(),
            Self::OllamaChat => Box::<ollama_chat::Reader>::default(),
        }
    }

    /// How its answers are cut into frames.
    pub(crate) fn framing(self) -> Framing {
        match self {
            Self::OllamaChat => Framing::Lines,
            Self::AnthropicMessages | Self::OpenAiChat | Self::OpenAiResponses | Self::Gemini => Framing::Events,
        }
    }

    /// Whether text never follows the reason for the end. Gemini writes one with each piece.
    pub(crate) fn reason_is_last(self) -> bool {
        !matches!(self, Self::Gemini)
    }

    /// Whether a part that goes back unchanged comes from an answer in this protocol: a fallback of another provider may
    /// have answered before.
    pub(crate) fn replays(self, part: &Value) -> bool {
        let from = match text(part, "type") {
            Some(kind) if openai_responses::REPLAYED.contains(&kind) => Self::OpenAiResponses,
            Some(ollama_chat::THOUGHTS) => Self::OllamaChat,
            Some(_) => Self::AnthropicMessages,
            None => Self::Gemini,
        };
        self == from
    }

    /// The headers with the key, and those that the protocol always wants.
    pub(crate) fn headers(self, request: reqwest::RequestBuilder, key: Option<&str>) -> reqwest::RequestBuilder {
        match (self, key) {
            (Self::AnthropicMessages, key) => request
                .header("x-api-key", key.unwrap_or_default())
                .header("anthropic-version", anthropic_messages::VERSION),
            (Self::Gemini, key) => request.header("x-goog-api-key", key.unwrap_or_default()),
            (Self::OpenAiChat | Self::OpenAiResponses | Self::OllamaChat, Some(key)) => request.bearer_auth(key),
            (Self::OpenAiChat | Self::OpenAiResponses | Self::OllamaChat, None) => request,
        }
    }

    /// The path of the list of models, cut short where the protocol can.
    pub(crate) fn list_path(self) -> &'static str {
        match self {
            Self::AnthropicMessages => "models?limit=1",
            Self::Gemini => "models?pageSize=1",
            Self::OllamaChat => "api/tags",
            Self::OpenAiChat | Self::OpenAiResponses => "models",
        }
    }
}

/// The URL of a path under `root`; a query of the root stays.
pub(crate) fn join(root: &Url, path: &str) -> Result<Url, ProviderError> {
    let mut url = root.join(path).map_err(|error| {
        ProviderError::new(crate::ProviderErrorKind::BadRequest, format!("the base URL is unusable: {error}"))
    })?;
    if let (None, Some(query)) = (url.query(), root.query()) {
        url.set_query(Some(query));
    }
    Ok(url)
}

/// The conversation, as chat completions and Ollama write it: each has its own form for what the model said and what a
/// tool gave.
pub(crate) fn chat_messages(
    call: &ModelCall,
    form: &Form,
    assistant: fn(&AssistantMessage) -> Value,
    tool: fn(&ToolResult) -> Value,
) -> Vec<Value> {
    let system = form.system(call).map(|text| json!({"role": "system", "content": text}));
    let mut before = form.before_first_message(call);
    let said = call.messages.iter().map(|message| match message {
        Message::User(text) => {
            let text = before.take().map_or_else(|| text.clone(), |before| format!("{before}\n\n{text}"));
            json!({"role": "user", "content": text})
        }
        Message::Assistant(said) => assistant(said),
        Message::Tool(result) => tool(result),
    });
    let said: Vec<Value> = said.collect();
    system.into_iter().chain(said).collect()
}

/// A tool, as chat completions and Ollama describe it.
pub(crate) fn function_tool(tool: &Tool) -> Value {
    json!({"type": "function", "function": {
        "name": tool.name, "description": tool.description, "parameters": tool.parameters}})
}

/// Reads a call of a tool, or a piece of one, as chat completions and Ollama write it. Some servers send the arguments
/// as an object in the place of its text.
pub(crate) fn function_call(key: u64, call: &Value, answer: &mut Answer) -> Result<(), ProviderError> {
    let function = call.get("function").unwrap_or(&Value::Null);
    answer.tool_call(key, text(call, "id"), text(function, "name"))?;
    match function.get("arguments") {
        Some(Value::String(piece)) => answer.tool_arguments(key, piece),
        Some(whole @ Value::Object(_)) => answer.tool_arguments(key, &whole.to_string()),
        _ => Ok(()),
    }
}

/// A count of a provider; anything but a whole number counts as none.
pub(crate) fn count(counts: &Value, pointer: &str) -> u64 {
    counts.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

/// A text under a key.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

/// Sets a field when there is a value.
pub(crate) fn set(body: &mut Value, key: &str, value: Option<impl Into<Value>>) {
    if let (Value::Object(fields), Some(value)) = (body, value) {
        fields.insert(key.to_owned(), value.into());
    }
}

/// Adds a piece to the text under a key.
pub(crate) fn append(value: &mut Value, key: &str, piece: &str) {
    match value.get_mut(key) {
        Some(Value::String(text)) => text.push_str(piece),
        _ => set(value, key, Some(piece)),
    }
}

/// The arguments of a call, for providers that take nothing but an object. What the model wrote in another form is put
/// into one, as Anthropic proposes:
/// <https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming>.
pub(crate) fn as_object(arguments: &Value) -> Value {
    match arguments {
        Value::Object(_) => arguments.clone(),
        other => json!({"INVALID_JSON": other}),
    }
}
