//! A step of the palette that is dragged onto the canvas.

use leptos::ev::PointerEvent;
use leptos::prelude::*;
use sluice_types::Step;
use sluice_web_state::canvas::Point;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::super::model::Builder;
use crate::components::canvas::CanvasSeat;

/// Pixels that a pointer may move until a press becomes a drag.
const SLOP_PX: f64 = 4.0;

/// What is carried, shared by all steps of the palette.
#[derive(Clone, Copy)]
pub struct Carrier {
    builder: StoredValue<Builder>,
    /// The canvas, while it is shown.
    seat: StoredValue<Option<CanvasSeat>>,
    pressed: StoredValue<Option<(Step, Point)>>,
    moved: StoredValue<bool>,
    /// What is drawn at the pointer: its label and its place in the window.
    pub ghost: RwSignal<Option<(String, Point)>>,
}

impl Carrier {
    /// Nothing is carried.
    pub fn new(builder: Builder) -> Self {
        Self {
            builder: StoredValue::new(builder),
            seat: StoredValue::new(None),
            pressed: StoredValue::new(None),
            moved: StoredValue::new(false),
            ghost: RwSignal::new(None),
        }
    }

    /// Steps are carried to this canvas, until the view goes away.
    pub fn carry_to(self, seat: CanvasSeat) {
        self.seat.set_value(Some(seat));
        on_cleanup(move || _ = self.seat.try_update_value(|seat| *seat = None));
    }

    /// A mouse or a pen goes down on a step of the palette. Gives whether there is a canvas to carry it to.
    pub fn press(self, step: &Step, event: &PointerEvent) -> bool {
        if self.seat.with_value(Option::is_none) {
            return false;
        }
        self.moved.set_value(false);
        if event.button() == 0 && event.pointer_type() != "touch" {
            if let Some(button) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
                let _gone_already = button.set_pointer_capture(event.pointer_id());
                let _focused = button.focus();
            }
            self.pressed.set_value(Some((step.clone(), at(event))));
        }
        true
    }

    /// The pointer moves.
    pub fn movement(self, event: &PointerEvent) {
        let Some((label, from)) =
            self.pressed.with_value(|it| it.as_ref().map(|(step, from)| (step.label.clone(), *from)))
        else {
            return;
        };
        let at = at(event);
        if at.minus(from).length() >= SLOP_PX {
            self.moved.set_value(true);
        }
        if self.moved.get_value() {
            self.ghost.set(Some((label, at)));
            self.show_at(Some(at));
        }
    }

    /// The pointer is let go: the step goes where the mark is.
    pub fn release(self) {
        let landing = self.seat.with_value(|seat| seat.and_then(|seat| seat.landing.get_untracked()));
        let step = self.pressed.with_value(|pressed| pressed.as_ref().map(|(step, _)| step.clone()));
        self.cancel();
        if let Some((step, landing)) = step.zip(landing) {
            self.builder.get_value().add_to(step, landing.list, landing.position);
        }
    }

    /// Nothing is to be added after all.
    pub fn cancel(self) {
        self.pressed.set_value(None);
        if self.ghost.with_untracked(Option::is_some) {
            self.ghost.set(None);
        }
        self.show_at(None);
    }

    /// Whether a press on a step of the palette ended as a drag, and not as a click. Asked once.
    pub fn was_dragged(self) -> bool {
        self.moved.try_update_value(std::mem::take).unwrap_or_default()
    }

    fn show_at(self, at: Option<Point>) {
        if let Some(seat) = self.seat.get_value()
            && seat.incoming.get_untracked() != at
        {
            seat.incoming.set(at);
        }
    }
}

fn at(event: &PointerEvent) -> Point {
    Point::new(event.client_x().into(), event.client_y().into())
}
