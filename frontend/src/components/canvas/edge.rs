//! The lines of the connections.

use leptos::prelude::*;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::canvas::edges::{handle, line};
use sluice_web_state::canvas::jumps::Jump;
use sluice_web_state::canvas::{Line, PictureEdge, Point};

use super::state::CanvasState;

/// The lines of a list.
#[component]
pub fn Edges(state: CanvasState, list: BlockAddress) -> impl IntoView {
    let list = StoredValue::new(list);
    let shown = Memo::new(move |_| list.with_value(|list| state.shown_edges(list)));
    view! {
        <svg class="canvas-edges" aria-hidden="true">
            <For each=move || shown.get() key=Clone::clone let:edge>
                <Edge state list=list.get_value() edge />
            </For>
            <Preview state list=list.get_value() />
        </svg>
    }
}

/// One line. It follows the boxes of its ends, and no others.
#[component]
fn Edge(state: CanvasState, list: BlockAddress, edge: PictureEdge) -> impl IntoView {
    let drawn: Memo<Option<Line>> = {
        let (list, edge) = (list.clone(), edge.clone());
        Memo::new(move |_| {
            let picture = state.picture.get();
            let at = picture.list(&list)?.edges.iter().position(|other| other.id == edge.id)?;
            line(&picture, &list, at, &edge, |id: &StepId| Some(state.rect(id).get()))
        })
    };
    let (label, is_explicit) = (edge.label.clone(), edge.is_explicit);
    let jump = Jump::of(&edge).filter(|_| state.host().can_edit());
    let own = jump.clone();
    let is_chosen = Memo::new(move |_| own.is_some() && state.jump.with(|chosen| *chosen == own));
    let is_taken = Memo::new(move |_| state.host().is_taken(&state.picture.get(), &list, &edge));
    let class = move || match (is_explicit, is_taken.get() || is_chosen.get()) {
        (false, false) => "edge",
        (true, false) => "edge jump",
        (_, true) => "edge taken",
    };
    let path = move || drawn.with(|line| line.as_ref().map(|line| line.path.clone()).unwrap_or_default());
    let end = move || if is_taken.get() || is_chosen.get() { "url(#canvas-arrow-taken)" } else { "url(#canvas-arrow)" };
    let at = move |side: fn(Point) -> f64| {
        drawn.with(|line| line.as_ref().map(|line| side(line.label).to_string()).unwrap_or_default())
    };
    view! {
        <path class=class d=path marker-end=end></path>
        // A line is too thin to be pressed. Keys have `L` for it.
        {jump
            .map(|jump| view! { <path class="edge-grip" d=path on:click=move |_| state.press_jump(jump.clone())></path> })}
        {(!label.is_empty())
            .then(|| {
                view! {
                    <text class="edge-label" x=move || at(|point| point.x + 6.0) y=move || at(|point| point.y + 4.0)>
                        {label}
                    </text>
                }
            })}
    }
}

/// The connection that is being drawn.
#[component]
fn Preview(state: CanvasState, list: BlockAddress) -> impl IntoView {
    let path = Memo::new(move |_| {
        let picture = state.picture.get();
        let is_here = state.source_list().as_ref() == Some(&list);
        if !is_here {
            return None;
        }
        let (id, port, to) = match (state.aim.get(), state.connecting.get()) {
            (Some(aim), _) => (aim.id, aim.port, aim.at.minus(picture.origin_of(&list))),
            (None, Some(connecting)) => {
                let to = match connecting.target().step() {
                    Some(target) => picture.node(target)?.rect.top_middle(),
                    None => sluice_web_state::canvas::edges::end_of(&picture, &list).top_middle(),
                };
                (connecting.id.clone(), connecting.port(), to)
            }
            (None, None) => return None,
        };
        let from = handle(&picture, &id, state.rect(&id).get(), &port);
        Some(format!("M{},{} L{},{}", from.x, from.y, to.x, to.y))
    });
    move || {
        path.get().map(|path| view! { <path class="edge preview" d=path marker-end="url(#canvas-arrow-taken)"></path> })
    }
}
