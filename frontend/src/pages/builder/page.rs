//! The page of one workflow, or of a new one.

use leptos::prelude::*;
use leptos_router::hooks::use_params;
use sluice_types::{ErrorCode, Workflow, WorkflowId};

use super::autosave;
use super::editor::{Beginning, Editor};
use super::save::Handover;
use crate::api::{self, ApiResult};
use crate::components::{FailureNote, Skeleton};
use crate::pages::not_found::Missing;
use crate::pages::params::WorkflowParams;

/// The page of a workflow that is not there yet.
#[component]
pub fn NewWorkflowPage() -> impl IntoView {
    view! { <Editor beginning=Beginning::New /> }
}

/// The page of the workflow that the address names.
#[component]
pub fn BuilderPage() -> impl IntoView {
    let params = use_params::<WorkflowParams>();
    // A closure is drawn anew for each workflow: nothing of one is left in the page of another.
    move || match params.get() {
        Ok(WorkflowParams { id }) => view! { <Existing id /> }.into_any(),
        Err(_) => view! { <Missing heading="No such workflow" what="workflow" /> }.into_any(),
    }
}

/// Loads a workflow, unless the builder that has just created it handed it over.
#[component]
fn Existing(id: WorkflowId) -> impl IntoView {
    if let Some(left) = expect_context::<Handover>().take(&id) {
        return view! { <Editor beginning=Beginning::HandedOver(left) /> }.into_any();
    }
    let asked = StoredValue::new(id.clone());
    let workflow = LocalResource::new(move || {
        let id = id.clone();
        async move { api::workflows::get(&id).await }
    });
    let page = move |answer: ApiResult<Workflow>| match answer {
        Ok(workflow) => view! { <Editor beginning=Beginning::Saved(workflow) /> }.into_any(),
        Err(error) if error.code() == Some(ErrorCode::WorkflowNotFound) => {
            view! { <NotThere id=asked.get_value() /> }.into_any()
        }
        Err(error) => view! { <FailureNote error on_retry=move |()| workflow.refetch() /> }.into_any(),
    };
    (move || workflow.get().map_or_else(|| view! { <Skeleton lines=8 /> }.into_any(), page)).into_any()
}

/// A workflow that the server does not have: this browser may have kept a draft of it.
#[component]
fn NotThere(id: WorkflowId) -> impl IntoView {
    match autosave::restore_deleted(&id) {
        Some(kept) => view! { <Editor beginning=Beginning::Deleted(id, Box::new(kept)) /> }.into_any(),
        None => view! { <Missing heading="No such workflow" what="workflow" /> }.into_any(),
    }
}
