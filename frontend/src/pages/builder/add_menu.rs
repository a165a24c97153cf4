//! “+ step”: adds a step at the end of a list, or between two steps.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::editor::NewStep;
use wasm_bindgen::JsCast;

use super::model::Builder;
use crate::components::{Icon, Menu, MenuItem, new_step_icon};

/// A menu of the kinds of step.
#[component]
pub fn AddMenu(
    builder: Builder,
    list: BlockAddress,
    /// What the list is called, for screen readers.
    #[prop(into)]
    name: Signal<String>,
) -> impl IntoView {
    let list = StoredValue::new(list);
    let item = move |new: NewStep| {
        let add = move |_| {
            if let Some(step) = new.step() {
                builder.add_at_end(step, list.get_value());
            }
        };
        view! { <MenuItem icon=new_step_icon(new) label=new.label() on_press=add /> }
    };
    view! {
        <Menu label=Signal::derive(move || ["Add a step to ", &name.get()].concat()) text="step">
            {NewStep::ALL.map(item).into_iter().collect_view()}
        </Menu>
    }
}

/// A line between two cards that adds a step there. Its menu is drawn when it is opened: there is one for each step.
#[component]
pub fn InsertHere(builder: Builder, id: StepId) -> impl IntoView {
    let open = RwSignal::new(false);
    let element: NodeRef<html::Div> = NodeRef::new();
    let button: NodeRef<html::Button> = NodeRef::new();
    let own = StoredValue::new(id);
    let number = move || own.with_value(|id| builder.number(id)).unwrap_or_default();
    let name = move || ["Add a step here, before step ", &number()].concat();
    let add = move |new: NewStep| {
        open.set(false);
        let place = builder.tree.with_untracked(|tree| {
            own.with_value(|id| tree.place(id).map(|(list, position)| (list.clone(), position)))
        });
        if let Some(((list, position), step)) = place.zip(new.step()) {
            builder.add_to(step, list, position);
        }
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            if let Some(button) = button.get_untracked() {
                let _focused = button.focus();
            }
        }
    };
    let left = move |event: FocusEvent| {
        let target = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let is_outside = target.is_some_and(|target| !holds(element, &target));
        if is_outside && open.try_get_untracked() == Some(true) {
            open.set(false);
        }
    };
    view! {
        <div class="insert" class:open=move || open.get() node_ref=element on:keydown=keys on:focusout=left>
            <button
                type="button"
                node_ref=button
                aria-label=name
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon icon=icondata_lu::LuPlus />
                <span>"Add a step here"</span>
            </button>
            <Show when=move || open.get()>
                <Kinds element open add=Callback::new(add) />
            </Show>
        </div>
    }
}

fn holds(element: NodeRef<html::Div>, node: &web_sys::Node) -> bool {
    element.get_untracked().is_some_and(|element| element.contains(Some(node)))
}

/// The kinds of step. A press elsewhere closes the menu.
#[component]
fn Kinds(element: NodeRef<html::Div>, open: RwSignal<bool>, add: Callback<NewStep>) -> impl IntoView {
    let _stop = use_event_listener(document(), leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if target.is_none_or(|target| !holds(element, &target)) {
            open.set(false);
        }
    });
    let item = move |new: NewStep| {
        view! { <MenuItem icon=new_step_icon(new) label=new.label() on_press=move |_| add.run(new) /> }
    };
    view! { <ul class="items">{NewStep::ALL.map(item).into_iter().collect_view()}</ul> }
}
