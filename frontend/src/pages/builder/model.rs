//! The builder's shared state: the draft with its history, and values derived from it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::{Step, StepId, Workflow, WorkflowId};
use sluice_web_state::draft::{Pending, pending_key, pending_step};
use sluice_web_state::editor::{Analysis, Draft, Edit, EditError};
use sluice_web_state::history::History;
use sluice_web_state::shared::Shared;

use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::components::Toasts;

/// The stored workflow, as this page last saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// The workflow.
    pub id: WorkflowId,
    /// The version that the draft was made from.
    pub version: i64,
    /// That version; none when the draft was kept in the browser and the server has moved on.
    pub draft: Option<Arc<Draft>>,
}

impl Saved {
    /// A workflow as the server answered it.
    pub fn of(workflow: &Workflow) -> Self {
        let draft = Some(Arc::new(Draft::from_workflow(workflow)));
        Self { id: workflow.id.clone(), version: workflow.version, draft }
    }
}

/// A step and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionedStep {
    /// Counted from 0.
    pub index: usize,
    /// The step.
    pub step: Shared<Step>,
}

/// The builder of one workflow. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct Builder {
    /// The draft, what it was before, and what was undone.
    pub history: RwSignal<History<Draft>>,
    /// The stored workflow; `None` for one that was never saved.
    pub saved: RwSignal<Option<Saved>>,
    /// The draft.
    pub draft: Memo<Shared<Draft>>,
    /// The ids of the steps, in order.
    pub order: Memo<Vec<StepId>>,
    /// The steps by id.
    pub steps: Memo<HashMap<StepId, PositionedStep>>,
    /// Pending input of fields: typed, not yet valid, not in the draft.
    pub pending: RwSignal<Pending>,
    /// The steps whose cards are open.
    pub open: RwSignal<HashSet<StepId>>,
    /// Lint and estimate of the draft, updated shortly after the typing.
    pub analysis: RwSignal<Analysis>,
    toasts: Toasts,
}

impl Builder {
    /// A builder of what is saved, or of a new workflow.
    pub fn new(history: History<Draft>, saved: Option<Saved>) -> Self {
        let history = RwSignal::new(history);
        let draft = Memo::new(move |_| history.with(|history| Shared(Arc::clone(history.present()))));
        let order = Memo::new(move |_| draft.with(|draft| draft.steps.iter().map(|step| step.id.clone()).collect()));
        let steps = Memo::new(move |_| draft.with(|draft| positioned(draft)));
        Self {
            history,
            saved: RwSignal::new(saved),
            draft,
            order,
            steps,
            pending: RwSignal::new(Pending::new()),
            open: RwSignal::new(HashSet::new()),
            analysis: RwSignal::new(Analysis::default()),
            toasts: expect_context(),
        }
    }

    /// Changes the draft; says why when that is not possible. Gives whether it was done.
    pub fn edit(self, edit: Edit) -> bool {
        self.applied(edit).is_ok()
    }

    /// The same, and leads to the step that the edit is about.
    pub fn edit_and_show(self, edit: Edit) {
        if let Ok(Some(id)) = self.applied(edit) {
            focus_soon(toggle_id(&id));
        }
    }

    /// Adds a step, opens it, and leads to it.
    pub fn add(self, template: Step, at: Option<usize>) {
        if let Ok(Some(id)) = self.applied(Edit::AddStep { template: Box::new(template), at }) {
            self.open.update(|open| _ = open.insert(id.clone()));
            focus_soon(toggle_id(&id));
        }
    }

    /// Takes a step out, and offers to put it back.
    pub fn remove(self, id: &StepId) {
        if let Some(label) = self.step_label(id) {
            self.edit_and_show(Edit::RemoveStep(id.clone()));
            let removed = self.history.with_untracked(History::undo_label);
            let undo = move || {
                if self.history.try_with_untracked(History::undo_label).flatten() == removed {
                    self.undo();
                }
            };
            self.toasts.with_action(format!("Removed {label}"), "Undo", undo);
        }
    }

    fn step_label(self, id: &StepId) -> Option<String> {
        self.steps.with_untracked(|steps| steps.get(id).map(|positioned| positioned.step.label.clone()))
    }

    fn applied(self, edit: Edit) -> Result<Option<StepId>, EditError> {
        let present = self.history.with_untracked(|history| Arc::clone(history.present()));
        let is_new = matches!(edit, Edit::AddStep { .. } | Edit::DuplicateStep(_));
        match present.apply(edit) {
            Ok(done) => {
                if is_new && self.pending.with_untracked(|pending| !pending.is_empty()) {
                    // It may have the id of one that was removed.
                    self.pending.update(|pending| pending.retain(|key, _| pending_step(key) != done.focus));
                }
                self.history.update(|history| _ = history.edit(done.label, done.group, done.draft));
                Ok(done.focus)
            }
            Err(problem) => {
                self.toasts.failed(problem.to_string());
                Err(problem)
            }
        }
    }

