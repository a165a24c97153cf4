//! The builder: a workflow's steps, put in order and filled in.

mod analysis;
mod autosave;
mod choice_field;
mod common_fields;
mod completions;
mod conflict_dialog;
mod editor;
mod fallbacks_field;
mod handover;
mod header;
mod label_field;
mod llm_fields;
mod model;
mod more_settings;
mod overview;
mod palette;
mod parsed_field;
mod prompt_editor;
mod review_fields;
mod save;
mod save_bar;
mod schema_field;
mod shortcuts;
mod step_body;
mod step_card;
mod step_list;
mod tags_field;
mod template_dialog;

use leptos::prelude::*;
use sluice_types::{ErrorCode, Workflow, WorkflowId};

use crate::api::{self, ApiResult};
use crate::browser::fetched::Fetched;
use crate::components::{FailureNote, Skeleton};
use crate::pages::gone::Gone;
use editor::{Beginning, Editor};
pub use handover::Handover;

/// The page of one workflow, or of a new one.
#[component]
pub fn BuilderPage(id: Option<String>) -> impl IntoView {
    // A closure is drawn anew for each workflow: nothing of one is left in the page of another.
    move || match &id {
        None => view! { <Editor beginning=Beginning::New /> }.into_any(),
        Some(text) => match WorkflowId::new(text.as_str()) {
            Ok(id) => view! { <Existing id /> }.into_any(),
            Err(_) => view! { <Gone heading="No such workflow" what="workflow" /> }.into_any(),
        },
    }
}

/// Loads a workflow, unless the builder that has just created it handed it over.
#[component]
fn Existing(id: WorkflowId) -> impl IntoView {
    if let Some(left) = Handover::from_context().take(&id) {
        return view! { <Editor beginning=Beginning::HandedOver(left) /> }.into_any();
    }
    let workflow = Fetched::new(move || {
        let id = id.clone();
        async move { api::workflows::get(&id).await }
    });
    let page = move |answer: ApiResult<Workflow>| match answer {
        Ok(workflow) => view! { <Editor beginning=Beginning::Saved(workflow) /> }.into_any(),
        Err(error) if error.code() == Some(ErrorCode::WorkflowNotFound) => {
            view! { <Gone heading="No such workflow" what="workflow" /> }.into_any()
        }
        Err(error) => view! { <FailureNote error on_retry=move |()| workflow.refetch() /> }.into_any(),
    };
    (move || workflow.get().map_or_else(|| view! { <Skeleton lines=8 /> }.into_any(), page)).into_any()
}
