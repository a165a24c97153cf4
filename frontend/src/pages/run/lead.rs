//! The way to a step, however deep it lies and whether it is loaded or not.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::StepPath;

use super::store::RunStore;
use crate::api;
use crate::browser::focus::focus_soon;

/// The height of the top bar, in CSS pixels, with some air.
const BARS: f64 = 72.0;
/// A step whose head lies further down, as a part of the window's height, is brought up: its text needs the room.
const LOWEST: f64 = 0.5;
/// Frames to wait for an element: lists that hold it may have to be read.
const FRAMES: u32 = 900;

impl RunStore {
    /// Opens a step and all around it, shows it, and brings the focus to the element of this id.
    pub fn lead_to(self, path: &StepPath, target: String) {
        self.choices.update(|choices| {
            let mut around = Some(path.clone());
            while let Some(address) = around {
                around = address.without_last();
                choices.insert(address.to_string(), true);
            }
        });
        self.wanted.set(Some(path.clone()));
        self.shown.set(Some(path.clone()));
        self.missing.set(None);
        if self.peek(|run| run.step(path).is_none()) {
            self.read_step(path.clone());
        }
        focus_when_there(target, FRAMES);
    }

    /// Reads one step run that no list has brought yet.
    fn read_step(self, path: StepPath) {
        let (seq, id) = (self.peek(sluice_web_state::run::RunState::listed_seq), self.id());
        spawn_local(async move {
            match api::executions::step(&id, &path).await {
                Ok(detail) => {
                    if let Some(container) = path.parent() {
                        self.take_inside(&container, seq, vec![detail.run], false);
                    }
                    // What shows it may have been drawn without it.
                    self.shown.try_update(|_| {});
                }
                Err(error) => _ = self.missing.try_set(Some((path, error))),
            }
        });
    }
}

/// Brings an element into view and gives it the focus, as soon as it is on the page.
fn focus_when_there(id: String, frames: u32) {
    request_animation_frame(move || {
        if document().get_element_by_id(&id).is_some() {
            bring_into_view(&id);
            focus_soon(id);
        } else if let Some(left) = frames.checked_sub(1) {
            focus_when_there(id, left);
        }
    });
}

/// Brings the element of an id up, when it lies so low that little of what follows can be seen.
pub fn bring_into_view(id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    let top = element.get_bounding_client_rect().top();
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    if top < BARS || top > height * LOWEST {
        window().scroll_by_with_x_and_y(0.0, top - BARS);
    }
}
