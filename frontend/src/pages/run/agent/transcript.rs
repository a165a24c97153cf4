//! The turns of an agent, as they come, and its answer.

use leptos::prelude::*;
use sluice_types::{StepKind, StepPath, StepRunStatus};
use sluice_web_state::run::{Turn, cut_words, progress_words, turns};
use sluice_web_state::tools::{name_of, source_of};

use super::turn::TurnView;
use crate::components::{Button, FailureNote, Note, NoteKind, Skeleton};
use crate::pages::run::failure::StepFailure;
use crate::pages::run::gate::GatePanel;
use crate::pages::run::inside::Inside;
use crate::pages::run::result::ResultView;
use crate::pages::run::store::RunStore;

/// The body of an agent's step.
#[component]
pub fn AgentView(store: RunStore, path: StepPath, status: Memo<StepRunStatus>, label: String) -> impl IntoView {
    let inside = Inside::follow(store, &path);
    let all = Memo::new(move |_| turns(inside.paths.read().as_deref().unwrap_or_default()));
    let numbers = move || all.read().iter().map(|turn| turn.number).collect::<Vec<_>>();
    let cut = store.watch_step(&path, |step| cut_words(step.run.agent.as_ref()));
    let is_gate = Memo::new(move |_| status.get().is_gate());
    let has_ended = Memo::new(move |_| {
        matches!(status.get(), StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Cancelled)
    });
    let path = StoredValue::new(path);
    let label = StoredValue::new(label);
    view! {
        <Head store path=path.get_value() all has_ended />
        <Show when=move || is_gate.get()>
            <GatePanel store path=path.get_value() label=label.get_value() />
        </Show>
        <Show when=move || !has_ended.get()>
            <StepFailure store path=path.get_value() />
        </Show>
        {move || cut.get().map(|text| view! { <Note kind=NoteKind::Warn>{text}</Note> })}
        {move || inside.error.get().map(|error| view! { <FailureNote error on_retry=move |()| inside.read() /> })}
        <Show
            when=move || inside.paths.read().is_some() || inside.error.read().is_some()
            fallback=|| view! { <Skeleton lines=2 /> }
        >
            <ol class="turns" aria-label=move || ["Turns of ", &label.get_value()].concat()>
                <For each=numbers key=|number| *number let:number>
                    <TurnView store turn=turn_of(all, number) all has_ended />
                </For>
            </ol>
            <Show when=move || inside.has_more.get()>
                <div>
                    <Button small=true on_press=move |_| inside.read_more()>
                        "Show more"
                    </Button>
                </div>
            </Show>
        </Show>
        <Show when=move || has_ended.get()>
            <div class="agent-answer stack">
                <h4>"Answer"</h4>
                <ResultView store path=path.get_value() label=label.get_value() />
            </div>
        </Show>
    }
}

fn turn_of(all: Memo<Vec<Turn>>, number: u32) -> Memo<Option<Turn>> {
    Memo::new(move |_| all.read().iter().find(|turn| turn.number == number).cloned())
}

/// How far it has come, and which tools its model had.
#[component]
fn Head(store: RunStore, path: StepPath, all: Memo<Vec<Turn>>, has_ended: Memo<bool>) -> impl IntoView {
    let tools =
        store.watch_step(&path, |step| step.run.agent.as_ref().map(|agent| agent.tools.clone()).unwrap_or_default());
    let most = Memo::new(move |_| match &store.step_at(&path)?.kind {
        StepKind::Agent(agent) => Some(agent.turns()),
        StepKind::Llm(_)
        | StepKind::Tool(_)
        | StepKind::Review(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    });
    let words = move || all.with(|all| progress_words(all, most.get(), has_ended.get()));
    let chip = |id: String| {
        let (source, name) = (source_of(&id).to_owned(), name_of(&id).to_owned());
        view! { <li class="tag"><span class="muted">{source} ":"</span><span class="mono">{name}</span></li> }
    };
    view! {
        <div class="row wrap agent-head small muted numbers">
            <span role="status">{words}</span>
            <Show when=move || !tools.read().is_empty()>
                <details class="agent-tools">
                    <summary>{move || format!("Tools it has: {}", tools.read().len())}</summary>
                    <ul class="tool-chips">{tools.get().into_iter().map(chip).collect_view()}</ul>
                </details>
            </Show>
        </div>
    }
}
