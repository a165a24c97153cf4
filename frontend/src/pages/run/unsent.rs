//! Unsent input of a run's page, in local storage.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sluice_types::{ExecutionId, PatchStep, StepPath};

use crate::browser::storage;

/// Which steps are to be open or closed, by path.
pub type Choices = BTreeMap<String, bool>;

/// The key for the run that was last looked at: what is open there is worth nothing for others.
const CHOICES: &str = "sluice.run.open";

#[derive(Serialize, Deserialize)]
struct KeptChoices {
    run: ExecutionId,
    choices: Choices,
}

/// The steps that a person opened or closed, when the run is the one that was last looked at.
pub fn choices(run: &ExecutionId) -> Choices {
    let kept: Option<KeptChoices> = storage::get(CHOICES).and_then(|text| serde_json::from_str(&text).ok());
    kept.filter(|kept| kept.run == *run).map(|kept| kept.choices).unwrap_or_default()
}

/// Keeps them.
pub fn keep_choices(run: &ExecutionId, choices: &Choices) {
    let kept = KeptChoices { run: run.clone(), choices: choices.clone() };
    if let Ok(text) = serde_json::to_string(&kept) {
        storage::set(CHOICES, &text);
    }
}

/// Unsent text of a gate or of an edited output.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsentText {
    /// The text as edited; `None` while it is as it came.
    #[serde(default)]
    pub text: Option<String>,
    /// The text that the edit began with.
    #[serde(default)]
    pub base: Option<String>,
    /// The comment.
    #[serde(default)]
    pub comment: String,
}

impl UnsentText {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.comment.is_empty()
    }
}

/// The purpose of an unsent text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextOf {
    /// A decision at a gate.
    Gate,
    /// Another output of a step.
    Output,
}

fn typed_key(run: &ExecutionId, path: &StepPath, what: TextOf) -> String {
    let what = match what {
        TextOf::Gate => "gate",
        TextOf::Output => "output",
    };
    format!("sluice.{what}.{run}.{path}")
}

/// The unsent text of a step run.
pub fn unsent_text(run: &ExecutionId, path: &StepPath, what: TextOf) -> UnsentText {
    let kept = storage::get(&typed_key(run, path, what));
    kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps it, until it is sent.
pub fn keep_unsent(run: &ExecutionId, path: &StepPath, what: TextOf, typed: &UnsentText) {
    let key = typed_key(run, path, what);
    match serde_json::to_string(typed) {
        Ok(text) if !typed.is_empty() => {
            storage::set(&key, &text);
        }
        _ => storage::remove(&key),
    }
}

fn change_key(run: &ExecutionId, path: &StepPath) -> String {
    format!("sluice.change.{run}.{path}")
}

/// The unsaved change of a step.
pub fn change(run: &ExecutionId, path: &StepPath) -> Option<PatchStep> {
    serde_json::from_str(&storage::get(&change_key(run, path))?).ok()
}

/// Keeps it; forgets it when it changes nothing.
pub fn keep_change(run: &ExecutionId, path: &StepPath, change: &PatchStep) {
    let text = (*change != PatchStep::default()).then(|| serde_json::to_string(change).unwrap_or_default());
    storage::keep(&change_key(run, path), text.as_deref());
}

fn budget_key(run: &ExecutionId) -> String {
    format!("sluice.budget.{run}")
}

/// The budget as typed, and not saved yet.
pub fn budget(run: &ExecutionId) -> Option<String> {
    storage::get(&budget_key(run))
}

/// Keeps it, or forgets it.
pub fn keep_budget(run: &ExecutionId, typed: Option<&str>) {
    storage::keep(&budget_key(run), typed);
}

/// Forgets all that is kept of a run that was deleted.
pub fn forget(run: &ExecutionId) {
    storage::remove(&budget_key(run));
    for what in ["gate", "output", "change", "asked"] {
        for key in storage::keys(&format!("sluice.{what}.{run}.")) {
            storage::remove(&key);
        }
    }
}

#[derive(Serialize, Deserialize)]
struct AskedWith {
    seq: i64,
    step: String,
}

fn asked_key(run: &ExecutionId, path: &StepPath) -> String {
    format!("sluice.asked.{run}.{path}")
}

/// The step and the budget, as they were when the gate that the event of this number opened was seen first.
pub fn asked_with(run: &ExecutionId, path: &StepPath, seq: i64) -> Option<String> {
    let kept: AskedWith = serde_json::from_str(&storage::get(&asked_key(run, path))?).ok()?;
    (kept.seq == seq).then_some(kept.step)
}

/// Keeps them, in the place of those of an earlier gate.
pub fn keep_asked_with(run: &ExecutionId, path: &StepPath, seq: i64, step: &str) {
    if let Ok(text) = serde_json::to_string(&AskedWith { seq, step: step.to_owned() }) {
        storage::set(&asked_key(run, path), &text);
    }
}

fn input_key(workflow: &str) -> String {
    format!("sluice.again.{workflow}")
}

/// Hands an input to the page that starts a run of a workflow.
pub fn hand_over_input(workflow: &str, input: &serde_json::Value) {
    storage::set(&input_key(workflow), &serde_json::to_string(input).unwrap_or_default());
}

/// Takes the input that was handed over, once.
pub fn take_handed_over_input(workflow: &str) -> Option<serde_json::Value> {
    let kept = storage::get(&input_key(workflow))?;
    storage::remove(&input_key(workflow));
    serde_json::from_str(&kept).ok()
}
