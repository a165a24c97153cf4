//! The app: what is around every page, and which page an address shows.

mod lazy_page;
pub mod modules;
mod routes;
mod top_bar;

use lazy_page::preload_linked_pages;
use leptos::prelude::*;
use leptos_router::components::Router;
use routes::Pages;
use top_bar::TopBar;

use crate::browser::clock::RelativeClock;
use crate::browser::focus::{MAIN, TitleAnnouncer, provide_title};
use crate::browser::secrets::Secrets;
use crate::browser::theme::ThemeChoice;
use crate::components::{Deletions, Toasts, ToastsView};
use crate::notices::{GateNotices, GateNoticesView};
use crate::pages::builder::Handover;
use crate::session::Session;
use crate::waiting::WaitingGates;

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    ThemeChoice::provide();
    RelativeClock::provide();
    Secrets::provide();
    Toasts::provide();
    Deletions::provide();
    Session::provide();
    Handover::provide();
    GateNotices::provide();
    WaitingGates::provide();
    provide_title();
    preload_linked_pages();
    view! {
        <Router>
            <TopBar />
            <TitleAnnouncer />
            <GateNoticesView />
            <main id=MAIN class="page" tabindex="-1">
                <Pages />
            </main>
        </Router>
        <ToastsView />
    }
}
