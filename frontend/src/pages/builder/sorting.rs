//! How the list of steps is sorted by mouse, finger, pen and keyboard: events go in, a drag and what is said of it come out.

use std::time::Duration;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use sluice_types::edit::Edit;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::drag::{
    Drag, DragEvent, Effect as DragEffect, LONG_PRESS_MS, Layout, Point, Pointer, Slot, Stride, announcement,
    auto_scroll,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::model::{Builder, handle_id};
use crate::browser::focus::focus_soon;
use crate::browser::view::uncovered;

/// The drag state that all handles of one list share. Outside, steps go by their ids; the positions of the machine
/// stay in here.
#[derive(Clone, Copy)]
pub struct Sorting {
    builder: Builder,
    block: StoredValue<BlockAddress>,
    /// The drag that is going on.
    pub drag: RwSignal<Drag>,
    /// Where the items stood when it began.
    layout: RwSignal<Layout>,
    /// The announcement for screen readers.
    pub said: RwSignal<String>,
    list: NodeRef<html::Ol>,
    long_press: StoredValue<Option<TimeoutHandle>>,
    /// Where the pointer is in the window, for scrolling at its edges.
    pointer_y: StoredValue<f64>,
}

impl Sorting {
    /// Nothing is picked up.
    pub fn new(builder: Builder, block: BlockAddress, list: NodeRef<html::Ol>) -> Self {
        Self {
            builder,
            block: StoredValue::new(block),
            drag: RwSignal::new(Drag::Idle),
            layout: RwSignal::new(Layout::default()),
            said: RwSignal::new(String::new()),
            list,
            long_press: StoredValue::new(None),
            pointer_y: StoredValue::new(0.0),
        }
    }

    /// Whether this step is picked up. Tracks changes.
    pub fn holds(self, id: &StepId) -> bool {
        self.drag.with(|drag| drag.route().is_some_and(|(from, _)| self.builder.position(id) == Some(from)))
    }

    /// Px by which to draw a step below its place. Tracks changes.
    pub fn shift(self, id: &StepId) -> f64 {
        let position = self.builder.position(id);
        self.drag.with(|drag| position.map_or(0.0, |at| self.layout.with(|layout| drag.shift(at, layout))))
    }

    /// The place that is kept free for the step that is picked up. Tracks changes.
    pub fn placeholder(self) -> Option<Slot> {
        self.drag.with(|drag| self.layout.with(|layout| drag.placeholder(layout)))
    }

    fn order(self) -> Vec<StepId> {
        untrack(|| self.block.with_value(|block| self.builder.list(block)))
    }

    /// Sends an event through the machine and does what it says.
    pub fn send(self, event: DragEvent) {
        let before = self.drag.get_untracked();
        let (after, effect) = self.layout.with_untracked(|layout| before.step(event, layout));
        if after != before {
            self.drag.set(after);
        }
        let Some(effect) = effect else { return };
        let order = self.order();
        let dragged = order.get(dragged(&before, &after, effect));
        let label = self.builder.draft.with_untracked(|draft| draft.step(dragged?).map(|step| step.label.clone()));
        self.said.set(announcement(effect, &label.unwrap_or_default(), order.len()));
        match effect {
            DragEffect::Lifted { .. } if matches!(after, Drag::Dragging { .. }) => self.scroll_at_edges(),
            DragEffect::Move { to, .. } => self.finish(dragged.cloned(), to),
            DragEffect::Lifted { .. }
            | DragEffect::Over { .. }
            | DragEffect::Stayed { .. }
            | DragEffect::Cancelled { .. } => {}
        }
    }

    fn finish(self, id: Option<StepId>, position: usize) {
        let Some(id) = id else { return };
        if self.builder.edit(Edit::MoveStep { id: id.clone(), to: self.block.get_value(), position }) {
            focus_soon(handle_id(&id));
        }
    }

    /// Notes where the items stand.
    fn measure(self) {
        let Some(list) = self.list.get_untracked() else { return };
        let items = list.query_selector_all(":scope > li[data-step]").ok();
        let slots = items.map(|items| {
            let all = (0..items.length()).filter_map(|index| items.get(index)?.dyn_into::<HtmlElement>().ok());
            all.map(|item| Slot { top: item.offset_top().into(), height: item.offset_height().into() }).collect()
        });
        self.layout.set(Layout::new(slots.unwrap_or_default()));
    }

    /// A place in the window as a place in the list.
    fn in_list(self, x: f64, y: f64) -> Point {
        let top = self.list.get_untracked().map_or(0.0, |list| list.get_bounding_client_rect().top());
        Point { x, y: y - top }
    }

    /// A pointer goes down on the handle of a step.
    pub fn press(self, id: &StepId, event: &PointerEvent) {
        let Some(index) = untrack(|| self.builder.position(id)).filter(|_| event.button() == 0) else { return };
        if let Some(handle) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
            let _gone_already = handle.set_pointer_capture(event.pointer_id());
            // Not every browser focuses a button that is pressed; without the focus, Escape would not come here.
            let _focused = handle.focus();
        }
        let pointer = match event.pointer_type().as_str() {
            "touch" => Pointer::Touch,
            "pen" => Pointer::Pen,
            _ => Pointer::Mouse,
        };
        self.measure();
        self.follow_pointer(event);
        self.send(DragEvent::PointerDown { index, at: self.at(event), pointer });
        if pointer == Pointer::Touch {
            let wait = Duration::from_millis(u64::from(LONG_PRESS_MS));
            let timer = set_timeout_with_handle(move || self.send(DragEvent::LongPress), wait).ok();
            self.long_press.set_value(timer);
        }
    }

    fn at(self, event: &PointerEvent) -> Point {
        self.in_list(event.client_x().into(), event.client_y().into())
    }

    fn follow_pointer(self, event: &PointerEvent) {
        self.pointer_y.set_value(event.client_y().into());
    }

    /// The pointer moves.
    pub fn movement(self, event: &PointerEvent) {
        if self.drag.with_untracked(|drag| *drag != Drag::Idle) {
            self.follow_pointer(event);
            self.send(DragEvent::PointerMove { at: self.at(event) });
        }
    }

    /// The pointer is let go.
    pub fn release(self) {
        self.forget_long_press();
        self.send(DragEvent::PointerUp);
    }

    /// Nothing is to be moved after all.
    pub fn cancel(self) {
        self.forget_long_press();
        self.send(DragEvent::Cancel);
    }

    fn forget_long_press(self) {
        if let Some(timer) = self.long_press.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// While something is dragged near the edge of what the bars leave of the window, the page scrolls under it.
    fn scroll_at_edges(self) {
        request_animation_frame(move || {
            let Some(Drag::Dragging { at, .. }) = self.drag.try_get_untracked() else { return };
            let speed = auto_scroll(self.pointer_y.get_value(), &uncovered());
            if speed != 0.0 {
                window().scroll_by_with_x_and_y(0.0, speed);
                self.send(DragEvent::PointerMove { at: self.in_list(at.x, self.pointer_y.get_value()) });
            }
            self.scroll_at_edges();
        });
    }

    /// A key on the handle of a step.
    pub fn key(self, id: &StepId, event: &KeyboardEvent) {
        let Some(index) = untrack(|| self.builder.position(id)) else { return };
        let (lifted, idle) =
            self.drag.with_untracked(|drag| (matches!(drag, Drag::Lifted { .. }), matches!(drag, Drag::Idle)));
        let sent = match (event.key().as_str(), lifted) {
            (" " | "Enter", false) => {
                self.measure();
                DragEvent::KeyLift { index }
            }
            (" " | "Enter", true) => DragEvent::KeyDrop,
            ("ArrowUp", true) => DragEvent::KeyMove(Stride::By(-1)),
            ("ArrowDown", true) => DragEvent::KeyMove(Stride::By(1)),
            ("Home", true) => DragEvent::KeyMove(Stride::ToStart),
            ("End", true) => DragEvent::KeyMove(Stride::ToEnd),
            // In the middle of a drag with the mouse, too.
            ("Escape", _) if !idle => DragEvent::Cancel,
            _ => return,
        };
        event.prevent_default();
        self.send(sent);
    }
}

/// The position of the item that an effect is about.
fn dragged(before: &Drag, after: &Drag, effect: DragEffect) -> usize {
    let position = match effect {
        DragEffect::Lifted { index } | DragEffect::Stayed { index } | DragEffect::Cancelled { index } => index,
        DragEffect::Over { from, .. } | DragEffect::Move { from, .. } => from,
    };
    before.source().or(after.source()).unwrap_or(position)
}
