//! Saving: the call, the bar at the foot of the page, its keys, and the page after a first save.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_use_event_listener::use_event_listener;
use sluice_types::{ErrorCode, StepId, Workflow, WorkflowId};
use sluice_web_state::canvas::View;
use sluice_web_state::draft::Pending;
use sluice_web_state::editor::{Draft, InputKey};
use sluice_web_state::format::plural;
use sluice_web_state::history::History;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::model::{Builder, Saved};
use crate::api::{self, ApiError};
use crate::browser::focus::focus_soon;
use crate::components::{Button, ButtonKind, FailureNote, LinkButton, Note, NoteKind};
use crate::pages::builder::autosave;

/// The state of saving, for the save bar.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveState {
    /// Nothing is under way.
    Idle,
    /// The call is under way.
    Saving,
    /// It failed; the draft is kept in the browser.
    Failed(ApiError),
    /// The server has a newer version: a person chooses.
    Conflict(Box<Workflow>),
}

/// Leads to another page.
type Navigate = Arc<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// The save of a builder. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct Saver {
    builder: Builder,
    /// The state of saving.
    pub state: RwSignal<SaveState>,
    handover: Handover,
    go: StoredValue<Navigate>,
}

impl Saver {
    /// A saver for a builder.
    pub fn new(builder: Builder) -> Self {
        let navigate = use_navigate();
        Self {
            builder,
            state: RwSignal::new(SaveState::Idle),
            handover: expect_context(),
            go: StoredValue::new(Arc::new(navigate)),
        }
    }

    /// Whether a call is under way.
    pub fn is_busy(self) -> bool {
        self.state.with(|state| *state == SaveState::Saving)
    }

    /// Saves, then leads to the page on which it is run when `run` is wanted.
    pub fn save(self, run: bool) {
        if self.state.with_untracked(|state| *state == SaveState::Saving) {
            return;
        }
        self.builder.seal();
        let sent = self.builder.draft.with_untracked(|draft| Arc::clone(&draft.0));
        if sent.name.trim().is_empty() {
            self.builder.toasts.failed("Give the workflow a name before you save it.");
            focus_soon("workflow-name".into());
            return;
        }
        let over = self.builder.saved.get_untracked().filter(|saved| !saved.deleted);
        self.send(sent, over, run);
    }

    /// Sends a draft over what is saved, or as a new workflow.
    fn send(self, sent: Arc<Draft>, over: Option<Saved>, run: bool) {
        // A copy is kept under the key of what it is a copy of, until it is saved.
        let kept_for = self.builder.saved.with_untracked(|saved| saved.as_ref().map(|saved| saved.id.clone()));
        self.state.set(SaveState::Saving);
        spawn_local(async move {
            let answer = match &over {
                Some(saved) => api::workflows::update(&saved.id, saved.version, &sent.to_update()).await,
                None => api::workflows::create(&sent.to_create()).await,
            };
            match answer {
                // The page was left meanwhile; the server has what was sent.
                Ok(_) if self.state.is_disposed() => autosave::forget_sent(kept_for.as_ref(), &sent),
                Ok(workflow) => {
                    autosave::forget(kept_for.as_ref());
                    self.saved(&workflow, sent, over.is_none(), run);
                }
                Err(error) => self.failed(error, over).await,
            }
        });
    }

    fn saved(self, workflow: &Workflow, sent: Arc<Draft>, created: bool, run: bool) {
        self.state.set(SaveState::Idle);
        // The id of a workflow that was deleted is free again.
        let moves = self.builder.saved.with_untracked(|before| before.as_ref().is_none_or(|it| it.id != workflow.id));
        self.builder.accept_save(workflow, sent);
        match left_out(self.builder) {
            None => self.builder.toasts.done("Saved"),
            Some(left_out) => self.builder.toasts.warned(format!("Saved without {left_out}")),
        }
        if run {
            self.lead_to(&format!("/workflows/{}/run", workflow.id), false);
        } else if created && moves {
            self.handover.give(self.builder);
            self.lead_to(&format!("/workflows/{}", workflow.id), true);
        }
    }

    async fn failed(self, error: ApiError, saved: Option<Saved>) {
        let state = match (error.code(), saved) {
            (Some(ErrorCode::VersionConflict), Some(saved)) => match api::workflows::get(&saved.id).await {
                Ok(theirs) => SaveState::Conflict(Box::new(theirs)),
                Err(_) => SaveState::Failed(error),
            },
            (Some(ErrorCode::WorkflowNotFound), Some(saved)) => {
                self.builder.saved.try_set(Some(Saved { draft: None, deleted: true, ..saved }));
                SaveState::Idle
            }
            _ => SaveState::Failed(error),
        };
        self.state.try_set(state);
    }

    /// Saves mine over their version.
    pub fn overwrite(self, theirs: &Workflow) {
        self.rebase(theirs);
        self.save(false);
    }

