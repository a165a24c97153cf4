//! Putting another output in the place of what a step gave.

use leptos::html;
use leptos::prelude::*;
use serde_json::Value;
use sluice_types::{OverrideOutput, StepKind, StepPath};
use sluice_web_state::actions::stale_after_override;
use sluice_web_state::output_edit::{as_text, checked};
use sluice_web_state::run::stale_steps;

use super::commands::is_outdated;
use super::store::RunStore;
use super::unsent::{TextOf, UnsentText, keep_unsent, unsent_text};
use crate::api::{self, ApiResult};
use crate::components::{Button, ButtonKind, DiffView, FailureNote, Field, Note, NoteKind, Toasts};

/// A text to change, what changes, and which later steps were made from the old one. What is typed
/// is kept until it is saved.
#[component]
pub fn EditOutput(
    store: RunStore,
    path: StepPath,
    /// The label of the field.
    label: String,
    open: RwSignal<bool>,
) -> impl IntoView {
    let id = store.id();
    let has_schema = store
        .step_at(&path)
        .is_some_and(|step| matches!(&step.kind, StepKind::Llm(llm) if llm.output_schema.is_some()));
    let (before, is_json) = store.peek_step(&path, |step| as_text(step, has_schema)).unwrap_or_default();
    let kept = unsent_text(&id, &path, TextOf::Output).text;
    // An edit that was kept over a reload is not what the page was opened for.
    let is_new = kept.is_none();
    let text = RwSignal::new(kept.unwrap_or_else(|| before.clone()));
    keep_while_typing(store, path.clone(), before.clone(), text);
    // The form takes the place of the button that had the focus, and may open below the window.
    let field: NodeRef<html::Textarea> = NodeRef::new();
    Effect::new(move || {
        if let Some(field) = field.get().filter(|_| is_new) {
            request_animation_frame(move || _ = field.focus());
        }
    });
    let wrong = Memo::new(move |_| checked(&text.read(), is_json).err());
    let stale = stale_labels(store, &path);
    let before = StoredValue::new(before);
    let changed = Memo::new(move |_| before.with_value(|before| *before != *text.read()));
    let save = save_action(store, path.clone(), text, is_json, open);
    let error = move || save.value().get().and_then(Result::err);
    let discard = move |()| {
        keep_unsent(&store.id(), &path, TextOf::Output, &UnsentText::default());
        open.set(false);
    };
    let blocked = Signal::derive(move || wrong.get().is_some() || !changed.get());
    view! {
        <div class="stack edit">
            <Field label wrong=wrong let:ids>
                <textarea
                    node_ref=field
                    class="textarea grows"
                    class:mono=is_json
                    id=ids.input
                    aria-describedby=ids.described_by
                    readonly=save.pending()
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
            {move || error().map(|error| view! { <FailureNote error /> })}
            <EditActions
                stale
                busy=save.pending()
                blocked
                on_save=move |then| _ = save.dispatch_local(then)
                on_discard=discard
            />
        </div>
    }
}

/// Keeps in the browser what is typed in the place of `before`.
fn keep_while_typing(store: RunStore, path: StepPath, before: String, text: RwSignal<String>) {
    Effect::new(move || {
        let text = text.get();
        let typed = UnsentText { text: (text != before).then_some(text), ..UnsentText::default() };
        keep_unsent(&store.id(), &path, TextOf::Output, &typed);
    });
}

/// Saves the text as the step's output. With `true`, the later steps are offered to run again once it is saved.
fn save_action(
    store: RunStore,
    path: StepPath,
    text: RwSignal<String>,
    is_json: bool,
    open: RwSignal<bool>,
) -> Action<bool, ApiResult<()>> {
    let toasts = expect_context::<Toasts>();
    Action::new_unsync(move |&then: &bool| {
        let (id, path) = (store.id(), path.clone());
        let output = checked(&text.read_untracked(), is_json).map(|value| output_of(value, is_json));
        async move {
            let Ok(output) = output else { return Ok(()) };
            let sent = store.send(api::executions::override_output(&id, &path, &output)).await;
            if let Err(error) = sent {
                if is_outdated(&error) {
                    store.read_if_due();
                }
                return Err(error);
            }
            keep_unsent(&id, &path, TextOf::Output, &UnsentText::default());
            // The page may have been left meanwhile.
            if let Some(stale) = store.state.try_with_value(stale_steps).filter(|stale| !stale.is_empty()) {
                toasts.done("The output is saved. The steps that were made from the old one are out of date.");
                if then {
                    store.retrying.set(stale.into_iter().next());
                }
            }
            open.set(false);
            Ok(())
        }
    })
}

/// Saving, with or without the later steps, or not at all.
#[component]
fn EditActions(
    stale: Memo<Vec<String>>,
    #[prop(into)] busy: Signal<bool>,
    blocked: Signal<bool>,
    /// With `true` when the later steps are to run again.
    #[prop(into)]
    on_save: Callback<bool>,
    #[prop(into)] on_discard: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="row wrap">
            <Button kind=ButtonKind::Primary busy disabled=blocked on_press=move |_| on_save.run(false)>
                "Save"
            </Button>
            <Show when=move || !stale.read().is_empty()>
                <Button busy disabled=blocked on_press=move |_| on_save.run(true)>
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

fn output_of(value: Value, is_json: bool) -> OverrideOutput {
    match value {
        Value::String(content) if !is_json => OverrideOutput { content: Some(content), output: None },
        value => OverrideOutput { content: None, output: Some(value) },
    }
}
