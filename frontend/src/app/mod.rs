//! The app: what is around every page, and which page an address shows.

mod routes;
mod top_bar;

use leptos::prelude::*;
use leptos_router::components::Router;

use crate::browser::theme;
use crate::components::{Toasts, ToastsView};
use crate::pages::builder::Handover;
use crate::session::Session;
use routes::Pages;
use top_bar::TopBar;

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    theme::follow();
    let toasts = Toasts::provide();
    Session::provide();
    Handover::provide();
    view! {
        <Router>
            <TopBar />
            <main id="main" class="page" tabindex="-1">
                <Pages />
            </main>
        </Router>
        <ToastsView toasts />
    }
}
