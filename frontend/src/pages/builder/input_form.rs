//! The handle to one declared field of the input that its parts share.

use leptos::prelude::*;
use sluice_types::InputField;
use sluice_types::edit::{Edit, InputChange, InputPart};
use sluice_web_state::editor::{InputKey, LocatedFinding, rename_pending};

use super::model::{Builder, PendingInput};
use crate::browser::focus::{focus_soon, reveal, scroll_into_view};

/// A declared field: how its parts are read, and how they are changed. It is the field at a position: so a field that is
/// renamed keeps its row, and what has the focus there.
#[derive(Clone, Copy)]
pub struct InputForm {
    builder: StoredValue<Builder>,
    /// The position of the field, from 0.
    pub at: usize,
    inputs: Memo<Vec<InputField>>,
    field: Memo<Option<InputField>>,
    key: Memo<Option<InputKey>>,
}

impl InputForm {
    /// The form of the field at a position.
    pub fn new(builder: Builder, at: usize, inputs: Memo<Vec<InputField>>) -> Self {
        let field = Memo::new(move |_| inputs.with(|inputs| inputs.get(at).cloned()));
        let key = Memo::new(move |_| inputs.with(|inputs| InputKey::at(inputs, at)));
        Self { builder: StoredValue::new(builder), at, inputs, field, key }
    }

    /// The builder that it belongs to.
    pub fn builder(self) -> Builder {
        self.builder.get_value()
    }

    /// The id of the element of a part.
    pub fn part_id(self, part: &str) -> String {
        part_id(self.at, part)
    }

    /// Something of the field, told again only when it changes.
    pub fn read<T>(self, read: impl Fn(&InputField) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Default + Send + Sync + 'static,
    {
        Memo::new(move |_| self.field.with(|field| field.as_ref().map(&read).unwrap_or_default()))
    }

    /// The declared fields. Tracks changes.
    pub fn inputs(self) -> Memo<Vec<InputField>> {
        self.inputs
    }

    /// What names the field. Tracks changes.
    pub fn key(self) -> Option<InputKey> {
        self.key.get()
    }

    /// The pending input of a part: typed, not yet valid.
    pub fn typed(self, part: &'static str) -> PendingInput {
        let key = move || self.key.with(|key| key.as_ref().map(|key| key.pending_key(part)).unwrap_or_default());
        self.builder().typed_by(Signal::derive(key))
    }

    /// Changes a part.
    pub fn set(self, part: InputPart) {
        self.builder().edit(Edit::ChangeInputs(InputChange::Update { at: self.at, part }));
    }

    /// Gives the field another name.
    pub fn rename(self, to: String) {
        let before = self.key.get_untracked();
        if !self.builder().edit(Edit::ChangeInputs(InputChange::Rename { at: self.at, to })) {
            return;
        }
        let after = self.builder().draft.with_untracked(|draft| InputKey::at(&draft.inputs, self.at));
        let Some((before, after)) = before.zip(after) else { return };
        let Builder { open_inputs, pending, .. } = self.builder();
        open_inputs.update(|open| {
            if open.remove(&before) {
                open.insert(after.clone());
            }
        });
        if pending.with_untracked(|pending| !pending.is_empty()) {
            pending.update(|pending| *pending = rename_pending(std::mem::take(pending), &before, &after));
        }
    }

    /// The lint findings of a part.
    pub fn found(self, part: &'static str) -> Memo<Vec<LocatedFinding>> {
        Memo::new(move |_| {
            let key = self.key.get();
            self.builder()
                .analysis
                .with(|analysis| key.as_ref().map(|key| analysis.findings.of_input_part(key, part)).unwrap_or_default())
        })
    }
}

impl Builder {
    /// Opens a declared field and leads to a part of it; to its head when the part has no place of its own.
    pub fn show_input(self, key: &InputKey, part: &str) {
        let Some(at) = self.draft.with_untracked(|draft| key.position(&draft.inputs)) else { return };
        self.open_inputs.update(|open| _ = open.insert(key.clone()));
        let (toggle, part) = (input_toggle_id(at), part_id(at, part));
        request_animation_frame(move || {
            scroll_into_view(&toggle);
            focus_soon(if reveal(&part) { part } else { toggle });
        });
    }
}

fn part_id(at: usize, part: &str) -> String {
    format!("input-{at}-{part}")
}

/// The id of the button that opens the declared field at a position.
pub fn input_toggle_id(at: usize) -> String {
    format!("input-{at}")
}
