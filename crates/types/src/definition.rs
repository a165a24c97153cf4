//! The definition of a workflow: what it runs, step by step. The same JSON on the wire, on disk and
//! in the editor.

mod agent;
mod containers;
mod inputs;
mod model_use;
mod newer;
mod reading;
mod schema;
mod texts;
mod tool;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::ids::{PersonaId, StepId};
use crate::integer;
use crate::limits::{DEFAULT_RETRIES, DEFAULT_TIMEOUT_SECONDS};
use crate::providers::ProviderName;
use crate::status::status;
pub use agent::{AgentStep, Approve, OnContextFull};
pub use containers::{Branch, Case, ConditionalStep, LoopStep, OnError, Otherwise, ParallelStep};
pub(crate) use inputs::is_input_name;
pub use inputs::{InputField, InputType};
pub use model_use::ModelUse;
pub(crate) use newer::to_be_checked;
pub use newer::{NewerKind, NewerPart, known_parts_if_given, known_parts_only};
pub(crate) use texts::UNTIL;
pub use texts::{Language, StepText};
pub use tool::ToolStep;
use words::words;

/// What a workflow runs: steps in list order, and what they share.
// It is read leniently: what a newer version of Sluice has added is kept and written back. Requests are held to what is
// known by `known_parts_only`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Definition {
    /// Skips review steps, so that a run needs nobody.
    #[serde(default)]
    pub yolo: bool,
    /// Provider of steps that name none. Without it: the first provider that is available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// Model of steps that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Persona of steps that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona_id: Option<PersonaId>,
    /// Values for `{{context.KEY}}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, Value>,
    /// The fields of the input. Fields that only a text names need no declaration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputField>,
    /// The step to begin with; the first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_step: Option<StepId>,
    /// The steps, in the order in which they run.
    #[serde(deserialize_with = "reading::read_steps")]
    pub steps: Vec<Arc<Step>>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

/// One step. The fields that all kinds have stand here, those of its kind in `kind`; on the wire
/// they are one flat object with `type` as the tag.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Unique in the workflow; a path is made of these.
    pub id: StepId,
    /// Unique in the workflow; what people read and prompts refer to.
    pub label: String,
    /// What the step does, with the fields of its kind.
    #[serde(flatten)]
    pub kind: StepKind,
    /// A step that is not enabled is skipped.
    pub enabled: bool,
    /// Retries after a first attempt, for each model of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// Seconds that one attempt may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// Seconds of silence after which an attempt ends; its `timeout` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<u32>,
    /// What running it twice would do; by default it comes from the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<StepEffect>,
    /// The step that runs next: the id of a later step, or `end`. The next one of the list when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

/// The value of `next` that ends the list.
pub const NEXT_END: &str = "end";

impl Step {
    /// What kind of step it is.
    #[must_use]
    pub const fn step_type(&self) -> StepType {
        match self.kind {
            StepKind::Llm(_) => StepType::Llm,
            StepKind::Agent(_) => StepType::Agent,
            StepKind::Tool(_) => StepType::Tool,
            StepKind::Review(_) => StepType::Review,
            StepKind::Parallel(_) => StepType::Parallel,
            StepKind::Conditional(_) => StepType::Conditional,
            StepKind::Loop(_) => StepType::Loop,
            StepKind::Unknown(_) => StepType::Unknown,
        }
    }

    /// What running it twice would do. An effect that is not known may be a change elsewhere.
    #[must_use]
    pub const fn effect(&self) -> StepEffect {
        match (&self.effect, &self.kind) {
            // A container changes nothing itself: its steps have their own effects.
            // The same holds for an agent, whose calls of tools are step runs of their own.
            (Some(StepEffect::Pure), _)
            | (
                None,
                StepKind::Llm(_)
                | StepKind::Agent(_)
                | StepKind::Review(_)
                | StepKind::Parallel(_)
                | StepKind::Conditional(_)
                | StepKind::Loop(_),
            ) => StepEffect::Pure,
            (Some(StepEffect::Reads), _) => StepEffect::Reads,
            // What a tool does is written into the definition of a run at its start, as far as it is known.
            (Some(StepEffect::Writes | StepEffect::Unknown(_)), _)
            | (None, StepKind::Tool(_) | StepKind::Unknown(_)) => StepEffect::Writes,
        }
    }

    /// Retries after a first attempt.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.max_retries.unwrap_or(DEFAULT_RETRIES)
    }

    /// Seconds that one attempt may take.
    #[must_use]
    pub fn timeout_seconds(&self) -> u32 {
        self.timeout.unwrap_or(DEFAULT_TIMEOUT_SECONDS)
    }

    /// Seconds of silence after which an attempt ends.
    #[must_use]
    pub fn idle_timeout_seconds(&self) -> u32 {
        self.idle_timeout.map_or(self.timeout_seconds(), |idle| idle.min(self.timeout_seconds()))
    }
}

