//! The input that the browser keeps until a run was started with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sluice_types::WorkflowId;
use sluice_web_state::input::{InputForm, Mode};

use crate::browser::storage;

/// The stored form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptInput {
    mode: Option<String>,
    text: String,
    values: BTreeMap<String, String>,
    json: String,
    /// The budget as typed.
    #[serde(default)]
    pub budget: String,
}

const fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Text => "text",
        Mode::Form => "form",
        Mode::Json => "json",
    }
}

fn mode_of(word: &str) -> Option<Mode> {
    [Mode::Text, Mode::Form, Mode::Json].into_iter().find(|&mode| self::word(mode) == word)
}

fn key(workflow: &WorkflowId) -> String {
    format!("sluice.input.{workflow}")
}

impl KeptInput {
    /// A snapshot of a form.
    pub fn of(form: &InputForm, budget: &str) -> Self {
        Self {
            mode: Some(word(form.mode).to_owned()),
            text: form.text.clone(),
            values: form.values.clone(),
            json: form.json.clone(),
            budget: budget.to_owned(),
        }
    }

    /// The stored form of a workflow.
    pub fn load(workflow: &WorkflowId) -> Option<Self> {
        serde_json::from_str(&storage::get(&key(workflow))?).ok()
    }

    /// Puts it back into a form.
    pub fn fill(&self, form: &mut InputForm) {
        form.text.clone_from(&self.text);
        form.values.clone_from(&self.values);
        form.json.clone_from(&self.json);
        // Fields may be gone since: then there is no form to go back to.
        let mode = self.mode.as_deref().and_then(mode_of);
        if let Some(mode) = mode.filter(|&mode| mode != Mode::Form || !form.fields.is_empty()) {
            form.mode = mode;
        }
    }

    /// Keeps it.
    pub fn save(&self, workflow: &WorkflowId) {
        if let Ok(text) = serde_json::to_string(self) {
            storage::set(&key(workflow), &text);
        }
    }
}

/// Forgets it: a run was started with it.
pub fn forget(workflow: &WorkflowId) {
    storage::remove(&key(workflow));
}
