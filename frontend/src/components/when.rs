//! A time as people say it, with the exact one behind it.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::browser::time::whole_ms;
use crate::state::format::{relative_time, utc_iso};

/// "3 min ago", seen from `now`; the exact time is its tooltip.
#[component]
pub fn When(
    #[prop(into)] at: Signal<DateTime<Utc>>,
    /// Milliseconds since 1970, as `browser::time::ticking` gives them.
    now: Signal<f64>,
) -> impl IntoView {
    let exact = move || utc_iso(at.get());
    view! {
        <time datetime=exact title=exact>
            {move || relative_time(at.get().timestamp_millis(), whole_ms(now.get()))}
        </time>
    }
}
