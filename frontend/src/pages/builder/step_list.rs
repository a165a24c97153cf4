//! The steps as a list that can be sorted by mouse, finger, pen and keyboard.

use leptos::prelude::*;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::drag::{Drag, DragEvent, Slot, instructions};

use super::model::Builder;
use super::sorting::Sorting;
use super::step_card::StepCard;

/// One list of step cards, with what a drag shows and says.
#[component]
pub fn StepList(builder: Builder, block: BlockAddress) -> impl IntoView {
    let list = NodeRef::new();
    let sorting = Sorting::new(builder, block.clone(), list);
    provide_context(sorting);
    let order = Memo::new(move |_| builder.list(&block));
    let mut before = None;
    Effect::new(move || {
        let count = order.with(Vec::len);
        if before.replace(count).is_some_and(|before| before != count) {
            sorting.send(DragEvent::ListChanged);
        }
    });
    let class = move || {
        sorting.drag.with(|drag| match drag {
            Drag::Idle | Drag::Pressed { .. } => "steps",
            Drag::Dragging { .. } => "steps sorting",
            Drag::Lifted { .. } => "steps sorting by-key",
        })
    };
    view! {
        <p id="sort-help" class="visually-hidden">{instructions()}</p>
        <ol class=class node_ref=list aria-label="Steps">
            <DropPlace sorting />
            <For each=move || order.get() key=Clone::clone let:id>
                <Item builder sorting id />
            </For>
        </ol>
        <p class="visually-hidden" aria-live="assertive">{move || sorting.said.get()}</p>
    }
}

#[component]
fn Item(builder: Builder, sorting: Sorting, id: StepId) -> impl IntoView {
    let step = builder.step(id.clone());
    let shift = {
        let id = id.clone();
        Memo::new(move |_| sorting.shift(&id))
    };
    let transform = move || {
        let shift = shift.get();
        if shift == 0.0 { String::new() } else { format!("translateY({shift}px)") }
    };
    let (key, own) = (id.to_string(), id.clone());
    view! {
        <li data-step=key class:held=move || sorting.holds(&own) style:transform=transform>
            <StepCard builder step id />
        </li>
    }
}

/// The frame where the step would land.
#[component]
fn DropPlace(sorting: Sorting) -> impl IntoView {
    let place = Memo::new(move |_| sorting.placeholder());
    let px = move |side: fn(&Slot) -> f64| {
        place.with(|place| place.as_ref().map_or_else(String::new, |slot| format!("{}px", side(slot))))
    };
    view! {
        <li
            class="drop-place"
            aria-hidden="true"
            hidden=move || place.with(Option::is_none)
            style:top=move || px(|slot| slot.top)
            style:height=move || px(|slot| slot.height)
        ></li>
    }
}
