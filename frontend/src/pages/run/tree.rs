//! The steps of a run as a tree of rows with bars of time: beside the chosen step, or as the timeline.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus, StepType};
use sluice_web_state::format::plural;
use sluice_web_state::run::{Lane, fact_of, lane_status, lanes, spent_briefly, spent_text, told};

use super::address::{Chooser, address_of};
use super::bar::{Bar, Marks, Ruler};
use super::ids::tree_row;
use super::inside::Inside;
use super::spent::{cost_of, took};
use super::step::choose;
use super::store::RunStore;
use crate::browser::clock::utc;
use crate::components::{Button, Icon, StepDot};

/// Items and rounds that are all open at first.
const OPEN_AT_FIRST: usize = 4;

/// How the rows of a tree are drawn.
#[derive(Clone, Copy)]
struct Look {
    store: RunStore,
    ruler: Ruler,
    is_timeline: bool,
}

/// All steps of the run.
#[component]
pub fn RunTree(
    store: RunStore,
    /// Whether it is the timeline, which takes the whole width.
    is_timeline: bool,
) -> impl IntoView {
    let ruler = Ruler::of(store);
    let look = Look { store, ruler, is_timeline };
    let list = view! {
        <ol>
            <For each=move || store.paths() key=Clone::clone let:path>
                <TreeStep look path depth=0 />
            </For>
        </ol>
    };
    view! {
        <div class="card run-tree" class:timeline=is_timeline style=("--length", move || ruler.length())>
            {is_timeline.then(|| view! { <TimelineHead store /> })}
            <div class="tree-rows">{is_timeline.then(|| view! { <Marks ruler /> })} {list}</div>
        </div>
    }
}

/// The axis, and what the bars mean.
#[component]
fn TimelineHead(store: RunStore) -> impl IntoView {
    let is_partial = store.watch(|run| !run.is_timed() && !run.wants_stream());
    let looks = [("work", "Work"), ("gate", "Waits for a person"), ("retry", "Between attempts"), ("failed", "Failed")];
    let entry = |(class, text)| view! { <li><span class=format!("swatch {class}")></span>{text}</li> };
    view! {
        <ul class="legend small muted">{looks.map(entry).collect_view()}</ul>
        <Show when=move || is_partial.get()>
            <p class="small muted tree-word">
                "This run is too large to read all its events: each bar shows the newest attempt of its step."
            </p>
        </Show>
    }
}

/// A step with what runs inside.
#[component]
fn TreeStep(look: Look, path: StepPath, depth: u32) -> impl IntoView {
    let store = look.store;
    let status = store.step_status(&path);
    let (label, kind) = store
        .peek_step(&path, |step| (step.run.label.clone(), step.run.step_type))
        .unwrap_or((String::new(), StepType::Llm));
    let has_begun = move || !matches!(status.get(), StepRunStatus::Pending | StepRunStatus::Skipped);
    let open = kind.is_container().then(|| unfolded(store, path.as_str(), has_begun));
    let fact = {
        let path = path.clone();
        Signal::derive(move || {
            let is_each = store.runs_items(&path);
            store.step(&path, |step| fact_of(kind, step.run.choice.as_ref()?, is_each)).flatten()
        })
    };
    let inside = path.clone();
    let row = Row { address: path.to_string(), heading: label, status, link: Some(path.clone()), open, depth };
    view! {
        <li>
            {row_view(&look, row, Signal::stored(vec![path]), fact)}
            {open
                .map(|open| {
                    let inside = StoredValue::new(inside);
                    view! {
                        <Show when=move || open.get()>
                            <TreeInside look container=inside.get_value() kind depth=depth + 1 />
                        </Show>
                    }
                })}
        </li>
    }
    .into_any()
}

/// What runs inside a container, as far as it is loaded.
#[component]
fn TreeInside(look: Look, container: StepPath, kind: StepType, depth: u32) -> impl IntoView {
    let inside = Inside::follow(look.store, &container);
    let around = container.clone();
    let shown = Memo::new(move |_| lanes(&container, inside.paths.read().as_deref().unwrap_or_default()));
    let keys = move || shown.read().iter().map(|lane| lane.key.clone()).collect::<Vec<_>>();
    let loaded = move || {
        let count = u64::try_from(shown.read().len()).unwrap_or(u64::MAX);
        let lanes =
            if kind == StepType::Loop { plural(count, "round", "rounds") } else { plural(count, "item", "items") };
        format!("Only the first {lanes} are loaded.")
    };
    view! {
        <ol>
            <For each=keys key=Clone::clone let:key>
                <TreeLane look container=around.clone() kind key shown depth />
            </For>
        </ol>
        <Show when=move || inside.has_more.get()>
            <p class="row small muted tree-word">
                {loaded}
                <Button small=true on_press=move |_| inside.read_more()>
                    "Show more"
                </Button>
            </p>
        </Show>
    }
}

