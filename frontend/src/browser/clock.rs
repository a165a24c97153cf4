//! The browser's clock.

use std::time::Duration;

use leptos::prelude::*;

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// A time in milliseconds as a whole number.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "times stay far below 2^53")]
pub const fn whole_ms(ms: f64) -> i64 {
    ms as i64
}

/// The time as a signal that moves on by itself, for "3 min ago".
pub fn ticking(every: Duration) -> Signal<f64> {
    let now = RwSignal::new(now_ms());
    if let Ok(handle) = set_interval_with_handle(move || now.set(now_ms()), every) {
        on_cleanup(move || handle.clear());
    }
    now.into()
}

/// An id that nobody else makes, for idempotency keys.
pub fn unique_key() -> String {
    window().crypto().map_or_else(|_| whole_ms(now_ms()).to_string(), |crypto| crypto.random_uuid())
}
