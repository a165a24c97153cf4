//! What a newer version of Sluice has added to a definition. Such parts are kept, so that an older version can live beside
//! a newer one; a request must not hold any, as there they are typing errors.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{
    AgentStep, Approve, ConditionalStep, Definition, Fallback, InputType, OnContextFull, OnError, OnExpiry,
    OnTruncated, ParallelStep, ReasoningEffort, Step, StepEffect, StepKind, StepType,
};
use crate::ids::StepId;
use crate::json::{ReadError, escape};

const DEFINITION_FIELDS: &[&str] =
    &["yolo", "provider", "model", "persona_id", "context", "inputs", "entry_step", "steps"];
const COMMON_FIELDS: &[&str] =
    &["id", "label", "type", "enabled", "max_retries", "timeout", "idle_timeout", "effect", "next"];
const LLM_FIELDS: &[&str] = &[
    "prompt",
    "system_prompt",
    "provider",
    "model",
    "persona_id",
    "temperature",
    "max_tokens",
    "reasoning",
    "on_truncated",
    "output_schema",
    "fallbacks",
];
const AGENT_FIELDS: &[&str] = &[
    "agent_id",
    "prompt",
    "instructions",
    "tools",
    "approve",
    "max_turns",
    "on_context_full",
    "provider",
    "model",
    "persona_id",
    "temperature",
    "max_tokens",
    "reasoning",
    "output_schema",
    "fallbacks",
];
const TOOL_FIELDS: &[&str] = &["tool", "arguments"];
const REVIEW_FIELDS: &[&str] = &["instructions", "shows", "expires_in", "on_expiry"];
const PARALLEL_FIELDS: &[&str] = &["branches", "for_each", "steps", "entry_step", "max_concurrency", "on_error"];
const BRANCH_FIELDS: &[&str] = &["name", "steps", "entry_step"];
const CONDITIONAL_FIELDS: &[&str] = &["cases", "otherwise"];
const CASE_FIELDS: &[&str] = &["name", "when", "steps", "entry_step", "next"];
const OTHERWISE_FIELDS: &[&str] = &["steps", "entry_step", "next"];
const LOOP_FIELDS: &[&str] = &["steps", "entry_step", "until", "max_iterations"];
const INPUT_FIELDS: &[&str] = &["name", "label", "help", "type", "options", "required", "default", "example"];
const FALLBACK_FIELDS: &[&str] = &["provider", "model"];

/// A part of a definition that this version does not know.
#[derive(Debug, Clone, PartialEq)]
pub struct NewerPart {
    /// Where it is, as a JSON pointer (RFC 6901) into the definition.
    pub pointer: String,
    /// The step that holds it; `None` for a field of the definition.
    pub step: Option<StepId>,
    /// What kind of part it is.
    pub kind: NewerKind,
    /// All of it.
    value: Value,
    message: String,
}

/// The kinds of such parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewerKind {
    /// A step of another type.
    StepType(String),
    /// A field.
    Field(String),
    /// A word in a field that takes one of a few.
    Word(String),
}

impl NewerPart {
    /// Why a request that holds it is refused.
    #[must_use]
    pub fn refusal(&self) -> ReadError {
        ReadError { pointer: self.pointer.clone(), message: self.message.clone() }
    }

    /// The name of the field, when it is one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match &self.kind {
            NewerKind::Field(name) => Some(name),
            NewerKind::StepType(_) | NewerKind::Word(_) => None,
        }
    }

    /// Whether another definition holds it unchanged, wherever its step stands there.
    fn is_in(&self, parts: &[Self]) -> bool {
        parts.iter().any(|part| (&part.step, &part.kind, &part.value) == (&self.step, &self.kind, &self.value))
    }
}

impl Definition {
    /// The parts that this version does not know.
    #[must_use]
    pub fn newer_parts(&self) -> Vec<NewerPart> {
        let mut found = Found { parts: Vec::new(), step: None };
        found.fields("", &self.extra, &[DEFINITION_FIELDS]);
        for (position, field) in self.inputs.iter().enumerate() {
            let at = format!("/inputs/{position}");
            found.fields(&at, &field.extra, &[INPUT_FIELDS]);
            if let InputType::Unknown(word) = &field.input_type {
                found.word(format!("{at}/type"), word, InputType::WORDS);
            }
        }
        found.steps("/steps", self.root().steps);
        found.parts
    }

    /// Refuses the parts that this version does not know. Those of `kept` may stay as they are: a client sends back what
    /// it read.
    ///
    /// # Errors
    /// Names the first of them.
    pub fn hold_to_known_parts(&self, kept: Option<&Self>) -> Result<(), ReadError> {
        let parts = self.newer_parts();
        if parts.is_empty() {
            return Ok(());
        }
        let kept = kept.map(Self::newer_parts).unwrap_or_default();
        parts.iter().find(|part| !part.is_in(&kept)).map_or(Ok(()), |part| Err(part.refusal()))
    }