    /// Saves a draft that holds both.
    pub fn save_merged(self, theirs: &Workflow, merged: Draft) {
        self.rebase(theirs);
        self.builder.replace(merged);
        self.save(false);
    }

    /// Goes on with theirs. Mine is one undo away.
    pub fn take(self, theirs: &Workflow) {
        self.rebase(theirs);
        self.builder.replace(Draft::from_workflow(theirs));
        self.builder.toasts.done("This is the newer version now. Undo brings yours back.");
    }

    /// Saves mine as a workflow of its own, and leaves theirs as it is.
    pub fn save_as_copy(self) {
        let mut copy = self.builder.draft.with_untracked(|draft| Draft::clone(draft));
        copy.name = [&copy.name, " (mine)"].concat();
        self.builder.replace(copy);
        let sent = self.builder.draft.with_untracked(|draft| Arc::clone(&draft.0));
        self.send(sent, None, false);
    }

    fn rebase(self, theirs: &Workflow) {
        self.builder.saved.set(Some(Saved::of(theirs)));
        self.state.set(SaveState::Idle);
    }

    fn lead_to(self, address: &str, replace: bool) {
        let options = NavigateOptions { replace, scroll: !replace, ..NavigateOptions::default() };
        self.go.with_value(|go| go(address, options));
    }

    /// The page on which the workflow is run.
    pub fn run_address(id: &WorkflowId) -> String {
        format!("/workflows/{id}/run")
    }
}

/// How many fields hold input that cannot be saved, in words; `None` when there are none. Tracks nothing.
fn left_out(builder: Builder) -> Option<String> {
    let count = builder.pending_problems.with_untracked(|all| all.iter().map(|_| 1).sum::<u64>());
    (count > 0).then(|| plural(count, "field that is not valid", "fields that are not valid"))
}

/// What the save bar says of a draft that is saved.
fn saved_as(builder: Builder, version: i64) -> String {
    builder.pending_problems.track();
    let typed = builder.pending.with(|pending| !pending.is_empty());
    match left_out(builder) {
        Some(left_out) => format!("Saved as version {version}, without {left_out}"),
        None if typed => format!("Saved as version {version}, without what is being typed"),
        None => format!("Saved as version {version}"),
    }
}

/// The save bar.
#[component]
pub fn SaveBar(builder: Builder, saver: Saver) -> impl IntoView {
    let dirty = Memo::new(move |_| builder.is_dirty());
    let busy = Signal::derive(move || saver.is_busy());
    let deleted = move || builder.saved.with(|saved| saved.as_ref().is_some_and(|saved| saved.deleted));
    let said =
        move || match (saver.is_busy(), dirty.get(), builder.saved.with(|saved| saved.as_ref().map(|it| it.version))) {
            (true, ..) => "Saving…".to_owned(),
            (false, true, _) => "Not saved yet. Kept in this browser.".to_owned(),
            (false, false, Some(version)) => saved_as(builder, version),
            (false, false, None) => "Nothing to save yet".to_owned(),
        };
    // One main action at a time: to save while there is something to save, then to run.
    let save_kind = move || if dirty.get() { ButtonKind::Primary } else { ButtonKind::Plain };
    let run = move || {
        let saved = builder.saved.with(|saved| saved.as_ref().map(|saved| saved.id.clone()));
        match saved.filter(|_| !dirty.get()) {
            Some(id) => view! {
                <LinkButton kind=ButtonKind::Primary icon=icondata_lu::LuPlay href=Saver::run_address(&id)>
                    "Run"
                </LinkButton>
            }
            .into_any(),
            None => view! {
                <Button icon=icondata_lu::LuPlay disabled=busy on_press=move |_| saver.save(true)>
                    "Save and run"
                </Button>
            }
            .into_any(),
        }
    };
    view! {
        <section class="save-bar" aria-label="Save">
            <Show when=deleted>
                <DeletedNote builder saver />
            </Show>
            {move || match saver.state.get() {
                SaveState::Failed(error) => {
                    view! { <FailureNote error on_retry=move |()| saver.save(false) /> }.into_any()
                }
                SaveState::Idle | SaveState::Saving | SaveState::Conflict(_) => ().into_any(),
            }}
            <div>
                <UndoRedo builder />
                <span class="state" role="status">
                    {said}
                </span>
                {run}
                <Button
                    kind=Signal::derive(save_kind)
                    busy
                    disabled=Signal::derive(move || !dirty.get())
                    on_press=move |_| saver.save(false)
                >
                    "Save"
                </Button>
            </div>
        </section>
    }
}

/// The way out when only this browser still has the workflow.
#[component]
fn DeletedNote(builder: Builder, saver: Saver) -> impl IntoView {
    let discard = move |_| {
        builder.discarded.set_value(true);
        saver.lead_to("/", false);
    };
    view! {
        <Note kind=NoteKind::Bad>
            <div class="row wrap between">
                <span>"This workflow was deleted. Your version is kept in this browser."</span>
                <span class="row">
                    <Button small=true on_press=move |_| saver.save(false)>
                        "Save as a new workflow"
                    </Button>
                    <Button small=true on_press=discard>
                        "Discard it"
                    </Button>
                </span>
            </div>
        </Note>
    }
}

