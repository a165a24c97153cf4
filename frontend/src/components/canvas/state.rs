//! The state of a canvas that is shown: the picture with the places of its steps, and what is going on.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::canvas::connect::Connecting;
use sluice_web_state::canvas::gesture::Gesture;
use sluice_web_state::canvas::jumps::Jump;
use sluice_web_state::canvas::{Picture, PictureEdge, Point, Rect, Size, View};
use sluice_web_state::shared::Shared;

use super::aim::Aim;
use super::host::{CanvasHost, CanvasSeat};
use crate::browser::focus::focus_soon;

/// A canvas. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct CanvasState {
    /// The handles that it shares with the page.
    pub seat: CanvasSeat,
    /// The picture.
    pub picture: Memo<Shared<Picture>>,
    /// The boxes of the steps as they are drawn. They are followed one by one: a step that is dragged draws no other one.
    rects: StoredValue<HashMap<StepId, ArcRwSignal<Rect>>>,
    /// The element that shows the picture.
    pub surface: NodeRef<html::Div>,
    /// Its size.
    pub size: RwSignal<Size>,
    /// The part of the picture that is drawn.
    drawn: Memo<Rect>,
    /// What pointers do.
    pub gesture: StoredValue<Gesture>,
    /// The point of the picture at which a step was taken hold of.
    pub grabbed: StoredValue<Point>,
    /// The step that is dragged.
    pub held: RwSignal<Option<StepId>>,
    /// Whether the picture is being moved.
    pub is_moving: RwSignal<bool>,
    /// The connection that is drawn by a pointer.
    pub aim: RwSignal<Option<Aim>>,
    /// The connection that is made by keys.
    pub connecting: RwSignal<Option<Connecting>>,
    /// The connection that is chosen.
    pub jump: RwSignal<Option<Jump>>,
    /// The announcement for screen readers.
    pub said: RwSignal<String>,
}

impl CanvasState {
    /// A canvas of a page.
    pub fn new(seat: CanvasSeat) -> Self {
        let picture = Memo::new(move |_| {
            let input = seat.input.get();
            let picture = input.map(|input| Picture::of(&input.index, &input.layout)).unwrap_or_default();
            Shared(Arc::new(picture))
        });
        let size = RwSignal::new(Size::default());
        let view = seat.view;
        let drawn = Memo::new(move |before: Option<&Rect>| {
            let size = size.get();
            view.get().unwrap_or_default().drawn(size, before.copied())
        });
        let state = Self {
            seat,
            picture,
            rects: StoredValue::new(HashMap::new()),
            surface: NodeRef::new(),
            size,
            drawn,
            gesture: StoredValue::new(Gesture::default()),
            grabbed: StoredValue::new(Point::default()),
            held: RwSignal::new(None),
            is_moving: RwSignal::new(false),
            aim: RwSignal::new(None),
            connecting: RwSignal::new(None),
            jump: RwSignal::new(None),
            said: RwSignal::new(String::new()),
        };
        Effect::new(move || state.take_rects());
        state
    }

    /// The page.
    pub fn host(self) -> Arc<dyn CanvasHost> {
        self.seat.host()
    }

    /// The part that is seen. Tracks changes.
    pub fn view(self) -> View {
        self.seat.view.get().unwrap_or_default()
    }

    /// The same, without following it.
    pub fn view_now(self) -> View {
        self.seat.view.get_untracked().unwrap_or_default()
    }

    /// Shows another part.
    pub fn look(self, change: impl FnOnce(View) -> View) {
        let before = self.view_now();
        let after = change(before);
        if after != before {
            self.seat.view.set(Some(after));
        }
    }

    /// The box of a step in its list, as it is drawn.
    pub fn rect(self, id: &StepId) -> ArcRwSignal<Rect> {
        if let Some(known) = self.rects.with_value(|rects| rects.get(id).cloned()) {
            return known;
        }
        let rect = self.picture.with_untracked(|picture| picture.node(id).map(|node| node.rect)).unwrap_or_default();
        let signal = ArcRwSignal::new(rect);
        self.rects.update_value(|rects| _ = rects.insert(id.clone(), signal.clone()));
        signal
    }

