//! The page around the list, and what stands in its place while it is empty.

use leptos::prelude::*;

use super::filters::Filters;
use super::import::{DropAnywhere, ImportButton, ImportFailures, Importer};
use super::listing::Listing;
use super::rows::Rows;
use crate::browser::focus::use_title;
use crate::components::{Button, ButtonKind, Empty, LinkButton};
use crate::pages::templates::TemplateGallery;

/// All workflows, with what can be done with each.
#[component]
pub fn WorkflowsPage() -> impl IntoView {
    use_title(|| "Workflows".to_owned());
    let listing = Listing::provide();
    let importer = Importer::provide(listing);
    view! {
        <div class="page-head">
            <h1>"Workflows"</h1>
            <div class="row wrap list-actions">
                <ImportButton importer />
                <LinkButton icon=icondata_lu::LuLayoutTemplate href="/templates".to_owned()>
                    "From template"
                </LinkButton>
                <LinkButton kind=ButtonKind::Primary icon=icondata_lu::LuPlus href="/new".to_owned()>
                    "New workflow"
                </LinkButton>
            </div>
        </div>
        <ImportFailures importer />
        <Filters listing />
        <Rows listing />
        <DropAnywhere importer />
    }
}

/// Nothing was made yet: the templates are the quickest way to a first run.
#[component]
pub fn NoWorkflows() -> impl IntoView {
    view! {
        <Empty
            icon=icondata_lu::LuWorkflow
            title="Start with your first workflow"
            text="A workflow is a list of steps that models and people work through. Begin with one of these templates, or with an empty one. No key is needed to try it: a simulated provider is built in."
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
