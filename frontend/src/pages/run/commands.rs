//! Commands to the run: what they answer is shown at once, and what goes wrong is told.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{ErrorCode, Execution, PatchStep, StepPath};

use super::store::RunStore;
use crate::api::{self, ApiError, ApiResult};
use crate::browser::focus::focus_soon;
use crate::components::Toasts;

/// Whether a command was refused because the run is not as the page showed it.
pub fn is_outdated(error: &ApiError) -> bool {
    match error.code() {
        Some(code) => matches!(
            code,
            ErrorCode::IllegalTransition | ErrorCode::GateDecided | ErrorCode::GateOpen | ErrorCode::ExecutionActive
        ),
        None => false,
    }
}

impl RunStore {
    /// Sends a command, takes on the run that it answers with, and tells what went wrong. `busy` is set
    /// meanwhile.
    pub fn command<F>(self, doing: &'static str, busy: RwSignal<bool>, call: F)
    where
        F: Future<Output = ApiResult<Execution>> + 'static,
    {
        let toasts = Toasts::from_context();
        spawn_local(async move {
            if let Err(error) = self.send(busy, call).await {
                tell(toasts, doing, &error);
            }
        });
    }

    /// Sends a command and takes on the run that it answers with. After a refusal the run is read again,
    /// as it is not as the page showed it.
    pub async fn send<F>(self, busy: RwSignal<bool>, call: F) -> ApiResult<()>
    where
        F: Future<Output = ApiResult<Execution>>,
    {
        let Some(fetch) = self.begin_fetch() else { return Ok(()) };
        busy.try_set(true);
        let answer = call.await;
        busy.try_set(false);
        match answer {
            Ok(execution) => {
                self.take(fetch, execution);
                self.read_if_due();
                Ok(())
            }
            Err(error) => {
                self.fetch_failed(fetch);
                self.read_if_due();
                Err(error)
            }
        }
    }

    /// Changes a step for this run.
    pub async fn change_step(self, busy: RwSignal<bool>, path: &StepPath, patch: PatchStep) -> ApiResult<()> {
        let id = self.id();
        self.send(busy, api::executions::update_step(&id, path, &patch)).await?;
        self.read_definition(id).await;
        Ok(())
    }
}

/// Puts the focus on a step's heading when what had it is gone, as after a decision: otherwise the
/// next key press would begin at the top of the page.
pub fn keep_focus(path: &StepPath) {
    let id = format!("step-{path}");
    request_animation_frame(move || {
        let lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if lost {
            focus_soon(id);
        }
    });
}

/// Tells what went wrong with a command.
pub fn tell(toasts: Toasts, doing: &str, error: &ApiError) {
    if is_outdated(error) {
        let detail = error.problem().map(|problem| problem.detail.clone()).unwrap_or_default();
        toasts.failed(format!("{doing}: {detail} The page now shows how the run stands."));
    } else {
        toasts.call_failed(doing, error);
    }
}
