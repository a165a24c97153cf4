//! The form of a request: which parameters a model takes, and how it is told the schema of its answer.
//!
//! Models refuse parameters that others want. A refusal that names one is answered by one more request without it: a
//! request that was refused has not acted, and costs nothing.

use std::collections::BTreeSet;

use sluice_types::{ProviderName, describes_an_object, find_model};

use crate::call::ModelCall;
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
    /// The prompt tells the schema.
    Prompt,
}

impl Form {
    /// The form that a model of a provider is known to take.
    pub fn known(provider: ProviderName, protocol: Protocol, call: &ModelCall) -> Self {
        let is_object = call.output_schema.as_ref().is_none_or(describes_an_object);
        let openai = matches!(protocol, Protocol::OpenAiChat | Protocol::OpenAiResponses);
        let model = find_model(provider.as_str(), &call.model);
        let refuses_temperature = model.as_ref().is_some_and(|model| model.takes_temperature == Some(false));
        Self {
            left_out: refuses_temperature.then_some(Parameter::Temperature).into_iter().collect(),
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
        let schema = call.output_schema.as_ref().filter(|_| self.structure != Structure::Schema);
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

    /// Another form after a refusal that names a part of this one, with the reason as a sentence. `None` when the refusal
    /// is about something else.
    pub fn after(&self, refusal: &ProviderError, protocol: Protocol, call: &ModelCall) -> Option<(Self, String)> {
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
                return Some((form, format!("The model takes {what}; the request was sent again without it.")));
            }
        }
        let about_schema = names(&["schema", "format", "json_object", "guided", "mime type", "output_config:"]);
        if call.output_schema.is_some() && about_schema { self.with_weaker_structure(protocol) } else { None }
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

    fn with_other_limit(&self, words: &str) -> Option<(Self, String)> {
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
            (form, format!("The model takes no `{sent}`; the request was sent again with `{other}`."))
        })
    }

    fn with_weaker_structure(&self, protocol: Protocol) -> Option<(Self, String)> {
        let (structure, how) = match (self.structure, protocol) {
            // Anthropic has no form between the two.
            (Structure::Schema, Protocol::AnthropicMessages) | (Structure::Json, _) => {
                (Structure::Prompt, "the schema in the prompt")
            }
            (Structure::Schema, _) => (Structure::Json, "JSON and the schema in the prompt"),
            (Structure::Prompt, _) => return None,
        };
        let form = Self { structure, ..self.clone() };
        Some((form, format!("The model takes no schema in this form; the request was sent again with {how}.")))
    }
}
