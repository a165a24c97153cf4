//! The menu of a step: its link, and whether it runs.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{PatchStep, StepPath};
use sluice_web_state::actions::step_actions;

use super::address::link_to;
use super::commands::tell;
use super::menu::copy_text;
use super::store::RunStore;
use crate::components::{Menu, MenuItem, Toasts};

/// Less frequent actions on a step.
#[component]
pub fn StepMenu(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let known = path.clone();
    let can_switch =
        store.watch(move |run| run.step(&known).is_some_and(|step| step_actions(step, run).toggle_enabled));
    let is_on = runs(store, &path);
    let path = StoredValue::new(path);
    let mut said = label;
    said.insert_str(0, "More for ");
    let switch = Action::new_unsync(move |&enabled: &bool| {
        let (path, patch) = (path.get_value(), PatchStep { enabled: Some(enabled), ..PatchStep::default() });
        let failed = if enabled { "The step was not switched on" } else { "The step was not switched off" };
        async move { tell(toasts, failed, store.change_step(path, patch).await) }
    });
    let press = move |enabled: bool| {
        if !switch.pending().get_untracked() {
            switch.dispatch_local(enabled);
        }
    };
    view! {
        <Menu label=said>
            <MenuItem
                icon=icondata_lu::LuLink
                label="Copy link to this step"
                on_press=move |_| spawn_local(copy_text(path.with_value(|path| link_to(store, path)), toasts))
            />
            <Show when=move || can_switch.get() && is_on.get()>
                <MenuItem icon=icondata_lu::LuSkipForward label="Skip this step" on_press=move |_| press(false) />
            </Show>
            <Show when=move || can_switch.get() && !is_on.get()>
                <MenuItem icon=icondata_lu::LuPlay label="Run this step" on_press=move |_| press(true) />
            </Show>
        </Menu>
    }
}

/// Whether a step is switched on.
pub fn runs(store: RunStore, path: &StepPath) -> Memo<bool> {
    let path = path.clone();
    Memo::new(move |_| store.step_at(&path).is_none_or(|step| step.enabled))
}
