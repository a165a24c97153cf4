//! The steps, and the lists inside containers. A list holds its steps, so that a container moves with all inside it.

use leptos::prelude::*;
use sluice_types::edit::Port;
use sluice_types::{BlockAddress, Slot, StepId};
use sluice_web_state::canvas::connect::ports;
use sluice_web_state::canvas::edges::{end_of, handle};
use sluice_web_state::canvas::words::list_head;
use sluice_web_state::canvas::{Point, Rect};

use super::edge::Edges;
use super::host::ListMark;
use super::state::CanvasState;

/// The steps of a list with their connections. Steps may hold lists again, so its type is erased.
pub fn list_view(state: CanvasState, list: &BlockAddress) -> AnyView {
    let address = list.clone();
    let shown = Memo::new(move |_| state.shown(&address));
    let address = list.clone();
    view! {
        <Edges state list=list.clone() />
        <For each=move || shown.get() key=Clone::clone let:id>
            <Node state id />
        </For>
        <End state list=address />
    }
    .into_any()
}

/// A step.
#[component]
fn Node(state: CanvasState, id: StepId) -> impl IntoView {
    let rect = state.rect(&id);
    let slots = {
        let id = id.clone();
        Memo::new(move |_| {
            state.picture.with(|picture| picture.node(&id).map(|node| node.slots.clone())).unwrap_or_default()
        })
    };
    let class = {
        let id = id.clone();
        Memo::new(move |_| {
            let is = |it: bool, class: &'static str| if it { class } else { "" };
            let held = state.held.with(|held| held.as_ref() == Some(&id));
            let selected = state.seat.selected.with(|selected| selected.as_ref() == Some(&id));
            let kind = if slots.with(Vec::is_empty) { "leaf" } else { "container" };
            let aimed = state.aim_class(&id);
            let parts = [
                "canvas-node",
                kind,
                is(held, "held"),
                is(selected, "selected"),
                aimed,
                is(aimed.is_empty() && state.is_target(&id), "target"),
            ];
            let own = state.host().class(&id);
            parts.into_iter().chain([own.as_str()]).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        })
    };
    let place = {
        let rect = rect.clone();
        move || rect.with(|rect| format!("translate({}px, {}px)", rect.x, rect.y))
    };
    let side = move |of: fn(&Rect) -> f64| {
        let rect = rect.clone();
        move || rect.with(|rect| format!("{}px", of(rect)))
    };
    let key = id.to_string();
    let container = StoredValue::new(id.clone());
    view! {
        <div
            class=move || class.get()
            data-node=key
            style:transform=place
            style:width=side(|rect| rect.width)
            style:height=side(|rect| rect.height)
        >
            <Face state id=id.clone() />
            <For each=move || slots.get() key=Clone::clone let:slot>
                {lane_view(state, container.get_value(), slot)}
            </For>
            {state.host().can_edit().then(|| view! { <Handles state id /> })}
        </div>
    }
}

/// What is pressed to open a step, and takes the focus.
#[component]
fn Face(state: CanvasState, id: StepId) -> impl IntoView {
    let host = state.host();
    let (own, named) = (id.clone(), id.clone());
    let is_current = Memo::new(move |_| {
        state.seat.selected.with(|selected| match selected {
            Some(selected) if state.picture.with(|picture| picture.node(selected).is_some()) => *selected == own,
            Some(_) | None => state.picture.with(|picture| picture.steps(&BlockAddress::Root).first() == Some(&own)),
        })
    });
    let name = Memo::new(move |_| state.host().name(&state.picture.get(), &named));
    let (focused, pressed) = (id.clone(), id.clone());
    let focus = move |_| {
        if state.seat.selected.with_untracked(|selected| selected.as_ref() != Some(&focused)) {
            state.seat.selected.set(Some(focused.clone()));
        }
        if state.gesture.with_value(|gesture| *gesture == sluice_web_state::canvas::gesture::Gesture::Idle) {
            state.reveal(&focused);
        }
    };
    view! {
        <button
            type="button"
            class="canvas-face"
            id=host.element_id(&id)
            tabindex=move || if is_current.get() { "0" } else { "-1" }
            aria-label=move || name.get()
            on:focus=focus
            // A press by a key has no detail.
            on:click=move |event| state.host().open(&pressed, event.detail() == 0)
        >
            {host.face(&id)}
        </button>
    }
}

