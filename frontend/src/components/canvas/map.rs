//! The small map of a large picture.

use leptos::ev::PointerEvent;
use leptos::prelude::*;
use sluice_types::BlockAddress;
use sluice_web_state::canvas::{MAP_FROM_STEPS, Point, Rect, Size, View};

use super::state::CanvasState;

/// Its size at the most and at the least, in pixels. A picture that is very long or wide is drawn wider or higher than it is.
const MOST: Size = Size { width: 168.0, height: 168.0 };
const LEAST: Size = Size { width: 48.0, height: 48.0 };

/// All of the picture, with the part that is seen. A press leads there; keys lead from step to step instead.
#[component]
pub fn SmallMap(state: CanvasState) -> impl IntoView {
    let is_large = Memo::new(move |_| state.picture.with(|picture| picture.len() > MAP_FROM_STEPS));
    view! { <Show when=move || is_large.get()>{move || view! { <Map state /> }}</Show> }
}

#[component]
fn Map(state: CanvasState) -> impl IntoView {
    let bounds = Memo::new(move |_| state.picture.with(|picture| picture.bounds()).grown(40.0));
    let size = Memo::new(move |_| {
        let bounds = bounds.get();
        let scale = (MOST.width / bounds.width).min(MOST.height / bounds.height);
        Size { width: (bounds.width * scale).max(LEAST.width), height: (bounds.height * scale).max(LEAST.height) }
    });
    let view_box = move || {
        let bounds = bounds.get();
        format!("{} {} {} {}", bounds.x, bounds.y, bounds.width, bounds.height)
    };
    // One path for all steps of the workflow's own list: few have more to tell at this size.
    let steps = move || {
        let picture = state.picture.get();
        let rects = picture.steps(&BlockAddress::Root).iter().filter_map(|id| picture.node(id).map(|node| node.rect));
        let boxes = rects.map(|rect| format!("M{},{}h{}v{}h{}z", rect.x, rect.y, rect.width, rect.height, -rect.width));
        boxes.collect::<Vec<_>>().concat()
    };
    let seen = Memo::new(move |_| state.view().seen(state.size.get()));
    let side = move |of: fn(&Rect) -> f64| move || seen.with(|rect| of(rect).to_string());
    let lead = move |event: &PointerEvent| {
        let Some(target) = event.current_target() else { return };
        let Ok(element) = wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(target) else { return };
        let corner = element.get_bounding_client_rect();
        let inside =
            Point::new(f64::from(event.client_x()) - corner.left(), f64::from(event.client_y()) - corner.top());
        let (bounds, map) = (bounds.get_untracked(), size.get_untracked());
        let inside = Point::new(inside.x * bounds.width / map.width, inside.y * bounds.height / map.height);
        let at = bounds.origin().plus(inside);
        let size = state.size.get_untracked();
        state.look(|view| {
            let half = Point::new(size.width, size.height).times(0.5 / view.zoom);
            View { origin: at.minus(half), ..view }
        });
    };
    view! {
        <svg
            class="canvas-map"
            aria-hidden="true"
            viewBox=view_box
            preserveAspectRatio="none"
            width=move || size.get().width.to_string()
            height=move || size.get().height.to_string()
            on:pointerdown=move |event| lead(&event)
            on:pointermove=move |event| {
                if event.buttons() == 1 {
                    lead(&event);
                }
            }
        >
            <path class="map-steps" d=steps></path>
            <rect
                class="map-seen"
                x=side(|rect| rect.x)
                y=side(|rect| rect.y)
                width=side(|rect| rect.width)
                height=side(|rect| rect.height)
            ></rect>
        </svg>
    }
}
