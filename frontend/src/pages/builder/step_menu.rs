//! The menu of a step.

use leptos::prelude::*;
use sluice_types::edit::{Edit, StepField, Wrapper};
use sluice_types::{Step, StepId};
use sluice_web_state::editor::NewStep;
use sluice_web_state::shared::Shared;

use super::model::Builder;
use super::selection::{Picking, WRAPPERS};
use super::step_card::label_of;
use super::try_step::Tries;
use crate::components::{Menu, MenuHeading, MenuItem, wrapper_icon};

/// What can be done to a step: chosen, copied, moved, wrapped, removed. A chosen step is copied, wrapped and removed with
/// the others that are chosen.
#[component]
pub fn StepMenu(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId) -> impl IntoView {
    let picking = expect_context::<Picking>();
    let tries = expect_context::<Tries>();
    let id = StoredValue::new(id);
    let is_on = Memo::new(move |_| step.with(|step| step.as_ref().is_none_or(|step| step.enabled)));
    let is_container = Memo::new(move |_| step.with(|step| step.as_ref().is_some_and(|step| step.kind.is_container())));
    let move_by = move |by: isize| id.with_value(|id| builder.move_by(id, by));
    let switch = move |_| {
        let field = StepField::Enabled(!is_on.get_untracked());
        builder.edit(Edit::UpdateStep { id: id.get_value(), field });
    };
    let add_below = move |_| {
        if let Some(step) = NewStep::Prompt.step() {
            id.with_value(|id| builder.add_below(id, step));
        }
    };
    let switch_words = move || if is_on.get() { "Switch off" } else { "Switch on" };
    let all = move || id.with_value(|id| picking.with_picked(id));
    let wrap_item = move |wrapper: Wrapper| {
        let label = NewStep::Container(wrapper).label();
        view! { <MenuItem icon=wrapper_icon(wrapper) label=label on_press=move |_| picking.wrap(all(), wrapper) /> }
    };
    view! {
        <Menu label=Signal::derive(move || ["More for ", &label_of(step)].concat())>
            <MenuItem icon=icondata_lu::LuPlus label="Add below" on_press=add_below />
            <MenuItem
                icon=icondata_lu::LuFlaskConical
                label="Try this step"
                on_press=move |_| id.with_value(|id| tries.show(id))
            />
            <MenuItem
                icon=icondata_lu::LuCopyPlus
                label="Duplicate"
                on_press=move |_| picking.duplicate(all())
            />
            <MenuItem
                icon=icondata_lu::LuSquareCheck
                label="Select"
                on_press=move |_| id.with_value(|id| picking.select(id))
            />
            <MenuItem icon=icondata_lu::LuArrowUp label="Move up" on_press=move |_| move_by(-1) />
            <MenuItem icon=icondata_lu::LuArrowDown label="Move down" on_press=move |_| move_by(1) />
            <MenuItem icon=icondata_lu::LuPower label=Signal::derive(switch_words) on_press=switch />
            <MenuHeading text="Wrap in" />
            {WRAPPERS.map(wrap_item).into_iter().collect_view()}
            <Show when=move || is_container.get()>
                <MenuItem
                    icon=icondata_lu::LuUngroup
                    label="Unwrap"
                    on_press=move |_| _ = builder.edit_and_show(Edit::UnwrapStep(id.get_value()))
                />
            </Show>
            <MenuItem
                icon=icondata_lu::LuTrash2
                label="Remove"
                danger=true
                on_press=move |_| picking.remove(all())
            />
        </Menu>
    }
}
