//! The lists of steps as the browser has drawn them.

use std::collections::HashMap;

use leptos::html;
use leptos::prelude::*;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::drag::{DrawnList, Span};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::model::handle_id;
use crate::components::fresh_id;

/// The elements of the lists, by their addresses. A copy is a handle to the same ones.
#[derive(Clone, Copy)]
pub struct Lists(StoredValue<HashMap<BlockAddress, (String, NodeRef<html::Ol>)>>);

impl Lists {
    /// No list is drawn.
    pub fn new() -> Self {
        Self(StoredValue::new(HashMap::new()))
    }

    /// Adds a list, and takes it out again when it goes away.
    pub fn add(self, list: &BlockAddress, element: NodeRef<html::Ol>) {
        let key = fresh_id("list");
        self.0.update_value(|all| _ = all.insert(list.clone(), (key.clone(), element)));
        let list = list.clone();
        on_cleanup(move || {
            self.0.try_update_value(|all| {
                // The list may have been drawn anew elsewhere: then its place is taken by the new element.
                if all.get(&list).is_some_and(|(own, _)| *own == key) {
                    all.remove(&list);
                }
            });
        });
    }

    /// The top of the outermost list in the window.
    pub fn top(self) -> f64 {
        let root = self.0.with_value(|all| all.get(&BlockAddress::Root).and_then(|(_, root)| root.get_untracked()));
        root.map_or(0.0, |root| root.get_bounding_client_rect().top())
    }

    /// Whether a place in the window is beside the outermost list.
    pub fn is_beside(self, x: f64) -> bool {
        let root = self.0.with_value(|all| all.get(&BlockAddress::Root).and_then(|(_, root)| root.get_untracked()));
        root.is_none_or(|root| {
            let rect = root.get_bounding_client_rect();
            x < rect.left() || x > rect.right()
        })
    }

    /// The lists with their items, without those in an item and without the item itself, when one is held.
    pub fn drawn(self, held: Option<&HtmlElement>) -> Vec<DrawnList> {
        let top = self.top();
        let elements: Vec<(BlockAddress, NodeRef<html::Ol>)> =
            self.0.with_value(|all| all.iter().map(|(list, (_, element))| (list.clone(), *element)).collect());
        let drawn = elements.into_iter().filter_map(|(list, element)| {
            let element = element.get_untracked()?;
            if !element.is_connected() || held.is_some_and(|held| held.contains(Some(&element))) {
                return None;
            }
            let items = element.query_selector_all(":scope > li[data-step]").ok()?;
            let items = (0..items.length()).filter_map(|at| items.get(at)?.dyn_into::<HtmlElement>().ok());
            let items = items.filter(|item| Some(item) != held).map(|item| span_of(&item, top)).collect();
            Some(DrawnList { list, top: element.get_bounding_client_rect().top() - top, items })
        });
        drawn.collect()
    }

    /// The closed blocks, without those in an item and without the item itself, when one is held.
    pub fn closed(self, held: Option<&HtmlElement>) -> Vec<(String, Span)> {
        let top = self.top();
        let Ok(blocks) = document().query_selector_all("[data-closed]") else { return Vec::new() };
        let blocks = (0..blocks.length()).filter_map(|at| blocks.get(at)?.dyn_into::<HtmlElement>().ok());
        let outside = blocks.filter(|block| !held.is_some_and(|held| held.contains(Some(block))));
        outside.filter_map(|block| Some((block.get_attribute("data-closed")?, span_of(&block, top)))).collect()
    }
}

/// The mark where a step would land.
pub fn mark() -> Option<HtmlElement> {
    document().query_selector(".drop-place").ok().flatten()?.dyn_into().ok()
}

/// Position of an element in px from `top`.
pub fn span_of(element: &HtmlElement, top: f64) -> Span {
    let rect = element.get_bounding_client_rect();
    Span { top: rect.top() - top, height: rect.height() }
}

/// The item of a step in its list.
pub fn item_of(id: &StepId) -> Option<HtmlElement> {
    let handle = document().get_element_by_id(&handle_id(id))?;
    handle.closest("li[data-step]").ok().flatten()?.dyn_into().ok()
}