/// A branch, case, item or round.
#[component]
fn TreeLane(
    look: Look,
    container: StepPath,
    kind: StepType,
    key: String,
    shown: Memo<Vec<Lane>>,
    depth: u32,
) -> impl IntoView {
    let store = look.store;
    let address = format!("{container}.{key}");
    let lane = Memo::new(move |_| shown.read().iter().find(|lane| lane.key == key).cloned());
    let steps = Memo::new(move |_| lane.read().as_ref().map(|lane| lane.steps.clone()).unwrap_or_default());
    let status = Memo::new(move |_| {
        let steps = steps.read();
        let statuses: Vec<_> = steps.iter().filter_map(|path| store.step(path, |step| step.run.status)).collect();
        lane_status(&statuses)
    });
    let (heading, is_numbered) = lane.with_untracked(|lane| {
        lane.as_ref().map(|lane| (lane.heading(kind), lane.is_numbered(&container))).unwrap_or_default()
    });
    let inner = [address.as_str(), "."].concat();
    let holds_shown = move || store.shown.read().as_ref().is_some_and(|path| path.as_str().starts_with(&inner));
    let is_short = move || shown.read().len() <= OPEN_AT_FIRST;
    let open = unfolded(store, &address, move || !is_numbered || holds_shown() || is_short());
    let row = Row { address, heading, status, link: None, open: Some(open), depth };
    view! {
        <li>
            {row_view(&look, row, steps.into(), Signal::stored(None))}
            <Show when=move || open.get()>
                <ol>
                    <For each=move || steps.get() key=Clone::clone let:path>
                        {view! { <TreeStep look path depth=depth + 1 /> }.into_any()}
                    </For>
                </ol>
            </Show>
        </li>
    }
}

/// Whether the rows inside are shown: as a person chose, or as it suits.
fn unfolded(store: RunStore, address: &str, default: impl Fn() -> bool + Send + Sync + 'static) -> Memo<bool> {
    let address = address.to_owned();
    Memo::new(move |_| {
        let chosen = store.choices.with(|choices| choices.get(&address).copied());
        chosen.unwrap_or_else(&default)
    })
}

/// A row of a step or of a lane.
struct Row {
    address: String,
    heading: String,
    status: Memo<StepRunStatus>,
    /// The step that it leads to.
    link: Option<StepPath>,
    open: Option<Memo<bool>>,
    depth: u32,
}

fn row_view(look: &Look, row: Row, paths: Signal<Vec<StepPath>>, fact: Signal<Option<String>>) -> AnyView {
    let Look { store, ruler, is_timeline } = *look;
    let Row { address, heading, status, link, open, depth } = row;
    let stale = {
        let path = link.clone();
        Memo::new(move |_| path.as_ref().and_then(|path| store.step(path, |step| step.run.stale)).unwrap_or_default())
    };
    let is_shown = {
        let path = link.clone();
        Memo::new(move |_| !is_timeline && path.is_some() && *store.shown.read() == path)
    };
    let fold = open.map(|open| {
        let choose = choose(store, &address);
        view! {
            <button
                type="button"
                class="tree-fold"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-label=format!("Inside {heading}")
                on:click=move |_| choose(!open.get_untracked())
            >
                <Icon icon=icondata_lu::LuChevronRight />
            </button>
        }
    });
    let words = if is_timeline { spent_text } else { spent_briefly };
    let spent = took(store, paths, status, words);
    let name = match link {
        Some(path) => step_link(look, &path, heading, is_shown, status),
        None => view! { <span class="tree-name">{heading}</span> }.into_any(),
    };
    view! {
        <div class="tree-row" class:chosen=move || is_shown.get() style=("--depth", depth.to_string())>
            <div class="tree-head">
                {fold.map_or_else(|| view! { <span class="tree-fold"></span> }.into_any(), IntoAny::into_any)}
                <StepDot status stale />
                {name}
                <span class="small muted tree-fact">{fact}</span>
            </div>
            <Bar store ruler paths />
            <span class="small muted numbers tree-took">{move || spent.get()}</span>
            {is_timeline.then(|| view! { <span class="small muted numbers tree-cost">{cost_of(store, paths)}</span> })}
        </div>
    }
    .into_any()
}

/// The name of a step as the link to it, with its figures in words: shown on hover and focus, and read by screen readers.
fn step_link(
    look: &Look,
    path: &StepPath,
    heading: String,
    is_shown: Memo<bool>,
    status: Memo<StepRunStatus>,
) -> AnyView {
    let Look { store, is_timeline, .. } = *look;
    let chooser = expect_context::<Chooser>();
    let id = tree_row(path);
    let tip = format!("{id}-figures");
    let figures = {
        let path = path.clone();
        move || {
            let now = if super::spent::is_counting(status.get()) { store.now.get() } else { 0.0 };
            store.track_step(&path);
            store.peek(|run| run.step(&path).map(|step| told(run, step, utc(now))))
        }
    };
    let choice = path.clone();
    let go = move |event: MouseEvent| {
        let is_plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key());
        if is_plain && !is_timeline {
            event.prevent_default();
            chooser.choose(&choice);
        }
    };
    view! {
        <a
            id=id
            class="tree-name"
            href=address_of(store, path)
            aria-current=move || is_shown.get().then_some("true")
            aria-describedby=tip.clone()
            on:click=go
        >
            {heading}
        </a>
        <span class="tree-tip small" role="tooltip" id=tip>
            {figures}
        </span>
    }
    .into_any()
}
