//! The fields of a step, one by one.

use serde_json::Value;

use super::agent_field::{AgentField, ToolField};
use super::container_field::{CaseField, LoopField, ParallelField};
use super::error::EditError;
use super::kind::converted;
use crate::definition::{
    AgentStep, Fallback, LlmStep, OnExpiry, OnTruncated, ReasoningEffort, ReviewStep, Step, StepEffect, StepKind,
    StepType,
};
use crate::ids::{PersonaId, StepId};

/// A field of a step, with a new value for it.
#[derive(Debug, Clone, PartialEq)]
pub enum StepField {
    /// Type of the step. Fields that both types have are kept. The text is kept too: it moves between prompt and
    /// instructions. A container keeps its type, and no step becomes one: [`super::Edit::WrapSteps`] puts it into one.
    Type(StepType),
    /// Whether it runs.
    Enabled(bool),
    /// Retries after a first attempt.
    Retries(Option<u32>),
    /// Timeout of one attempt, in seconds.
    Timeout(Option<u32>),
    /// Silence after which an attempt ends, in seconds.
    IdleTimeout(Option<u32>),
    /// Effect of running the step twice.
    Effect(Option<StepEffect>),
    /// The step to go on with.
    Next(Option<StepId>),
    /// A field of steps that call a model: `llm` and `agent`.
    Llm(LlmField),
    /// A field of `agent` steps.
    Agent(AgentField),
    /// A field of `tool` steps.
    Tool(ToolField),
    /// A field of `review` steps.
    Review(ReviewField),
    /// A field of `parallel` steps.
    Parallel(ParallelField),
    /// A field of a case of `conditional` steps.
    Case(CaseField),
    /// A field of `loop` steps.
    Loop(LoopField),
}

/// A field of steps that call a model: `llm` and `agent`.
#[derive(Debug, Clone, PartialEq)]
pub enum LlmField {
    /// Prompt for the model.
    Prompt(String),
    /// System prompt, or the instructions of an agent; absent when empty.
    SystemPrompt(String),
    /// Provider and model; the workflow's defaults when `None` or empty.
    Model {
        /// The provider that serves the model.
        provider: Option<String>,
        /// The model.
        model: Option<String>,
    },
    /// The voice; the workflow's choice when `None`.
    Persona(Option<PersonaId>),
    /// Randomness of the answer.
    Temperature(Option<f64>),
    /// Upper bound of tokens in the answer.
    MaxTokens(Option<u32>),
    /// How long the model thinks.
    Reasoning(Option<ReasoningEffort>),
    /// What a cut answer counts as; only `llm` steps have it.
    OnTruncated(Option<OnTruncated>),
    /// JSON Schema that the answer must fit.
    Schema(Option<Value>),
    /// Models to try in turn.
    Fallbacks(Vec<Fallback>),
}

/// A field that only `review` steps have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewField {
    /// Instructions for the reviewer.
    Instructions(String),
    /// The steps whose outputs the review shows.
    Shows(Vec<StepId>),
    /// Seconds until the review decides itself.
    ExpiresIn(Option<u32>),
    /// Decision at the expiry.
    OnExpiry(Option<OnExpiry>),
}

impl From<LlmField> for StepField {
    fn from(field: LlmField) -> Self {
        Self::Llm(field)
    }
}

impl From<ReviewField> for StepField {
    fn from(field: ReviewField) -> Self {
        Self::Review(field)
    }
}

impl StepField {
    /// Puts the value into the step.
    pub(super) fn put(self, step: &mut Step) -> Result<(), EditError> {
        let (id, step_type) = (step.id.clone(), step.step_type());
        match (self, &mut step.kind) {
            (Self::Type(to), kind) => *kind = converted(kind, to),
            (Self::Enabled(enabled), _) => step.enabled = enabled,
            (Self::Retries(retries), _) => step.max_retries = retries,
            (Self::Timeout(seconds), _) => step.timeout = seconds,
            (Self::IdleTimeout(seconds), _) => step.idle_timeout = seconds,
            (Self::Effect(effect), _) => step.effect = effect,
            (Self::Next(next), _) => step.next = next,
            (Self::Llm(field), StepKind::Llm(llm)) => field.put(llm),
            (Self::Llm(LlmField::OnTruncated(_)), StepKind::Agent(_)) => {
                return Err(EditError::NoSuchField { id, step_type });
            }
            (Self::Llm(field), StepKind::Agent(agent)) => field.put_into_agent(agent),
            (Self::Agent(field), StepKind::Agent(agent)) => field.put(agent),
            (Self::Tool(field), StepKind::Tool(tool)) => field.put(tool),
            (Self::Review(field), StepKind::Review(review)) => field.put(review),
            (Self::Parallel(field), StepKind::Parallel(parallel)) => return field.put(parallel),
            (Self::Case(field), StepKind::Conditional(conditional)) => return field.put(&id, conditional),
            (Self::Loop(field), StepKind::Loop(body)) => field.put(body),
            (
                Self::Llm(_)
                | Self::Review(_)
                | Self::Agent(_)
                | Self::Tool(_)
                | Self::Parallel(_)
                | Self::Case(_)
                | Self::Loop(_),
                _,
            ) => {
                return Err(EditError::NoSuchField { id, step_type });
            }
        }
        Ok(())
    }
}

impl LlmField {
    fn put(self, llm: &mut LlmStep) {
        match self {
            Self::Prompt(text) => llm.prompt = text,
            Self::SystemPrompt(text) => llm.system_prompt = Some(text).filter(|text| !text.is_empty()),
            Self::Model { provider, model } => (llm.provider, llm.model) = (filled(provider), filled(model)),
            Self::Persona(persona) => llm.persona_id = persona,
            Self::Temperature(temperature) => llm.temperature = temperature,
            Self::MaxTokens(tokens) => llm.max_tokens = tokens,
            Self::Reasoning(effort) => llm.reasoning = effort,
            Self::OnTruncated(counts_as) => llm.on_truncated = counts_as,
            Self::Schema(schema) => llm.output_schema = schema,
            Self::Fallbacks(fallbacks) => llm.fallbacks = fallbacks,
        }
    }

    fn put_into_agent(self, agent: &mut AgentStep) {
        match self {
            Self::Prompt(text) => agent.prompt = text,
            Self::SystemPrompt(text) => agent.instructions = Some(text).filter(|text| !text.is_empty()),
            Self::Model { provider, model } => (agent.provider, agent.model) = (filled(provider), filled(model)),
            Self::Persona(persona) => agent.persona_id = persona,
            Self::Temperature(temperature) => agent.temperature = temperature,
            Self::MaxTokens(tokens) => agent.max_tokens = tokens,
            Self::Reasoning(effort) => agent.reasoning = effort,
            // The answers of an agent are not judged by it.
            Self::OnTruncated(_) => {}
            Self::Schema(schema) => agent.output_schema = schema,
            Self::Fallbacks(fallbacks) => agent.fallbacks = fallbacks,
        }
    }
}

impl ReviewField {
    fn put(self, review: &mut ReviewStep) {
        match self {
            Self::Instructions(text) => review.instructions = text,
            Self::Shows(steps) => review.shows = steps,
            Self::ExpiresIn(seconds) => review.expires_in = seconds,
            Self::OnExpiry(decision) => review.on_expiry = decision,
        }
    }
}

/// Maps the empty text, which forms use for "no choice", to `None`.
pub(super) fn filled(choice: Option<String>) -> Option<String> {
    choice.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
