//! The end of the list: more comes when it is near, or on a press.

use leptos::html;
use leptos::prelude::*;
use leptos_use_intersection_observer::{UseIntersectionObserverOptions, use_intersection_observer_with_options};

use super::listing::Listing;
use crate::browser::effect::effect;
use crate::browser::signal::RwSignal;
use crate::components::{Button, Shown};

/// How far below the window the end may be for more to be loaded.
const NEAR: &str = "0px 0px 800px 0px";

/// A button for the next page, that presses itself when it comes near.
#[component]
pub fn More(listing: Listing) -> impl IntoView {
    let end: NodeRef<html::Div> = NodeRef::new();
    let near = RwSignal::new(false);
    let options = UseIntersectionObserverOptions::default().root_margin(NEAR);
    let _stops = use_intersection_observer_with_options(
        end,
        move |entries, _| {
            near.try_set(entries.iter().any(web_sys::IntersectionObserverEntry::is_intersecting));
        },
        options,
    );
    // Also when a page was so short that the end is still near; not after a failure, which would try for ever.
    effect(move || {
        let ready = listing.pages.with(|pages| pages.has_more() && !pages.is_loading() && !pages.has_failed());
        if near.get() && ready {
            listing.load_more();
        }
    });
    let busy = Signal::derive(move || listing.pages.with(|pages| pages.is_loading() && !pages.items().is_empty()));
    let more = Signal::derive(move || listing.pages.with(|pages| pages.has_more() && !pages.has_failed()));
    view! {
        <div node_ref=end class="list-end">
            <Shown is=move || more.get()>
                <Button busy=busy on_press=move |_| listing.load_more()>
                    "Load more"
                </Button>
            </Shown>
        </div>
    }
}
