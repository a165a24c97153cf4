//! A turn of an agent: what its model thought and said, and the calls that it asked for.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus};
use sluice_web_state::format::{duration, known_cost, plural};
use sluice_web_state::run::{Turn, first_line, turn_words};

use super::call::CallRow;
use super::result::Failed;
use crate::components::{Icon, MarkdownView, StepDot};
use crate::pages::run::ending::{CutWarning, LiveThinking, PastThinking};
use crate::pages::run::gate::GatePanel;
use crate::pages::run::ids::step_heading;
use crate::pages::run::running::Running;
use crate::pages::run::step::choose;
use crate::pages::run::store::RunStore;
use crate::pages::run::text_box::TextFrame;

/// One turn. While the agent works, the newest one is open, and so is one that needs a person.
#[component]
pub fn TurnView(
    store: RunStore,
    turn: Memo<Option<Turn>>,
    all: Memo<Vec<Turn>>,
    has_ended: Memo<bool>,
) -> impl IntoView {
    let Some(first) = turn.get_untracked() else { return ().into_any() };
    let (number, path) = (first.number, first.path);
    let status = store.step_status(&path);
    let calls = Memo::new(move |_| turn.read().as_ref().map(|turn| turn.calls.clone()).unwrap_or_default());
    // The answer of an agent that has ended stands below its turns.
    let is_newest = Memo::new(move |_| !has_ended.get() && all.read().last().map(|turn| turn.number) == Some(number));
    let open = is_open(store, &path, status, calls, is_newest);
    let choose = choose(store, path.as_str());
    let body_id = format!("turn-{path}");
    let heading = step_heading(&path);
    let said = store.watch_step(&path, |step| first_line(&step.text));
    let path = StoredValue::new(path);
    view! {
        <li class="turn">
            <button
                type="button"
                id=heading
                class="turn-toggle"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=body_id.clone()
                on:click=move |_| choose(!open.get_untracked())
            >
                <Icon icon=icondata_lu::LuChevronRight />
                <StepDot status stale=Signal::stored(false) />
                <span class="turn-name">{turn_words(number)}</span>
                <TurnFacts store path=path.get_value() calls status />
                <Show when=move || !open.get()>
                    <span class="turn-said muted small">{move || said.get()}</span>
                </Show>
            </button>
            <div id=body_id hidden=move || !open.get()>
                <Show when=move || open.get()>
                    <div class="turn-body">
                        <Said store path=path.get_value() status number />
                        <ul class="calls" hidden=move || calls.read().is_empty()>
                            <For each=move || calls.get() key=Clone::clone let:call>
                                <CallRow store path=call />
                            </For>
                        </ul>
                        <NotMade store path=path.get_value() calls />
                    </div>
                </Show>
            </div>
        </li>
    }
    .into_any()
}

/// Whether a turn shows its body: as a person chose, or as it suits its state.
fn is_open(
    store: RunStore,
    path: &StepPath,
    status: Memo<StepRunStatus>,
    calls: Memo<Vec<StepPath>>,
    is_newest: Memo<bool>,
) -> Memo<bool> {
    let path = path.clone();
    let needs_a_person = move |status: StepRunStatus| status.is_gate();
    Memo::new(move |_| {
        let chosen = store.choices.with(|choices| choices.get(path.as_str()).copied());
        let waits = needs_a_person(status.get())
            || calls
                .read()
                .iter()
                .any(|call| store.step(call, |step| needs_a_person(step.run.status)).unwrap_or_default());
        // What a person is asked for is not to be overlooked.
        waits || chosen.unwrap_or_else(|| is_newest.get() || status.get() == StepRunStatus::Failed)
    })
}

/// Calls, time and cost in the head of a turn.
#[component]
fn TurnFacts(
    store: RunStore,
    path: StepPath,
    calls: Memo<Vec<StepPath>>,
    status: Memo<StepRunStatus>,
) -> impl IntoView {
    let asked = move || match calls.read().len() {
        0 => None,
        count => Some(plural(u64::try_from(count).unwrap_or(u64::MAX), "call", "calls")),
    };
    let spent = store.watch_step(&path, |step| {
        let (usd, unpriced) = (step.run.cost_usd, step.run.unpriced_calls);
        (usd > 0.0 || unpriced > 0).then(|| known_cost(usd, unpriced))
    });
    let took = took(store, path, status);
    view! {
        <span class="turn-facts small muted numbers">
            <span>{asked}</span>
            <span>{move || took.get()}</span>
            <span>{move || spent.get()}</span>
        </span>
    }
}

/// How long a step run took, or runs.
pub fn took(store: RunStore, path: StepPath, status: Memo<StepRunStatus>) -> Memo<Option<String>> {
    Memo::new(move |_| {
        let is_running = status.get() == StepRunStatus::Running;
        let now = if is_running { store.now_utc() } else { chrono::DateTime::default() };
        let known = |step: &sluice_web_state::run::StepView| {
            let has_time = is_running || step.run.duration_ms.is_some() || step.run.completed_at.is_some();
            step.duration_ms(now).filter(|_| has_time)
        };
        store.step(&path, known).flatten().map(duration)
    })
}

/// What the model thought and said in a turn, as it comes and afterwards.
#[component]
fn Said(store: RunStore, path: StepPath, status: Memo<StepRunStatus>, number: u32) -> impl IntoView {
    let text = store.watch_step(&path, |step| step.text.clone());
    let path = StoredValue::new(path);
    let label = turn_words(number);
    let kind = Memo::new(move |_| match status.get() {
        StepRunStatus::Running => Stage::Running,
        status if status.is_gate() => Stage::Gate,
        StepRunStatus::Pending => Stage::Pending,
        _ => Stage::Ended,
    });
    move || {
        let (path, label) = (path.get_value(), label.clone());
        match kind.get() {
            Stage::Running => view! { <Running store path label /> }.into_any(),
            Stage::Gate => view! { <LiveThinking store path=path.clone() /> <GatePanel store path label /> }.into_any(),
            Stage::Pending => ().into_any(),
            Stage::Ended => view! {
                <Failed store path=path.clone() />
                <CutWarning store path=path.clone() />
                <PastThinking store path />
                <Show when=move || !text.read().trim().is_empty()>
                    <TextFrame label=label.clone()>
                        <MarkdownView source=text />
                    </TextFrame>
                </Show>
            }
            .into_any(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Pending,
    Running,
    Gate,
    Ended,
}

/// How many of the calls that the model asked for were not made.
#[component]
fn NotMade(store: RunStore, path: StepPath, calls: Memo<Vec<StepPath>>) -> impl IntoView {
    let asked = store.watch_step(&path, |step| step.run.tool_calls.unwrap_or(0));
    move || {
        let made = u32::try_from(calls.read().len()).unwrap_or(u32::MAX);
        let over = asked.get().checked_sub(made).filter(|over| *over > 0 && made > 0)?;
        let words = plural(u64::from(over), "more call was", "more calls were");
        Some(
            view! { <p class="small muted">{format!("{words} asked for in this turn and not made: the model was told.")}</p> },
        )
    }
}
