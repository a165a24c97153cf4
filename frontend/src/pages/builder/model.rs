//! The builder's shared state: the draft with its history, and values derived from it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::edit::{BranchChange, Edit, EditError};
use sluice_types::{BlockAddress, Index, Slot, Step, StepId, Workflow, WorkflowId};
use sluice_web_state::canvas::View;
use sluice_web_state::draft::{Pending, pending_key, pending_step};
use sluice_web_state::editor::{
    Analysis, Draft, DraftEdit, InputKey, LocatedFinding, PendingProblem, moved_by, pending_problems,
};
use sluice_web_state::history::History;
use sluice_web_state::shared::Shared;
use sluice_web_state::tree::{Tree, TreePlace, list_words};

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

/// What the canvas shows of a builder. A copy is a handle to the same.
#[derive(Clone, Copy)]
pub struct OnCanvas {
    /// The current step.
    pub selected: RwSignal<Option<StepId>>,
    /// The step whose card stands beside it.
    pub card: RwSignal<Option<StepId>>,
    /// The part that was seen last.
    pub view: RwSignal<Option<View>>,
    /// The steps whose settings are open, on their cards in the list and beside the canvas.
    open_settings: RwSignal<HashSet<StepId>>,
}

impl OnCanvas {
    /// Makes a step the current one, and opens its card.
    pub fn open(self, id: &StepId) {
        self.selected.set(Some(id.clone()));
        self.card.set(Some(id.clone()));
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
    /// The draft's lists of steps. Typing in a field does not change it.
    pub tree: Memo<Arc<Tree>>,
    /// The place of each step.
    places: Memo<HashMap<StepId, TreePlace>>,
    /// Where the steps of the draft stand, and what they can refer to.
    pub index: Memo<Shared<Index>>,
    /// Pending input of fields: typed, not yet valid, not in the draft.
    pub pending: RwSignal<Pending>,
    /// The steps whose cards are open.
    pub open: RwSignal<HashSet<StepId>>,
    /// The declared fields of the input that are open.
    pub open_inputs: RwSignal<HashSet<InputKey>>,
    /// The branches and cases that are closed to one line.
    pub closed_lists: RwSignal<HashSet<BlockAddress>>,
    /// The step that was worked on last: new ones come behind it.
    pub current: StoredValue<Option<StepId>>,
    canvas: StoredValue<OnCanvas>,
    /// Lint and estimate of the draft, updated shortly after the typing.
    pub analysis: RwSignal<Analysis>,
    /// The problems of the pending input.
    pub pending_problems: Memo<Vec<PendingProblem>>,
    /// Whether the draft was thrown away, so that the browser keeps nothing of it.
    pub discarded: StoredValue<bool>,
    /// The message of the last edit that was taken back, or that can be. The next one takes its place, and it goes with
    /// the page, which alone can take an edit back.
    undo_offer: StoredValue<Option<ToastId>>,
    /// Where messages are sent.
    pub toasts: Toasts,
}

impl Builder {
    /// A builder of what is saved, or of a new workflow.
    pub fn new(history: History<Draft>, saved: Option<Saved>) -> Self {
        let history = RwSignal::new(history);
        let draft = Memo::new(move |_| history.with(|history| Shared(Arc::clone(history.present()))));
        let tree = Memo::new(move |_| draft.with(|draft| Arc::new(Tree::of(draft))));
        let places = Memo::new(move |_| tree.with(|tree| tree.places()));
        let index = Memo::new(move |_| draft.with(|draft| Shared(Arc::new(Index::of(&draft.to_definition())))));
        let pending = RwSignal::new(Pending::new());
        let pending_problems = Memo::new(move |_| {
            pending.with(|pending| {
                if pending.is_empty() {
                    return Vec::new();
                }
                draft.with(|draft| index.with(|index| pending_problems(index, &draft.inputs, pending)))
            })
        });
        let builder = Self {
            history,
            saved: RwSignal::new(saved),
            draft,
            tree,
            places,
            index,
            pending,
            open: RwSignal::new(tree.with_untracked(|tree| open_at_first(tree))),
            open_inputs: RwSignal::new(HashSet::new()),
            closed_lists: RwSignal::new(HashSet::new()),
            current: StoredValue::new(None),
            canvas: StoredValue::new(OnCanvas {
                selected: RwSignal::new(None),
                card: RwSignal::new(None),
                view: RwSignal::new(None),
                open_settings: RwSignal::new(HashSet::new()),
            }),
            analysis: RwSignal::new(Analysis::default()),
            pending_problems,
            discarded: StoredValue::new(false),
            undo_offer: StoredValue::new(None),
            toasts: expect_context(),
        };
        on_cleanup(move || builder.withdraw_undo());
        builder
    }

