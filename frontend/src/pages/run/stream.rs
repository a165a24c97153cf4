//! A text as it comes in: plain, in a box of its own that follows the newest line.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use sluice_types::StepPath;
use web_sys::Element;

use super::store::RunStore;
use crate::browser::effect::effect;
use crate::browser::signal::RwSignal;
use crate::components::{Button, ButtonKind, Shown};
use crate::state::live_text::cut;

/// How far from the end, in pixels, still counts as the end: zoomed pages end at fractions.
const NEAR: i32 = 4;

/// The text of a step under way. What comes is added behind what is there; nothing else is drawn
/// again. The box follows the end until the reader scrolls up, and the page itself stays where it is.
#[component]
pub fn StreamView(
    store: RunStore,
    path: StepPath,
    /// What the box is called.
    label: String,
) -> impl IntoView {
    let frame: NodeRef<html::Div> = NodeRef::new();
    let follows = RwSignal::new(true);
    let empty = RwSignal::new(true);
    let drawn = Rc::new(Drawn::default());
    let signals = store.signals(&path);
    effect(move || {
        let (Some(signals), Some(frame)) = (&signals, frame.get()) else { return };
        let dirty_from = signals.text_dirty_from();
        store.peek_step(&path, |step| drawn.draw(&frame, &step.text, dirty_from));
        empty.set(drawn.length.get() == 0);
        if follows.get_untracked() {
            frame.set_scroll_top(frame.scroll_height());
        }
    });
    let top = Rc::new(Cell::new(0));
    let scrolled = move |_| {
        let Some(frame) = frame.get_untracked() else { return };
        let at = frame.scroll_top();
        let to_end = frame.scroll_height() - frame.client_height() - at;
        // A text that grows does not scroll the box: only going up is the reader's doing.
        if to_end <= NEAR {
            follows.set(true);
        } else if at < top.get() {
            follows.set(false);
        }
        top.set(at);
    };
    let jump = move |_| {
        follows.set(true);
        if let Some(frame) = frame.get_untracked() {
            frame.set_scroll_top(frame.scroll_height());
            let _focused = frame.focus();
        }
    };
    view! {
        <div class="stream">
            <div
                node_ref=frame
                class="stream-text"
                class:waiting=move || empty.get()
                tabindex="0"
                role="region"
                aria-label=label
                on:scroll=scrolled
            ></div>
            <Shown is=move || !follows.get()>
                <div class="jump">
                    <Button kind=ButtonKind::Primary small=true icon=icondata_lu::LuArrowDown on_press=jump>
                        "Jump to newest"
                    </Button>
                </div>
            </Shown>
        </div>
    }
}

/// What stands in the box.
#[derive(Default)]
struct Drawn {
    /// Bytes of the text.
    length: Cell<usize>,
    /// The newest block, and how long it is.
    block: RefCell<Option<Element>>,
    open: Cell<Option<usize>>,
}

impl Drawn {
    /// Brings the box up to the text, of which everything before `dirty_from` is as it was.
    fn draw(&self, frame: &Element, text: &str, dirty_from: usize) {
        if dirty_from < self.length.get() || text.len() < self.length.get() {
            frame.set_text_content(None);
            self.length.set(0);
            self.open.set(None);
            self.block.replace(None);
        }
        let Some(added) = text.get(self.length.get()..) else { return };
        let mut open = self.open.get();
        for piece in cut(&mut open, added) {
            if piece.begins_block {
                self.begin_block(frame);
            }
            if let Some(block) = self.block.borrow().as_ref() {
                // It fails only where the text would stand in no document.
                let _added = block.append_with_str_1(piece.text);
            }
        }
        self.open.set(open);
        self.length.set(text.len());
    }

    fn begin_block(&self, frame: &Element) {
        // Many small pieces of text become one, as no more is added to them.
        if let Some(done) = self.block.borrow().as_ref() {
            done.normalize();
        }
        let Ok(block) = document().create_element("div") else { return };
        let _added = frame.append_child(&block);
        self.block.replace(Some(block));
    }
}
