//! A step that has ended: what it gave, what it was asked, how it went, and what can be done about it.

use leptos::prelude::*;
use sluice_types::{PatchStep, StepPath, StepRunStatus, StepType};
use sluice_web_state::actions::step_actions;

use super::agent::{Attachments, ToolArguments};
use super::change::{ChangeStep, StepFacts};
use super::edit::EditOutput;
use super::ending::{CutWarning, PastThinking};
use super::failure::{StepFailure, may_retry};
use super::history::StepHistory;
use super::prompt::PromptView;
use super::store::RunStore;
use super::text_box::{RawBox, TextBox, text_of};
use super::unsent::{TextOf, keep_change, unsent_text};
use crate::components::{Button, CopyButton, Segments};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResultTab {
    Text,
    Raw,
    Prompt,
    Arguments,
    Attempts,
}

/// The output of a step: JSON as JSON, text as Markdown.
#[component]
pub fn ResultView(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let shown = RwSignal::new(ResultTab::Text);
    // An edit that was begun and not sent is where it was left.
    let editing = RwSignal::new(unsent_text(&store.id(), &path, TextOf::Output).text.is_some());
    let kind = store.peek_step(&path, |step| step.run.step_type).unwrap_or(StepType::Llm);
    let choices = match kind {
        StepType::Tool => {
            vec![
                (ResultTab::Text, "Result"),
                (ResultTab::Raw, "Raw"),
                (ResultTab::Arguments, "Arguments"),
                (ResultTab::Attempts, "Attempts"),
            ]
        }
        StepType::Llm | StepType::Agent => {
            vec![
                (ResultTab::Text, "Text"),
                (ResultTab::Raw, "Raw"),
                (ResultTab::Prompt, "Prompt"),
                (ResultTab::Attempts, "Attempts"),
            ]
        }
        StepType::Parallel | StepType::Conditional | StepType::Loop => {
            vec![(ResultTab::Text, "Text"), (ResultTab::Raw, "Raw")]
        }
        StepType::Review | StepType::Unknown => {
            vec![(ResultTab::Text, "Text"), (ResultTab::Raw, "Raw"), (ResultTab::Attempts, "Decisions")]
        }
    };
    // It cannot be changed any more: a retry takes a change along.
    if store.peek_step(&path, |step| step.run.status) == Some(StepRunStatus::Completed) {
        keep_change(&store.id(), &path, &PatchStep::default());
    }
    let text = text_of(store, &path);
    let path = StoredValue::new(path);
    let edit_label = label.clone();
    view! {
        <StepFailure store path=path.get_value() />
        <CutWarning store path=path.get_value() />
        <div class="row between wrap">
            <Segments label=format!("What to show of {label}") choices chosen=shown on_choose=move |to| shown.set(to) />
            <CopyButton label=format!("Copy the text of {label}") text=move |()| text.get_untracked().0 />
        </div>
        {move || match shown.get() {
            ResultTab::Text => {
                view! {
                    <PastThinking store path=path.get_value() />
                    <TextBox text label=label.clone() />
                    <Attachments store path=path.get_value() />
                }
                    .into_any()
            }
            ResultTab::Raw => view! { <RawBox text label=label.clone() /> }.into_any(),
            ResultTab::Prompt => view! { <PromptView store path=path.get_value() /> }.into_any(),
            ResultTab::Arguments => view! { <ToolArguments store path=path.get_value() /> }.into_any(),
            ResultTab::Attempts => view! { <StepHistory store path=path.get_value() /> }.into_any(),
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

/// The actions for a step that has ended.
#[component]
fn ResultActions(store: RunStore, path: StepPath, editing: RwSignal<bool>) -> impl IntoView {
    let can_retry = may_retry(store, &path);
    let failed = store.watch_step(&path, |step| step.run.status == StepRunStatus::Failed);
    let known = path.clone();
    let can_edit = store.watch(move |run| run.step(&known).is_some_and(|step| step_actions(step, run).override_output));
    let retry = StoredValue::new(path.clone());
    view! {
        <Show when=move || can_edit.get() || can_retry.get()>
            <div class="row wrap">
                <Show when=move || can_edit.get()>
                    <Button small=true icon=icondata_lu::LuPencil on_press=move |_| editing.set(true)>
                        {move || if failed.get() { "Write the output yourself" } else { "Edit output" }}
                    </Button>
                </Show>
                <Show when=move || can_retry.get() && !failed.get()>
                    <Button
                        small=true
                        icon=icondata_lu::LuRotateCcw
                        on_press=move |_| store.retrying.set(Some(retry.get_value()))
                    >
                        "Run again from here"
                    </Button>
                </Show>
            </div>
        </Show>
        <ChangeStep store path />
    }
}