    /// Reads a definition that holds only what this version knows.
    ///
    /// # Errors
    /// Says what cannot be read, and where.
    pub fn of_known_parts(value: &Value) -> Result<Self, ReadError> {
        let definition = Self::of_value(value)?;
        definition.hold_to_known_parts(None)?;
        Ok(definition)
    }

    /// Reads a definition, with what a newer version may have added to it.
    ///
    /// # Errors
    /// Says what cannot be read, and where.
    pub fn of_value(value: &Value) -> Result<Self, ReadError> {
        serde_path_to_error::deserialize(value).map_err(|error| explained(value, ReadError::new(&error)))
    }
}

/// Reads a definition of known parts only (`serde(deserialize_with)`), for requests.
///
/// # Errors
/// Says what cannot be read, and where.
pub fn known_parts_only<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Definition, D::Error> {
    Definition::of_known_parts(&Value::deserialize(deserializer)?).map_err(|error| error.nested())
}

/// The same for a definition that may be left out (with `serde(default)`).
///
/// # Errors
/// Says what cannot be read, and where.
pub fn known_parts_if_given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Definition>, D::Error> {
    let value = Option::<Value>::deserialize(deserializer)?;
    value.map(|value| Definition::of_known_parts(&value)).transpose().map_err(|error| error.nested())
}

/// Reads a definition whose newer parts are checked later against those of a stored one, with the same messages.
pub(crate) fn to_be_checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Definition, D::Error> {
    Definition::of_value(&Value::deserialize(deserializer)?).map_err(|error| error.nested())
}

/// Collects parts.
struct Found<'d> {
    parts: Vec<NewerPart>,
    step: Option<&'d StepId>,
}

impl<'d> Found<'d> {
    fn add(&mut self, pointer: String, kind: NewerKind, value: Value, message: String) {
        self.parts.push(NewerPart { pointer, step: self.step.cloned(), kind, value, message });
    }

    fn fields(&mut self, at: &str, extra: &Map<String, Value>, known: &[&[&str]]) {
        for (name, value) in extra {
            let refusal = unknown_field(at, name, known);
            self.add(refusal.pointer, NewerKind::Field(name.clone()), value.clone(), refusal.message);
        }
    }

    fn word(&mut self, pointer: String, word: &str, known: &[&str]) {
        let message = format!("unknown value `{word}`, expected {}", one_of(known));
        self.add(pointer, NewerKind::Word(word.to_owned()), Value::Null, message);
    }

    fn steps(&mut self, at: &str, steps: &'d [std::sync::Arc<Step>]) {
        for (position, step) in steps.iter().enumerate() {
            self.step(&format!("{at}/{position}"), step);
        }
    }

    fn step(&mut self, at: &str, step: &'d Step) {
        self.step = Some(&step.id);
        if let Some(StepEffect::Unknown(word)) = &step.effect {
            self.word(format!("{at}/effect"), word, StepEffect::WORDS);
        }
        match &step.kind {
            StepKind::Llm(llm) => {
                self.fields(at, &llm.extra, &[COMMON_FIELDS, LLM_FIELDS]);
                if let Some(ReasoningEffort::Unknown(word)) = &llm.reasoning {
                    self.word(format!("{at}/reasoning"), word, ReasoningEffort::WORDS);
                }
                if let Some(OnTruncated::Unknown(word)) = &llm.on_truncated {
                    self.word(format!("{at}/on_truncated"), word, OnTruncated::WORDS);
                }
                self.fallbacks(at, &llm.fallbacks);
            }
            StepKind::Agent(agent) => self.agent(at, agent),
            StepKind::Tool(tool) => self.fields(at, &tool.extra, &[COMMON_FIELDS, TOOL_FIELDS]),
            StepKind::Review(review) => {
                self.fields(at, &review.extra, &[COMMON_FIELDS, REVIEW_FIELDS]);
                if let Some(OnExpiry::Unknown(word)) = &review.on_expiry {
                    self.word(format!("{at}/on_expiry"), word, OnExpiry::WORDS);
                }
            }
            StepKind::Parallel(parallel) => self.parallel(at, parallel),
            StepKind::Conditional(conditional) => self.conditional(at, conditional),
            StepKind::Loop(body) => self.fields(at, &body.extra, &[COMMON_FIELDS, LOOP_FIELDS]),
            StepKind::Unknown(unknown) => {
                let message = unknown.step_type.parse::<StepType>().err().unwrap_or_default();
                let kind = NewerKind::StepType(unknown.step_type.clone());
                self.add(format!("{at}/type"), kind, Value::Object(unknown.fields.clone()), message);
            }
        }
        for inner in step.kind.blocks() {
            self.steps(&format!("{at}{}", inner.pointer), inner.block.steps);
        }
    }

