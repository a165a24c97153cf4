//! Several steps chosen together: how they are chosen, and what is done to all of them.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_types::StepId;
use sluice_types::edit::{Edit, Wrapper};
use sluice_web_state::editor::NewStep;
use sluice_web_state::selection::{Selection, selection_words};

use super::model::{Builder, toggle_id};
use crate::browser::focus::{focus_now, scroll_into_view};
use crate::components::{Button, ButtonKind, CloseButton, wrapper_icon};

/// The containers that steps can be wrapped in, in the order of a menu.
pub const WRAPPERS: [Wrapper; 4] = [Wrapper::Branches, Wrapper::Conditional, Wrapper::ForEach, Wrapper::Loop];

/// The selection, which the cards of all steps share.
#[derive(Clone, Copy)]
pub struct Picking {
    builder: StoredValue<Builder>,
    selection: RwSignal<Option<Selection>>,
    /// The announcement for screen readers.
    said: RwSignal<String>,
}

impl Picking {
    /// Nothing is chosen.
    pub fn new(builder: Builder) -> Self {
        let selection = RwSignal::new(None);
        Self { builder: StoredValue::new(builder), selection, said: RwSignal::new(String::new()) }
    }

    fn builder(self) -> Builder {
        self.builder.get_value()
    }

    /// Whether a step is chosen; `None` when no step of its list is. Tracks changes.
    pub fn picked(self, id: &StepId) -> Option<bool> {
        self.selection.with(|selection| {
            let selection = selection.as_ref()?;
            if selection.holds(id) {
                return Some(true);
            }
            self.builder().stands_in(id, selection.list()).then_some(false)
        })
    }

    /// Begins a selection with a step.
    pub fn select(self, id: &StepId) {
        self.choose(self.builder().tree.with_untracked(|tree| Selection::one(tree, id)));
    }

    /// Chooses the steps up to this one.
    pub fn select_up_to(self, id: &StepId) {
        let current = self.builder().current.get_value();
        let before = self.selection.get_untracked();
        let after =
            self.builder().tree.with_untracked(|tree| Selection::up_to(before.as_ref(), current.as_ref(), tree, id));
        self.choose(after);
        lead_to(id);
    }

    /// Shift and an arrow key on the head of a step.
    pub fn select_by_key(self, id: &StepId, event: &KeyboardEvent) {
        let by = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        // A step that is picked up moves by these keys.
        if !event.shift_key() || event.default_prevented() {
            return;
        }
        event.prevent_default();
        let before = self.selection.get_untracked();
        if let Some((after, to)) =
            self.builder().tree.with_untracked(|tree| Selection::by_key(before.as_ref(), tree, id, by))
        {
            self.choose(Some(after));
            lead_to(&to);
        }
    }

    /// A press on the box of a step.
    pub fn toggle_picked(self, id: &StepId) {
        let before = self.selection.get_untracked();
        self.choose(
            before.and_then(|selection| self.builder().tree.with_untracked(|tree| selection.toggled(tree, id))),
        );
    }

    /// What an action on a step is about: all chosen steps when it is one of them, otherwise the step.
    pub fn with_picked(self, id: &StepId) -> Vec<StepId> {
        self.selection.with_untracked(|selection| match selection {
            Some(selection) if selection.holds(id) => selection.steps().to_vec(),
            Some(_) | None => vec![id.clone()],
        })
    }

    fn choose(self, selection: Option<Selection>) {
        let steps = selection.as_ref().map(Selection::steps).unwrap_or_default();
        let label = |id: &StepId| self.builder().step_label(id).unwrap_or_default();
        self.said.set(selection_words(&steps.iter().map(label).collect::<Vec<_>>()));
        self.selection.set(selection);
    }

    /// Puts steps into a container.
    pub fn wrap(self, ids: Vec<StepId>, wrapper: Wrapper) {
        let said = format!("Wrapped {} in {}.", self.steps_words(&ids), NewStep::Container(wrapper).label());
        self.done_with(Edit::WrapSteps { ids, wrapper }, said);
    }

