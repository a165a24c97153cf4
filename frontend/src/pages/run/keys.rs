//! The keys of the page of a run.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_web_state::keys::run::{EDIT_LABELS, RunKey, moved};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::ids::{step_heading, tree_row};
use super::lead::bring_into_view;
use super::search::SEARCH_FIELD;
use super::store::RunStore;
use super::whole::WholeRun;
use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::browser::keys::is_for_page;

/// The steps that keys move between: rows of the tree, or headings of the list.
const STEPS: &str = ".run-tree a.tree-name, .run-step h3 > .toggle";
/// The button that approves or allows at a gate.
const APPROVES: &str = ".gate .button.primary";

/// Listens to the keys of the page. They do nothing while a person types.
#[component]
pub fn RunKeys(store: RunStore) -> impl IntoView {
    let searching = expect_context::<WholeRun>().searching;
    let _stop = use_event_listener(window(), leptos::ev::keydown, move |event: KeyboardEvent| {
        let Some(key) = RunKey::of(&event.key()).filter(|_| is_for_page(&event)) else { return };
        let is_done = match key {
            RunKey::Search => {
                searching.set(true);
                focus_soon(SEARCH_FIELD.to_owned());
                true
            }
            RunKey::Next => move_step(store, true),
            RunKey::Previous => move_step(store, false),
            RunKey::Edit => edit(store),
            RunKey::Approve => approve(store),
        };
        if is_done {
            event.prevent_default();
        }
    });
}

fn elements(around: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = around.query_selector_all(selector) else { return Vec::new() };
    let elements = (0..found.length()).filter_map(|at| found.get(at)?.dyn_into::<HtmlElement>().ok());
    // What is folded or hidden has no place on the page.
    elements.filter(|element| element.offset_parent().is_some()).collect()
}

fn page() -> Option<Element> {
    document().document_element()
}

/// Moves the focus to the next or the previous step. In the tree it is shown at once.
fn move_step(store: RunStore, forward: bool) -> bool {
    let Some(steps) = page().map(|page| elements(&page, STEPS)) else { return false };
    let active = document().active_element();
    let focused = |step: &HtmlElement| active.as_ref() == Some(step.as_ref());
    let shown = store.shown.get_untracked();
    let is_shown = |step: &HtmlElement| {
        shown.as_ref().is_some_and(|path| [tree_row(path), step_heading(path)].contains(&step.id()))
    };
    let from = steps.iter().position(focused).or_else(|| steps.iter().position(is_shown));
    let Some(step) = moved(from, steps.len(), forward).and_then(|to| steps.get(to)) else { return false };
    store.follows.set(false);
    let _focused = step.focus();
    if step.has_attribute("href") {
        step.click();
        scroll_into_view(&step.id());
    } else {
        bring_into_view(&step.id());
    }
    true
}

/// The card of the step that has the focus, or that is shown, before all of the page.
fn places(store: RunStore) -> Vec<Element> {
    let focused = document().active_element().and_then(|active| active.closest(".run-step, .run-pane").ok().flatten());
    let shown = store.shown.with_untracked(|shown| document().get_element_by_id(&step_heading(shown.as_ref()?)));
    let shown = shown.and_then(|heading| heading.closest(".run-step, .run-pane").ok().flatten());
    [focused, shown].into_iter().flatten().collect()
}

/// Begins to edit the output of the step, or the text at its gate.
fn edit(store: RunStore) -> bool {
    let buttons = places(store).into_iter().flat_map(|place| elements(&place, "button"));
    let edits = |button: &HtmlElement| button.text_content().is_some_and(|text| EDIT_LABELS.contains(&text.trim()));
    let Some(button) = buttons.into_iter().find(edits) else { return false };
    button.click();
    true
}

/// Brings the focus to the button that approves; only Enter presses it.
fn approve(store: RunStore) -> bool {
    let around = places(store).into_iter().chain(page());
    let Some(button) = around.flat_map(|place| elements(&place, APPROVES)).next() else { return false };
    let _focused = button.focus();
    true
}
