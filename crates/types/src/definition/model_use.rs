//! How a step uses a model, the same for all kinds that call one.

use serde_json::Value;

use super::{AgentStep, Fallback, LlmStep, ReasoningEffort, StepKind};
use crate::ids::PersonaId;

/// The fields with which a step says which model it calls, and how.
#[derive(Debug, Clone, Copy)]
pub struct ModelUse<'s> {
    /// Provider to call.
    pub provider: Option<&'s String>,
    /// Model to call.
    pub model: Option<&'s String>,
    /// Persona to put before the system prompt.
    pub persona_id: Option<&'s PersonaId>,
    /// Randomness of the answer.
    pub temperature: Option<f64>,
    /// Tokens in the answer at the most.
    pub max_tokens: Option<u32>,
    /// How long the model thinks.
    pub reasoning: Option<&'s ReasoningEffort>,
    /// JSON Schema that the answer must fit.
    pub output_schema: Option<&'s Value>,
    /// Models to try in turn when this one fails for good.
    pub fallbacks: &'s [Fallback],
}

impl StepKind {
    /// How the step uses a model; `None` when it calls none itself.
    #[must_use]
    pub fn model_use(&self) -> Option<ModelUse<'_>> {
        match self {
            Self::Llm(llm) => Some(llm.model_use()),
            Self::Agent(agent) => Some(agent.model_use()),
            Self::Tool(_)
            | Self::Review(_)
            | Self::Parallel(_)
            | Self::Conditional(_)
            | Self::Loop(_)
            | Self::Unknown(_) => None,
        }
    }

    /// The provider and model that the step names, to set them.
    pub fn model_named(&mut self) -> Option<(&mut Option<String>, &mut Option<String>)> {
        match self {
            Self::Llm(llm) => Some((&mut llm.provider, &mut llm.model)),
            Self::Agent(agent) => Some((&mut agent.provider, &mut agent.model)),
            Self::Tool(_)
            | Self::Review(_)
            | Self::Parallel(_)
            | Self::Conditional(_)
            | Self::Loop(_)
            | Self::Unknown(_) => None,
        }
    }
}

macro_rules! model_use {
    ($kind:ty) => {
        impl $kind {
            /// How the step uses its model.
            #[must_use]
            pub fn model_use(&self) -> ModelUse<'_> {
                ModelUse {
                    provider: self.provider.as_ref(),
                    model: self.model.as_ref(),
                    persona_id: self.persona_id.as_ref(),
                    temperature: self.temperature,
                    max_tokens: self.max_tokens,
                    reasoning: self.reasoning.as_ref(),
                    output_schema: self.output_schema.as_ref(),
                    fallbacks: &self.fallbacks,
                }
            }
        }
    };
}
model_use!(LlmStep);
model_use!(AgentStep);
