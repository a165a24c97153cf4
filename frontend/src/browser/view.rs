//! The part of the window in which the page can be seen.

use std::ops::Range;

use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;

/// What the bars at the top and the foot leave of the window, in px from its top.
pub fn uncovered() -> Range<f64> {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
    let bar = |selector: &str| {
        let element = document().query_selector(selector).ok().flatten()?;
        Some(element.get_bounding_client_rect())
    };
    let top = bar(".top-bar").map_or(0.0, |bar| bar.bottom().max(0.0));
    let bottom = bar(".save-bar").map_or(height, |bar| bar.top().min(height));
    top..bottom
}

/// Whether the window is at least so wide, in CSS pixels.
pub fn is_as_wide(least: f64) -> Signal<bool> {
    let is_wide = move || {
        let width = window().inner_width().ok().and_then(|width| width.as_f64());
        width.is_some_and(|width| width >= least)
    };
    let known = RwSignal::new(is_wide());
    let _stop = use_event_listener(window(), leptos::ev::resize, move |_| {
        if known.get_untracked() != is_wide() {
            known.set(is_wide());
        }
    });
    known.into()
}

/// Whether the keyboard is one of Apple's, where Command takes the place of Ctrl.
pub fn is_mac() -> bool {
    window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// Keys as they are written on the keyboard: `Ctrl K`, or `⌘ K`.
pub fn keys_here(keys: &str) -> String {
    if is_mac() { keys.replace("Ctrl", "⌘") } else { keys.to_owned() }
}
