//! Saving: the call, what becomes of its answer, and what happens when somebody was faster.

use std::sync::Arc;

use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::{ErrorCode, Workflow, WorkflowId};

use super::autosave;
use super::handover::Handover;
use super::model::{Builder, Saved};
use crate::api::{self, ApiError};
use crate::browser::focus::focus_soon;
use crate::browser::signal::RwSignal;
use crate::browser::stored::StoredValue;
use crate::components::Toasts;
use crate::state::editor::Draft;

/// What a save came to, for the save bar.
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
    /// What the save bar shows.
    pub state: RwSignal<SaveState>,
    toasts: Toasts,
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
            toasts: Toasts::from_context(),
            handover: Handover::from_context(),
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
            self.toasts.failed("Give the workflow a name before you save it.");
            focus_soon("workflow-name".into());
            return;
        }
        let saved = self.builder.saved.get_untracked();
        self.state.set(SaveState::Saving);
        spawn_local(async move {
            let answer = match &saved {
                Some(saved) => api::workflows::update(&saved.id, saved.version, &sent.to_update()).await,
                None => api::workflows::create(&sent.to_create()).await,
            };
            match answer {
                Ok(workflow) => self.saved(&workflow, sent, saved.is_none(), run),
                Err(error) => self.failed(error, saved).await,
            }
        });
    }

    fn saved(self, workflow: &Workflow, sent: Arc<Draft>, created: bool, run: bool) {
        if !self.state.try_set(SaveState::Idle) {
            // The page was left meanwhile; the server has what was sent.
            return;
        }
        let key = self.builder.saved.with_untracked(|saved| saved.as_ref().map(|saved| saved.id.clone()));
        autosave::forget(key.as_ref());
        self.builder.accept_save(workflow, sent);
        self.toasts.done("Saved");
        if run {
            self.lead_to(&format!("/workflows/{}/run", workflow.id), false);
        } else if created {
            self.handover.give(self.builder);
            self.lead_to(&format!("/workflows/{}", workflow.id), true);
        }
    }

    async fn failed(self, error: ApiError, saved: Option<Saved>) {
        let conflict = error.code() == Some(ErrorCode::VersionConflict);
        let theirs = match saved.filter(|_| conflict) {
            Some(saved) => api::workflows::get(&saved.id).await.ok(),
            None => None,
        };
        let state = theirs.map_or(SaveState::Failed(error), |theirs| SaveState::Conflict(Box::new(theirs)));
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
        self.toasts.done("This is the newer version now. Undo brings yours back.");
    }

    /// Saves mine as a workflow of its own, and leaves theirs as it is.
    pub fn save_as_copy(self) {
        let mut copy = self.builder.draft.with_untracked(|draft| Draft::clone(draft));
        copy.name = [&copy.name, " (mine)"].concat();
        self.builder.replace(copy);
        self.builder.saved.set(None);
        self.state.set(SaveState::Idle);
        self.save(false);
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
