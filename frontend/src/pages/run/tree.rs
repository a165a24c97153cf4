//! The steps of a run as a tree of rows with bars of time: beside the chosen step, or as the timeline.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus, StepType};
use sluice_web_state::format::plural;
use sluice_web_state::run::{Lane, StepView, fact_of, lane_status, lanes, spent_briefly, spent_text, told};

use super::address::{Chooser, address_of};
use super::agent_rows::agent_rows;
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
/// An agent that has had more turns is closed at first.
const MOST_TURNS_OPEN: u32 = 12;

/// How the rows of a tree are drawn.
#[derive(Clone, Copy)]
pub struct Look {
    pub(super) store: RunStore,
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
    let is_agent = kind == StepType::Agent;
    let open = (kind.is_container() || is_agent).then(|| {
        let is_long = is_agent && store.peek_step(&path, turns_made).is_some_and(|turns| turns > MOST_TURNS_OPEN);
        let around = path.clone();
        unfolded(store, path.as_str(), move || has_begun() && (!is_long || holds_shown(store, around.as_str())))
    });
    let fact = {
        let path = path.clone();
        Signal::derive(move || {
            let is_each = store.runs_items(&path);
            store.step(&path, |step| fact_of(kind, step.run.choice.as_ref()?, is_each)).flatten()
        })
    };
    let inside = path.clone();
    let is_empty = Signal::derive(move || is_agent && !has_begun());
    let row =
        Row { address: path.to_string(), heading: label, status, link: Some(path.clone()), open, is_empty, depth };
    view! {
        <li>
            {row_view(&look, row, Signal::stored(vec![path]), fact)}
            {open
                .map(|open| {
                    let inside = StoredValue::new(inside);
                    view! {
                        <Show when=move || open.get() && !is_empty.get()>
                            {if is_agent {
                                agent_rows(&look, &inside.get_value(), status, depth + 1)
                            } else {
                                view! { <TreeInside look container=inside.get_value() kind depth=depth + 1 /> }.into_any()
                            }}
                        </Show>
                    }
                })}
        </li>
    }
    .into_any()
}

/// How many turns an agent has had, as far as answers told it.
fn turns_made(step: &StepView) -> u32 {
    step.run.agent.as_ref().and_then(|agent| agent.turns).unwrap_or(0)
}

/// Whether the step that is shown lies inside an address. Tracks changes.
pub fn holds_shown(store: RunStore, address: &str) -> bool {
    let shown = store.shown.read();
    let rest = shown.as_ref().and_then(|path| path.as_str().strip_prefix(address));
    rest.is_some_and(|rest| rest.starts_with('.'))
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
    let inner = address.clone();
    let is_short = move || shown.read().len() <= OPEN_AT_FIRST;
    let open = unfolded(store, &address, move || !is_numbered || holds_shown(store, &inner) || is_short());
    let is_empty = Signal::stored(false);
    let row = Row { address, heading, status, link: None, open: Some(open), is_empty, depth };
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
pub fn unfolded(store: RunStore, address: &str, default: impl Fn() -> bool + Send + Sync + 'static) -> Memo<bool> {
    let address = address.to_owned();
    Memo::new(move |_| {
        let chosen = store.choices.with(|choices| choices.get(&address).copied());
        chosen.unwrap_or_else(&default)
    })
}

/// A row of a step or of a lane.
pub struct Row {
    /// What its being open or closed is kept under.
    pub address: String,
    /// Its name.
    pub heading: String,
    /// Its state.
    pub status: Memo<StepRunStatus>,
    /// The step that it leads to.
    pub link: Option<StepPath>,
    /// Whether the rows inside are shown; `None` for a row that holds none.
    pub open: Option<Memo<bool>>,
    /// Whether there are no rows inside yet.
    pub is_empty: Signal<bool>,
    /// How far it is indented.
    pub depth: u32,
}

/// Draws a row.
pub fn row_view(look: &Look, row: Row, paths: Signal<Vec<StepPath>>, fact: Signal<Option<String>>) -> AnyView {
    let Look { store, ruler, is_timeline } = *look;
    let Row { address, heading, status, link, open, is_empty, depth } = row;
    let stale = {
        let path = link.clone();
        Memo::new(move |_| path.as_ref().and_then(|path| store.step(path, |step| step.run.stale)).unwrap_or_default())
    };
    let is_shown = {
        let path = link.clone();
        Memo::new(move |_| !is_timeline && path.is_some() && *store.shown.read() == path)
    };
    let no_fold = || view! { <span class="tree-fold"></span> };
    let fold = open.map(|open| {
        let choose = choose(store, &address);
        let label = StoredValue::new(format!("Inside {heading}"));
        view! {
            <Show when=move || !is_empty.get() fallback=no_fold>
                <button
                    type="button"
                    class="tree-fold"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-label=label.get_value()
                    on:click={
                        let choose = choose.clone();
                        move |_| choose(!open.get_untracked())
                    }
                >
                    <Icon icon=icondata_lu::LuChevronRight />
                </button>
            </Show>
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
                {fold.map_or_else(|| no_fold().into_any(), IntoAny::into_any)}
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
