//! The output of a run.

use leptos::prelude::*;
use serde_json::Value;
use sluice_types::{ExecutionStatus, StepRunStatus, StepType};
use sluice_web_state::finish::finish_warning;
use sluice_web_state::format::{duration, known_cost};
use sluice_web_state::run::{RunState, StepView};

use super::store::RunStore;
use super::text_box::TextFrame;
use crate::browser::files::download;
use crate::components::{Button, CopyButton, Icon, MarkdownView, Note, NoteKind, Toasts};

/// The output as a text, and whether the step that gave it shows it already.
fn output_of(run: &RunState) -> Option<(String, bool)> {
    if run.status() != ExecutionStatus::Completed {
        return None;
    }
    let step = run.output()?;
    let text = match &step.run.output {
        Some(json @ (Value::Object(_) | Value::Array(_)))
            if matches!(step.run.step_type, StepType::Llm | StepType::Agent | StepType::Tool) =>
        {
            serde_json::to_string_pretty(json).unwrap_or_default()
        }
        _ => step.text.clone(),
    };
    // The steps after it may be switched off.
    let last = run.top().rfind(|step| step.run.status == StepRunStatus::Completed);
    let shown = last.is_some_and(|step| step.text == text);
    Some((text, shown))
}

/// The labels of the steps whose answers were cut and count all the same.
fn cut_steps(run: &RunState) -> String {
    let is_cut = |step: &&StepView| finish_warning(step).is_some();
    run.steps().iter().filter(is_cut).map(|step| step.run.label.as_str()).collect::<Vec<_>>().join(", ")
}

/// The output, to take away.
#[component]
pub fn OutputCard(store: RunStore) -> impl IntoView {
    let output = store.watch(output_of);
    let facts = store.watch(|run| {
        let totals = run.totals();
        (run.execution().duration_ms.map(duration), known_cost(totals.cost_usd, totals.unpriced_calls))
    });
    let cut = store.watch(cut_steps);
    let toasts = expect_context::<Toasts>();
    let text =
        move || output.with_untracked(|output| output.as_ref().map(|output| output.0.clone()).unwrap_or_default());
    let save = move |_| {
        let workflow = store.peek(|run| run.execution().workflow_id.to_string());
        if download(&format!("{workflow}.md"), "text/markdown", &text()).is_err() {
            toasts.failed("The browser did not allow the download. Copy the text instead.");
        }
    };
    let there = Memo::new(move |_| output.read().is_some());
    view! {
        <Show when=move || there.get()>
            <section class="card padded output stack" aria-labelledby="output-heading">
                <div class="row wrap">
                    <div class="grow">
                        <h2 id="output-heading" class="row">
                            <Icon icon=icondata_lu::LuCircleCheck />
                            "The run is complete"
                        </h2>
                        <p class="small muted numbers">
                            {move || {
                                let (took, spent) = facts.get();
                                took.map_or_else(|| spent.clone(), |took| format!("It took {took}. Cost: {spent}."))
                            }}
                        </p>
                    </div>
                    <CopyButton label="Copy the output" text=move |()| text() />
                    <Button icon=icondata_lu::LuDownload on_press=save>
                        "Download .md"
                    </Button>
                </div>
                <Show when=move || !cut.read().is_empty()>
                    <Note kind=NoteKind::Warn>{move || format!("Made from answers that were cut: {}.", cut.get())}</Note>
                </Show>
                {move || {
                    output
                        .get()
                        .filter(|(_, shown)| !shown)
                        .map(|(text, _)| {
                            view! {
                                <TextFrame label="the output">
                                    <MarkdownView source=Signal::stored(text) />
                                </TextFrame>
                            }
                        })
                }}
            </section>
        </Show>
    }
}
