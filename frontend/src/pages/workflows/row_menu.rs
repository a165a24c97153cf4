//! The menu of a workflow: copy, export, delete.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::{Index, Workflow, WorkflowId, WorkflowSummary};

use super::listing::Listing;
use crate::api;
use crate::browser::files::download;
use crate::browser::focus::focus_soon;
use crate::components::{Deletion, Menu, MenuItem, Toasts};

/// The menu at the end of a row.
#[component]
pub fn RowMenu(workflow: Memo<Arc<WorkflowSummary>>, listing: Listing) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let (navigate, to_runs) = (use_navigate(), use_navigate());
    let id = StoredValue::new(workflow.with_untracked(|workflow| workflow.id.clone()));
    let go = UnsyncCallback::new(move |below: &'static str| {
        navigate(&format!("/workflows/{}{below}", id.get_value()), NavigateOptions::default());
    });
    let all_runs = UnsyncCallback::new(move |()| {
        to_runs(&format!("/runs?workflow={}", id.get_value()), NavigateOptions::default());
    });
    let name = move || workflow.with(|workflow| workflow.name.clone());
    let label = Signal::derive(move || format!("More actions for {}", name()));
    let delete = move |_| {
        let id = id.get_value();
        let next = neighbour(&listing.shown_untracked(), &id);
        let deletion = Deletion::Workflow(id.clone());
        listing.deletions.begin(deletion, &untrack(name), Arc::new(move || listing.forget(&id)));
        // The focus would be lost with the row.
        focus_soon(next.map_or_else(|| "search".to_owned(), |next| name_id(&next)));
    };
    view! {
        <Menu label>
            <MenuItem icon=icondata_lu::LuPencil label="Edit" on_press=move |_| go.run("") />
            <MenuItem icon=icondata_lu::LuChartColumn label="Statistics" on_press=move |_| go.run("/stats") />
            <MenuItem icon=icondata_lu::LuHistory label="History" on_press=move |_| go.run("/versions") />
            <MenuItem icon=icondata_lu::LuCirclePlay label="All runs" on_press=move |_| all_runs.run(()) />
            <MenuItem
                icon=icondata_lu::LuCopyPlus
                label="Copy"
                on_press=move |_| copy(listing, toasts, id.get_value())
            />
            <MenuItem
                icon=icondata_lu::LuDownload
                label="Export JSON"
                on_press=move |_| spawn_local(export(toasts, id.get_value()))
            />
            <MenuItem icon=icondata_lu::LuTrash2 label="Delete" danger=true on_press=delete />
        </Menu>
    }
}

/// The row after one, or the one before the last.
fn neighbour(rows: &[Arc<WorkflowSummary>], of: &WorkflowId) -> Option<WorkflowId> {
    let at = rows.iter().position(|row| row.id == *of)?;
    rows.get(at + 1).or_else(|| rows.get(at.checked_sub(1)?)).map(|row| row.id.clone())
}

/// Copies a workflow, and shows the copy at the top of the list.
pub fn copy(listing: Listing, toasts: Toasts, id: WorkflowId) {
    spawn_local(async move {
        match api::workflows::copy(&id).await {
            Ok(copied) => {
                toasts.done(format!("Copied as “{}”.", copied.name));
                let link = name_id(&copied.id);
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
    let index = Index::of(&workflow.definition);
    WorkflowSummary {
        step_count: i32::try_from(index.places().len()).unwrap_or(i32::MAX),
        step_labels: index.places().iter().map(|place| place.step.label.clone()).collect(),
        id: workflow.id,
        name: workflow.name,
        description: workflow.description,
        category: workflow.category,
        tags: workflow.tags,
        metadata: workflow.metadata,
        version: workflow.version,
        is_template: workflow.is_template,
        is_published: workflow.is_published,
        is_active: workflow.is_active,
        last_execution: None,
        recent_executions: None,
        created_by: workflow.created_by,
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
    let saved = serde_json::to_string_pretty(&workflow)
        .is_ok_and(|text| download(&format!("{id}.json"), "application/json", &text).is_ok());
    if !saved {
        toasts.failed("The browser did not allow the download. Check its settings for this page, then try again.");
    }
}

/// The id of a row's link, to move the focus there.
pub fn name_id(id: &WorkflowId) -> String {
    format!("workflow-{id}")
}
