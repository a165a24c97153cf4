//! The form of a request: which parameters a model takes, and how it is told the schema of its answer.
//!
//! Models refuse parameters that others want. A refusal that names one is answered by one more request without it: a
//! request that was refused has not acted, and costs nothing.

use std::collections::BTreeSet;

use sluice_types::{ModelInfo, ProviderName, describes_an_object, find_model};

use crate::call::{ModelCall, Tool, ToolChoice};
use crate::error::{ProviderError, ProviderErrorKind};
use crate::protocol::Protocol;

/// How a request is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    left_out: BTreeSet<Parameter>,
    /// How the schema is told.
    pub structure: Structure,
    /// Whether the limit of tokens is `max_completion_tokens` (chat completions).
    pub limits_completion: bool,
}

/// A parameter that some models refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parameter {
    /// The sampling temperature.
    Temperature,
    /// The effort of thinking.
    Reasoning,
    /// The system prompt; it is put before the first message instead.
    System,
    /// Counts in the stream (chat completions).
    StreamOptions,
    /// The thoughts, encrypted, for the next call (responses).
    EncryptedThoughts,
    /// A summary of the thoughts (responses).
    ThoughtSummary,
}

/// How a model is told the schema of its answer, the strongest form first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Structure {
    /// The provider makes the answer fit.
    Schema,
    /// The provider makes the answer JSON; the prompt tells the schema.
    Json,
    /// The model must call a tool whose arguments are the answer.
    Tool,
    /// The prompt tells the schema.
    Prompt,
}

/// Another form, after a refusal.
#[derive(Debug)]
pub struct Changed {
    /// The form.
    pub form: Form,
    /// Why, as a sentence.
    pub why: String,
    /// Whether the refusal tells of the model, not of this call's value.
    pub is_lasting: bool,
}

/// The tool whose arguments are the answer.
const ANSWER_TOOL: &str = "answer";
/// Words of a refusal of one value, where another may be taken.
const REFUSED_VALUE: &[&str] =
    &["range", "less than or equal", "greater than or equal", "unsupported value", "supported values", "level"];

impl Form {
    /// The form that a model of a provider is known to take.
    pub fn known(provider: ProviderName, protocol: Protocol, call: &ModelCall) -> Self {
        let is_object = call.output_schema.as_ref().is_none_or(describes_an_object);
        let openai = matches!(protocol, Protocol::OpenAiChat | Protocol::OpenAiResponses);
        let model = find_model(provider.as_str(), &call.model);
        let refused =
            |refuses: fn(&ModelInfo) -> bool, parameter| model.as_ref().filter(|it| refuses(it)).map(|_| parameter);
        let temperature = refused(|model| model.takes_temperature == Some(false), Parameter::Temperature);
        let reasoning = refused(ModelInfo::never_thinks, Parameter::Reasoning);
        Self {
            left_out: temperature.into_iter().chain(reasoning).collect(),
            // OpenAI's structured answers are objects: <https://platform.openai.com/docs/guides/structured-outputs>.
            structure: if openai && !is_object { Structure::Prompt } else { Structure::Schema },
            // OpenAI's own models take it all; servers that are compatible know the older name.
            limits_completion: provider == ProviderName::Openai,
        }
    }

    /// What was learned of a model, for another call. Its schema may need a weaker form than the model takes.
    pub fn for_call(self, known: &Self) -> Self {
        Self { structure: self.structure.max(known.structure), ..self }
    }

    /// What this form tells of the model: its structure only where a refusal changed it from that of `first`.
    pub fn learned(self, first: &Self, before: Option<&Self>) -> Self {
        let before = before.map_or(Structure::Schema, |before| before.structure);
        let structure = if self.structure == first.structure { before } else { self.structure };
        Self { structure, ..self }
    }

    /// Whether a parameter is sent.
    pub fn sends(&self, parameter: Parameter) -> bool {
        !self.left_out.contains(&parameter)
    }

    /// The system prompt as it is sent, with the schema where only the prompt tells it.
    pub fn system(&self, call: &ModelCall) -> Option<String> {
        self.sends(Parameter::System).then(|| self.preface(call)).flatten()
    }

    /// What stands before the first message of the user, where the model takes no system prompt.
    pub fn before_first_message(&self, call: &ModelCall) -> Option<String> {
        (!self.sends(Parameter::System)).then(|| self.preface(call)).flatten()
    }

