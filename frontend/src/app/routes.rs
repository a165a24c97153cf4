//! Which page an address shows.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::task::spawn_local;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;
use leptos_router::location::{BrowserUrl, LocationProvider};

use crate::browser::effect::effect;
use crate::browser::memo::memo;
use crate::pages::builder::BuilderPage;
use crate::pages::gone::NotFound;
use crate::pages::run::RunPage;
use crate::pages::settings::{Section, SettingsPage};
use crate::pages::start::StartPage;
use crate::pages::templates::TemplatesPage;
use crate::pages::workflows::WorkflowsPage;
use crate::state::place::Place;

/// The page of the current address.
#[component]
pub fn Pages() -> impl IntoView {
    let path = use_location().pathname;
    let place = memo(move || path.with(|path| Place::of(&decoded(path))));
    let outer = Owner::current();
    tell_when_shown(path);
    move || {
        let place = place.get();
        // An owner of its own keeps what the page before it reads until that page has gone.
        let owner = outer.as_ref().map(Owner::child).unwrap_or_default();
        owner.with(|| OwnedView::new(page(place)))
    }
}

fn page(place: Place) -> AnyView {
    match place {
        Place::Workflows => view! { <WorkflowsPage /> }.into_any(),
        Place::Templates => view! { <TemplatesPage /> }.into_any(),
        Place::New => view! { <BuilderPage id=None /> }.into_any(),
        Place::Workflow(id) => view! { <BuilderPage id=Some(id) /> }.into_any(),
        Place::Start(id) => view! { <StartPage id /> }.into_any(),
        Place::Run(id) => view! { <RunPage id /> }.into_any(),
        Place::Settings => view! { <Redirect path="/settings/providers" /> }.into_any(),
        Place::Section(name) => view! { <SettingsPage shown=Section::of_name(&name) /> }.into_any(),
        Place::Nowhere => view! { <NotFound /> }.into_any(),
    }
}

/// Tells the router when the page of a link that was followed is there: only then it changes the
/// address and scrolls.
fn tell_when_shown(path: Memo<String>) {
    let Some(browser) = use_context::<BrowserUrl>() else { return };
    effect(move || {
        path.track();
        let browser = browser.clone();
        // Behind whatever draws the page, which was woken together with this.
        spawn_local(async move { browser.ready_to_complete() });
    });
}

/// A path as people read it: `%61` is `a`.
fn decoded(path: &str) -> String {
    js_sys::decode_uri_component(path).map_or_else(|_| path.to_owned(), String::from)
}
