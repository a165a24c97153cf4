//! The tools of the canvas.

use leptos::prelude::*;
use sluice_web_state::canvas::ZOOM_STEP;

use super::state::CanvasState;
use crate::components::{Button, ButtonKind};

/// Size, tidying up, the way to the list, and the tools of the page.
#[component]
pub fn Toolbar(state: CanvasState) -> impl IntoView {
    let host = state.host();
    let zoom = move || state.view().zoom_words();
    let whole = move |_| state.zoom(1.0 / state.view_now().zoom);
    view! {
        <div class="canvas-tools" role="group" aria-label="Tools of the canvas">
            {host.tools()}
            <div class="row">
                <Button kind=ButtonKind::Ghost small=true icon=icondata_lu::LuMinus label="Smaller" on_press=move |_| state.zoom(1.0 / ZOOM_STEP) />
                <button
                    type="button"
                    class="button ghost small numbers canvas-zoom"
                    aria-label=move || format!("Size {}, show at 100 %", zoom())
                    title="Show at 100 %"
                    on:click=whole
                >
                    {zoom}
                </button>
                <Button kind=ButtonKind::Ghost small=true icon=icondata_lu::LuPlus label="Larger" on_press=move |_| state.zoom(ZOOM_STEP) />
                <Button kind=ButtonKind::Ghost small=true on_press=move |_| state.fit()>
                    "Fit"
                </Button>
                {host
                    .can_edit()
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Ghost
                                small=true
                                disabled=Signal::derive(move || state.host().is_tidy())
                                on_press=move |_| tidy_up(state)
                            >
                                "Tidy up"
                            </Button>
                        }
                    })}
            </div>
            <span class="canvas-list-link">{host.list_link()}</span>
        </div>
    }
}

fn tidy_up(state: CanvasState) {
    state.host().tidy_up();
    state.said.set("All steps stand where the layout puts them.".to_owned());
    let size = state.size.get_untracked();
    state.look(|_| state.picture.with_untracked(|picture| picture.first_view(size)));
}
