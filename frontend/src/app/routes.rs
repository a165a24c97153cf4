//! Which page an address shows.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Routes};
use leptos_router::path;

use super::lazy_page::LazyPage;
use super::modules;
use crate::pages::not_found::NotFound;
use crate::pages::settings::{Appearance, SettingsPage};
use crate::pages::templates::TemplatesPage;
use crate::pages::workflows::WorkflowsPage;

/// The page of the current address.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/") view=WorkflowsPage />
            <Route path=path!("/templates") view=TemplatesPage />
            <Route path=path!("/new") view=|| view! { <LazyPage title="New workflow" load=modules::new_workflow /> } />
            <Route path=path!("/generate") view=|| view! { <LazyPage title="Describe a workflow" load=modules::generate /> } />
            <Route path=path!("/generate/:id") view=|| view! { <LazyPage title="Design" load=modules::generation /> } />
            <Route path=path!("/workflows") view=|| view! { <Redirect path="/" /> } />
            <Route path=path!("/workflows/:id") view=|| view! { <LazyPage title="Workflow" load=modules::builder /> } />
            <Route path=path!("/workflows/:id/run") view=|| view! { <LazyPage title="Run" load=modules::start /> } />
            <Route path=path!("/runs") view=|| view! { <LazyPage title="Runs" load=modules::runs /> } />
            <Route path=path!("/runs/compare") view=|| view! { <LazyPage title="Compare two runs" load=modules::compare /> } />
            <Route path=path!("/workflows/:id/stats") view=|| view! { <LazyPage title="Statistics" load=modules::statistics /> } />
            <Route path=path!("/workflows/:id/versions") view=|| view! { <LazyPage title="History" load=modules::versions /> } />
            <Route path=path!("/runs/:id") view=|| view! { <LazyPage title="Run" load=modules::run /> } />
            <ParentRoute path=path!("/settings") view=SettingsPage>
                <Route path=path!("") view=|| view! { <Redirect path="/settings/providers" /> } />
                <Route path=path!("providers") view=|| view! { <LazyPage inner=true title="Providers · Settings" load=modules::providers /> } />
                <Route path=path!("personas") view=|| view! { <LazyPage inner=true title="Personas · Settings" load=modules::personas /> } />
                <Route path=path!("agents") view=|| view! { <LazyPage inner=true title="Agents · Settings" load=modules::agents /> } />
                <Route path=path!("mcp-servers") view=|| view! { <LazyPage inner=true title="MCP servers · Settings" load=modules::mcp_servers /> } />
                <Route path=path!("appearance") view=Appearance />
            </ParentRoute>
        </Routes>
    }
}