    /// Draws a step elsewhere, until the picture says where it stands.
    pub fn draw_at(self, id: &StepId, rect: Rect) {
        let signal = self.rect(id);
        if signal.with_untracked(|before| *before != rect) {
            signal.set(rect);
        }
    }

    /// Takes the places of a new picture on.
    fn take_rects(self) {
        let picture = self.picture.get();
        let known: Vec<(StepId, ArcRwSignal<Rect>)> =
            self.rects.with_value(|rects| rects.iter().map(|(id, rect)| (id.clone(), rect.clone())).collect());
        for (id, signal) in known {
            match picture.node(&id) {
                Some(node) if signal.with_untracked(|rect| *rect != node.rect) => signal.set(node.rect),
                Some(_) => {}
                None => self.rects.update_value(|rects| _ = rects.remove(&id)),
            }
        }
    }

    /// A step that was dragged is drawn where the picture has it.
    pub fn put_back(self, id: &StepId) {
        let rect = self.picture.with_untracked(|picture| picture.node(id).map(|node| node.rect));
        if let Some(rect) = rect {
            self.draw_at(id, rect);
        }
    }

    /// The steps of a list that are near what is seen, and the current one with what is around it. Tracks changes.
    pub fn shown(self, list: &BlockAddress) -> Vec<StepId> {
        let drawn = self.drawn.get();
        let picture = self.picture.get();
        let kept = self.seat.selected.with(|selected| {
            selected.as_ref().map(|id| [vec![id.clone()], picture.around(id)].concat()).unwrap_or_default()
        });
        let origin = picture.origin_of(list);
        let is_near = |id: &&StepId| {
            let rect = picture.node(id).map(|node| node.rect.moved(origin));
            rect.is_some_and(|rect| rect.meets(&drawn)) || kept.contains(id)
        };
        picture.steps(list).iter().filter(is_near).cloned().collect()
    }

    /// The connections of a list that may cross what is seen. Tracks changes.
    pub fn shown_edges(self, list: &BlockAddress) -> Vec<PictureEdge> {
        let drawn = self.drawn.get();
        let picture = self.picture.get();
        let Some(place) = picture.list(list) else { return Vec::new() };
        let origin = picture.origin_of(list);
        let is_near = |edge: &&PictureEdge| {
            let ends = sluice_web_state::canvas::edges::ends(edge);
            let rects = ends.filter_map(|id| picture.node(id).map(|node| node.rect));
            rects.reduce(Rect::with).is_some_and(|around| around.moved(origin).meets(&drawn))
        };
        place.edges.iter().filter(is_near).cloned().collect()
    }

    /// A place in the window as one on the surface.
    pub fn on_surface(self, x: i32, y: i32) -> Point {
        let corner = self.surface.get_untracked().map(|surface| surface.get_bounding_client_rect());
        let corner = corner.map_or(Point::default(), |rect| Point::new(rect.left(), rect.top()));
        Point::new(x.into(), y.into()).minus(corner)
    }

    /// Takes the size of the surface on.
    pub fn measure(self) {
        let Some(surface) = self.surface.get_untracked() else { return };
        let rect = surface.get_bounding_client_rect();
        let size = Size { width: rect.width(), height: rect.height() };
        if size.width > 0.0 && self.size.get_untracked() != size {
            self.size.set(size);
        }
    }

    /// Brings a step into view.
    pub fn reveal(self, id: &StepId) {
        let picture = self.picture.get_untracked();
        let Some(mut place) = picture.place(id) else { return };
        // Of a container, its head.
        place.height = place.height.min(REVEALED_HEIGHT);
        place.width = place.width.min(self.size.get_untracked().width / self.view_now().zoom);
        self.look(|view| view.revealing(place, self.size.get_untracked()));
    }

    /// Makes a step the current one, brings it into view, and gives it the focus.
    pub fn lead_to(self, id: &StepId) {
        self.seat.selected.set(Some(id.clone()));
        self.reveal(id);
        focus_soon(self.host().element_id(id));
    }
}

/// The part of a container, from its top, that is brought into view, in pixels of the picture.
const REVEALED_HEIGHT: f64 = 140.0;
