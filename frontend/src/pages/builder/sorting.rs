//! How the tree of steps is sorted by mouse, finger, pen and keyboard: events go in, a drag and what is said of it come out.

use std::time::Duration;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use sluice_types::edit::Edit;
use sluice_types::{BlockAddress, Step, StepId};
use sluice_web_state::drag::{
    Drag, DragEvent, Effect as DragEffect, LONG_PRESS_MS, Point, Pointer, Scene, Span, Spot, Stride, announcement,
    announcement_of_new, auto_scroll, mark_order,
};
use sluice_web_state::tree::list_words;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::drawn::{Lists, item_of, mark, span_of};
use super::model::{Builder, handle_id};
use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::browser::view::uncovered;

/// How long a dragged step rests over a closed block until that opens.
const OPEN_AFTER: Duration = Duration::from_millis(600);

/// The drag state that all handles of the tree share.
#[derive(Clone, Copy)]
pub struct Sorting {
    builder: StoredValue<Builder>,
    /// The drag that is going on.
    pub drag: RwSignal<Drag>,
    /// What surrounds the step that is picked up.
    scene: StoredValue<Scene>,
    /// The step that is picked up.
    held: Memo<Option<StepId>>,
    /// Where it would land.
    target: Memo<Option<Spot>>,
    /// Where it is drawn, in px.
    pub float: RwSignal<Float>,
    /// The announcement for screen readers.
    pub said: RwSignal<String>,
    /// The step of the palette that is dragged into the tree.
    incoming: RwSignal<Option<Incoming>>,
    /// The lists that are drawn.
    pub lists: Lists,
    long_press: StoredValue<Option<TimeoutHandle>>,
    /// Where the pointer is in the window, for scrolling at its edges.
    pointer_y: StoredValue<f64>,
    /// The closed block under the pointer, which opens soon.
    hovered: StoredValue<Option<(String, TimeoutHandle)>>,
}

/// A step that is not in the tree yet.
#[derive(Debug, Clone)]
struct Incoming {
    step: Step,
    /// Px from its left edge to the pointer.
    grab: f64,
    /// Whether it was dragged, so that the press was no click.
    moved: bool,
}

/// The room that a new step takes where it would land, in px: that of a closed card.
const NEW_STEP_PX: f64 = 48.0;

/// Where a step that is picked up is drawn: in the window while it is dragged, in its list when it was picked up by key.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Float {
    /// From the top.
    pub top: f64,
    /// From the left.
    pub left: f64,
    /// Its width.
    pub width: f64,
    /// Its height, which the mark of its landing place has, too.
    pub height: f64,
    /// Whether a new step is beside the tree, where it cannot be dropped.
    pub beside: bool,
}

impl Sorting {
    /// Nothing is picked up.
    pub fn new(builder: Builder) -> Self {
        let drag = RwSignal::new(Drag::Idle);
        Self {
            builder: StoredValue::new(builder),
            drag,
            scene: StoredValue::new(Scene::default()),
            held: Memo::new(move |_| drag.with(|drag| drag.route().map(|(id, _)| id.clone()))),
            target: Memo::new(move |_| drag.with(|drag| drag.route().map(|(_, to)| to.clone()))),
            float: RwSignal::new(Float::default()),
            said: RwSignal::new(String::new()),
            incoming: RwSignal::new(None),
            lists: Lists::new(),
            long_press: StoredValue::new(None),
            pointer_y: StoredValue::new(0.0),
            hovered: StoredValue::new(None),
        }
    }

    /// Whether this step is picked up. Tracks changes.
    pub fn holds(self, id: &StepId) -> bool {
        self.held.with(|held| held.as_ref() == Some(id))
    }

    /// The place of the mark among the items of a list; `None` when the step would land in another one. Tracks changes.
    pub fn mark_in(self, list: &BlockAddress) -> Option<usize> {
        self.target.with(|target| {
            let target = target.as_ref().filter(|target| target.list == *list)?;
            self.scene.with_value(|scene| scene.home().map(|home| mark_order(home, target)))
        })
    }

    /// Sends an event through the machine and does what it says.
    pub fn send(self, event: DragEvent) {
        let before = self.drag.get_untracked();
        let (after, effect) = self.scene.with_value(|scene| before.clone().step(event, scene));
        let held = before.source().or(after.source()).cloned();
        if after != before {
            self.drag.set(after.clone());
        }
        let (Some(effect), Some(id)) = (effect, held) else { return };
        self.say(&effect, &id);
        match effect {
            DragEffect::Lifted(_) if matches!(after, Drag::Dragging { .. }) => {
                self.incoming.update(|incoming| {
                    if let Some(incoming) = incoming {
                        incoming.moved = true;
                    }
                });
                self.scroll_at_edges();
            }
            DragEffect::Over(to) if matches!(after, Drag::Lifted { .. }) => {
                self.builder.get_value().open_around(&to.list);
                self.draw_at_mark(id);
            }
            DragEffect::Move(Spot { list, position }) => self.finish(&id, list, position),
            DragEffect::Lifted(_) | DragEffect::Over(_) | DragEffect::Stayed(_) | DragEffect::Cancelled(_) => {}
        }
    }

