//! “+ step”: adds a step at the end of a list.

use leptos::prelude::*;
use sluice_types::BlockAddress;
use sluice_web_state::editor::NewStep;

use super::model::Builder;
use crate::components::{Menu, MenuItem, new_step_icon};

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
