//! The bar at the top: where one is, where one can go, and whether something is on its way.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;
use sluice_web_state::runs::Waiting;

use super::overlay::{Overlay, Overlays};
use crate::api::in_flight;
use crate::browser::view::keys_here;
use crate::components::Icon;
use crate::waiting::WaitingGates;

#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg width="22" height="22" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
            <rect x="2" y="4" width="20" height="4" rx="2" />
            <rect x="2" y="10" width="8" height="4" rx="2" />
            <rect x="14" y="10" width="8" height="4" rx="2" />
            <rect x="2" y="16" width="20" height="4" rx="2" />
        </svg>
    }
}

/// The page of the runs that wait.
const WAITING: &str = "/runs?status=waiting";

/// Opens the command menu.
#[component]
fn SearchButton() -> impl IntoView {
    let overlays: Overlays = expect_context();
    let keys = keys_here("Ctrl K");
    let title = ["Search (", &keys, ")"].concat();
    view! {
        <button
            type="button"
            class="button ghost small search-all"
            title=title
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K Meta+K"
            on:click=move |_| overlays.open(Overlay::Commands)
        >
            <Icon icon=icondata_lu::LuSearch />
            <span>"Search"</span>
            <kbd aria-hidden="true">{keys}</kbd>
        </button>
    }
}

/// The bar and the line below it that moves while a call is under way.
#[component]
pub fn TopBar() -> impl IntoView {
    let location = use_location();
    let within = move |prefixes: &'static [&'static str]| {
        let path = location.pathname.get();
        let is = prefixes.iter().any(|prefix| path == *prefix || path.starts_with(&[prefix, "/"].concat()));
        is.then_some("page")
    };
    let calls = in_flight();
    let gates: WaitingGates = expect_context();
    let waiting = move || gates.with(Waiting::count);
    view! {
        <header class="top-bar">
            // The browser's own way to a fragment moves the focus there; the router's only scrolls.
            <a class="skip" href="#main" rel="external">
                "Skip to content"
            </a>
            <A href="/" attr:class="brand" attr:aria-label="Sluice, workflows">
                <Mark />
                <span>"Sluice"</span>
            </A>
            <nav aria-label="Main">
                <a href="/" aria-current=move || within(&["/", "/new", "/generate", "/workflows"])>
                    "Workflows"
                </a>
                <a href="/runs" aria-current=move || within(&["/runs"])>
                    "Runs"
                    // On a phone it takes the place of the button at the right.
                    {move || waiting().map(|count| view! {
                        <span class="count by-phone">
                            {count}
                            <span class="visually-hidden">" waiting for you"</span>
                        </span>
                    })}
                </a>
                <a href="/templates" aria-current=move || within(&["/templates"])>
                    "Templates"
                </a>
                <a href="/settings/providers" aria-current=move || within(&["/settings"])>
                    "Settings"
                </a>
            </nav>
            <div class="end">
                {move || gates.with(Waiting::sentence).map(|sentence| view! {
                    <a class="button small waiting-link" href=WAITING>
                        <Icon icon=icondata_lu::LuBell />
                        {sentence}
                    </a>
                })}
                <SearchButton />
                <a class="button ghost small api-link" href="/docs/" rel="external">
                    "API"
                </a>
            </div>
        </header>
        <div class="in-flight" class:busy=move || calls.get() != 0 aria-hidden="true"></div>
    }
}
