//! The surface that shows the picture: what pointers, wheel and keys do on it.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_types::edit::Port;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::canvas::connect::Connecting;
use sluice_web_state::canvas::gesture::{Gesture, GestureEffect, On, PointerEvent as Event};
use sluice_web_state::canvas::keys::{Direction, step_towards};
use sluice_web_state::canvas::place::{NUDGE_PX, dragged, dropped, landing};
use sluice_web_state::canvas::{Point, View, ZOOM_STEP, wheel_factor};
use sluice_web_state::drag::auto_scroll;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlElement};

use super::host::CanvasSeat;
use super::jump::JumpTool;
use super::map::SmallMap;
use super::node::list_view;
use super::state::CanvasState;
use super::toolbar::Toolbar;

/// Width of the button of the menu, in pixels: it does not stand out of the surface.
const MENU_WIDTH: f64 = 40.0;
/// Pixels of a line, for wheels that count lines.
const WHEEL_LINE_PX: f64 = 16.0;

/// The picture with its tools.
#[component]
pub fn Canvas(seat: CanvasSeat) -> impl IntoView {
    let state = CanvasState::new(seat);
    let (label, help) = seat.host().words();
    follow_size(state);
    follow_selected(state);
    follow_incoming(state);
    let is_empty = Memo::new(move |_| state.picture.with(|picture| picture.is_empty()));
    let class = move || {
        let is = |it: bool, class: &'static str| if it { class } else { "" };
        let connects = state.source().is_some();
        let all = [
            is(state.is_moving.get(), "moving"),
            is(connects, "connecting"),
            is(state.held.with(Option::is_some), "holding"),
        ];
        ["canvas-surface"].into_iter().chain(all).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    view! {
        <section class="canvas" aria-label=label>
            <p class="visually-hidden" id="canvas-help">{help}</p>
            <Toolbar state />
            <div
                class=class
                role="application"
                aria-label=label
                aria-describedby="canvas-help"
                node_ref=state.surface
                on:pointerdown=move |event| press(state, &event)
                on:pointermove=move |event| state.movement(&event)
                on:pointerup=move |event| state.send(Event::Up { pointer: event.pointer_id() })
                on:pointercancel=move |event| state.send(Event::Lost { pointer: event.pointer_id() })
                on:lostpointercapture=move |event| lost(state, &event)
                on:wheel=move |event| wheel(state, &event)
                on:keydown=move |event| key(state, &event)
                on:contextmenu=move |event| context_menu(state, &event)
            >
                <div class="canvas-world" style:transform=move || state.view().transform()>
                    <Markers />
                    {list_view(state, &BlockAddress::Root)}
                    <Landing state />
                </div>
            </div>
            <Show when=move || is_empty.get()>
                <p class="canvas-nothing muted">"No steps yet."</p>
            </Show>
            <NodeMenu state />
            <JumpTool state />
            <Refused state />
            <SmallMap state />
            <p class="visually-hidden" aria-live="polite">{move || state.said.get()}</p>
        </section>
    }
}

/// The tips of the lines.
#[component]
fn Markers() -> impl IntoView {
    let marker = |id: &'static str, class: &'static str| {
        view! {
            <marker id=id viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse">
                <path d="M0,0 L10,5 L0,10 z" class=class></path>
            </marker>
        }
    };
    view! {
        <svg class="canvas-edges" aria-hidden="true">
            <defs>{marker("canvas-arrow", "arrow")} {marker("canvas-arrow-taken", "arrow taken")}</defs>
        </svg>
    }
}

/// The line that marks where a new step would go.
#[component]
fn Landing(state: CanvasState) -> impl IntoView {
    move || {
        let (at, width) = state.seat.landing.get()?.mark;
        let px = |value: f64| format!("{value}px");
        Some(view! {
            <div class="canvas-landing" aria-hidden="true" style:left=px(at.x) style:top=px(at.y) style:width=px(width)></div>
        })
    }
}

/// The menu of the current step, at its upper right corner. It is not as large as the picture, and stands out of the surface.
#[component]
fn NodeMenu(state: CanvasState) -> impl IntoView {
    let current =
        Memo::new(move |_| state.seat.selected.get().filter(|id| state.picture.with(|it| it.node(id).is_some())));
    let corner = Memo::new(move |_| {
        let id = current.get()?;
        let picture = state.picture.get();
        let node = picture.node(&id)?;
        let rect = state.rect(&id).get().moved(picture.origin_of(&node.list));
        let at = state.view().to_surface(Point::new(rect.right(), rect.y));
        let size = state.size.get();
        let is_seen = (0.0..=size.width).contains(&at.x) && (0.0..=size.height).contains(&at.y);
        let at = Point::new(at.x.min(size.width - MENU_WIDTH), at.y);
        is_seen.then_some(at)
    });
    let place =
        move |side: fn(Point) -> f64| move || corner.get().map(|at| format!("{}px", side(at))).unwrap_or_default();
    move || {
        let id = current.get()?;
        let menu = state.host().menu(&id)?;
        Some(view! {
            <div
                class="canvas-menu"
                hidden=move || corner.with(Option::is_none) || state.held.with(Option::is_some)
                style:left=place(|at| at.x)
                style:top=place(|at| at.y)
            >
                {menu}
            </div>
        })
    }
}

/// Says at the pointer why a connection cannot end there.
#[component]
fn Refused(state: CanvasState) -> impl IntoView {
    move || {
        let aim = state.aim.get()?;
        let (_, Err(refusal)) = aim.over? else { return None };
        let at = state.view().to_surface(aim.at);
        Some(view! {
            <p class="canvas-why" style:left=format!("{}px", at.x) style:top=format!("{}px", at.y)>
                {refusal.words()}
            </p>
        })
    }
}

/// Knows the size of the surface, and shows a picture at first as it can be read.
fn follow_size(state: CanvasState) {
    let _stop = use_event_listener(window(), leptos::ev::resize, move |_| state.measure());
    Effect::new(move || {
        if state.surface.get().is_some() {
            request_animation_frame(move || state.measure());
        }
    });
    Effect::new(move || {
        let size = state.size.get();
        let is_known = state.picture.with(|picture| !picture.is_empty()) && size.width > 0.0;
        if is_known && state.seat.view.with_untracked(Option::is_none) {
            state.seat.view.set(Some(state.picture.with_untracked(|picture| picture.first_view(size))));
        }
    });
}

/// A step that the page makes the current one is brought into view.
fn follow_selected(state: CanvasState) {
    Effect::new(move || {
        let id = state.seat.selected.get();
        let is_idle = state.gesture.with_value(|gesture| *gesture == Gesture::Idle);
        if let Some(id) = id.filter(|_| is_idle && state.size.with_untracked(|size| size.width > 0.0)) {
            state.reveal(&id);
        }
    });
}

/// A new step that is dragged over the surface would go to the nearest gap.
fn follow_incoming(state: CanvasState) {
    Effect::new(move || {
        let found = state.seat.incoming.get().and_then(|at| {
            let surface = state.surface.get_untracked()?.get_bounding_client_rect();
            let inside = at.minus(Point::new(surface.left(), surface.top()));
            let is_over = (0.0..=surface.width()).contains(&inside.x) && (0.0..=surface.height()).contains(&inside.y);
            let at = state.view_now().to_picture(inside);
            is_over.then(|| state.picture.with_untracked(|picture| landing(picture, at)))
        });
        if state.seat.landing.with_untracked(|before| *before != found) {
            state.seat.landing.set(found);
        }
    });
}

fn press(state: CanvasState, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    state.measure();
    let at = state.on_surface(event.client_x(), event.client_y());
    let on = on(state, event);
    state.grabbed.set_value(state.view_now().to_picture(at));
    state.send(Event::Down { pointer: event.pointer_id(), at, on });
}

/// What lies below a pointer. A finger moves the current step, and the picture at all other places.
fn on(state: CanvasState, event: &PointerEvent) -> On {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return On::Background;
    };
    let node = target.closest("[data-node]").ok().flatten();
    let id = node.and_then(|node| node.get_attribute("data-node")).and_then(|id| StepId::new(id).ok());
    let Some(id) = id.filter(|_| state.host().can_edit()) else { return On::Background };
    if let Some(port) = target.get_attribute("data-handle").and_then(|port| port.parse::<Port>().ok()) {
        return On::Handle(id, port);
    }
    let is_face = target.closest(".canvas-face").ok().flatten().is_some();
    let is_current = state.seat.selected.with_untracked(|selected| selected.as_ref() == Some(&id));
    if is_face && (event.pointer_type() != "touch" || is_current) { On::Node(id) } else { On::Background }
}