/// A list of a container.
fn lane_view(state: CanvasState, parent: StepId, slot: Slot) -> AnyView {
    let list = BlockAddress::Inner { parent: parent.clone(), slot: slot.clone() };
    let address = list.clone();
    let rect = Memo::new(move |_| {
        state.picture.with(|picture| picture.list(&address).map(|list| list.rect)).unwrap_or_default()
    });
    let side = move |of: fn(&Rect) -> f64| move || rect.with(|rect| format!("{}px", of(rect)));
    let address = list.clone();
    let is_empty = Memo::new(move |_| state.picture.with(|picture| picture.steps(&address).is_empty()));
    let head = list_head(&slot);
    let has_head = head.is_some();
    let (of_mark, of_note) = ((parent.clone(), slot.clone()), (parent, slot));
    let class = move || match state.host().list_mark(&of_mark.0, &of_mark.1) {
        ListMark::Plain => "canvas-lane",
        ListMark::Taken => "canvas-lane taken",
        ListMark::NotTaken => "canvas-lane not-taken",
    };
    let note = Memo::new(move |_| state.host().list_note(&of_note.0, &of_note.1));
    view! {
        <div
            class=class
            style:left=side(|rect| rect.x)
            style:top=side(|rect| rect.y)
            style:width=side(|rect| rect.width)
            style:height=side(|rect| rect.height)
        >
            <p class="canvas-lane-head" class:unnamed=!has_head>
                {head}
                <span class="muted">{move || note.get()}</span>
            </p>
            <Show when=move || is_empty.get()>
                <p class="canvas-lane-empty">"No steps"</p>
            </Show>
            {list_view(state, &list)}
        </div>
    }
    .into_any()
}

/// Where connections begin. Keys have `C` for it, so they are no controls.
#[component]
fn Handles(state: CanvasState, id: StepId) -> impl IntoView {
    let own = StoredValue::new(id);
    let all = Memo::new(move |_| {
        own.with_value(|id| state.seat.input.with(|input| input.as_ref().map(|input| ports(&input.index, id))))
            .unwrap_or_default()
    });
    let at = move |port: &Port| -> Point {
        own.with_value(|id| {
            let rect = state.rect(id).get();
            state.picture.with(|picture| handle(picture, id, rect, port)).minus(rect.origin())
        })
    };
    let one = move |port: Port| {
        let title = match &port {
            Port::Next => "Drag to the step to go to".to_owned(),
            Port::Case(name) => format!("Drag to the step to go to after case {name}"),
            Port::Otherwise => "Drag to the step to go to otherwise".to_owned(),
        };
        let name = port.to_string();
        let side = move |of: fn(Point) -> f64| {
            let port = port.clone();
            move || format!("{}px", of(at(&port)))
        };
        let class = if name == "next" { "canvas-handle" } else { "canvas-handle case" };
        view! {
            <span
                class=class
                data-handle=name
                title=title
                style:left=side(|point| point.x)
                style:top=side(|point| point.y)
            ></span>
        }
    };
    view! {
        <For each=move || all.get() key=ToString::to_string let:port>
            {one(port)}
        </For>
    }
}

/// What stands for the end of a list while a connection is drawn in it.
#[component]
fn End(state: CanvasState, list: BlockAddress) -> impl IntoView {
    let address = list.clone();
    let is_shown = Memo::new(move |_| state.source_list().as_ref() == Some(&address));
    let rect = move || state.picture.with(|picture| end_of(picture, &list));
    let rect = Signal::derive(rect);
    let side = move |of: fn(&Rect) -> f64| move || format!("{}px", of(&rect.get()));
    view! {
        <Show when=move || is_shown.get()>
            <div
                class="canvas-end"
                class:aimed=move || state.aims_at_end()
                aria-hidden="true"
                style:left=side(|rect| rect.x)
                style:top=side(|rect| rect.y)
                style:width=side(|rect| rect.width)
                style:height=side(|rect| rect.height)
            >
                "End of the list"
            </div>
        </Show>
    }
}
