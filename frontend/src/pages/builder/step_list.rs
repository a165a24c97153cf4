//! The steps as a tree of lists that can be sorted by mouse, finger, pen and keyboard.

use leptos::ev::FocusEvent;
use leptos::prelude::*;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::drag::{Drag, DragEvent, instructions, item_order};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::add_menu::InsertHere;
use super::model::Builder;
use super::sorting::{Float, Sorting};
use super::step_card::StepCard;

/// The labels and ids of all steps, which expressions refer to.
#[derive(Clone, Copy)]
pub struct StepNames(pub Memo<Vec<String>>);

impl StepNames {
    /// Those of a builder.
    pub fn of(builder: Builder) -> Self {
        Self(Memo::new(move |_| builder.index.with(|index| index.labels_and_ids().map(str::to_owned).collect())))
    }
}

/// All steps, with what a drag shows and says.
#[component]
pub fn StepTree(builder: Builder) -> impl IntoView {
    let sorting = expect_context::<Sorting>();
    let mut before = None;
    Effect::new(move || {
        let tree = builder.tree.get();
        if before.replace(tree.clone()).is_some_and(|before| before != tree) {
            sorting.send(DragEvent::TreeChanged);
        }
    });
    let class = move || {
        sorting.drag.with(|drag| match drag {
            Drag::Idle | Drag::Pressed { .. } => "tree",
            Drag::Dragging { .. } if sorting.float.with(|float| float.beside) => "tree sorting beside",
            Drag::Dragging { .. } => "tree sorting",
            Drag::Lifted { .. } => "tree sorting by-key",
        })
    };
    let px = move |side: fn(&Float) -> f64| sorting.float.with(|float| format!("{}px", side(float)));
    let has_containers = Memo::new(move |_| builder.tree.with(|tree| tree.containers().next().is_some()));
    view! {
        <p id="sort-help" class="visually-hidden">{move || instructions(has_containers.get())}</p>
        <div
            class=class
            style=("--float-top", move || px(|float| float.top))
            style=("--float-left", move || px(|float| float.left))
            style=("--float-width", move || px(|float| float.width))
            style=("--float-height", move || px(|float| float.height))
            on:focusin=move |event| note_current(builder, &event)
        >
            {move || sorting.ghost().map(|label| view! { <div class="card ghost" aria-hidden="true">{label}</div> })}
            {step_list(builder, sorting, BlockAddress::Root, Signal::stored("Steps".to_owned()))}
        </div>
        <p class="visually-hidden" aria-live="assertive">{move || sorting.said.get()}</p>
    }
}

/// New steps come behind the step that has the focus.
fn note_current(builder: Builder, event: &FocusEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let item = target.and_then(|target| target.closest("li[data-step]").ok().flatten());
    let id = item.and_then(|item| item.get_attribute("data-step")).and_then(|id| StepId::new(id).ok());
    if id.is_some() {
        builder.current.set_value(id);
    }
}

/// One list of step cards. The steps in it may hold lists again, so its type is erased.
pub fn step_list(builder: Builder, sorting: Sorting, list: BlockAddress, label: Signal<String>) -> AnyView {
    let element = NodeRef::new();
    sorting.lists.add(&list, element);
    let address = list.clone();
    let order = Memo::new(move |_| builder.list(&address));
    let mark = Memo::new(move |_| sorting.mark_in(&list));
    view! {
        <ol class="steps" node_ref=element aria-label=move || label.get()>
            {move || mark.get().map(|order| view! { <li class="drop-place" aria-hidden="true" style:order=order.to_string()></li> })}
            <For each=move || order.get() key=Clone::clone let:id>
                <Item builder sorting id />
            </For>
        </ol>
    }
    .into_any()
}

#[component]
fn Item(builder: Builder, sorting: Sorting, id: StepId) -> impl IntoView {
    let step = builder.step(id.clone());
    let (key, own, held) = (id.to_string(), id.clone(), id.clone());
    let order_of = Memo::new(move |_| builder.position(&own));
    let order = move || order_of.get().map(|position| item_order(position).to_string()).unwrap_or_default();
    view! {
        <li
            data-step=key
            data-first=move || (order_of.get() == Some(0)).then_some("")
            class:held=move || sorting.holds(&held) style:order=order
        >
            <InsertHere builder id=id.clone() />
            <StepCard builder step id />
        </li>
    }
}
