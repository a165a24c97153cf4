//! What can be done with a workflow besides opening and running it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::WorkflowSummary;

use super::copying::{copy, export};
use super::listing::Listing;
use super::row::name_id;
use crate::browser::focus::focus_soon;
use crate::browser::stored::StoredValue;
use crate::components::{Deletion, Deletions, Menu, MenuItem, Toasts};

/// The menu at the end of a row.
#[component]
pub fn RowMenu(workflow: WorkflowSummary, listing: Listing) -> impl IntoView {
    let toasts = Toasts::from_context();
    let navigate = use_navigate();
    let address = format!("/workflows/{}", workflow.id);
    let edit = UnsyncCallback::new(move |()| navigate(&address, NavigateOptions::default()));
    let id = StoredValue::new(workflow.id.clone());
    let label = format!("More actions for {}", workflow.name);
    let delete = move |_| {
        let next = neighbour(&listing.shown_untracked(), &workflow);
        let id = workflow.id.clone();
        let then = Arc::new(move || listing.forget(&id));
        Deletions::of_app().begin(toasts, Deletion::Workflow(workflow.id.clone()), &workflow.name, then);
        // The focus would be lost with the row.
        focus_soon(next.map_or_else(|| "search".to_owned(), |next| name_id(&next)));
    };
    view! {
        <Menu label>
            <MenuItem icon=icondata_lu::LuPencil label="Edit" on_press=move |_| edit.run(()) />
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
fn neighbour(rows: &[WorkflowSummary], of: &WorkflowSummary) -> Option<WorkflowSummary> {
    let at = rows.iter().position(|row| row.id == of.id)?;
    rows.get(at + 1).or_else(|| rows.get(at.checked_sub(1)?)).cloned()
}
