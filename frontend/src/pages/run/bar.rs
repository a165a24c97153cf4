//! Bars of time. They are drawn once for each change: only the length of the axis moves with the time, in one place.

use std::time::Duration;

use leptos::prelude::*;
use sluice_types::StepPath;
use sluice_web_state::format::duration;
use sluice_web_state::run::{Axis, bar, end_ms, marks};

use super::store::RunStore;
use crate::browser::clock::{ticking, utc};

/// How often bars grow.
const TICK: Duration = Duration::from_millis(250);

/// The axis of all bars of a tree.
#[derive(Clone, Copy)]
pub struct Ruler {
    axis: Memo<Axis>,
    end: Memo<(i64, i64)>,
}

impl Ruler {
    /// The axis of a run; its time moves on while the run goes on.
    pub fn of(store: RunStore) -> Self {
        let ended = store.watch(|run| run.status().is_terminal());
        let now = ticking(TICK, move || !ended.get());
        let axis = Memo::new(move |_| {
            let now = utc(now.get());
            store.head(|run| Axis::of(run, now))
        });
        let end = Memo::new(move |_| {
            let now = utc(now.get());
            let end = store.head(|run| end_ms(run, now));
            (end, axis.with(|axis| axis.at(end)).max(1))
        });
        Self { axis, end }
    }

    /// The length of the axis, for the style of what is around all bars.
    pub fn length(self) -> String {
        self.end.get().1.to_string()
    }
}

/// The bar of a step run, or of all step runs of a lane.
#[component]
pub fn Bar(store: RunStore, ruler: Ruler, #[prop(into)] paths: Signal<Vec<StepPath>>) -> impl IntoView {
    let pieces = Memo::new(move |_| {
        let mut pieces = Vec::new();
        for path in paths.read().iter() {
            store.track_step(path);
            pieces.extend(ruler.axis.with(|axis| store.peek(|run| bar(run, path, axis))));
        }
        pieces
    });
    view! {
        <span class="track" aria-hidden="true">
            {move || {
                pieces
                    .get()
                    .into_iter()
                    .map(|piece| {
                        let class = if piece.to.is_none() { " live" } else { "" };
                        view! {
                            <span
                                class=[piece.kind.as_str(), class].concat()
                                style=("--from", piece.from.to_string())
                                style=("--to", piece.to.unwrap_or(piece.from).to_string())
                            ></span>
                        }
                    })
                    .collect_view()
            }}
        </span>
    }
}

/// The marks of the axis, and its long waits, which are cut short.
#[component]
pub fn Marks(ruler: Ruler) -> impl IntoView {
    let places = Memo::new(move |_| marks(ruler.end.get().1));
    let cuts = Memo::new(move |_| {
        let end = ruler.end.get().0;
        ruler.axis.with(|axis| axis.cuts(end).map(|(at, ms)| (at, duration(ms))).collect::<Vec<_>>())
    });
    let mark = |class: &'static str, at: i64, text: String| {
        view! {
            <span class=class style=("--from", at.to_string())>
                {text}
            </span>
        }
    };
    view! {
        <div class="marks small muted numbers" aria-hidden="true">
            <div>
                {move || places.get().into_iter().map(|at| mark("mark", at, if at == 0 { "0".to_owned() } else { duration(at) })).collect_view()}
                {move || cuts.get().into_iter().map(|(at, took)| mark("cut", at, format!("≈ {took}"))).collect_view()}
            </div>
        </div>
    }
}