/// The pointer is held by the surface no more. A finger is held by the step below it at first, which loses it to the surface.
fn lost(state: CanvasState, event: &PointerEvent) {
    if event.target() == event.current_target() {
        state.send(Event::Lost { pointer: event.pointer_id() });
    }
}

impl CanvasState {
    fn movement(self, event: &PointerEvent) {
        if self.gesture.with_value(|gesture| *gesture != Gesture::Idle) {
            let at = self.on_surface(event.client_x(), event.client_y());
            self.send(Event::Move { pointer: event.pointer_id(), at });
        }
    }

    /// Sends an event through the machine and does what it says.
    fn send(self, event: Event) {
        let before = self.gesture.get_value();
        let was_held = before.held_at().is_some();
        let (after, effect) = before.step(event);
        let is_moving = !matches!(after, Gesture::Idle | Gesture::Pressed { .. });
        if self.is_moving.get_untracked() != is_moving {
            self.is_moving.set(is_moving);
        }
        let begins = !was_held && after.held_at().is_some();
        self.gesture.set_value(after);
        if let Some(effect) = effect {
            self.act(effect);
        }
        if begins {
            self.pan_at_edges();
        }
    }

    fn act(self, effect: GestureEffect) {
        match effect {
            GestureEffect::Began { pointer } => {
                if let Some(surface) = self.surface.get_untracked() {
                    let _gone_already = surface.set_pointer_capture(pointer);
                }
            }
            GestureEffect::Pan(by) => self.look(|view| view.panned(by)),
            GestureEffect::Pinch { by, factor, at } => self.look(|view| view.panned(by).zoomed(factor, at)),
            GestureEffect::Move(id, at) => {
                let by = self.view_now().to_picture(at).minus(self.grabbed.get_value());
                if self.held.with_untracked(|held| held.as_ref() != Some(&id)) {
                    self.held.set(Some(id.clone()));
                }
                if let Some(rect) = self.picture.with_untracked(|picture| dragged(picture, &id, by)) {
                    self.draw_at(&id, rect);
                }
            }
            GestureEffect::Drop(id, at) => {
                let by = self.view_now().to_picture(at).minus(self.grabbed.get_value());
                self.held.set(None);
                match self.picture.with_untracked(|picture| dropped(picture, &id, by)) {
                    Some(position) => self.host().place(&id, position, false),
                    None => self.put_back(&id),
                }
            }
            GestureEffect::Aim(id, port, at) => self.aim_at(id, port, at),
            GestureEffect::Connect(id, port, at) => {
                self.aim_at(id, port, at);
                self.finish_aim();
            }
            GestureEffect::Press => {
                self.connecting.set(None);
                self.jump.set(None);
            }
            GestureEffect::Cancelled => {
                self.aim.set(None);
                if let Some(id) = self.held.get_untracked() {
                    self.held.set(None);
                    self.put_back(&id);
                }
            }
        }
    }

