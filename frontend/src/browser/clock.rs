//! The clock of the page: the browser's, put right where the server's time is another one.

use std::time::Duration;

use leptos::prelude::*;
use leptos_use_timestamp::{UseTimestampOptions, use_timestamp_with_controls_and_options};
use sluice_web_state::server_clock::ahead_ms;

/// How often "3 min ago" moves on.
const RELATIVE_TIMES: Duration = Duration::from_secs(15);

thread_local! {
    /// What is to be added to the browser's time.
    static AHEAD_MS: ArcRwSignal<f64> = ArcRwSignal::new(0.0);
}

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    js_sys::Date::now() + AHEAD_MS.with(ArcRwSignal::get_untracked)
}

/// Takes in the time of an answer, as its header `Date` tells it.
pub fn told_by_server(date: &str) {
    AHEAD_MS.with(|ahead| {
        let before = ahead.get_untracked();
        let now = ahead_ms(before, js_sys::Date::parse(date), js_sys::Date::now());
        if (now - before).abs() > 0.0 {
            ahead.set(now);
        }
    });
}

/// Tracks when the clock is put right.
pub fn track_corrections() {
    AHEAD_MS.with(ArcRwSignal::track);
}

/// A time in milliseconds as a whole number.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "times stay far below 2^53")]
pub const fn whole_ms(ms: f64) -> i64 {
    ms as i64
}

/// A time of the page's clock.
pub fn utc(ms: f64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_millis(whole_ms(ms)).unwrap_or_default()
}

/// A time as the reader's clock and language have it, with its date: `27/11/2026, 09:30:00`.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "times stay far below 2^53")]
pub fn local_time(at: chrono::DateTime<chrono::Utc>) -> String {
    let language = window().navigator().language().unwrap_or_else(|| "en".to_owned());
    let date = js_sys::Date::new(&(at.timestamp_millis() as f64).into());
    date.to_locale_string(&language, &wasm_bindgen::JsValue::UNDEFINED).into()
}

/// The time as a signal that moves on while `runs`, and rests otherwise.
pub fn ticking(every: Duration, runs: impl Fn() -> bool + 'static) -> Signal<f64> {
    let ms = u64::try_from(every.as_millis()).unwrap_or(u64::MAX);
    let clock = use_timestamp_with_controls_and_options(UseTimestampOptions::default().interval(ms));
    Effect::new(move || if runs() { (clock.resume)() } else { (clock.pause)() });
    let ahead = AHEAD_MS.with(Clone::clone);
    Signal::derive(move || clock.timestamp.get() + ahead.get())
}

/// The time for "3 min ago" on the whole page.
#[derive(Clone, Copy)]
pub struct RelativeClock(pub Signal<f64>);

impl RelativeClock {
    /// Starts it, for the whole app.
    pub fn provide() {
        provide_context(Self(ticking(RELATIVE_TIMES, || true)));
    }
}
