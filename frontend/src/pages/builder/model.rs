//! The builder's shared state: the draft with its history, and values derived from it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::edit::{Edit, EditError};
use sluice_types::{BlockAddress, Index, Step, StepId, Workflow, WorkflowId};
use sluice_web_state::draft::{Pending, pending_key, pending_step};
use sluice_web_state::editor::{
    Analysis, Draft, DraftEdit, List, LocatedFinding, PendingProblem, moved_by, pending_problems,
};
use sluice_web_state::history::History;
use sluice_web_state::shared::Shared;

use crate::browser::focus::{focus_soon, reveal, scroll_into_view};
use crate::components::{ToastId, Toasts};

/// The stored workflow, as this page last saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// The workflow.
    pub id: WorkflowId,
    /// The version that the draft was made from.
    pub version: i64,
    /// That version; none when the draft was kept in the browser and the server has moved on.
    pub draft: Option<Arc<Draft>>,
    /// Whether it was deleted since: then the draft is saved as a new workflow.
    pub deleted: bool,
}

impl Saved {
    /// A workflow as the server answered it.
    pub fn of(workflow: &Workflow) -> Self {
        let draft = Some(Arc::new(Draft::from_workflow(workflow)));
        Self { id: workflow.id.clone(), version: workflow.version, draft, deleted: false }
    }
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
    /// The draft's lists of steps.
    lists: Memo<BTreeMap<BlockAddress, Arc<List>>>,
    /// The position of each step in its list, from 0.
    positions: Memo<HashMap<StepId, usize>>,
    /// Where the steps of the draft stand, and what they can refer to.
    pub index: Memo<Shared<Index>>,
    /// Pending input of fields: typed, not yet valid, not in the draft.
    pub pending: RwSignal<Pending>,
    /// The steps whose cards are open.
    pub open: RwSignal<HashSet<StepId>>,
    /// Lint and estimate of the draft, updated shortly after the typing.
    pub analysis: RwSignal<Analysis>,
    /// The problems of the pending input.
    pub pending_problems: Memo<Vec<PendingProblem>>,
    /// Whether the draft was thrown away, so that the browser keeps nothing of it.
    pub discarded: StoredValue<bool>,
    /// The message that offers to bring a removed step back. It goes with the page, which alone can do that.
    undo_offer: StoredValue<Option<ToastId>>,
    toasts: Toasts,
}

impl Builder {
    /// A builder of what is saved, or of a new workflow.
    pub fn new(history: History<Draft>, saved: Option<Saved>) -> Self {
        let history = RwSignal::new(history);
        let draft = Memo::new(move |_| history.with(|history| Shared(Arc::clone(history.present()))));
        let lists = Memo::new(move |_| draft.with(|draft| draft.lists().clone()));
        let positions =
            Memo::new(move |_| lists.with(|lists| lists.values().flat_map(|list| numbered(list)).collect()));
        let index = Memo::new(move |_| draft.with(|draft| Shared(Arc::new(Index::of(&draft.to_definition())))));
        let pending = RwSignal::new(Pending::new());
        let pending_problems = Memo::new(move |_| {
            pending.with(|pending| {
                if pending.is_empty() { Vec::new() } else { index.with(|index| pending_problems(index, pending)) }
            })
        });
        let builder = Self {
            history,
            saved: RwSignal::new(saved),
            draft,
            lists,
            positions,
            index,
            pending,
            open: RwSignal::new(HashSet::new()),
            analysis: RwSignal::new(Analysis::default()),
            pending_problems,
            discarded: StoredValue::new(false),
            undo_offer: StoredValue::new(None),
            toasts: expect_context(),
        };
        on_cleanup(move || builder.withdraw_undo());
        builder
    }

    /// The ids of a list's steps, in order. Tracks changes.
    pub fn list(self, address: &BlockAddress) -> Vec<StepId> {
        self.lists.with(|lists| lists.get(address).map(|list| list.steps.clone()).unwrap_or_default())
    }

