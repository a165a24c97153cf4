//! Where one was in the list. It is kept with the entry of the browser's history: who goes back to the
//! entry comes back to the place, and who follows a link begins at the top.

use std::time::Duration;

use leptos::ev::{pointerdown, scroll};
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_web_state::format::decimal;
use wasm_bindgen::JsValue;

/// How long after the page began to move its place is kept. Browsers refuse to keep more often for long.
const DISTANCE: Duration = Duration::from_millis(300);

/// A position in the list: what stood in the middle of the window. Heights of rows that were not drawn yet are
/// only guessed, so that a distance from the top would lead elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// How many workflows were loaded.
    pub rows: usize,
    /// The id of the element.
    id: String,
    /// How far below the window's top it was, in CSS pixels.
    top: f64,
}

impl Position {
    /// The place that the entry was left at.
    pub fn of_entry() -> Option<Self> {
        let kept = window().history().ok()?.state().ok()?.as_string()?;
        let mut words = kept.splitn(3, ' ');
        let (rows, top, id) = (words.next()?, words.next()?, words.next()?);
        Some(Self { rows: rows.parse().ok()?, id: id.to_owned(), top: decimal(top)? })
    }

    /// The place now; none when the list is not in the middle of the window.
    fn now(rows: usize) -> Option<Self> {
        let root = document().document_element()?;
        let half = |length: i32| i16::try_from(length / 2).map(f32::from).ok();
        let middle = document().element_from_point(half(root.client_width())?, half(root.client_height())?)?;
        let row = middle.closest(".workflow-list > li").ok().flatten()?;
        let link = row.query_selector(".name").ok().flatten()?;
        Some(Self { rows, id: link.id(), top: link.get_bounding_client_rect().top() })
    }

    fn keep(&self) {
        if let Ok(history) = window().history() {
            let text = format!("{} {} {}", self.rows, self.top, self.id);
            let _refused = history.replace_state(&JsValue::from_str(&text), "");
        }
    }

    /// Leads back to it, once what has come is drawn, and again once its neighbours have their heights.
    pub fn show(self) {
        request_animation_frame(move || {
            self.scroll();
            request_animation_frame(move || {
                self.scroll();
                request_animation_frame(move || self.scroll());
            });
        });
    }

    fn scroll(&self) {
        if let Some(element) = document().get_element_by_id(&self.id) {
            window().scroll_by_with_x_and_y(0.0, element.get_bounding_client_rect().top() - self.top);
        }
    }
}

/// Keeps the place while the list is there: as it moves, and before something is pressed. `rows` says how many
/// workflows are loaded, when there is a place to keep.
pub fn follow(rows: impl Fn() -> Option<usize> + Copy + 'static) {
    let keep = move || {
        if let Some(position) = rows().and_then(Position::now) {
            position.keep();
        }
    };
    let due = StoredValue::new(false);
    let _stop = use_event_listener(window(), scroll, move |_| {
        if !due.get_value() {
            due.set_value(true);
            set_timeout(
                move || {
                    due.try_set_value(false);
                    keep();
                },
                DISTANCE,
            );
        }
    });
    let _stop = use_event_listener(window(), pointerdown, move |_| keep());
}
