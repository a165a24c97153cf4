//! What a person can do to a draft.

use sluice_types::edit::Edit;
use sluice_types::{Position, StepId};

use super::draft::Draft;

/// One change of a draft.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftEdit {
    /// What people call the workflow.
    SetName(String),
    /// What it is for.
    SetDescription(String),
    /// One word to group by; none when empty.
    SetCategory(String),
    /// Words to find it by.
    SetTags(Vec<String>),
    /// Whether it can be run.
    SetActive(bool),
    /// Whether it is a template of the tenant's own.
    SetTemplate(bool),
    /// Where a step stands on the canvas.
    Place(StepId, Position),
    /// The same by a key: what follows it is undone with it.
    Nudge(StepId, Position),
    /// All steps of the canvas stand where the layout puts them.
    TidyUp,
    /// A change of the definition.
    Definition(Edit),
    /// Another draft in the place of this one: a template, another version.
    ReplaceAll(Box<Draft>),
    /// The same, as a model changed it.
    ChangeBySentence(Box<Draft>),
}

impl From<Edit> for DraftEdit {
    fn from(edit: Edit) -> Self {
        Self::Definition(edit)
    }
}
