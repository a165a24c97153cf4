//! Deleting with time to take it back: what is deleted vanishes at once, and the server hears of it
//! when the message that offers to undo it is gone, or when the page is left.

use std::sync::Arc;

use futures_util::StreamExt;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_use_event_listener::use_event_listener;
use sluice_types::{AgentId, ErrorCode, ExecutionId, McpServerId, PersonaId, WorkflowId};
use sluice_web_state::deferred::Deferred;
use sluice_web_state::runs::AT_ONCE;

use super::toasts::{LONG, Toasts};
use crate::api::{self, ApiError, ApiResult};

/// The callback after the server has deleted a resource.
pub type Then = Arc<dyn Fn() + Send + Sync>;

/// The callback after several were deleted, as far as the server has done so.
pub type ThenAll = Box<dyn FnOnce(Vec<Deletion>, Vec<(Deletion, ApiError)>) + Send>;

/// A resource to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// A workflow with its runs.
    Workflow(WorkflowId),
    /// A persona.
    Persona(PersonaId),
    /// An agent.
    Agent(AgentId),
    /// An MCP server.
    McpServer(McpServerId),
    /// A run that has ended.
    Run(ExecutionId),
}

impl Deletion {
    async fn send(&self) -> ApiResult<()> {
        match self {
            Self::Workflow(id) => api::workflows::delete(id).await,
            Self::Persona(id) => api::personas::delete(id).await,
            Self::Agent(id) => api::agents::delete(id).await,
            Self::McpServer(id) => api::mcp_servers::delete(id).await,
            Self::Run(id) => api::executions::delete(id).await,
        }
    }

    /// Sends it from a page that is about to go.
    fn send_on_leaving(&self) {
        match self {
            Self::Workflow(id) => api::parting::delete_workflow(id),
            Self::Persona(id) => api::parting::delete_persona(id),
            Self::Agent(id) => api::parting::delete_agent(id),
            Self::McpServer(id) => api::parting::delete_mcp_server(id),
            Self::Run(id) => api::parting::delete_execution(id),
        }
    }
}

/// All deletions that were asked for. They outlive the page that asked.
#[derive(Clone, Copy)]
pub struct Deletions {
    deferred: RwSignal<Deferred<Deletion>>,
    toasts: Toasts,
}

impl Deletions {
    /// Begins to listen for the end of the page, for the whole app.
    pub fn provide() {
        let deletions = Self { deferred: RwSignal::new(Deferred::default()), toasts: expect_context() };
        let _stop = use_event_listener(window(), leptos::ev::pagehide, move |_| deletions.send_all());
        provide_context(deletions);
    }

    fn send_all(self) {
        let Some(due) = self.deferred.try_update(Deferred::all_due) else { return };
        for deletion in due {
            deletion.send_on_leaving();
            self.deferred.update(|deferred| deferred.done(&deletion));
        }
    }

    /// Whether it looks deleted. Tracks changes.
    pub fn hide(self, deletion: &Deletion) -> bool {
        self.deferred.with(|deferred| deferred.holds(deletion))
    }

    /// To be called before a list is read anew: what is deleted is not in it.
    pub fn forget_done(self) {
        self.deferred.update(Deferred::forget_done);
    }

    /// Deletes, and offers to undo it. `name` is what people call it; `then` runs when the server has deleted it.
    pub fn begin(self, deletion: Deletion, name: &str, then: Then) {
        let Some(ticket) = self.deferred.try_update(|deferred| deferred.begin(deletion)).flatten() else { return };
        let name = name.to_owned();
        let undone_name = name.clone();
        self.toasts.with_action(format!("Deleted “{name}”."), "Undo", move || {
            if self.deferred.try_update(|deferred| deferred.take_back(ticket)) != Some(true) {
                self.toasts.failed(format!("“{undone_name}” is already deleted on the server."));
            }
        });
        let send = move || {
            let Some(due) = self.deferred.try_update(|deferred| deferred.due(ticket)).flatten() else { return };
            spawn_local(self.finish(due, name.clone(), then.clone()));
        };
        set_timeout(send, LONG);
    }

    /// Deletes several together, and offers to undo all of them. `text` says what was deleted; `then` is given those that
    /// the server has deleted, and those that it has not with the reasons.
    pub fn begin_all(self, deletions: Vec<Deletion>, text: String, then: ThenAll) {
        let begin = |deferred: &mut Deferred<Deletion>| {
            deletions.into_iter().filter_map(|deletion| deferred.begin(deletion)).collect::<Vec<_>>()
        };
        let tickets = self.deferred.try_update(begin).unwrap_or_default();
        if tickets.is_empty() {
            return;
        }
        let to_take_back = tickets.clone();
        self.toasts.with_action(text, "Undo", move || {
            let take_back = |deferred: &mut Deferred<Deletion>| {
                to_take_back.iter().filter(|ticket| deferred.take_back(**ticket)).count()
            };
            if self.deferred.try_update(take_back) == Some(0) {
                self.toasts.failed("They are already deleted on the server.");
            }
        });
        let send = move || {
            let due = |deferred: &mut Deferred<Deletion>| {
                tickets.iter().filter_map(|ticket| deferred.due(*ticket)).collect::<Vec<_>>()
            };
            let due = self.deferred.try_update(due).unwrap_or_default();
            if !due.is_empty() {
                spawn_local(self.finish_all(due, then));
            }
        };
        set_timeout(send, LONG);
    }

    async fn finish_all(self, deletions: Vec<Deletion>, then: ThenAll) {
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        let settled = |deletion: Deletion| async move {
            let error = self.settle(&deletion).await;
            (deletion, error)
        };
        let mut answers = futures_util::stream::iter(deletions).map(settled).buffered(AT_ONCE);
        while let Some((deletion, error)) = answers.next().await {
            match error {
                None => done.push(deletion),
                Some(error) => failed.push((deletion, error)),
            }
        }
        then(done, failed);
    }

    /// Sends a deletion, and notes whether it is done. Gives the error when it is not.
    async fn settle(self, deletion: &Deletion) -> Option<ApiError> {
        // 404 is success: somebody else deleted it in the meantime.
        let error = deletion.send().await.err().filter(|error| !error.code().is_some_and(is_gone));
        self.deferred.update(|deferred| match error {
            Some(_) => deferred.failed(deletion),
            None => deferred.done(deletion),
        });
        error
    }

    async fn finish(self, deletion: Deletion, name: String, then: Then) {
        match self.settle(&deletion).await {
            Some(error) => {
                let named = name.clone();
                self.toasts.retry(&format!("“{name}” is back, as it could not be deleted"), &error, move || {
                    self.begin(deletion.clone(), &named, then.clone());
                });
            }
            None => then(),
        }
    }
}

const fn is_gone(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::WorkflowNotFound
            | ErrorCode::PersonaNotFound
            | ErrorCode::AgentNotFound
            | ErrorCode::McpServerNotFound
            | ErrorCode::ExecutionNotFound
    )
}