/// The kinds of step, each with its own fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StepKind {
    /// Calls a model once.
    Llm(LlmStep),
    /// Runs a model that calls tools until it is done.
    Agent(AgentStep),
    /// Calls a tool once.
    Tool(ToolStep),
    /// Waits for a person's decision.
    Review(ReviewStep),
    /// Runs branches, or the same steps for each item of a list, at once.
    Parallel(ParallelStep),
    /// Runs the first case that matches.
    Conditional(ConditionalStep),
    /// Runs its steps in rounds until a condition holds.
    Loop(LoopStep),
    /// A kind of step that a newer version of Sluice has added.
    #[serde(untagged)]
    Unknown(UnknownStep),
}

/// A step of a kind that is not known: its fields are kept and written back, and it is not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownStep {
    /// What kind it is.
    #[serde(rename = "type")]
    pub step_type: String,
    /// The fields of its kind.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

status!(
    /// The kinds of step, by name.
    StepType {
        /// Calls a model once.
        Llm = "llm",
        /// Runs a model that calls tools until it is done.
        Agent = "agent",
        /// Calls a tool once.
        Tool = "tool",
        /// Waits for a person's decision.
        Review = "review",
        /// Runs branches, or the same steps for each item of a list, at once.
        Parallel = "parallel",
        /// Runs the first case that matches.
        Conditional = "conditional",
        /// Runs its steps in rounds until a condition holds.
        Loop = "loop",
    }
);

words!(
    /// What running a step twice would do. It decides what happens to a step that was under way when
    /// the server stopped.
    StepEffect {
        /// Changes nothing: it is started again.
        Pure = "pure",
        /// Reads from elsewhere: it is started again.
        Reads = "reads",
        /// Changes something elsewhere: a person is asked before it is started again.
        Writes = "writes",
    }
);

/// The fields of an `llm` step. Its output is text, or JSON when it has an `output_schema`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LlmStep {
    /// What the model is asked; a template.
    pub prompt: String,
    /// How the model should behave; a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Provider to call; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// Model to call; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Persona to put before the system prompt; the workflow's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persona_id: Option<PersonaId>,
    /// Randomness of the answer, from 0 to 2. Some models take none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Tokens in the answer at the most.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub max_tokens: Option<u32>,
    /// How long the model thinks before it answers, for models that do; the model's default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<ReasoningEffort>,
    /// What an answer that was cut at its token limit counts as; `warn` when left out. With a schema it always fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_truncated: Option<OnTruncated>,
    /// JSON Schema that the answer must fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Value>,
    /// Models to try in turn when this one fails for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallbacks: Vec<Fallback>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

words!(
    /// How long a model thinks before it answers.
    ReasoningEffort {
        /// Briefly.
        Low = "low",
        /// For a while.
        Medium = "medium",
        /// Thoroughly.
        High = "high",
    }
);

words!(
    /// What an answer that was cut at its token limit counts as.
    OnTruncated {
        /// The step completes with a warning.
        Warn = "warn",
        /// The attempt fails, and the next fallback is called.
        Fail = "fail",
    }
);

/// A model to try when the one before it failed for good.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fallback {
    /// Provider to call; that of the model when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// Model to call.
    pub model: String,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

/// The fields of a `review` step. Its output is the decision, with the text as approved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewStep {
    /// What the reviewer is asked to look at; a template.
    #[serde(default)]
    pub instructions: String,
    /// The steps whose outputs are reviewed; the `llm` step before it when empty.
    #[serde(default)]
    pub shows: Vec<StepId>,
    /// Seconds after which the review decides itself by `on_expiry`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub expires_in: Option<u32>,
    /// What happens then; `reject` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_expiry: Option<OnExpiry>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

words!(
    /// What a review does when nobody decided in time.
    OnExpiry {
        /// The run goes on with the text as it is.
        Approve = "approve",
        /// The run fails.
        Reject = "reject",
    }
);

/// The fields that every step has, for reading and for the schema.
#[derive(Deserialize, ToSchema)]
struct StepCommon {
    /// Unique in the workflow: a letter, then letters, digits, `-` or `_`. Derived from the label when left out, and numbered when taken.
    id: Option<StepId>,
    /// Unique in the workflow; what people read and prompts refer to.
    label: String,
    /// A step that is not enabled is skipped.
    #[serde(default = "yes")]
    enabled: bool,
    /// Retries after a first attempt, for each model of the step. 2 when left out.
    #[serde(default, deserialize_with = "integer::optional")]
    max_retries: Option<u32>,
    /// Seconds that one attempt may take. 600 when left out.
    #[serde(default, deserialize_with = "integer::optional")]
    timeout: Option<u32>,
    /// Seconds of silence after which an attempt ends; its `timeout` when left out.
    #[serde(default, deserialize_with = "integer::optional")]
    idle_timeout: Option<u32>,
    /// What running it twice would do; by default it comes from the type.
    effect: Option<StepEffect>,
    /// The step that runs next: the id of a later step, or `end`. The next one of the list when left out.
    next: Option<StepId>,
    /// The tag and the fields of its kind.
    #[serde(flatten)]
    #[schema(ignore)]
    own: Map<String, Value>,
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_reads_and_prints_flat() {
        let wire = json!({"id": "a", "label": "A", "type": "llm", "prompt": "Say {{input.x}}", "enabled": true, "max_retries": 3});
        let step: Step = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(step.retries(), 3);
        assert_eq!(serde_json::to_value(&step).unwrap(), wire);
    }
}
