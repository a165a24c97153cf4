//! Which page an address shows.

use leptos::prelude::*;
use leptos_router::components::{Redirect, Route, Routes};
use leptos_router::path;

use crate::pages::builder::BuilderPage;
use crate::pages::gone::NotFound;
use crate::pages::run::RunPage;
use crate::pages::settings::SettingsPage;
use crate::pages::start::StartPage;
use crate::pages::templates::TemplatesPage;
use crate::pages::workflows::WorkflowsPage;

/// The page of the current address.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/") view=WorkflowsPage />
            <Route path=path!("/templates") view=TemplatesPage />
            <Route path=path!("/new") view=BuilderPage />
            <Route path=path!("/workflows/:id") view=BuilderPage />
            <Route path=path!("/workflows/:id/run") view=StartPage />
            <Route path=path!("/runs/:id") view=RunPage />
            <Route path=path!("/settings") view=|| view! { <Redirect path="/settings/providers" /> } />
            <Route path=path!("/settings/:section") view=SettingsPage />
        </Routes>
    }
}
