//! A container of the run: what it decided and why, and its branches, cases, items or rounds with their steps.

use leptos::prelude::*;
use sluice_types::{Choice, StepKind, StepPath, StepRunStatus, StepType};
use sluice_web_state::run::{ItemFilter, Lane, lane_status, lanes, reason_of, rounds};

use super::failure::StepFailure;
use super::inside::Inside;
use super::result::ResultView;
use super::step::{StepItem, choose};
use super::store::RunStore;
use crate::components::{Button, DiffView, FailureNote, Segments, Skeleton, StepDot};

/// Lanes that are all open at first; of more, only those that need a person.
const OPEN_AT_FIRST: usize = 4;

/// The body of a container.
#[component]
pub fn ContainerView(
    store: RunStore,
    path: StepPath,
    kind: StepType,
    status: Memo<StepRunStatus>,
    label: String,
) -> impl IntoView {
    let inside = Inside::follow(store, &path);
    let choice = store.watch_step(&path, |step| step.run.choice.clone());
    let container = path.clone();
    let shown = Memo::new(move |_| lanes(&container, inside.paths.read().as_deref().unwrap_or_default()));
    let is_each = {
        let path = path.clone();
        Memo::new(move |_| store.runs_items(&path))
    };
    let lane_path = StoredValue::new(path.clone());
    let keys = move || shown.read().iter().map(|lane| lane.key.clone()).collect::<Vec<_>>();
    let result = StoredValue::new((path.clone(), label.clone()));
    let has_output = store
        .watch_step(&path, |step| matches!(step.run.status, StepRunStatus::Completed) && step.run.output.is_some());
    view! {
        <StepFailure store path=path.clone() />
        <Reasons choice />
        <Show when=move || is_each.get()>
            <Segments
                label=format!("Which items of {label} to list")
                choices=vec![
                    (ItemFilter::All, "All"),
                    (ItemFilter::Failed, "Failed"),
                    (ItemFilter::Waiting, "Waiting"),
                    (ItemFilter::Running, "Running"),
                ]
                chosen=inside.filter
                on_choose=move |filter| inside.choose(filter)
            />
        </Show>
        {move || inside.error.get().map(|error| view! { <FailureNote error on_retry=move |()| inside.read() /> })}
        <Show
            when=move || inside.paths.read().is_some() || inside.error.read().is_some()
            fallback=|| view! { <Skeleton lines=2 /> }
        >
            <ul class="run-lanes">
                <For each=keys key=Clone::clone let:key>
                    <LaneView store container=lane_path.get_value() kind key shown />
                </For>
            </ul>
            <Show when=move || shown.read().is_empty()>
                <p class="muted small">{move || nothing_inside(status.get(), inside.filter.get())}</p>
            </Show>
            <Show when=move || inside.has_more.get()>
                <div>
                    <Button small=true on_press=move |_| inside.read_more()>
                        "Show more"
                    </Button>
                </div>
            </Show>
        </Show>
        <NotTaken store path choice />
        <Show when=move || has_output.get()>
            <details class="disclosure">
                <summary>"Output"</summary>
                {
                    let (path, label) = result.get_value();
                    view! { <ResultView store path label /> }
                }
            </details>
        </Show>
    }
}

const fn nothing_inside(status: StepRunStatus, filter: ItemFilter) -> &'static str {
    match (filter, status) {
        (ItemFilter::Failed, _) => "No step failed.",
        (ItemFilter::Waiting, _) => "No step waits for a person.",
        (ItemFilter::Running, _) => "No step is running.",
        (ItemFilter::All, StepRunStatus::Running) => "Nothing has begun yet.",
        (ItemFilter::All, _) => "Nothing ran inside.",
    }
}

