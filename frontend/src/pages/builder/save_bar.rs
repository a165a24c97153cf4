//! The bar at the foot: what is not saved yet, undo and redo, and the way to a run.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::model::Builder;
use super::save::{SaveState, Saver};
use crate::browser::memo::memo;
use crate::components::{Button, ButtonKind, FailureNote, LinkButton};
use crate::state::history::History;

/// The save bar.
#[component]
pub fn SaveBar(builder: Builder, saver: Saver) -> impl IntoView {
    let dirty = memo(move || builder.is_dirty());
    let busy = Signal::derive(move || saver.is_busy());
    let said =
        move || match (saver.is_busy(), dirty.get(), builder.saved.with(|saved| saved.as_ref().map(|it| it.version))) {
            (true, ..) => "Saving…".to_owned(),
            (false, true, _) => "Not saved yet. Kept in this browser.".to_owned(),
            (false, false, Some(version)) if builder.pending.with(BTreeMap::is_empty) => {
                format!("Saved as version {version}")
            }
            (false, false, Some(version)) => format!("Saved as version {version}, without what is being typed"),
            (false, false, None) => "Nothing to save yet".to_owned(),
        };
    let run = move || {
        let saved = builder.saved.with(|saved| saved.as_ref().map(|saved| saved.id.clone()));
        match saved.filter(|_| !dirty.get()) {
            Some(id) => view! {
                <LinkButton icon=icondata_lu::LuPlay href=Saver::run_address(&id)>
                    "Run"
                </LinkButton>
            }
            .into_any(),
            None => view! {
                <Button icon=icondata_lu::LuPlay disabled=busy on_press=move |_| saver.save(true)>
                    "Save and run"
                </Button>
            }
            .into_any(),
        }
    };
    view! {
        <section class="save-bar" aria-label="Save">
            {move || match saver.state.get() {
                SaveState::Failed(error) => {
                    view! { <FailureNote error on_retry=move |()| saver.save(false) /> }.into_any()
                }
                SaveState::Idle | SaveState::Saving | SaveState::Conflict(_) => ().into_any(),
            }}
            <div>
                <UndoRedo builder />
                <span class="state" role="status">
                    {said}
                </span>
                {run}
                <Button
                    kind=ButtonKind::Primary
                    busy
                    disabled=Signal::derive(move || !dirty.get())
                    on_press=move |_| saver.save(false)
                >
                    "Save"
                </Button>
            </div>
        </section>
    }
}

#[component]
fn UndoRedo(builder: Builder) -> impl IntoView {
    let undo = memo(move || builder.history.with(History::undo_label));
    let redo = memo(move || builder.history.with(History::redo_label));
    view! {
        <Button
            kind=ButtonKind::Ghost
            small=true
            icon=icondata_lu::LuUndo2
            label=Signal::derive(move || undo.get().unwrap_or_else(|| "Undo".into()))
            disabled=Signal::derive(move || undo.with(Option::is_none))
            on_press=move |_| builder.undo()
        />
        <Button
            kind=ButtonKind::Ghost
            small=true
            icon=icondata_lu::LuRedo2
            label=Signal::derive(move || redo.get().unwrap_or_else(|| "Redo".into()))
            disabled=Signal::derive(move || redo.with(Option::is_none))
            on_press=move |_| builder.redo()
        />
    }
}
