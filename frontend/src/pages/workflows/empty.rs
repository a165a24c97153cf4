//! The empty states of the list.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::ListQuery;
use sluice_web_state::format::plural;
use sluice_web_state::list::ListState;
use sluice_web_state::list::tokens::Token;

use super::filters::TokenTag;
use super::listing::Listing;
use crate::api;
use crate::components::{Button, Empty, Tag};
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

/// Nothing is as asked for. Of several filters each one is listed with what it finds alone, so that one sees which to take
/// away.
#[component]
pub fn NoMatch(listing: Listing) -> impl IntoView {
    let searched = Memo::new(move |_| listing.state.with(|state| !state.search.trim().is_empty()));
    let alone = Memo::new(move |_| listing.state.with(ListState::alone));
    let verb = Signal::derive(move || if searched.get() { "Clear search" } else { "Show all workflows" });
    let text = move || {
        if alone.with(Vec::len) > 1 {
            "No workflow has all of this. Remove a filter or a word."
        } else if searched.get() {
            "Names, descriptions, tags, ids and the labels of steps were searched. Try fewer or other words."
        } else {
            "No workflow has what the filter asks for."
        }
    };
    move || {
        view! {
            <Empty icon=icondata_lu::LuSearchX title="No workflow matches" text=text()>
                <Show when=move || { alone.with(|alone| alone.len() > 1) }>
                    <ul class="alone">
                        {move || {
                            let filter = |(token, state)| view! { <Alone token state listing /> };
                            alone.get().into_iter().map(filter).collect_view()
                        }}
                    </ul>
                </Show>
                <Button on_press=move |_| listing.change(ListState::clear)>{move || verb.get()}</Button>
            </Empty>
        }
    }
}

/// One filter, and how many workflows it finds without the others.
#[component]
fn Alone(
    /// The filter; the words of the search without one.
    token: Option<Token>,
    state: ListState,
    listing: Listing,
) -> impl IntoView {
    let found = RwSignal::new(None::<i64>);
    let words = state.search.clone();
    let query = ListQuery { is_template: Some(state.is_template.unwrap_or(false)), ..state.to_query(None) };
    spawn_local(async move {
        if let Ok(count) = api::workflows::count(query).await {
            found.try_set(count);
        }
    });
    let said = move || match found.get() {
        None => "…".to_owned(),
        Some(0) => "nothing".to_owned(),
        Some(count) => plural(u64::try_from(count).unwrap_or(0), "workflow", "workflows"),
    };
    let filter = if let Some(token) = token {
        view! { <TokenTag token listing /> }.into_any()
    } else {
        let label = format!("Remove the search for {words}");
        let clear = move |()| listing.change(|state| state.search.clear());
        view! { <Tag text=words label removable=true on_press=clear /> }.into_any()
    };
    view! {
        <li>
            {filter}
            <span class="small" class:none=move || found.get() == Some(0)>
                "finds "
                {said}
            </span>
        </li>
    }
}
