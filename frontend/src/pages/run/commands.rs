//! Commands to the run: what they answer is shown at once, and what goes wrong is told.

use std::future::Future;

use sluice_types::{ErrorCode, Execution, PatchStep, StepPath};

use super::store::RunStore;
use crate::api::{self, ApiError, ApiResult};
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
    /// Sends a command and takes on the run that it answers with. After a refusal the run is read again,
    /// as it is not as the page showed it.
    pub async fn send<F>(self, call: F) -> ApiResult<()>
    where
        F: Future<Output = ApiResult<Execution>>,
    {
        let Some(fetch) = self.begin_fetch() else { return Ok(()) };
        let sent = call.await.map(|execution| self.take(fetch, execution));
        if sent.is_err() {
            self.fetch_failed(fetch);
        }
        self.read_if_due();
        sent
    }

    /// Changes a step for this run.
    pub async fn change_step(self, path: StepPath, patch: PatchStep) -> ApiResult<()> {
        let Some(id) = self.try_id() else { return Ok(()) };
        self.send(api::executions::update_step(&id, &path, &patch)).await?;
        self.read_definition(id).await;
        Ok(())
    }
}

/// Tells what went wrong with a command, if anything did.
pub fn tell(toasts: Toasts, doing: &str, sent: ApiResult<()>) {
    let Err(error) = sent else { return };
    if is_outdated(&error) {
        let detail = error.problem().map(|problem| problem.detail.clone()).unwrap_or_default();
        toasts.failed(format!("{doing}: {detail} The page now shows how the run stands."));
    } else {
        toasts.call_failed(doing, &error);
    }
}
