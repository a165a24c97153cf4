//! The part of the window in which the page can be seen.

use std::ops::Range;

use leptos::prelude::*;

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