    fn say(self, effect: &DragEffect, id: &StepId) {
        let list = &effect.spot().list;
        let has_containers = self.builder.get_value().tree.with_untracked(|tree| tree.containers().next().is_some());
        let said = self.builder.get_value().draft.with_untracked(|draft| {
            let incoming = self.incoming.with_untracked(|incoming| Some(incoming.as_ref()?.step.label.clone()));
            let label = draft.step(id).map(|step| step.label.clone()).or(incoming).unwrap_or_default();
            let words = list_words(draft, list).or_else(|| has_containers.then(|| "the workflow".to_owned()));
            self.scene.with_value(|scene| {
                let said = if scene.is_new() { announcement_of_new } else { announcement };
                said(effect, &label, words.as_deref(), scene.count(list))
            })
        });
        self.said.set(said);
    }

    fn finish(self, id: &StepId, to: BlockAddress, position: usize) {
        let is_new = self.scene.with_value(Scene::is_new);
        if let Some(incoming) = self.incoming.get_untracked().filter(|_| is_new) {
            return self.builder.get_value().add_to(incoming.step, to, position);
        }
        if self.builder.get_value().edit(Edit::MoveStep { id: id.clone(), to, position }) {
            focus_soon(handle_id(id));
        }
    }

    /// Draws a step that was picked up by key at the place where it would land, once the mark is there.
    fn draw_at_mark(self, id: StepId) {
        request_animation_frame(move || {
            let Some((item, place)) = item_of(&id).zip(mark()) else { return };
            let Some(list) = item.parent_element() else { return };
            let (mark, list) = (place.get_bounding_client_rect(), list.get_bounding_client_rect());
            self.float.update(|float| {
                float.top = mark.top() - list.top();
                float.left = mark.left() - list.left();
                float.width = mark.width();
            });
            request_animation_frame(move || scroll_into_view(&handle_id(&id)));
        });
    }

    /// Notes what surrounds a step that is about to be picked up.
    fn look_around(self, id: &StepId) -> Option<HtmlElement> {
        let item = item_of(id)?;
        let hole = span_of(&item, self.lists.top());
        let (drawn, closed) = (self.lists.drawn(Some(&item)), self.lists.closed(Some(&item)));
        self.incoming.set(None);
        let scene =
            self.builder.get_value().tree.with_untracked(|tree| Scene::new(tree, id)).drawn(drawn, closed, hole);
        self.scene.set_value(scene);
        let rect = item.get_bounding_client_rect();
        self.float.set(Float {
            top: rect.top(),
            left: rect.left(),
            width: rect.width(),
            height: rect.height(),
            beside: false,
        });
        Some(item)
    }

    /// Notes it again after a block has opened during the drag.
    fn look_again(self) {
        let Some((held, place)) = self.held.get_untracked().zip(mark()) else { return };
        let item = item_of(&held);
        let hole: Span = span_of(&place, self.lists.top());
        let (drawn, closed) = (self.lists.drawn(item.as_ref()), self.lists.closed(item.as_ref()));
        self.scene.update_value(|scene| *scene = std::mem::take(scene).drawn(drawn, closed, hole));
        // The pointer may have moved before the lists of the block were there.
        if let Drag::Dragging { at, .. } = self.drag.get_untracked() {
            self.send(DragEvent::PointerMove { at });
        }
    }

    /// A place in the window as a place in the outermost list.
    fn in_list(self, x: f64, y: f64) -> Point {
        Point { x, y: y - self.lists.top() }
    }

    /// A pointer goes down on the handle of a step.
    pub fn press(self, id: &StepId, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
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
        match self.drag.get_untracked() {
            Drag::Idle => {}
            // Using the mouse cancels a pick-up by keyboard.
            Drag::Lifted { .. } => return self.cancel(),
            // A second finger has no effect.
            Drag::Pressed { .. } | Drag::Dragging { .. } => return,
        }
        let Some(item) = self.look_around(id) else { return };
        self.pointer_y.set_value(event.client_y().into());
        let grab = f64::from(event.client_y()) - item.get_bounding_client_rect().top();
        self.send(DragEvent::PointerDown { id: id.clone(), at: self.at(event), grab, pointer });
        if pointer == Pointer::Touch {
            let wait = Duration::from_millis(u64::from(LONG_PRESS_MS));
            let timer = set_timeout_with_handle(move || self.send(DragEvent::LongPress), wait).ok();
            self.long_press.set_value(timer);
        }
    }