    fn preface(&self, call: &ModelCall) -> Option<String> {
        let is_told = matches!(self.structure, Structure::Json | Structure::Prompt);
        let schema = call.output_schema.as_ref().filter(|_| is_told);
        let schema = schema.map(|schema| {
            format!("Answer with one JSON value that fits this JSON Schema, and with nothing else:\n{schema}")
        });
        let parts: Vec<&str> = [call.system.as_deref(), schema.as_deref()].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    /// What the call asks for and this form leaves out, as sentences.
    pub fn left_out(&self, protocol: Protocol, call: &ModelCall) -> Vec<String> {
        let asked = self.removable(protocol, call).into_iter().filter(|(parameter, is_set, ..)| {
            *is_set && matches!(parameter, Parameter::Temperature | Parameter::Reasoning) && !self.sends(*parameter)
        });
        asked.map(|(.., what)| format!("The model takes {what}: it was not sent.")).collect()
    }

    /// The call as it is sent, where the schema is told as a tool.
    pub fn with_answer_tool(&self, call: &ModelCall) -> Option<ModelCall> {
        let schema = call.output_schema.as_ref().filter(|_| self.structure == Structure::Tool)?;
        let tool =
            Tool { name: ANSWER_TOOL.into(), description: "Gives the answer.".into(), parameters: schema.clone() };
        let tool_choice = ToolChoice::Named(ANSWER_TOOL.into());
        Some(ModelCall { tools: vec![tool], tool_choice, output_schema: None, ..call.clone() })
    }

    /// Another form after a refusal that names a part of this one, with the reason as a sentence. `None` when the refusal
    /// is about something else.
    pub fn after(&self, refusal: &ProviderError, protocol: Protocol, call: &ModelCall) -> Option<Changed> {
        // Another failure may have acted: the request must not be sent again here.
        if refusal.kind != ProviderErrorKind::BadRequest {
            return None;
        }
        let words = format!("{} {}", refusal.parameter.as_deref().unwrap_or_default(), refusal.message).to_lowercase();
        let names = |texts: &[&str]| texts.iter().any(|text| words.contains(text));
        if call.max_tokens.is_some()
            && protocol == Protocol::OpenAiChat
            && names(&["max_tokens", "max_completion_tokens"])
        {
            return self.with_other_limit(&words);
        }
        for (parameter, is_set, texts, what) in self.removable(protocol, call) {
            if is_set && self.sends(parameter) && names(texts) {
                let mut form = self.clone();
                form.left_out.insert(parameter);
                // Another value may be taken.
                let is_lasting = !names(REFUSED_VALUE) || names(&["only the default"]);
                let why = format!("The model takes {what}; the request was sent again without it.");
                let why = if is_lasting { why } else { why.replacen("takes no ", "refuses this ", 1) };
                return Some(Changed { form, why, is_lasting });
            }
        }
        let about_schema = names(&["schema", "format", "json_object", "guided", "mime type", "output_config:"])
            || self.structure == Structure::Tool && names(&["tool", "function"]);
        if call.output_schema.is_some() && about_schema { self.with_weaker_structure(protocol, call) } else { None }
    }

    /// The parameters that can be left out: whether each was set, the words of a refusal that mean it, and its name in a
    /// sentence. The more precise words come first.
    fn removable(
        &self,
        protocol: Protocol,
        call: &ModelCall,
    ) -> [(Parameter, bool, &'static [&'static str], &'static str); 6] {
        let is_responses = protocol == Protocol::OpenAiResponses;
        [
            (Parameter::Temperature, call.temperature.is_some(), &["temperature"], "no temperature"),
            (
                Parameter::EncryptedThoughts,
                is_responses,
                &["encrypted content", "encrypted_content"],
                "no encrypted thoughts",
            ),
            // OpenAI shows thoughts to verified organisations only.
            (
                Parameter::ThoughtSummary,
                is_responses && call.reasoning.is_some(),
                &["reasoning.summary", "reasoning summar"],
                "no summary of its thoughts",
            ),
            (
                Parameter::Reasoning,
                call.reasoning.is_some(),
                &["reasoning", "think", "effort", "output_config:"],
                "no effort of reasoning",
            ),
            (
                Parameter::System,
                self.preface(call).is_some(),
                &["developer instruction", "system instruction", "system role", "system message", "system prompt"],
                "no system prompt",
            ),
            (
                Parameter::StreamOptions,
                protocol == Protocol::OpenAiChat,
                &["stream_options", "include_usage"],
                "no counts in the stream",
            ),
        ]
    }

    fn with_other_limit(&self, words: &str) -> Option<Changed> {
        let (sent, other) = if self.limits_completion {
            ("max_completion_tokens", "max_tokens")
        } else {
            ("max_tokens", "max_completion_tokens")
        };
        // A limit that is too high is not about the name.
        let is_about_name = ["unsupported", "not supported", "unrecognized", "unknown", "not permitted", "extra"]
            .iter()
            .any(|word| words.contains(word));
        is_about_name.then(|| {
            let form = Self { limits_completion: !self.limits_completion, ..self.clone() };
            let why = format!("The model takes no `{sent}`; the request was sent again with `{other}`.");
            Changed { form, why, is_lasting: true }
        })
    }

    fn with_weaker_structure(&self, protocol: Protocol, call: &ModelCall) -> Option<Changed> {
        let is_object = call.output_schema.as_ref().is_some_and(describes_an_object);
        // Ollama has no way to demand a tool.
        let takes_tool = is_object && call.tools.is_empty() && protocol != Protocol::OllamaChat;
        let structure = match self.structure {
            // Anthropic has no form for JSON of any schema.
            Structure::Schema if protocol != Protocol::AnthropicMessages => Structure::Json,
            Structure::Schema | Structure::Json if takes_tool => Structure::Tool,
            Structure::Schema | Structure::Json | Structure::Tool => Structure::Prompt,
            Structure::Prompt => return None,
        };
        let how = match structure {
            Structure::Schema | Structure::Json => "JSON and the schema in the prompt",
            Structure::Tool => "a tool whose arguments are the answer",
            Structure::Prompt => "the schema in the prompt",
        };
        let form = Self { structure, ..self.clone() };
        let why = format!("The model takes no schema in this form; the request was sent again with {how}.");
        Some(Changed { form, why, is_lasting: true })
    }
}
