//! Which page an address shows.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Routes};
use leptos_router::path;

use crate::pages::builder::{BuilderPage, NewWorkflowPage};
use crate::pages::not_found::NotFound;
use crate::pages::run::RunPage;
use crate::pages::settings::{Agents, Appearance, McpServers, Personas, Providers, SettingsPage};
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
            <Route path=path!("/new") view=NewWorkflowPage />
            <Route path=path!("/workflows") view=|| view! { <Redirect path="/" /> } />
            <Route path=path!("/workflows/:id") view=BuilderPage />
            <Route path=path!("/workflows/:id/run") view=StartPage />
            <Route path=path!("/runs/:id") view=RunPage />
            <ParentRoute path=path!("/settings") view=SettingsPage>
                <Route path=path!("") view=|| view! { <Redirect path="/settings/providers" /> } />
                <Route path=path!("providers") view=Providers />
                <Route path=path!("personas") view=Personas />
                <Route path=path!("agents") view=Agents />
                <Route path=path!("mcp-servers") view=McpServers />
                <Route path=path!("appearance") view=Appearance />
            </ParentRoute>
        </Routes>
    }
}
