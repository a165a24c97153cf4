//! Putting another output in the place of what a step gave.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use sluice_types::{OutputOverride, StepKind, StepPath};

use super::commands::is_outdated;
use super::draft_storage::{Typed, TypedFor, keep_typed, typed};
use super::store::RunStore;
use crate::api::{self, ApiError};
use crate::components::{Button, ButtonKind, DiffView, FailureNote, Field, Note, NoteKind};
use sluice_web_state::actions::stale_after_override;
use sluice_web_state::output_edit::{as_text, checked};
use sluice_web_state::run::RunState;

/// A text to change, what changes, and which later steps were made from the old one. What is typed
/// is kept until it is saved.
#[component]
pub fn EditOutput(
    store: RunStore,
    path: StepPath,
    /// What the field is called.
    label: String,
    open: RwSignal<bool>,
) -> impl IntoView {
    let id = store.id();
    let has_schema = store
        .definition()
        .as_ref()
        .and_then(|definition| definition.step_at(&path))
        .is_some_and(|step| matches!(&step.kind, StepKind::Llm(llm) if llm.output_schema.is_some()));
    let (before, is_json) = store.peek_step(&path, |step| as_text(step, has_schema)).unwrap_or_default();
    let kept = typed(&id, &path, TypedFor::Output).text;
    let text = RwSignal::new(kept.unwrap_or_else(|| before.clone()));
    let base = before.clone();
    let keep_path = path.clone();
    Effect::new(move || {
        let text = text.get();
        let typed = Typed { text: (text != base).then_some(text), ..Typed::default() };
        keep_typed(&store.id(), &keep_path, TypedFor::Output, &typed);
    });
    let wrong = Memo::new(move |_| checked(&text.read(), is_json).err());
    let stale = stale_labels(store, &path);
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let before = StoredValue::new(before);
    let changed = Memo::new(move |_| before.with_value(|before| *before != *text.read()));
    let save = save(store, path.clone(), text, is_json, busy, error, open);
    let discard = move |()| {
        keep_typed(&store.id(), &path, TypedFor::Output, &Typed::default());
        open.set(false);
    };
    let blocked = Signal::derive(move || wrong.get().is_some() || !changed.get());
    view! {
        <div class="stack edit">
            <Field label wrong=wrong let:ids>
                <textarea
                    class="textarea grows"
                    class:mono=is_json
                    id=ids.input
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=move || text.get()
                    on:input:target=move |event| text.set(event.target().value())
                ></textarea>
            </Field>
            <Show when=move || changed.get()>
                <DiffView before=Signal::derive(move || before.get_value()) after=text />
            </Show>
            <Show when=move || !stale.read().is_empty()>
                <Note kind=NoteKind::Warn>
                    {move || format!("Made from the old output, and stale after this: {}.", stale.read().join(", "))}
                </Note>
            </Show>
            {move || error.get().map(|error| view! { <FailureNote error /> })}
            <Actions stale busy blocked on_save=move |then| save(then) on_discard=discard />
        </div>
    }
}

/// Saving, with or without the later steps, or not at all.
#[component]
fn Actions(
    stale: Memo<Vec<String>>,
    busy: RwSignal<bool>,
    blocked: Signal<bool>,
    /// With the label of the first later step when those are to run again.
    #[prop(into)]
    on_save: Callback<Option<String>>,
    #[prop(into)] on_discard: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="row wrap">
            <Button kind=ButtonKind::Primary busy disabled=blocked on_press=move |_| on_save.run(None)>
                "Save"
            </Button>
            <Show when=move || !stale.read().is_empty()>
                <Button
                    busy
                    disabled=blocked
                    on_press=move |_| on_save.run(stale.read_untracked().first().cloned())
                >
                    "Save and run the later steps again"
                </Button>
            </Show>
            <Button kind=ButtonKind::Ghost on_press=move |_| on_discard.run(())>
                "Discard"
            </Button>
        </div>
    }
}

/// The labels of the steps that were made from the output.
fn stale_labels(store: RunStore, path: &StepPath) -> Memo<Vec<String>> {
    let path = path.clone();
    Memo::new(move |_| {
        let Some(definition) = store.definition() else { return Vec::new() };
        store.head(|run| stale_after_override(&definition, run, &path))
    })
}

/// Saves the output; with the label of a later step, its retry is offered then.
fn save(
    store: RunStore,
    path: StepPath,
    text: RwSignal<String>,
    is_json: bool,
    busy: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
    open: RwSignal<bool>,
) -> impl Fn(Option<String>) + Clone + Send + Sync + 'static {
    move |then: Option<String>| {
        let Ok(value) = checked(&text.read_untracked(), is_json) else { return };
        let output = match value {
            Value::String(content) if !is_json => OutputOverride { content: Some(content), output: None },
            value => OutputOverride { content: None, output: Some(value) },
        };
        let path = path.clone();
        spawn_local(async move {
            let id = store.id();
            let sent = store.send(busy, api::executions::override_output(&id, &path, &output)).await;
            match sent {
                Ok(()) => {
                    keep_typed(&id, &path, TypedFor::Output, &Typed::default());
                    let path_of = |run: &RunState, label: &str| {
                        run.steps().iter().find(|step| step.run.label == label).map(|step| step.run.path.clone())
                    };
                    // The page may have been left meanwhile.
                    let next = then.and_then(|label| store.state.try_with_value(|run| path_of(run, &label)).flatten());
                    if next.is_some() {
                        store.retrying.try_set(next);
                    }
                    open.try_set(false);
                }
                Err(failure) => {
                    if is_outdated(&failure) {
                        store.read_if_due();
                    }
                    error.try_set(Some(failure));
                }
            }
        });
    }
}
