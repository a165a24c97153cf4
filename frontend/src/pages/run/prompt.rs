//! The prompt of a step.

use leptos::prelude::*;
use sluice_types::{StepKind, StepPath};

use super::store::RunStore;
use super::text_box::TextFrame;
use crate::components::CopyButton;

/// The prompt as it was sent, and the system prompt as the definition has it.
#[component]
pub fn PromptView(store: RunStore, path: StepPath) -> impl IntoView {
    let sent = store.watch_step(&path, |step| step.run.prompt.clone());
    let revision = store.watch_step(&path, |step| step.run.revision.clone());
    let system = Memo::new(move |_| match store.step_at(&path)?.kind.clone() {
        StepKind::Llm(llm) => llm.system_prompt,
        StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    });
    view! {
        <div class="row between">
            <h4>"Prompt as sent"</h4>
            <CopyButton label="Copy the prompt" text=move |()| sent.get_untracked().unwrap_or_default() />
        </div>
        <TextFrame label="the prompt">
            {move || match sent.get() {
                Some(prompt) => view! { <pre>{prompt}</pre> }.into_any(),
                None => view! { <p class="muted">"Nothing was sent."</p> }.into_any(),
            }}
        </TextFrame>
        {move || {
            revision
                .get()
                .map(|comment| view! { <h4>"What a reviewer asked to change"</h4><p class="break">{comment}</p> })
        }}
        {move || {
            system
                .get()
                .map(|system| {
                    view! {
                        <h4>"System prompt, before it was filled in"</h4>
                        <TextFrame label="the system prompt">
                            <pre>{system}</pre>
                        </TextFrame>
                    }
                })
        }}
    }
}
