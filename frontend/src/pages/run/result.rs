//! A step that has ended: what it gave, what it was asked, how it went, and what can be done about it.

use leptos::prelude::*;
use serde_json::Value;
use sluice_types::{PatchStep, StepPath, StepRunStatus, StepType, json};

use super::attempts::StepHistory;
use super::change::{ChangeStep, StepFacts};
use super::edit::EditOutput;
use super::failed::StepError;
use super::kept::{TypedFor, keep_change, typed};
use super::prompt::PromptView;
use super::store::RunStore;
use crate::browser::effect::effect;
use crate::browser::memo::Memo;
use crate::browser::signal::RwSignal;
use crate::browser::stored::StoredValue;
use crate::components::{Button, ButtonKind, CopyButton, Icon, MarkdownView, Segments, Shown};
use crate::state::actions::step_actions;
use crate::state::advice::another_model_may_help;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Text,
    Raw,
    Prompt,
    Attempts,
}

/// What a step gave. JSON comes as JSON, texts as Markdown.
#[component]
pub fn ResultView(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let shown = RwSignal::new(Shown::Text);
    // An edit that was begun and not sent is where it was left.
    let editing = RwSignal::new(typed(&store.id(), &path, TypedFor::Output).text.is_some());
    let kind = store.peek_step(&path, |step| step.run.step_type).unwrap_or(StepType::Llm);
    let choices = match kind {
        StepType::Llm => {
            vec![(Shown::Text, "Text"), (Shown::Raw, "Raw"), (Shown::Prompt, "Prompt"), (Shown::Attempts, "Attempts")]
        }
        StepType::Review => vec![(Shown::Text, "Text"), (Shown::Raw, "Raw"), (Shown::Attempts, "Decisions")],
    };
    // It cannot be changed any more: a retry takes a change along.
    if store.peek_step(&path, |step| step.run.status) == Some(StepRunStatus::Completed) {
        keep_change(&store.id(), &path, &PatchStep::default());
    }
    let text = text_of(store, &path);
    let path = StoredValue::new(path);
    let edit_label = label.clone();
    view! {
        <Failure store path=path.get_value() />
        <div class="row between wrap">
            <Segments label=format!("What to show of {label}") choices chosen=shown on_choose=move |to| shown.set(to) />
            <CopyButton label=format!("Copy the text of {label}") text=move |()| text.get_untracked().0 />
        </div>
        {move || match shown.get() {
            Shown::Text => view! { <TextBox text label=label.clone() /> }.into_any(),
            Shown::Raw => view! { <RawBox text label=label.clone() /> }.into_any(),
            Shown::Prompt => view! { <PromptView store path=path.get_value() /> }.into_any(),
            Shown::Attempts => view! { <StepHistory store path=path.get_value() /> }.into_any(),
        }}
        {move || {
            if editing.get() {
                view! { <EditOutput store path=path.get_value() label=format!("Output of {edit_label}") open=editing /> }.into_any()
            } else {
                view! { <ResultActions store path=path.get_value() editing /> }.into_any()
            }
        }}
        <StepFacts store path=path.get_value() />
    }
}

/// The text of a step, and whether it is JSON.
fn text_of(store: RunStore, path: &StepPath) -> Memo<(String, bool)> {
    store.watch_step(path, |step| match &step.run.output {
        Some(value @ (Value::Object(_) | Value::Array(_))) if step.run.step_type == StepType::Llm => {
            (json::to_string_pretty(value).unwrap_or_default(), true)
        }
        _ => (step.text.clone(), false),
    })
}

/// A text in a box of the height that it had while it came in; a longer one can be opened.
#[component]
fn TextBox(text: Memo<(String, bool)>, label: String) -> impl IntoView {
    let source = Signal::derive(move || text.get().0);
    let is_json = move || text.with(|text| text.1);
    view! {
        <Box label>
            {move || {
                if text.with(|text| text.0.is_empty()) {
                    view! { <p class="muted">"No text came."</p> }.into_any()
                } else if is_json() {
                    view! { <pre class="json">{source}</pre> }.into_any()
                } else {
                    view! { <MarkdownView source /> }.into_any()
                }
            }}
        </Box>
    }
}