/// Why the container decided so.
#[component]
fn Reasons(choice: Memo<Option<Choice>>) -> impl IntoView {
    let lines = Memo::new(move |_| choice.read().as_ref().map(reason_of).unwrap_or_default());
    view! {
        <Show when=move || !lines.read().is_empty()>
            <ul class="reasons small muted break">
                {move || lines.get().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
            </ul>
        </Show>
    }
}

/// The cases that were not taken.
#[component]
fn NotTaken(store: RunStore, path: StepPath, choice: Memo<Option<Choice>>) -> impl IntoView {
    let names = Memo::new(move |_| {
        let Some(taken) = choice.get() else { return Vec::new() };
        let Some(step) = store.step_at(&path) else { return Vec::new() };
        let StepKind::Conditional(conditional) = &step.kind else { return Vec::new() };
        let cases = conditional.cases.iter().map(|case| case.name.to_string());
        let all = cases.chain(conditional.otherwise.as_ref().map(|_| sluice_types::OTHERWISE.to_owned()));
        all.filter(|name| taken.case.as_ref() != Some(name)).collect::<Vec<_>>()
    });
    view! {
        <Show when=move || !names.read().is_empty()>
            <p class="small muted">{move || format!("Not taken: {}.", names.read().join(", "))}</p>
        </Show>
    }
}

/// A branch, case, item or round.
#[component]
fn LaneView(
    store: RunStore,
    container: StepPath,
    kind: StepType,
    key: String,
    shown: Memo<Vec<Lane>>,
) -> impl IntoView {
    let lane = {
        let key = key.clone();
        Memo::new(move |_| shown.read().iter().find(|lane| lane.key == key).cloned())
    };
    let steps = Memo::new(move |_| lane.read().as_ref().map(|lane| lane.steps.clone()).unwrap_or_default());
    let status = Memo::new(move |_| {
        let statuses =
            steps.read().iter().filter_map(|path| store.step(path, |step| step.run.status)).collect::<Vec<_>>();
        lane_status(&statuses)
    });
    let address = format!("{container}.{key}");
    let is_last = {
        let key = key.clone();
        Memo::new(move |_| shown.read().last().is_some_and(|lane| lane.key == key))
    };
    let is_numbered = lane.with_untracked(|lane| lane.as_ref().is_some_and(|lane| lane.is_numbered(&container)));
    let open = {
        let address = address.clone();
        Memo::new(move |_| {
            let chosen = store.choices.with(|choices| choices.get(&address).copied());
            chosen.unwrap_or_else(|| {
                let needs_a_person = matches!(
                    status.get(),
                    StepRunStatus::Waiting | StepRunStatus::OutcomeUnknown | StepRunStatus::Failed
                );
                !is_numbered
                    || needs_a_person
                    || shown.read().len() <= OPEN_AT_FIRST
                    || (kind == StepType::Loop && is_last.get())
            })
        })
    };
    let choose = choose(store, &address);
    let round = StoredValue::new(key.clone());
    let heading = lane.with_untracked(|lane| lane.as_ref().map(|lane| lane.heading(kind)).unwrap_or_default());
    let latest = Memo::new(|_| None);
    let body_id = format!("lane-{address}");
    view! {
        <li class="run-lane">
            <h4>
                <button
                    type="button"
                    class="run-lane-toggle"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-controls=body_id.clone()
                    on:click=move |_| choose(!open.get_untracked())
                >
                    <StepDot status stale=false />
                    {heading}
                </button>
            </h4>
            <div id=body_id>
                <Show when=move || open.get()>
                    {(kind == StepType::Loop).then(|| view! { <RoundChange store shown key=round.get_value() /> })}
                    <ol>
                        <For each=move || steps.get() key=Clone::clone let:path>
                            {view! { <StepItem store path latest /> }.into_any()}
                        </For>
                    </ol>
                </Show>
            </div>
        </li>
    }
}

/// What a round changed in the text of the one before.
#[component]
fn RoundChange(store: RunStore, shown: Memo<Vec<Lane>>, key: String) -> impl IntoView {
    let round = Memo::new(move |_| {
        let lanes = shown.read();
        lanes.iter().flat_map(|lane| &lane.steps).for_each(|path| store.track_step(path));
        store.peek(|run| rounds(run, &lanes, &key))
    });
    let before = Signal::derive(move || round.get().unwrap_or_default().before);
    let after = Signal::derive(move || round.get().unwrap_or_default().after);
    let there = Memo::new(move |_| round.read().is_some());
    let is_same = Memo::new(move |_| round.read().as_ref().is_some_and(|round| round.before == round.after));
    let open = RwSignal::new(false);
    view! {
        <Show when=move || there.get()>
            <Show
                when=move || !is_same.get()
                fallback=|| view! { <p class="small muted">"The text is the same as in the round before."</p> }
            >
                <details class="disclosure" on:toggle:target=move |event| open.set(event.target().open())>
                    <summary>"Difference to the round before"</summary>
                    <Show when=move || open.get()>
                        <DiffView before after />
                    </Show>
                </details>
            </Show>
        </Show>
    }
}
