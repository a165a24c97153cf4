//! The steps in a list of links, for the way to one of many.

use leptos::prelude::*;
use sluice_types::{BlockAddress, Severity, Slot, StepId};
use sluice_web_state::editor::count;
use sluice_web_state::tree::Tree;

use super::model::{Builder, toggle_id};
use super::step_card::label_of;

/// Steps up to which all of them are listed. Of more, those in containers are left out.
const MOST_STEPS: usize = 60;
/// Steps up to which there is an outline: a list of more helps nobody.
const MOST_LINKS: usize = 150;

/// The outline of a workflow, as soon as there is a way to go.
#[component]
pub fn Outline(builder: Builder) -> impl IntoView {
    let lines = Memo::new(move |_| {
        builder.tree.with(|tree| {
            let mut lines = Vec::new();
            let depth = if tree.len() > MOST_STEPS { 0 } else { usize::MAX };
            add_lines(tree, &BlockAddress::Root, 0, depth, &mut lines);
            lines
        })
    });
    let is_shown = Memo::new(move |_| lines.with(|lines| (2..=MOST_LINKS).contains(&lines.len())));
    view! {
        <Show when=move || is_shown.get()>
            <nav class="card padded stack tight" aria-labelledby="outline">
                <h2 id="outline">"Outline"</h2>
                <ul class="outline">
                    <For each=move || lines.get() key=Clone::clone let((id, depth))>
                        <Line builder id depth />
                    </For>
                </ul>
            </nav>
        </Show>
    }
}

fn add_lines(tree: &Tree, list: &BlockAddress, depth: usize, deepest: usize, lines: &mut Vec<(StepId, usize)>) {
    for id in tree.list(list) {
        lines.push((id.clone(), depth));
        let slots: &[Slot] = if depth < deepest { tree.slots(id) } else { &[] };
        for slot in slots {
            let inner = BlockAddress::Inner { parent: id.clone(), slot: slot.clone() };
            add_lines(tree, &inner, depth.saturating_add(1), deepest, lines);
        }
    }
}

#[component]
fn Line(builder: Builder, id: StepId, depth: usize) -> impl IntoView {
    let step = builder.step(id.clone());
    let own = id.clone();
    let number = move || builder.number(&own);
    let own = id.clone();
    let has_problem = Memo::new(move |_| {
        let pending = builder
            .pending_problems
            .with(|all| all.iter().filter_map(|problem| problem.at.step()).any(|(step, _)| *step == own));
        pending || builder.analysis.with(|analysis| count(analysis.findings.of_step(&own), Severity::Error) > 0)
    });
    let target = ["#", &toggle_id(&id)].concat();
    let go = move |event: leptos::ev::MouseEvent| {
        // The address stays as it is: the step is opened and has the focus.
        event.prevent_default();
        builder.go_to(&id);
    };
    view! {
        <li style:padding-left=format!("{}rem", depth_rem(depth))>
            <a href=target class:bad=move || has_problem.get() on:click=go>
                <span class="numbers">{number}</span>
                " "
                {move || label_of(step)}
                {move || has_problem.get().then(|| view! { <span class="visually-hidden">" has a problem"</span> })}
            </a>
        </li>
    }
}

/// Indent of a line.
fn depth_rem(depth: usize) -> u32 {
    u32::try_from(depth).unwrap_or_default().min(4)
}
