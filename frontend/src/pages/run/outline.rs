//! The outline of a run, beside the steps that stand one below the other.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use sluice_types::StepPath;
use sluice_web_state::run::{OutlineLine, outline};

use super::address::{Chooser, address_of};
use super::store::RunStore;
use crate::components::StepDot;

/// The steps with their states: each line leads to its step and opens it.
#[component]
pub fn RunOutline(store: RunStore) -> impl IntoView {
    let lines = store.watch(outline);
    view! {
        <nav class="card run-outline" aria-labelledby="outline-heading">
            <h2 id="outline-heading">"Outline"</h2>
            <ol>
                <For each=move || lines.get() key=Clone::clone let:line>
                    {match line {
                        OutlineLine::Step { path, label, lane, depth } => {
                            view! { <Line store path label lane depth /> }.into_any()
                        }
                        OutlineLine::More { count, .. } => {
                            view! { <li class="small muted outline-more">{format!("and {count} more")}</li> }.into_any()
                        }
                    }}
                </For>
            </ol>
        </nav>
    }
}

#[component]
fn Line(store: RunStore, path: StepPath, label: String, lane: Option<String>, depth: u32) -> impl IntoView {
    let chooser = expect_context::<Chooser>();
    let status = store.step_status(&path);
    let stale = store.watch_step(&path, |step| step.run.stale);
    let href = address_of(store, &path);
    let is_shown = {
        let path = path.clone();
        Memo::new(move |_| store.shown.read().as_ref() == Some(&path))
    };
    let go = move |event: MouseEvent| {
        if event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            chooser.open(&path);
        }
    };
    view! {
        <li style=("--depth", depth.to_string())>
            {lane.map(|lane| view! { <p class="small muted outline-lane">{lane}</p> })}
            <a href=href aria-current=move || is_shown.get().then_some("true") on:click=go>
                <StepDot status stale />
                <span class="outline-name">{label}</span>
            </a>
        </li>
    }
}
