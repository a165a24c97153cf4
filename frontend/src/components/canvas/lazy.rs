//! The canvas in the place where its module is loaded.

use leptos::prelude::*;

use super::host::CanvasSeat;
use crate::app::modules;
use crate::components::{Button, Note, NoteKind, ReloadButton, Skeleton};

/// Lines of the shape of a canvas that is being loaded.
const LINES: usize = 6;

/// Loads the module of the canvas, and draws it.
#[component]
pub fn LazyCanvas(seat: CanvasSeat) -> impl IntoView {
    let module = LocalResource::new(modules::canvas);
    move || {
        match module.get() {
        None => view! { <div class="canvas"><Skeleton lines=LINES /></div> }.into_any(),
        Some(Ok(draw)) => draw(seat),
        Some(Err(_)) => view! {
            <Note kind=NoteKind::Bad>
                <div class="stack tight">
                    <strong>"The canvas could not be loaded"</strong>
                    <p>"The connection may be gone, or Sluice was updated since you opened the page. The list has all of it."</p>
                    <div class="row wrap">
                        <Button small=true on_press=move |_| module.refetch()>
                            "Try again"
                        </Button>
                        <ReloadButton />
                    </div>
                </div>
            </Note>
        }
        .into_any(),
    }
    }
}