    /// A mouse or a pen goes down on a step of the palette. A finger scrolls there.
    pub fn press_new(self, step: Step, event: &PointerEvent) {
        let pointer = match event.pointer_type().as_str() {
            "mouse" => Pointer::Mouse,
            "pen" => Pointer::Pen,
            _ => return,
        };
        if event.button() != 0 || self.drag.with_untracked(|drag| *drag != Drag::Idle) {
            return;
        }
        let Some(button) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
            return;
        };
        let _gone_already = button.set_pointer_capture(event.pointer_id());
        let _focused = button.focus();
        let (drawn, closed) = (self.lists.drawn(None), self.lists.closed(None));
        // It takes no room yet.
        let hole = Span { top: f64::INFINITY, height: 0.0 };
        let scene =
            self.builder.get_value().tree.with_untracked(|tree| Scene::incoming(tree)).drawn(drawn, closed, hole);
        let Some(id) = scene.held().cloned() else { return };
        self.scene.set_value(scene);
        let rect = button.get_bounding_client_rect();
        let (left, top) = (rect.left(), rect.top());
        self.float.set(Float { top, left, width: rect.width(), height: NEW_STEP_PX, beside: true });
        let grab = f64::from(event.client_x()) - left;
        self.incoming.set(Some(Incoming { step, grab, moved: false }));
        let y = f64::from(event.client_y());
        self.pointer_y.set_value(y);
        self.send(DragEvent::PointerDown { id, at: self.at(event), grab: y - top, pointer });
    }

    /// Whether a press on a step of the palette ended as a drag, and not as a click. Asked once.
    pub fn was_dragged(self) -> bool {
        self.incoming.try_update(Option::take).flatten().is_some_and(|incoming| incoming.moved)
    }

    /// The label of a new step that is dragged. Tracks changes.
    pub fn ghost(self) -> Option<String> {
        self.held
            .with(Option::is_some)
            .then(|| self.incoming.with(|incoming| Some(incoming.as_ref()?.step.label.clone())))?
    }

    fn at(self, event: &PointerEvent) -> Point {
        self.in_list(event.client_x().into(), event.client_y().into())
    }

    /// The pointer moves.
    pub fn movement(self, event: &PointerEvent) {
        if self.drag.with_untracked(|drag| *drag == Drag::Idle) {
            return;
        }
        let y = f64::from(event.client_y());
        self.pointer_y.set_value(y);
        let at = self.at(event);
        self.send(DragEvent::PointerMove { at });
        if let Drag::Dragging { grab, .. } = self.drag.get_untracked() {
            let new = self.incoming.with_untracked(|incoming| incoming.as_ref().map(|incoming| incoming.grab));
            self.float.update(|float| {
                float.top = y - grab;
                if let Some(grab) = new {
                    float.left = at.x - grab;
                    float.beside = self.lists.is_beside(at.x);
                }
            });
            self.open_hovered(at.y);
        }
    }

    /// A closed block opens when the pointer rests over it.
    fn open_hovered(self, y: f64) {
        let landing = self.target.get_untracked();
        let below = self.scene.with_value(|scene| scene.closed_at(y, landing.as_ref()).map(str::to_owned));
        if self.hovered.with_value(|hovered| hovered.as_ref().map(|(name, _)| name) == below.as_ref()) {
            return;
        }
        self.forget_hovered();
        let Some(name) = below else { return };
        let block = name.clone();
        let open = move || {
            if self.held.with_untracked(Option::is_some) {
                self.builder.get_value().open_block(&block);
                request_animation_frame(move || self.look_again());
            }
        };
        if let Ok(timer) = set_timeout_with_handle(open, OPEN_AFTER) {
            self.hovered.set_value(Some((name, timer)));
        }
    }

    fn forget_hovered(self) {
        if let Some((_, timer)) = self.hovered.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// The pointer is let go.
    pub fn release(self) {
        self.forget_timers();
        let is_outside = self.float.with_untracked(|float| float.beside);
        self.send(if is_outside { DragEvent::Cancel } else { DragEvent::PointerUp });
    }

    /// Nothing is to be moved after all.
    pub fn cancel(self) {
        self.forget_timers();
        self.send(DragEvent::Cancel);
    }

    fn forget_timers(self) {
        self.forget_hovered();
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
        let (lifted, idle) =
            self.drag.with_untracked(|drag| (matches!(drag, Drag::Lifted { .. }), matches!(drag, Drag::Idle)));
        let sent = match (event.key().as_str(), lifted) {
            (" " | "Enter", false) if idle => {
                if let Some(item) = self.look_around(id)
                    && let Some(list) = item.parent_element()
                {
                    let (top, left) = (list.get_bounding_client_rect().top(), list.get_bounding_client_rect().left());
                    self.float.update(|float| (float.top, float.left) = (float.top - top, float.left - left));
                }
                DragEvent::KeyLift { id: id.clone() }
            }
            (" " | "Enter", true) => DragEvent::KeyDrop,
            ("ArrowUp", true) => DragEvent::KeyMove(Stride::By(-1)),
            ("ArrowDown", true) => DragEvent::KeyMove(Stride::By(1)),
            ("ArrowRight", true) => DragEvent::KeyMove(Stride::Into),
            ("ArrowLeft", true) => DragEvent::KeyMove(Stride::OutOf),
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
