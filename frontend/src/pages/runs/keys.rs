//! Keys that lead through the list: j, k and x.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_types::ExecutionSummary;
use sluice_web_state::keys::runs::RowKey;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::bulk::Bulk;
use crate::browser::focus::focus_now;

/// What is typed into has the keys for itself; a dialog is another place.
const TYPED_INTO: &str = "input:not([type=checkbox]), textarea, select, dialog, [role=menu], [contenteditable]";

/// The id of the link in a row.
pub fn link_id(run: &ExecutionSummary) -> String {
    format!("open-{}", run.id)
}

/// Listens while the list is shown.
pub fn use_row_keys(rows: Memo<Vec<ExecutionSummary>>, bulk: Bulk) {
    let pressed = move |event: KeyboardEvent| {
        let Some(key) = meant(&event) else { return };
        let at = rows.with_untracked(|rows| focused(rows));
        if let Some(to) = key.row(at, rows.with_untracked(Vec::len)) {
            event.prevent_default();
            if let Some(link) = rows.with_untracked(|rows| rows.get(to).map(link_id)) {
                focus_now(&link);
            }
        }
        if let (RowKey::Choose, Some(at)) = (key, at) {
            event.prevent_default();
            let Some(id) = rows.with_untracked(|rows| rows.get(at).map(|run| run.id.clone())) else { return };
            bulk.chosen.update(|chosen| chosen.put(&id, !chosen.holds(&id)));
        }
    };
    let _stop = use_event_listener(window(), keydown, pressed);
}

fn meant(event: &KeyboardEvent) -> Option<RowKey> {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_typed = target.is_some_and(|element| element.closest(TYPED_INTO).ok().flatten().is_some());
    let is_other = event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented();
    RowKey::of(&event.key()).filter(|_| !is_typed && !is_other)
}

/// The row that the focus is in.
fn focused(rows: &[ExecutionSummary]) -> Option<usize> {
    let row = document().active_element()?.closest(".runs-table tbody tr").ok().flatten()?;
    let link = row.query_selector("a[id]").ok().flatten()?.id();
    rows.iter().position(|run| link_id(run) == link)
}
