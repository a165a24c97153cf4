//! The empty states of the list.

use leptos::prelude::*;

use super::listing::Listing;
use crate::components::{Button, Empty};
use crate::pages::templates::TemplateGallery;

/// Nothing was made yet: below the field for a sentence, the templates are the quickest way to a first run.
#[component]
pub fn NoWorkflows() -> impl IntoView {
    view! {
        <Empty
            icon=icondata_lu::LuWorkflow
            title="Start with your first workflow"
            text="A workflow is a list of steps that models and people work through. Describe yours above, begin with one of these templates, or with an empty one. No key is needed to try it: a simulated provider is built in."
        />
        <TemplateGallery built_in_only=true />
    }
}

/// Nothing is as asked for.
#[component]
pub fn NoMatch(listing: Listing) -> impl IntoView {
    let clear = move |_| {
        listing.change(|state| {
            state.search.clear();
            state.tag = None;
            state.category = None;
            state.is_template = None;
        });
    };
    let searched = Memo::new(move |_| listing.state.with(|state| !state.search.trim().is_empty()));
    move || {
        let (text, verb) = if searched.get() {
            ("Names and descriptions were searched. Try fewer or other words.", "Clear search")
        } else {
            ("No workflow has what the filter asks for.", "Show all workflows")
        };
        view! {
            <Empty icon=icondata_lu::LuSearchX title="No workflow matches" text>
                <Button on_press=clear>{verb}</Button>
            </Empty>
        }
    }
}
