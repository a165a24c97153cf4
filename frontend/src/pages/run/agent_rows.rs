//! The turns of an agent and their calls, as rows of the tree and of the timeline.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus};
use sluice_web_state::format::plural;
use sluice_web_state::run::{Turn, turn_words, turns};
use sluice_web_state::tools::{main_argument, name_of};

use super::inside::Inside;
use super::tree::{Look, Row, holds_shown, row_view, unfolded};
use crate::components::Button;

/// The turns, as far as they are loaded.
pub fn agent_rows(look: &Look, agent: &StepPath, status: Memo<StepRunStatus>, depth: u32) -> AnyView {
    let look = *look;
    let inside = Inside::follow(look.store, agent);
    let all = Memo::new(move |_| turns(inside.paths.read().as_deref().unwrap_or_default()));
    let numbers = move || all.read().iter().map(|turn| turn.number).collect::<Vec<_>>();
    let is_at_work = Memo::new(move |_| matches!(status.get(), StepRunStatus::Running | StepRunStatus::Waiting));
    let loaded = move || {
        let count = u64::try_from(all.read().len()).unwrap_or(u64::MAX);
        format!("Only the first {} are loaded.", plural(count, "turn", "turns"))
    };
    view! {
        <ol>
            <For each=numbers key=|number| *number let:number>
                <TurnRow look number all is_at_work depth />
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
    .into_any()
}

/// A turn with its calls. One in which a person is asked is open.
#[component]
fn TurnRow(look: Look, number: u32, all: Memo<Vec<Turn>>, is_at_work: Memo<bool>, depth: u32) -> impl IntoView {
    let store = look.store;
    let turn = Memo::new(move |_| all.read().iter().find(|turn| turn.number == number).cloned());
    let Some(path) = turn.with_untracked(|turn| turn.as_ref().map(|turn| turn.path.clone())) else {
        return ().into_any();
    };
    let status = store.step_status(&path);
    let calls = Memo::new(move |_| turn.read().as_ref().map(|turn| turn.calls.clone()).unwrap_or_default());
    let is_empty = Signal::derive(move || calls.read().is_empty());
    let around = path.to_string();
    let open = unfolded(store, path.as_str(), move || {
        let waits = |call: &StepPath| store.step(call, |call| call.run.status.is_gate()).unwrap_or_default();
        let suits =
            || all.with(|all| turn.with(|turn| turn.as_ref().map(|it| it.is_open_at_first(all, is_at_work.get()))));
        calls.read().iter().any(waits) || holds_shown(store, &around) || suits().unwrap_or_default()
    });
    let count = Signal::derive(move || match calls.read().len() {
        0 => None,
        calls => Some(plural(u64::try_from(calls).unwrap_or(u64::MAX), "call", "calls")),
    });
    let row = Row {
        address: path.to_string(),
        heading: turn_words(number),
        status,
        link: Some(path.clone()),
        open: Some(open),
        is_empty,
        depth,
    };
    view! {
        <li>
            {row_view(&look, row, Signal::stored(vec![path]), count)}
            <Show when=move || open.get() && !is_empty.get()>
                <ol>
                    <For each=move || calls.get() key=Clone::clone let:path>
                        {call_row(&look, path, depth + 1)}
                    </For>
                </ol>
            </Show>
        </li>
    }
    .into_any()
}

/// A call of a tool.
fn call_row(look: &Look, path: StepPath, depth: u32) -> AnyView {
    let store = look.store;
    let status = store.step_status(&path);
    let tool = store.peek_step(&path, |step| step.run.tool.clone().unwrap_or_else(|| step.run.label.clone()));
    let main = store.watch_step(&path, |step| step.run.arguments.as_ref().and_then(main_argument));
    let row = Row {
        address: path.to_string(),
        heading: name_of(&tool.unwrap_or_default()).to_owned(),
        status,
        link: Some(path.clone()),
        open: None,
        is_empty: Signal::stored(true),
        depth,
    };
    view! { <li>{row_view(look, row, Signal::stored(vec![path]), main.into())}</li> }.into_any()
}