#[component]
fn RawBox(text: Memo<(String, bool)>, label: String) -> impl IntoView {
    view! {
        <Box label>
            <pre>{move || text.get().0}</pre>
        </Box>
    }
}

/// A box that scrolls by itself until it is opened.
#[component]
pub fn Box(#[prop(into)] label: String, children: Children) -> impl IntoView {
    let all = RwSignal::new(false);
    let frame: NodeRef<leptos::html::Div> = NodeRef::new();
    let long = RwSignal::new(false);
    effect(move || {
        let Some(frame) = frame.get() else { return };
        request_animation_frame(move || {
            let _gone_already = long.try_set(frame.scroll_height() > frame.client_height() + 1);
        });
    });
    view! {
        <div
            node_ref=frame
            class="text-box"
            class:all=move || all.get()
            tabindex=move || (long.get() && !all.get()).then_some("0")
            role=move || (long.get() && !all.get()).then_some("region")
            aria-label=move || (long.get() && !all.get()).then(|| format!("Text of {label}"))
        >
            {children()}
        </div>
        <Shown is=move || long.get()>
            <div>
                <Button kind=ButtonKind::Ghost small=true on_press=move |_| all.update(|all| *all = !*all)>
                    {move || if all.get() { "Show less" } else { "Show all" }}
                </Button>
            </div>
        </Shown>
    }
}

/// What went wrong, when it failed, and the way out.
#[component]
fn Failure(store: RunStore, path: StepPath) -> impl IntoView {
    let error =
        store.watch_step(&path, |step| step.run.error.clone().filter(|_| step.run.status == StepRunStatus::Failed));
    let can_retry = may_retry(store, &path);
    view! {
        {move || {
            let path = path.clone();
            error
                .get()
                .map(|error| {
                    let switch = another_model_may_help(error.code);
                    view! {
                        <div class="note bad">
                            <Icon icon=icondata_lu::LuCircleX />
                            <div class="grow stack tight">
                                <StepError error with_advice=true />
                                <Shown is=move || can_retry.get()>
                                    <div class="row wrap">
                                        <Button
                                            kind=ButtonKind::Primary
                                            small=true
                                            icon=icondata_lu::LuRefreshCw
                                            on_press={
                                                let path = path.clone();
                                                move |_| store.retrying.set(Some(path.clone()))
                                            }
                                        >
                                            {if switch { "Switch model and retry" } else { "Retry" }}
                                        </Button>
                                    </div>
                                </Shown>
                            </div>
                        </div>
                    }
                })
        }}
    }
}

fn may_retry(store: RunStore, path: &StepPath) -> Memo<bool> {
    let path = path.clone();
    store.watch(move |run| run.step(&path).is_some_and(|step| step_actions(step, run).retry))
}

/// What can be done about a step that has ended.
#[component]
fn ResultActions(store: RunStore, path: StepPath, editing: RwSignal<bool>) -> impl IntoView {
    let can_retry = may_retry(store, &path);
    let failed = store.watch_step(&path, |step| step.run.status == StepRunStatus::Failed);
    let known = path.clone();
    let can_edit = store.watch(move |run| run.step(&known).is_some_and(|step| step_actions(step, run).override_output));
    let retry = StoredValue::new(path.clone());
    view! {
        <Shown is=move || can_edit.get() || can_retry.get()>
            <div class="row wrap">
                <Shown is=move || can_edit.get()>
                    <Button small=true icon=icondata_lu::LuPencil on_press=move |_| editing.set(true)>
                        {move || if failed.get() { "Write the output yourself" } else { "Edit output" }}
                    </Button>
                </Shown>
                <Shown is=move || can_retry.get() && !failed.get()>
                    <Button
                        small=true
                        icon=icondata_lu::LuRotateCcw
                        on_press=move |_| store.retrying.set(Some(retry.get_value()))
                    >
                        "Run again from here"
                    </Button>
                </Shown>
            </div>
        </Shown>
        <ChangeStep store path />
    }
}