    /// What the canvas shows of it.
    pub fn on_canvas(self) -> OnCanvas {
        self.canvas.get_value()
    }

    /// The steps whose settings are open.
    pub fn open_settings(self) -> RwSignal<HashSet<StepId>> {
        self.canvas.with_value(|canvas| canvas.open_settings)
    }

    /// The ids of a list's steps, in order. Tracks changes.
    pub fn list(self, address: &BlockAddress) -> Vec<StepId> {
        self.tree.with(|tree| tree.list(address).to_vec())
    }

    /// The lists of a container, in order. Tracks changes.
    pub fn slots(self, id: &StepId) -> Vec<Slot> {
        self.tree.with(|tree| tree.slots(id).to_vec())
    }

    /// How many steps there are. Tracks changes.
    pub fn step_count(self) -> usize {
        self.places.with(HashMap::len)
    }

    /// Whether a step stands in a container. Tracks changes.
    pub fn is_inside(self, id: &StepId) -> bool {
        self.places.with(|places| places.get(id).is_some_and(|place| place.list != BlockAddress::Root))
    }

    /// Whether a step stands in a list. Tracks changes.
    pub fn stands_in(self, id: &StepId, list: &BlockAddress) -> bool {
        self.places.with(|places| places.get(id).is_some_and(|place| place.list == *list))
    }

    /// The position of a step in its list, from 0. Tracks changes.
    pub fn position(self, id: &StepId) -> Option<usize> {
        self.places.with(|places| places.get(id).map(|place| place.position))
    }

    /// The number that people call a step by, as in `2A.1`. Tracks changes.
    pub fn number(self, id: &StepId) -> Option<String> {
        self.places.with(|places| places.get(id).map(|place| place.number.clone()))
    }

    /// Changes the draft; says why when that is not possible. Gives whether it was done.
    pub fn edit(self, edit: impl Into<DraftEdit>) -> bool {
        self.applied(edit.into()).is_ok()
    }

