//! Adding steps to the draft.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::edit::Edit;
use sluice_types::{BlockAddress, Step, StepId, StepKind};
use sluice_web_state::editor::{place_for_new, reading};

use super::model::{Builder, field_id, toggle_id};
use crate::browser::focus::{focus_soon, write_soon};

impl Builder {
    /// Adds a step behind the one that was worked on last, opens it, and leads to it.
    pub fn add(self, step: Step) {
        let (to, position) =
            self.tree.with_untracked(|tree| self.current.with_value(|id| place_for_new(tree, id.as_ref())));
        self.add_to(step, to, position);
    }

    /// The same at the end of a list.
    pub fn add_at_end(self, step: Step, to: BlockAddress) {
        let position = self.tree.with_untracked(|tree| tree.list(&to).len());
        self.add_to(step, to, position);
    }

    /// The same at a place of a list.
    pub fn add_to(self, step: Step, to: BlockAddress, position: usize) {
        self.open_around(&to);
        let inputs = self.input_names();
        let step = self.index.with_untracked(|index| reading(step, index, &inputs, &to, position));
        if let Ok(Some(id)) = self.applied(Edit::AddStep { step: Box::new(step), to, position }.into()) {
            self.open.update(|open| _ = open.insert(id.clone()));
            self.on_canvas().open(&id);
            self.current.set_value(Some(id.clone()));
            let has_prompt = self.draft.with_untracked(|draft| draft.step(&id).is_some_and(has_prompt));
            // The fields are there once the card is drawn open.
            request_animation_frame(move || {
                if has_prompt {
                    write_soon(field_id(&id, "prompt"));
                } else {
                    focus_soon(toggle_id(&id));
                }
            });
        }
    }

    /// The same directly behind a step.
    pub fn add_below(self, id: &StepId, step: Step) {
        let place = self.tree.with_untracked(|tree| tree.place(id).map(|(list, at)| (list.clone(), at)));
        if let Some((list, position)) = place {
            self.add_to(step, list, position.saturating_add(1));
        }
    }

    /// The names of the fields of the input: the declared ones, then those that prompts name.
    fn input_names(self) -> Vec<String> {
        self.draft.with_untracked(|draft| {
            let named = self.analysis.with_untracked(|analysis| analysis.undeclared(&draft.inputs));
            draft.inputs.iter().chain(&named).map(|field| field.name.clone()).collect()
        })
    }
}

/// Whether a step is written in a prompt.
fn has_prompt(step: &Arc<Step>) -> bool {
    matches!(step.kind, StepKind::Llm(_) | StepKind::Agent(_))
}