    /// While something is held near an edge of the surface, the picture moves below it.
    fn pan_at_edges(self) {
        request_animation_frame(move || {
            let Some(Some(at)) = self.gesture.try_with_value(Gesture::held_at) else { return };
            let size = self.size.get_untracked();
            let by = Point::new(auto_scroll(at.x, &(0.0..size.width)), auto_scroll(at.y, &(0.0..size.height)));
            if by.length() > 0.0 {
                self.look(|view| view.panned(by.times(-1.0)));
                if let Some(effect) = self.gesture.with_value(Gesture::again) {
                    self.act(effect);
                }
            }
            self.pan_at_edges();
        });
    }

    /// Comes closer, around the middle of the surface.
    pub fn zoom(self, factor: f64) {
        let size = self.size.get_untracked();
        self.look(|view| view.zoomed(factor, Point::new(size.width / 2.0, size.height / 2.0)));
    }

    /// Shows all of the picture.
    pub fn fit(self) {
        self.measure();
        let bounds = self.picture.with_untracked(|picture| picture.bounds());
        self.look(|_| View::fitting(bounds, self.size.get_untracked()));
    }
}

fn wheel(state: CanvasState, event: &WheelEvent) {
    event.prevent_default();
    let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_LINE { WHEEL_LINE_PX } else { 1.0 };
    let by = Point::new(event.delta_x(), event.delta_y()).times(unit);
    let at = state.on_surface(event.client_x(), event.client_y());
    if event.ctrl_key() || event.meta_key() {
        state.look(|view| view.zoomed(wheel_factor(by.y), at));
    } else if event.shift_key() && by.x == 0.0 {
        state.look(|view| view.panned(Point::new(-by.y, 0.0)));
    } else {
        state.look(|view| view.panned(by.times(-1.0)));
    }
}