    /// The same, and leads to the step that the edit is about.
    pub fn edit_and_show(self, edit: impl Into<DraftEdit>) -> bool {
        let done = self.applied(edit.into());
        if let Ok(Some(id)) = &done {
            self.on_canvas().selected.set(Some(id.clone()));
            focus_soon(toggle_id(id));
        }
        done.is_ok()
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

    /// Opens a closed block that a step is dragged over, by its name: see [`closed_list_name`].
    pub fn open_block(self, name: &str) {
        let (id, at) = name.split_once('@').map_or((name, None), |(id, at)| (id, at.parse::<usize>().ok()));
        let Ok(id) = StepId::new(id) else { return };
        let slot = at.and_then(|at| self.tree.with_untracked(|tree| tree.slots(&id).get(at).cloned()));
        match slot {
            Some(slot) => {
                let list = BlockAddress::Inner { parent: id, slot };
                self.closed_lists.update(|closed| _ = closed.remove(&list));
            }
            None => self.open.update(|open| _ = open.insert(id)),
        }
    }

    /// Opens a list and the containers around it.
    pub fn open_around(self, list: &BlockAddress) {
        let tree = self.tree.get_untracked();
        let around = tree.around(list);
        let lists = around.iter().filter_map(|id| Some(tree.place(id)?.0.clone())).chain([list.clone()]);
        let closed: Vec<BlockAddress> =
            self.closed_lists.with_untracked(|closed| lists.filter(|list| closed.contains(list)).collect());
        if !closed.is_empty() {
            self.closed_lists.update(|all| all.retain(|list| !closed.contains(list)));
        }
        if self.open.with_untracked(|open| around.iter().any(|id| !open.contains(id))) {
            self.open.update(|open| open.extend(around));
        }
    }

    /// Takes a branch or a case out with its steps, and offers to put it back.
    pub fn remove_list(self, parent: &StepId, slot: Slot) {
        let list = BlockAddress::Inner { parent: parent.clone(), slot: slot.clone() };
        let Some(words) = self.draft.with_untracked(|draft| list_words(draft, &list)) else { return };
        self.edit_and_show(Edit::ChangeBranches { parent: parent.clone(), change: BranchChange::Remove(slot) });
        self.offer_undo(format!("Removed {words}"));
    }

    /// Says what was removed, and offers to take that back.
    pub fn offer_undo(self, message: String) {
        let removed = self.history.with_untracked(History::undo_label);
        let undo = move || {
            if self.history.with_untracked(History::undo_label) == removed {
                self.undo();
            }
        };
        self.withdraw_undo();
        let offer = self.toasts.with_action(message, "Undo", undo);
        self.undo_offer.set_value(Some(offer));
    }

    fn withdraw_undo(self) {
        if let Some(offer) = self.undo_offer.try_update_value(Option::take).flatten() {
            self.toasts.remove(offer);
        }
    }

    /// The label of a step.
    pub fn step_label(self, id: &StepId) -> Option<String> {
        self.draft.with_untracked(|draft| draft.step(id).map(|step| step.label.clone()))
    }

    pub(super) fn applied(self, edit: DraftEdit) -> Result<Option<StepId>, EditError> {
        let present = self.history.with_untracked(|history| Arc::clone(history.present()));
        let makes_container = matches!(edit, DraftEdit::Definition(Edit::WrapSteps { .. }));
        match present.apply(edit) {
            Ok(done) => {
                if self.pending.with_untracked(|pending| !pending.is_empty()) {
                    self.forget_pending_of_new(&present, &done.draft);
                }
                self.history.update(|history| _ = history.edit(done.label, done.group, done.draft));
                if let Some(id) = done.focus.as_ref().filter(|_| makes_container) {
                    self.open.update(|open| _ = open.insert(id.clone()));
                }
                Ok(done.focus)
            }
            Err(problem) => {
                self.toasts.failed(problem.to_string());
                Err(problem)
            }
        }
    }

    /// A new step may have the id of one that was removed, and a new field its name: what was typed there is not theirs.
    fn forget_pending_of_new(self, before: &Draft, after: &Draft) {
        let is_new = |key: &str| match (pending_step(key), InputKey::of_pending(key)) {
            (Some(step), _) => before.step(&step).is_none() && after.step(&step).is_some(),
            (None, Some((field, _))) => {
                field.position(&before.inputs).is_none() && field.position(&after.inputs).is_some()
            }
            (None, None) => false,
        };
        if self.pending.with_untracked(|pending| pending.keys().any(|key| is_new(key))) {
            self.pending.update(|pending| pending.retain(|key, _| !is_new(key)));
        }
    }

    /// The pending input of a field of a step or of the workflow.
    pub fn typed(self, step: Option<&StepId>, field: &str) -> PendingInput {
        let key = step.map_or_else(|| field.to_owned(), |step| pending_key(step, field));
        self.typed_by(Signal::stored(key))
    }

    /// The pending input under a key.
    pub fn typed_by(self, key: Signal<String>) -> PendingInput {
        let text = Memo::new(move |_| key.with(|key| self.pending.with(|pending| pending.get(key).cloned())));
        PendingInput { pending: self.pending, key, text }
    }

    /// Goes on with what was typed before, where it can be seen.
    pub fn restore_pending(self, pending: Pending) {
        let fields = pending.keys().filter_map(|key| InputKey::of_pending(key)).map(|(field, _)| field);
        self.open_inputs.update(|open| open.extend(fields));
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
            self.withdraw_undo();
            self.undo_offer.set_value(Some(self.toasts.noted(said)));
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
        let list = self.tree.with_untracked(|tree| tree.place(id).map(|(list, _)| list.clone()));
        if let Some(list) = list {
            self.open_around(&list);
        }
        self.open.update(|open| _ = open.insert(id.clone()));
        self.on_canvas().open(id);
        let (toggle, field) = (toggle_id(id), field_id(id, field));
        // The card and its fields are there once what is around them is drawn open.
        request_animation_frame(move || {
            scroll_into_view(&toggle);
            focus_soon(if reveal(&field) { field } else { toggle });
        });
    }

    /// Leads to a step: the containers around it are opened.
    pub fn go_to(self, id: &StepId) {
        let list = self.tree.with_untracked(|tree| tree.place(id).map(|(list, _)| list.clone()));
        if let Some(list) = list {
            self.open_around(&list);
        }
        let toggle = toggle_id(id);
        request_animation_frame(move || {
            scroll_into_view(&toggle);
            focus_soon(toggle);
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
    key: Signal<String>,
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
        let Some(key) = self.key.try_get_untracked() else { return };
        self.pending.try_update(|pending| match text {
            Some(text) => pending.insert(key, text),
            None => pending.remove(&key),
        });
    }
}

/// Steps up to which containers are open at first: the whole of a larger workflow could not be seen anyway.
const MOST_STEPS_OPEN: usize = 150;

fn open_at_first(tree: &Tree) -> HashSet<StepId> {
    if tree.len() <= MOST_STEPS_OPEN { tree.containers().cloned().collect() } else { HashSet::new() }
}

/// The id of the button that opens a step's card.
pub fn toggle_id(id: &StepId) -> String {
    format!("step-{id}")
}

/// The id of a field of a step.
pub fn field_id(id: &StepId, field: &str) -> String {
    format!("step-{id}-{field}")
}

/// The name of a closed list among the lists of its container, for [`Builder::open_block`].
pub fn closed_list_name(container: &StepId, position: usize) -> String {
    format!("{container}@{position}")
}

/// The id of the handle that a step is moved by.
pub fn handle_id(id: &StepId) -> String {
    format!("handle-{id}")
}
