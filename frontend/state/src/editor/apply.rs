//! Makes an edit: a draft in, a draft out.

use sluice_types::StepId;
use sluice_types::edit::{self, Edit, EditError};

use super::draft::Draft;
use super::edit::DraftEdit;
use super::words::{group, label};

/// A draft after an edit, with what the history and the view need to know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The draft as it is now.
    pub draft: Draft,
    /// What was done, as in `move Research`.
    pub label: String,
    /// Edits of the same group that follow each other are undone together.
    pub group: Option<String>,
    /// The step to put the focus on.
    pub focus: Option<StepId>,
}

impl Draft {
    /// The draft with a change made, or why it cannot be made. Steps that the change does not touch stay shared with
    /// this one.
    pub fn apply(&self, edit: impl Into<DraftEdit>) -> Result<Applied, EditError> {
        let edit = edit.into();
        let (mut done, group) = (label(self, &edit), group(&edit));
        let draft = self.clone();
        let draft = match edit {
            DraftEdit::SetName(name) => Self { name, ..draft },
            DraftEdit::SetDescription(description) => Self { description, ..draft },
            DraftEdit::SetCategory(category) => {
                Self { category: Some(category).filter(|category| !category.trim().is_empty()), ..draft }
            }
            DraftEdit::SetTags(tags) => Self { tags: cleaned(&tags), ..draft },
            DraftEdit::SetActive(is_active) => Self { is_active, ..draft },
            DraftEdit::SetTemplate(is_template) => Self { is_template, ..draft },
            DraftEdit::ReplaceAll(other) => {
                let definition = Edit::ReplaceAll(Box::new(other.to_definition()));
                other.with_definition(edit::apply(&self.to_definition(), definition)?.definition)
            }
            DraftEdit::Definition(edit) => {
                let adds = matches!(edit, Edit::AddStep { .. });
                let beside = if let Edit::RemoveStep(id) = &edit { self.neighbour(id) } else { None };
                let applied = edit::apply(&self.to_definition(), edit)?;
                let draft = draft.with_definition(applied.definition);
                let focus = applied.step.or(beside);
                if let Some(added) = focus.as_ref().filter(|_| adds).and_then(|id| draft.step(id)) {
                    done = format!("add {}", added.label);
                }
                return Ok(Applied { draft, label: done, group, focus });
            }
        };
        Ok(Applied { draft, label: done, group, focus: None })
    }

    /// The step that takes the place of one that is removed, or the last one before it.
    fn neighbour(&self, id: &StepId) -> Option<StepId> {
        let list = self.lists().values().find(|list| list.steps.contains(id))?;
        let position = list.steps.iter().position(|step| step == id)?;
        let before = position.checked_sub(1);
        list.steps.get(position.saturating_add(1)).or_else(|| list.steps.get(before?)).cloned()
    }
}

/// Tags without space around them, without empty ones and without repetitions.
fn cleaned(tags: &[String]) -> Vec<String> {
    let mut clean: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if !clean.iter().any(|known| known == tag) {
            clean.push(tag.to_owned());
        }
    }
    clean
}