    /// How many steps there are. Tracks changes.
    pub fn step_count(self) -> usize {
        self.positions.with(HashMap::len)
    }

    /// The position of a step in its list, from 0. Tracks changes.
    pub fn position(self, id: &StepId) -> Option<usize> {
        self.positions.with(|positions| positions.get(id).copied())
    }

    /// Changes the draft; says why when that is not possible. Gives whether it was done.
    pub fn edit(self, edit: impl Into<DraftEdit>) -> bool {
        self.applied(edit.into()).is_ok()
    }

    /// The same, and leads to the step that the edit is about.
    pub fn edit_and_show(self, edit: impl Into<DraftEdit>) {
        if let Ok(Some(id)) = self.applied(edit.into()) {
            focus_soon(toggle_id(&id));
        }
    }

    /// Moves a step down its list, or up when negative.
    pub fn move_by(self, id: &StepId, by: isize) {
        if let Some(edit) = self.index.with_untracked(|index| moved_by(index, id, by)) {
            self.edit_and_show(edit);
        }
    }

    /// Applies the fix of a finding to the step that it was found in.
    pub fn fix(self, located: &LocatedFinding) {
        if let Some(fix) = self.index.with_untracked(|index| located.fix(index)) {
            self.edit(Edit::ApplyFix(fix));
        }
    }

    /// Adds a step at the end of a list, opens it, and leads to it.
    pub fn add(self, step: Step, to: BlockAddress) {
        let position = untrack(|| self.list(&to)).len();
        if let Ok(Some(id)) = self.applied(Edit::AddStep { step: Box::new(step), to, position }.into()) {
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
                if self.history.with_untracked(History::undo_label) == removed {
                    self.undo();
                }
            };
            self.withdraw_undo();
            let offer = self.toasts.with_action(format!("Removed {label}"), "Undo", undo);
            self.undo_offer.set_value(Some(offer));
        }
    }

    fn withdraw_undo(self) {
        if let Some(offer) = self.undo_offer.try_update_value(Option::take).flatten() {
            self.toasts.remove(offer);
        }
    }

    fn step_label(self, id: &StepId) -> Option<String> {
        self.draft.with_untracked(|draft| draft.step(id).map(|step| step.label.clone()))
    }

    fn applied(self, edit: DraftEdit) -> Result<Option<StepId>, EditError> {
        let present = self.history.with_untracked(|history| Arc::clone(history.present()));
        let is_new = matches!(edit, DraftEdit::Definition(Edit::AddStep { .. } | Edit::DuplicateStep(_)));
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
        let steps = pending.keys().filter_map(|key| pending_step(key));
        self.draft.with_untracked(|draft| {
            self.open.update(|open| open.extend(steps.filter(|step| draft.step(step).is_some())));
        });
        self.pending.set(pending);
    }

    /// Puts another draft in the place of this one.
    pub fn replace(self, draft: Draft) {
        self.edit(DraftEdit::ReplaceAll(Box::new(draft)));
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
        self.saved.set(Some(Saved { draft: Some(sent), ..Saved::of(workflow) }));
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
            focus_soon(if reveal(&field) { field } else { toggle });
        });
    }

    /// A step by its id, as long as it is there.
    pub fn step(self, id: StepId) -> Memo<Option<Shared<Step>>> {
        Memo::new(move |_| self.draft.with(|draft| draft.step(&id).map(|step| Shared(Arc::clone(step)))))
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

fn numbered(list: &List) -> impl Iterator<Item = (StepId, usize)> {
    list.steps.iter().enumerate().map(|(position, id)| (id.clone(), position))
}

/// The id of the button that opens a step's card.
pub fn toggle_id(id: &StepId) -> String {
    format!("step-{id}")
}

/// The id of a field of a step.
pub fn field_id(id: &StepId, field: &str) -> String {
    format!("step-{id}-{field}")
}

/// The id of the handle that a step is moved by.
pub fn handle_id(id: &StepId) -> String {
    format!("handle-{id}")
}