#[component]
fn UndoRedo(builder: Builder) -> impl IntoView {
    let undo = Memo::new(move |_| builder.history.with(History::undo_label));
    let redo = Memo::new(move |_| builder.history.with(History::redo_label));
    view! {
        <Button
            kind=ButtonKind::Ghost
            small=true
            icon=icondata_lu::LuUndo2
            label=Signal::derive(move || undo.get().unwrap_or_else(|| "Undo".into()))
            disabled=Signal::derive(move || undo.with(Option::is_none))
            on_press=move |_| builder.undo()
        />
        <Button
            kind=ButtonKind::Ghost
            small=true
            icon=icondata_lu::LuRedo2
            label=Signal::derive(move || redo.get().unwrap_or_else(|| "Redo".into()))
            disabled=Signal::derive(move || redo.with(Option::is_none))
            on_press=move |_| builder.redo()
        />
    }
}

/// Listens for the keys. In a text field, undo and redo are the browser's own.
#[component]
pub fn Shortcuts(builder: Builder, saver: Saver) -> impl IntoView {
    let pressed = move |event: KeyboardEvent| {
        if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
            return;
        }
        match (event.key().to_ascii_lowercase().as_str(), event.shift_key()) {
            ("s", false) => {
                take_what_is_typed();
                saver.save(false);
            }
            ("z", false) if !in_text_field(&event) => builder.undo(),
            ("z", true) | ("y", false) if !in_text_field(&event) => builder.redo(),
            _ => return,
        }
        event.prevent_default();
    };
    let _stop = use_event_listener(window(), keydown, pressed);
}

/// A field that is taken when it is left is taken now.
fn take_what_is_typed() {
    if let Some(field) = document().active_element().and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        let _left_and_back = field.blur().and_then(|()| field.focus());
    }
}

fn in_text_field(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element
        .is_some_and(|element| element.matches("input:not([type=checkbox], [type=radio]), textarea").unwrap_or(false))
}

/// A builder that is handed over to the next page.
#[derive(Clone)]
pub struct HandedOverBuilder {
    /// The draft with its history.
    pub history: History<Draft>,
    /// The workflow that was just saved.
    pub saved: Saved,
    /// The cards that are open.
    pub open: HashSet<StepId>,
    /// The declared fields of the input that are open.
    pub open_inputs: HashSet<InputKey>,
    /// The steps whose settings are open.
    pub open_settings: HashSet<StepId>,
    /// The pending input.
    pub pending: Pending,
    /// The step whose card stands beside the canvas.
    pub card: Option<StepId>,
    /// The part of the canvas that was seen.
    pub canvas_view: Option<View>,
}

/// A design that is handed over: of the saved workflow with this id, or of a new one.
type HandedOverDesign = (Option<WorkflowId>, Draft);

/// A place to leave what the next builder begins with, for the whole app.
#[derive(Clone, Copy)]
pub struct Handover(StoredValue<HandedOver>);

#[derive(Default)]
struct HandedOver {
    builder: Option<HandedOverBuilder>,
    design: Option<HandedOverDesign>,
}

impl Handover {
    /// Makes the place.
    pub fn provide() {
        provide_context(Self(StoredValue::default()));
    }

    /// Leaves a builder.
    pub fn give(self, builder: Builder) {
        let Some(saved) = builder.saved.get_untracked() else { return };
        let (history, open) = (builder.history.get_untracked(), builder.open.get_untracked());
        let (open_inputs, pending) = (builder.open_inputs.get_untracked(), builder.pending.get_untracked());
        let open_settings = builder.open_settings().get_untracked();
        let (card, canvas_view) = (builder.on_canvas().card.get_untracked(), builder.on_canvas().view.get_untracked());
        let left = HandedOverBuilder { history, saved, open, open_inputs, open_settings, pending, card, canvas_view };
        self.0.update_value(|place| place.builder = Some(left));
    }

    /// Takes what was left for a workflow. What was left for another is dropped.
    pub fn take(self, id: &WorkflowId) -> Option<HandedOverBuilder> {
        self.0.try_update_value(|place| place.builder.take()).flatten().filter(|left| left.saved.id == *id)
    }

    /// Leaves a design for the builder of a workflow, or of a new one.
    pub fn give_design(self, id: Option<WorkflowId>, design: Draft) {
        self.0.update_value(|place| place.design = Some((id, design)));
    }

    /// Takes the design that was left. What was left for another workflow is dropped.
    pub fn take_design(self, id: Option<&WorkflowId>) -> Option<Draft> {
        let (left_for, design) = self.0.try_update_value(|place| place.design.take()).flatten()?;
        (left_for.as_ref() == id).then_some(design)
    }
}