    fn agent(&mut self, at: &str, agent: &AgentStep) {
        self.fields(at, &agent.extra, &[COMMON_FIELDS, AGENT_FIELDS]);
        if let Some(Approve::Unknown(word)) = &agent.approve {
            self.word(format!("{at}/approve"), word, Approve::WORDS);
        }
        if let Some(OnContextFull::Unknown(word)) = &agent.on_context_full {
            self.word(format!("{at}/on_context_full"), word, OnContextFull::WORDS);
        }
        if let Some(ReasoningEffort::Unknown(word)) = &agent.reasoning {
            self.word(format!("{at}/reasoning"), word, ReasoningEffort::WORDS);
        }
        self.fallbacks(at, &agent.fallbacks);
    }

    fn fallbacks(&mut self, at: &str, fallbacks: &[Fallback]) {
        for (position, fallback) in fallbacks.iter().enumerate() {
            self.fields(&format!("{at}/fallbacks/{position}"), &fallback.extra, &[FALLBACK_FIELDS]);
        }
    }

    fn parallel(&mut self, at: &str, parallel: &ParallelStep) {
        self.fields(at, &parallel.extra, &[COMMON_FIELDS, PARALLEL_FIELDS]);
        if let Some(OnError::Unknown(word)) = &parallel.on_error {
            self.word(format!("{at}/on_error"), word, OnError::WORDS);
        }
        for (position, branch) in parallel.branches.iter().enumerate() {
            self.fields(&format!("{at}/branches/{position}"), &branch.extra, &[BRANCH_FIELDS]);
        }
    }

    fn conditional(&mut self, at: &str, conditional: &ConditionalStep) {
        self.fields(at, &conditional.extra, &[COMMON_FIELDS, CONDITIONAL_FIELDS]);
        for (position, case) in conditional.cases.iter().enumerate() {
            self.fields(&format!("{at}/cases/{position}"), &case.extra, &[CASE_FIELDS]);
        }
        if let Some(otherwise) = &conditional.otherwise {
            self.fields(&format!("{at}/otherwise"), &otherwise.extra, &[OTHERWISE_FIELDS]);
        }
    }
}

fn unknown_field(at: &str, name: &str, known: &[&[&str]]) -> ReadError {
    let message = format!("unknown field `{name}`, expected {}", one_of(&known.concat()));
    ReadError { pointer: format!("{at}/{}", escape(name)), message }
}

/// The names, as serde lists them.
fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("one of {}", quoted.join(", "))
}

/// A field whose name is misspelt is missing, too. The name that was written tells more.
fn explained(value: &Value, error: ReadError) -> ReadError {
    let Some(fields) = value.pointer(&error.pointer).and_then(Value::as_object) else { return error };
    let parts: Vec<&str> = error.pointer.split('/').skip(1).collect();
    let known: &[&[&str]] = match parts[..] {
        [] => &[DEFINITION_FIELDS],
        [.., "steps", _] => match fields.get("type").and_then(Value::as_str).and_then(|tag| tag.parse().ok()) {
            Some(StepType::Llm) => &[COMMON_FIELDS, LLM_FIELDS],
            Some(StepType::Agent) => &[COMMON_FIELDS, AGENT_FIELDS],
            Some(StepType::Tool) => &[COMMON_FIELDS, TOOL_FIELDS],
            Some(StepType::Review) => &[COMMON_FIELDS, REVIEW_FIELDS],
            Some(StepType::Parallel) => &[COMMON_FIELDS, PARALLEL_FIELDS],
            Some(StepType::Conditional) => &[COMMON_FIELDS, CONDITIONAL_FIELDS],
            Some(StepType::Loop) => &[COMMON_FIELDS, LOOP_FIELDS],
            Some(StepType::Unknown) | None => return error,
        },
        [.., "fallbacks", _] => &[FALLBACK_FIELDS],
        ["inputs", _] => &[INPUT_FIELDS],
        [.., "branches", _] => &[BRANCH_FIELDS],
        [.., "cases", _] => &[CASE_FIELDS],
        [.., "otherwise"] => &[OTHERWISE_FIELDS],
        _ => return error,
    };
    let is_known = |name: &str| known.iter().any(|names| names.contains(&name));
    match fields.keys().find(|name| !is_known(name)) {
        Some(name) => unknown_field(&error.pointer, name, known),
        None => error,
    }
}

#[cfg(test)]
#[path = "newer_tests.rs"]
mod tests;
