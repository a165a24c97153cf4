//! Keeping the draft in the browser, so that a crash, a reload or a closed tab loses nothing.

use leptos::ev::{pagehide, storage as storage_changed};
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use leptos_use_watch_debounce_throttle::watch_debounced;
use sluice_types::{Workflow, WorkflowId};
use sluice_web_state::draft::{DraftStatus, KEY_PREFIX, Pending, SavedDraft, drop_order, key};
use sluice_web_state::editor::Draft;

use super::model::Builder;
use crate::browser::clock::{now_ms, whole_ms};
use crate::browser::storage;
use crate::components::Toasts;

/// How long after a key the draft is kept.
const DISTANCE_MS: f64 = 300.0;

/// A draft that was kept, and is gone on with.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// The draft.
    pub draft: Draft,
    /// The pending input.
    pub pending: Pending,
    /// The version that it was made from, when the server has a newer one by now.
    pub older_version: Option<i64>,
}

/// The stored draft of a workflow, if it differs from the server's version.
pub fn restore(workflow: Option<&Workflow>) -> Option<Restored> {
    let key = key(workflow.map(|workflow| &workflow.id));
    let kept = SavedDraft::from_json(&storage::get(&key)?)?;
    match kept.status(workflow) {
        DraftStatus::Same => {
            storage::remove(&key);
            None
        }
        DraftStatus::Newer => Some(Restored { draft: kept.draft, pending: kept.pending, older_version: None }),
        DraftStatus::Conflict => {
            Some(Restored { draft: kept.draft, pending: kept.pending, older_version: kept.base_version })
        }
    }
}

/// The stored draft of a workflow that the server does not have any more.
pub fn restore_deleted(id: &WorkflowId) -> Option<SavedDraft> {
    SavedDraft::from_json(&storage::get(&key(Some(id)))?)
}

/// Forgets what was kept of a workflow, or of the new one.
pub fn forget(id: Option<&WorkflowId>) {
    storage::remove(&key(id));
}

/// Forgets what was kept of a workflow, or of the new one, if it is what was sent.
pub fn forget_sent(id: Option<&WorkflowId>, sent: &Draft) {
    let key = key(id);
    let kept = storage::get(&key).and_then(|text| SavedDraft::from_json(&text));
    if kept.is_some_and(|kept| kept.draft == *sent && kept.pending.is_empty()) {
        storage::remove(&key);
    }
}

/// Keeps the draft whenever it changed, and says once when the browser refuses.
pub fn follow(builder: Builder) {
    let toasts = expect_context::<Toasts>();
    let refused = StoredValue::new(false);
    let write = move || {
        let kept = keep(builder);
        if !kept && !refused.get_value() {
            refused.set_value(true);
            toasts.failed("This browser keeps no drafts: save before you leave the page.");
        }
    };
    let _stop = watch_debounced(
        move || {
            builder.draft.track();
            builder.saved.track();
            builder.pending.track();
        },
        move |(), _, _| {
            if !builder.history.is_disposed() {
                write();
            }
        },
        DISTANCE_MS,
    );
    on_cleanup(write);
    let _stop = use_event_listener(window(), pagehide, move |_| write());
    tell_of_other_tabs(builder, toasts);
}

/// Writes the draft down; forgets it when there is nothing that the server has not.
fn keep(builder: Builder) -> bool {
    let saved = builder.saved.get_untracked();
    let own = key(saved.as_ref().map(|saved| &saved.id));
    let pending = builder.pending.get_untracked();
    let is_saved = pending.is_empty() && !untrack(|| builder.is_dirty());
    if is_saved || builder.discarded.get_value() {
        storage::remove(&own);
        return true;
    }
    let kept = SavedDraft {
        workflow_id: saved.as_ref().map(|saved| saved.id.clone()),
        base_version: saved.map(|saved| saved.version),
        saved_at_ms: whole_ms(now_ms()),
        draft: builder.draft.with_untracked(|draft| Draft::clone(draft)),
        pending,
    };
    let Some(text) = kept.to_json() else { return false };
    storage::set(&own, &text) || make_room(&own, &text)
}

/// Drops old drafts, the oldest first, until this one fits.
fn make_room(own: &str, text: &str) -> bool {
    let kept: Vec<(String, i64)> = storage::keys(KEY_PREFIX)
        .into_iter()
        .map(|key| {
            let at =
                storage::get(&key).and_then(|text| SavedDraft::from_json(&text)).map_or(0, |kept| kept.saved_at_ms);
            (key, at)
        })
        .collect();
    drop_order(&kept, own).into_iter().any(|key| {
        storage::remove(&key);
        storage::set(own, text)
    })
}

/// Another tab that edits the same workflow keeps its draft under the same key.
fn tell_of_other_tabs(builder: Builder, toasts: Toasts) {
    let told = StoredValue::new(false);
    let changed = move |event: web_sys::StorageEvent| {
        let own = key(builder.saved.with_untracked(|saved| saved.as_ref().map(|saved| saved.id.clone())).as_ref());
        if event.key().as_deref() == Some(own.as_str()) && event.new_value().is_some() && !told.get_value() {
            told.set_value(true);
            toasts.done("This workflow is being edited in another tab too. Saving asks before it overwrites anything.");
        }
    };
    let _stop = use_event_listener(window(), storage_changed, changed);
}