fn key(state: CanvasState, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let pressed = event.key();
    let taken = match pressed.as_str() {
        "+" | "=" => is_done(|| state.zoom(ZOOM_STEP)),
        "-" => is_done(|| state.zoom(1.0 / ZOOM_STEP)),
        "0" => is_done(|| state.fit()),
        "Escape" => escape(state),
        _ if state.connecting.with_untracked(Option::is_some) => key_connecting(state, &pressed),
        _ => key_at_step(state, event, &pressed),
    };
    if taken {
        event.prevent_default();
        event.stop_propagation();
    }
}

fn is_done(act: impl FnOnce()) -> bool {
    act();
    true
}

/// Ends what is going on.
fn escape(state: CanvasState) -> bool {
    if state.gesture.with_value(|gesture| *gesture != Gesture::Idle) {
        return is_done(|| state.send(Event::Cancel));
    }
    if state.connecting.with_untracked(Option::is_some) {
        state.connecting.set(None);
        return is_done(|| state.said.set("Nothing was connected.".to_owned()));
    }
    state.leave_jump()
}

/// A key while a connection is made.
fn key_connecting(state: CanvasState, pressed: &str) -> bool {
    let chosen = |change: fn(Connecting) -> Connecting| {
        state.connecting.update(|connecting| *connecting = connecting.take().map(change));
        let target = state.connecting.with_untracked(|connecting| connecting.as_ref()?.target().step().cloned());
        if let Some(target) = target {
            state.reveal(&target);
        }
        state.say_connecting();
        true
    };
    match pressed {
        "ArrowDown" => chosen(|it| it.by_target(1)),
        "ArrowUp" => chosen(|it| it.by_target(-1)),
        "ArrowRight" => chosen(|it| it.by_port(1)),
        "ArrowLeft" => chosen(|it| it.by_port(-1)),
        "Enter" | " " => is_done(|| state.finish_connecting()),
        _ => false,
    }
}

/// A key on a step.
fn key_at_step(state: CanvasState, event: &KeyboardEvent, pressed: &str) -> bool {
    let current = state.seat.selected.get_untracked();
    let can_edit = state.host().can_edit();
    if let Some(direction) = Direction::of_key(pressed) {
        if event.shift_key() {
            return current.filter(|_| can_edit).is_some_and(|id| nudge(state, &id, direction));
        }
        let to = state.picture.with_untracked(|picture| step_towards(picture, current.as_ref(), direction));
        if let Some(to) = to {
            state.jump.set(None);
            state.lead_to(&to);
        }
        return true;
    }
    let Some(id) = current.filter(|_| can_edit) else { return false };
    match pressed {
        "c" | "C" => is_done(|| {
            let begun = state.seat.input.with_untracked(|input| Connecting::from_step(&input.as_ref()?.index, &id));
            state.connecting.set(begun);
            state.say_connecting();
        }),
        "l" | "L" => is_done(|| state.choose_jump_of(&id)),
        "Delete" | "Backspace" => is_done(|| {
            if !state.remove_jump() {
                state.host().remove(&id);
            }
        }),
        _ => false,
    }
}

/// Moves a step by a key.
fn nudge(state: CanvasState, id: &StepId, direction: Direction) -> bool {
    let by = match direction {
        Direction::Up => Point::new(0.0, -NUDGE_PX),
        Direction::Down => Point::new(0.0, NUDGE_PX),
        Direction::Left => Point::new(-NUDGE_PX, 0.0),
        Direction::Right => Point::new(NUDGE_PX, 0.0),
        Direction::First | Direction::Last => return false,
    };
    if let Some(position) = state.picture.with_untracked(|picture| dropped(picture, id, by)) {
        state.host().place(id, position, true);
        state.reveal(id);
    }
    true
}

/// The key for menus, Shift and F10, or the right button: opens the menu of a step.
fn context_menu(state: CanvasState, event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let node = target.and_then(|target| target.closest("[data-node]").ok().flatten());
    let id = node.and_then(|node| node.get_attribute("data-node")).and_then(|id| StepId::new(id).ok());
    let Some(id) = id.filter(|_| state.host().can_edit()) else { return };
    event.prevent_default();
    state.seat.selected.set(Some(id));
    // The menu of the step is drawn by then.
    request_animation_frame(|| {
        let menu = document().query_selector(".canvas-menu details").ok().flatten();
        if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<HtmlDetailsElement>().ok()) {
            menu.set_open(true);
            let first =
                menu.query_selector(".item").ok().flatten().and_then(|item| item.dyn_into::<HtmlElement>().ok());
            if let Some(first) = first {
                let _focused = first.focus();
            }
        }
    });
}
