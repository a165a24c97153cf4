//! The fields of a step, one by one.

use serde_json::Value;
use sluice_types::{Effect, Fallback, LlmStep, OnExpiry, PersonaId, ReviewStep, Step, StepId, StepKind, StepType};

use super::error::EditError;

/// A field of a step, with a new value for it.
#[derive(Debug, Clone, PartialEq)]
pub enum StepField {
    /// What kind of step it is. What both kinds have is kept, and so is the text: the prompt of
    /// one is the instructions of the other.
    Type(StepType),
    /// Whether it runs.
    Enabled(bool),
    /// What the model is asked.
    Prompt(String),
    /// How the model is to behave; nothing when empty.
    SystemPrompt(String),
    /// What to call; the workflow's choice when none.
    Model {
        /// Who serves the model.
        provider: Option<String>,
        /// The model.
        model: Option<String>,
    },
    /// The voice; the workflow's choice when none.
    Persona(Option<PersonaId>),
    /// Randomness of the answer.
    Temperature(Option<f64>),
    /// Tokens in the answer at the most.
    MaxTokens(Option<u32>),
    /// JSON Schema that the answer must fit.
    Schema(Option<Value>),
    /// Models to try in turn.
    Fallbacks(Vec<Fallback>),
    /// Retries after a first attempt.
    Retries(Option<u32>),
    /// Seconds that one attempt may take.
    Timeout(Option<u32>),
    /// What running it twice would do.
    Effect(Option<Effect>),
    /// The step to go on with.
    Next(Option<StepId>),
    /// What the reviewer is asked.
    Instructions(String),
    /// The steps that are reviewed.
    Shows(Vec<StepId>),
    /// Seconds until the review decides itself.
    ExpiresIn(Option<u32>),
    /// How it decides then.
    OnExpiry(Option<OnExpiry>),
}

impl StepField {
    /// What people call the field, as in “change prompt of Research”.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Type(_) => "type",
            Self::Enabled(_) => "switch",
            Self::Prompt(_) => "prompt",
            Self::SystemPrompt(_) => "system prompt",
            Self::Model { .. } => "model",
            Self::Persona(_) => "persona",
            Self::Temperature(_) => "temperature",
            Self::MaxTokens(_) => "answer length",
            Self::Schema(_) => "output schema",
            Self::Fallbacks(_) => "fallbacks",
            Self::Retries(_) => "retries",
            Self::Timeout(_) => "timeout",
            Self::Effect(_) => "effect",
            Self::Next(_) => "next step",
            Self::Instructions(_) => "instructions",
            Self::Shows(_) => "reviewed steps",
            Self::ExpiresIn(_) => "expiry",
            Self::OnExpiry(_) => "decision on expiry",
        }
    }

    /// Whether it is typed: then the keys that follow each other are undone together.
    pub(super) const fn is_typed(&self) -> bool {
        matches!(
            self,
            Self::Prompt(_)
                | Self::SystemPrompt(_)
                | Self::Temperature(_)
                | Self::MaxTokens(_)
                | Self::Schema(_)
                | Self::Fallbacks(_)
                | Self::Model { .. }
                | Self::Retries(_)
                | Self::Timeout(_)
                | Self::Instructions(_)
                | Self::ExpiresIn(_)
        )
    }

    /// Puts the value into the step.
    pub(super) fn put(self, step: &mut Step) -> Result<(), EditError> {
        match self {
            Self::Type(step_type) => step.kind = converted(&step.kind, step_type),
            Self::Enabled(enabled) => step.enabled = enabled,
            Self::Retries(retries) => step.max_retries = retries,
            Self::Timeout(seconds) => step.timeout = seconds,
            Self::Effect(effect) => step.effect = effect,
            Self::Next(next) => step.next = next,
            field => {
                let missing = EditError::NoSuchField { field: field.noun(), step_type: step.step_type() };
                let put = match &mut step.kind {
                    StepKind::Llm(llm) => field.put_llm(llm),
                    StepKind::Review(review) => field.put_review(review),
                };
                return put.ok_or(missing);
            }
        }
        Ok(())
    }

    /// Puts the value into an `llm` step; none when such a step has no such field.
    fn put_llm(self, llm: &mut LlmStep) -> Option<()> {
        match self {
            Self::Prompt(text) => llm.prompt = text,
            Self::SystemPrompt(text) => llm.system_prompt = Some(text).filter(|text| !text.is_empty()),
            Self::Model { provider, model } => (llm.provider, llm.model) = (filled(provider), filled(model)),
            Self::Persona(persona) => llm.persona_id = persona,
            Self::Temperature(temperature) => llm.temperature = temperature,
            Self::MaxTokens(tokens) => llm.max_tokens = tokens,
            Self::Schema(schema) => llm.output_schema = schema,
            Self::Fallbacks(fallbacks) => llm.fallbacks = fallbacks,
            _ => return None,
        }
        Some(())
    }

    /// The same for a `review` step.
    fn put_review(self, review: &mut ReviewStep) -> Option<()> {
        match self {
            Self::Instructions(text) => review.instructions = text,
            Self::Shows(steps) => review.shows = steps,
            Self::ExpiresIn(seconds) => review.expires_in = seconds,
            Self::OnExpiry(decision) => review.on_expiry = decision,
            _ => return None,
        }
        Some(())
    }
}

/// A choice without the empty text, by which forms say “none”.
pub(super) fn filled(choice: Option<String>) -> Option<String> {
    choice.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn converted(kind: &StepKind, to: StepType) -> StepKind {
    match (kind, to) {
        (StepKind::Llm(llm), StepType::Review) => {
            StepKind::Review(ReviewStep { instructions: llm.prompt.clone(), ..ReviewStep::default() })
        }
        (StepKind::Review(review), StepType::Llm) => {
            StepKind::Llm(LlmStep { prompt: review.instructions.clone(), ..LlmStep::default() })
        }
        (StepKind::Llm(_), StepType::Llm) | (StepKind::Review(_), StepType::Review) | (_, StepType::Unknown) => {
            kind.clone()
        }
    }
}