    /// Copies steps.
    pub fn duplicate(self, ids: Vec<StepId>) {
        let said = format!("Duplicated {}.", self.steps_words(&ids));
        self.done_with(Edit::DuplicateSteps(ids), said);
    }

    /// Takes steps out, and offers to put them back.
    pub fn remove(self, ids: Vec<StepId>) {
        let said = format!("Removed {}", self.steps_words(&ids));
        if self.done_with(Edit::RemoveSteps(ids), said.clone()) {
            self.builder().offer_undo(said);
        }
    }

    /// Does something to steps, which ends a selection.
    fn done_with(self, edit: Edit, said: String) -> bool {
        let is_done = self.builder().edit_and_show(edit);
        if is_done && self.selection.with_untracked(Option::is_some) {
            self.selection.set(None);
            self.said.set(said);
        }
        is_done
    }

    /// One step by its label, several by their number.
    fn steps_words(self, ids: &[StepId]) -> String {
        match ids {
            [only] => self.builder().step_label(only).unwrap_or_default(),
            several => format!("{} steps", several.len()),
        }
    }
}

/// Gives a step the focus, and keeps its head clear of the bar, which may just have come.
fn lead_to(id: &StepId) {
    let toggle = toggle_id(id);
    focus_now(&toggle);
    request_animation_frame(move || scroll_into_view(&toggle));
}

/// What can be done to the chosen steps, at the foot of the list.
#[component]
pub fn SelectionBar(builder: Builder, picking: Picking) -> impl IntoView {
    let count = Memo::new(move |_| {
        picking.selection.with(|selection| selection.as_ref().map(|selection| selection.steps().len()))
    });
    let steps = move || {
        picking.selection.with_untracked(|selection| {
            selection.as_ref().map(|selection| selection.steps().to_vec()).unwrap_or_default()
        })
    };
    // Steps that have parted are not chosen any more.
    Effect::new(move || {
        let fits = builder.tree.with(|tree| {
            picking
                .selection
                .with_untracked(|selection| selection.as_ref().is_none_or(|selection| selection.fits(tree)))
        });
        if !fits {
            picking.choose(None);
        }
    });
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() && count.with_untracked(Option::is_some) {
            picking.choose(None);
        }
    };
    let _stop = use_event_listener(window(), keydown, escape);
    let wrap = move |wrapper: Wrapper| {
        let label = NewStep::Container(wrapper).label();
        view! {
            <Button small=true icon=wrapper_icon(wrapper) on_press=move |_| picking.wrap(steps(), wrapper)>
                {label}
            </Button>
        }
    };
    view! {
        <Show when=move || count.with(Option::is_some)>
            <section class="selection-bar" aria-label="Selected steps">
                <strong class="nowrap">{move || format!("{} selected", count.get().unwrap_or_default())}</strong>
                <div class="row wrap wrappers" role="group" aria-label="Wrap in">
                    <span class="small muted nowrap" aria-hidden="true">
                        "Wrap in"
                    </span>
                    {WRAPPERS.map(wrap).into_iter().collect_view()}
                </div>
                <div class="row">
                    <Button
                        kind=ButtonKind::Ghost
                        small=true
                        icon=icondata_lu::LuCopyPlus
                        label="Duplicate the selected steps"
                        on_press=move |_| picking.duplicate(steps())
                    />
                    <Button
                        kind=ButtonKind::Ghost
                        small=true
                        icon=icondata_lu::LuTrash2
                        label="Remove the selected steps"
                        on_press=move |_| picking.remove(steps())
                    />
                    <CloseButton label="End the selection" on_press=move |_| picking.choose(None) />
                </div>
            </section>
        </Show>
        <p class="visually-hidden" aria-live="polite">
            {move || picking.said.get()}
        </p>
    }
}