    /// The pending input of a field of a step or of the workflow.
    pub fn typed(self, step: Option<&StepId>, field: &str) -> PendingInput {
        let key = step.map_or_else(|| field.to_owned(), |step| pending_key(step, field));
        let own = key.clone();
        let text = Memo::new(move |_| self.pending.with(|pending| pending.get(&own).cloned()));
        PendingInput { pending: self.pending, key: StoredValue::new(key), text }
    }

    /// Goes on with what was typed before, where it can be seen.
    pub fn restore_pending(self, pending: Pending) {
        let steps: Vec<StepId> = pending.keys().filter_map(|key| pending_step(key)).collect();
        self.order.with_untracked(|order| {
            self.open.update(|open| open.extend(steps.into_iter().filter(|step| order.contains(step))));
        });
        self.pending.set(pending);
    }

    /// Puts another draft in the place of this one.
    pub fn replace(self, draft: Draft) {
        self.edit(Edit::ReplaceAll(Box::new(draft)));
    }

    /// Takes the last edit back.
    pub fn undo(self) {
        self.travel(History::undo);
    }

    /// Does again what was taken back.
    pub fn redo(self) {
        self.travel(History::redo);
    }

    fn travel(self, step: fn(&mut History<Draft>) -> Option<String>) {
        let said = self.history.try_update(step).flatten();
        if let Some(said) = said {
            self.toasts.done(said);
        }
    }

    /// The next edit is undone by itself.
    pub fn seal(self) {
        self.history.update_untracked(History::seal);
    }

    /// Whether the draft differs from what the server has.
    pub fn is_dirty(self) -> bool {
        self.draft.with(|draft| {
            self.saved.with(|saved| match saved {
                None => **draft != Draft::empty(),
                Some(saved) => saved.draft.as_ref().is_none_or(|saved| *saved != draft.0),
            })
        })
    }

    /// Takes what the server answered to a save as what is saved. What was typed meanwhile stays.
    pub fn accept_save(self, workflow: &Workflow, sent: Arc<Draft>) {
        self.saved.set(Some(Saved { id: workflow.id.clone(), version: workflow.version, draft: Some(sent) }));
        self.seal();
    }

    /// Opens or closes a step's card.
    pub fn toggle(self, id: &StepId) {
        self.open.update(|open| {
            if !open.remove(id) {
                open.insert(id.clone());
            }
        });
    }

    /// Opens a step's card and leads to a field of it; to its head when the field has no place of its own.
    pub fn show(self, id: &StepId, field: &str) {
        self.open.update(|open| _ = open.insert(id.clone()));
        scroll_into_view(&toggle_id(id));
        let (toggle, field) = (toggle_id(id), field_id(id, field));
        // The card's fields are there once it is drawn open.
        request_animation_frame(move || {
            let is_there = document().get_element_by_id(&field).is_some();
            focus_soon(if is_there { field } else { toggle });
        });
    }

    /// A step by its id, as long as it is there.
    pub fn step(self, id: StepId) -> Memo<Option<PositionedStep>> {
        Memo::new(move |_| self.steps.with(|steps| steps.get(&id).cloned()))
    }
}

/// A text that is on its way into the draft. It outlives its field, and the page.
#[derive(Clone, Copy)]
pub struct PendingInput {
    pending: RwSignal<Pending>,
    key: StoredValue<String>,
    text: Memo<Option<String>>,
}

impl PendingInput {
    /// The text; none when the field shows what the draft holds. Tracks changes.
    pub fn get(self) -> Option<String> {
        self.text.get()
    }

    /// The same, without following it.
    pub fn get_untracked(self) -> Option<String> {
        self.text.get_untracked()
    }

    /// Takes what was typed, or lets go of it.
    pub fn set(self, text: Option<String>) {
        // A field is left also when it goes away.
        let Some(key) = self.key.try_get_value() else { return };
        self.pending.try_update(|pending| match text {
            Some(text) => pending.insert(key, text),
            None => pending.remove(&key),
        });
    }
}

fn positioned(draft: &Draft) -> HashMap<StepId, PositionedStep> {
    let steps = draft.steps.iter().enumerate();
    steps.map(|(index, step)| (step.id.clone(), PositionedStep { index, step: Shared(Arc::clone(step)) })).collect()
}

/// The id of the button that opens a step's card.
pub fn toggle_id(id: &StepId) -> String {
    format!("step-{id}")
}

/// The id of a prompt of a step.
pub fn field_id(id: &StepId, field: &str) -> String {
    format!("step-{id}-{field}")
}

/// The id of the handle that a step is moved by.
pub fn handle_id(id: &StepId) -> String {
    format!("handle-{id}")
}
