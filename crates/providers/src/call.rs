//! A call of a model: everything it needs, resolved beforehand.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use sluice_types::ReasoningEffort;

use crate::event::ToolCall;

/// One call of a model.
#[derive(Clone, Debug)]
pub struct ModelCall {
    /// `anthropic`, `openai`, `google`, `ollama` or `openai_compatible`.
    pub provider: String,
    /// The model's name as the provider writes it. It is sent unchanged, but for Google's `models/` before it.
    pub model: String,
    /// The system prompt.
    pub system: Option<String>,
    /// The conversation so far, oldest first.
    pub messages: Vec<Message>,
    /// The tools that the model may call.
    pub tools: Vec<Tool>,
    /// Whether the model calls a tool.
    pub tool_choice: ToolChoice,
    /// How long the model thinks; its own default when absent.
    pub reasoning: Option<ReasoningEffort>,
    /// Sampling temperature; the provider's default when absent.
    pub temperature: Option<f64>,
    /// Upper limit of output tokens. Anthropic requires one: its model's own limit is sent when absent, if the list of models knows it.
    pub max_tokens: Option<u32>,
    /// JSON Schema of the answer, for the provider's structured output.
    pub output_schema: Option<Value>,
    /// The key. Optional for `ollama` and `openai_compatible` only. No environment variable is ever read in its place.
    pub api_key: Option<SecretString>,
    /// Base URL of the provider, in the form that its own clients accept. Default: the public service.
    ///
    /// | provider | example | `…` stands for the base as normalised | calls |
    /// |---|---|---|---|
    /// | `anthropic` | `https://api.anthropic.com` | with or without `/v1` | `…/v1/messages` |
    /// | `openai` | `https://api.openai.com/v1` | `/v1` is added to a bare host | `…/chat/completions`, `…/responses` |
    /// | `google` | `https://generativelanguage.googleapis.com` | with or without `/v1beta` | `…/v1beta/models/…` |
    /// | `ollama` | `http://localhost:11434` | with or without `/v1` or `/api` | `…/api/chat` |
    /// | `openai_compatible` (required) | `https://openrouter.ai/api/v1` | `/v1` is added to a bare host | `…/chat/completions` |
    ///
    /// Trailing slashes do not matter, and a pasted `/chat/completions`, `/responses` or `/messages` is cut off.
    pub base_url: Option<String>,
    /// The longest silence: the wait for the response's headers, and between two pieces of its body, is cut
    /// after this time with [`crate::ProviderErrorKind::Timeout`]. A provider's keep-alive counts as a sign of life.
    pub idle_timeout: Duration,
}

impl ModelCall {
    /// A call with one message of the user and nothing else.
    #[must_use]
    pub fn new(provider: impl Into<String>, model: impl Into<String>, prompt: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            model: model.into(),
            system: None,
            messages: vec![Message::User(prompt.into())],
            tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
            reasoning: None,
            temperature: None,
            max_tokens: None,
            output_schema: None,
            api_key: None,
            base_url: None,
            idle_timeout: Duration::from_secs(600),
        }
    }

    /// The texts that are sent: the system prompt and those of the messages.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let messages = self.messages.iter().map(|message| match message {
            Message::User(text) => text.as_str(),
            Message::Assistant(said) => said.text.as_str(),
            Message::Tool(result) => result.content.as_str(),
        });
        self.system.as_deref().into_iter().chain(messages)
    }

    /// The user's last message.
    pub fn prompt(&self) -> &str {
        let user = |message: &'_ Message| matches!(message, Message::User(_));
        match self.messages.iter().rfind(|message| user(message)) {
            Some(Message::User(text)) => text,
            _ => "",
        }
    }
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// What the user says.
    User(String),
    /// What the model said before.
    Assistant(AssistantMessage),
    /// What a tool gave.
    Tool(ToolResult),
}

/// What the model said before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssistantMessage {
    /// Its text.
    pub text: String,
    /// Its calls of tools.
    pub tool_calls: Vec<ToolCall>,
    /// The parts of its answer that the provider wants back unchanged ([`crate::Finish::replay`]).
    pub replay: Vec<Value>,
}

/// What a tool gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolResult {
    /// The [`ToolCall::id`] that it answers.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// The result, as text.
    pub content: String,
    /// Whether the call failed.
    pub is_error: bool,
}

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Name, of letters, digits, `_` and `-`.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON Schema of its arguments: an object.
    pub parameters: Value,
}

/// Whether the model calls a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// As it decides.
    #[default]
    Auto,
    /// It calls none.
    None,
    /// It calls at least one.
    Required,
    /// It calls this one.
    Named(String),
}
