//! A workflow once more: beside itself, or as a file.

use leptos::task::spawn_local;
use sluice_types::{Workflow, WorkflowId, WorkflowSummary, json};

use super::listing::Listing;
use crate::api;
use crate::browser::files::download;
use crate::browser::focus::focus_soon;
use crate::components::Toasts;

/// Copies a workflow, and shows the copy at the top of the list.
pub fn copy(listing: Listing, toasts: Toasts, id: WorkflowId) {
    spawn_local(async move {
        match api::workflows::copy(&id).await {
            Ok(copied) => {
                toasts.done(format!("Copied as “{}”.", copied.name));
                let link = format!("workflow-{}", copied.id);
                listing.insert_first(summary(copied));
                focus_soon(link);
            }
            Err(error) => {
                let again = move || copy(listing, toasts, id.clone());
                toasts.retry("The workflow was not copied", &error, again);
            }
        }
    });
}

/// A workflow as the list shows it; a new one has not run.
fn summary(workflow: Workflow) -> WorkflowSummary {
    let steps = &workflow.definition.steps;
    WorkflowSummary {
        step_count: i32::try_from(steps.len()).unwrap_or(i32::MAX),
        step_labels: steps.iter().map(|step| step.label.clone()).collect(),
        id: workflow.id,
        name: workflow.name,
        description: workflow.description,
        category: workflow.category,
        tags: workflow.tags,
        version: workflow.version,
        is_template: workflow.is_template,
        is_active: workflow.is_active,
        last_execution: None,
        created_at: workflow.created_at,
        updated_at: workflow.updated_at,
    }
}

/// Gives a workflow to the person as a file: what the server answers, laid out for reading.
pub async fn export(toasts: Toasts, id: WorkflowId) {
    let workflow = match api::workflows::get(&id).await {
        Ok(workflow) => workflow,
        Err(error) => return toasts.call_failed("The workflow was not exported", &error),
    };
    let saved = json::to_string_pretty(&workflow)
        .is_ok_and(|text| download(&format!("{id}.json"), "application/json", &text).is_ok());
    if !saved {
        toasts.failed("The browser did not allow the download. Check its settings for this page, then try again.");
    }
}
