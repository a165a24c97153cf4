//! The text of a step as it comes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use sluice_types::StepPath;
use sluice_web_state::live_text::cut;
use sluice_web_state::markdown::blocks::{Blocks, Tail};
use sluice_web_state::markdown::to_html;
use web_sys::Element;

use super::store::RunStore;
use crate::components::{Button, ButtonKind};

/// How far from the end, in pixels, still counts as the end: zoomed pages end at fractions.
const NEAR: i32 = 4;

/// The text of a step under way. A block of Markdown is rendered once, when it is complete; the open one is shown as it
/// is written, and what comes is added behind it. Nothing else is drawn again. The box follows the end until the reader scrolls up, and the page itself stays where it is.
#[component]
pub fn StreamView(
    store: RunStore,
    path: StepPath,
    /// The accessible name of the box.
    label: String,
) -> impl IntoView {
    let frame: NodeRef<html::Div> = NodeRef::new();
    let follows = RwSignal::new(true);
    let empty = RwSignal::new(true);
    let drawn = Rc::new(Drawn::default());
    let signals = store.signals(&path);
    Effect::new(move || {
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
            <Show when=move || !follows.get()>
                <div class="jump">
                    <Button kind=ButtonKind::Primary small=true icon=icondata_lu::LuArrowDown on_press=jump>
                        "Jump to newest"
                    </Button>
                </div>
            </Show>
        </div>
    }
}

/// The text drawn so far.
#[derive(Default)]
struct Drawn {
    blocks: RefCell<Blocks>,
    /// Holds the complete blocks, rendered.
    rendered: RefCell<Option<Element>>,
    open: RefCell<OpenBlock>,
    /// Bytes of the text.
    length: Cell<usize>,
}

impl Drawn {
    /// Brings the box up to the text, of which everything before `dirty_from` is as it was.
    fn draw(&self, frame: &Element, text: &str, dirty_from: usize) {
        if dirty_from < self.length.get() || text.len() < self.length.get() {
            frame.set_text_content(None);
            self.blocks.take();
            self.rendered.take();
            self.open.take();
        }
        self.length.set(text.len());
        if text.is_empty() {
            return;
        }
        let mut blocks = self.blocks.borrow_mut();
        let html: String = blocks.advance(text).into_iter().map(to_html).collect();
        let mut open = self.open.borrow_mut();
        if !html.is_empty() {
            open.remove();
            let mut rendered = self.rendered.borrow_mut();
            if rendered.is_none() {
                *rendered = child(frame, "markdown");
            }
            if let Some(rendered) = rendered.as_ref() {
                // The HTML is made of the text alone: `to_html` lets no markup through.
                let _added = rendered.insert_adjacent_html("beforeend", &html);
            }
        }
        open.draw(frame, blocks.tail(text));
    }
}

/// The open block as it is drawn.
#[derive(Default)]
struct OpenBlock {
    element: Option<Element>,
    /// Where it begins in the text, whether it is code, and how many of its bytes are drawn.
    from: usize,
    is_code: bool,
    length: usize,
    /// The newest part, and the length that [`cut`] keeps of it.
    part: Option<Element>,
    part_length: Option<usize>,
}

impl OpenBlock {
    fn remove(&mut self) {
        if let Some(element) = std::mem::take(self).element {
            element.remove();
        }
    }

    fn draw(&mut self, frame: &Element, tail: Tail<'_>) {
        if self.element.is_none() || self.from != tail.from || self.is_code != tail.is_code {
            self.remove();
            self.element = child(frame, if tail.is_code { "open-block code" } else { "open-block" });
            (self.from, self.is_code) = (tail.from, tail.is_code);
        }
        let Some(added) = tail.text.get(self.length..) else { return };
        for piece in cut(&mut self.part_length, added) {
            if piece.begins_block {
                self.begin_part();
            }
            if let Some(part) = self.part.as_ref() {
                // It fails only where the text would stand in no document.
                let _added = part.append_with_str_1(piece.text);
            }
        }
        self.length = tail.text.len();
    }

    fn begin_part(&mut self) {
        // Many small pieces of text become one, as no more is added to them.
        if let Some(done) = &self.part {
            done.normalize();
        }
        self.part = self.element.as_ref().and_then(|element| child(element, ""));
        if let Some(part) = &self.part {
            // It fails for no name of an attribute.
            let _set = part.set_attribute("dir", if self.is_code { "ltr" } else { "auto" });
        }
    }
}

/// A new element at the end of another.
fn child(parent: &Element, class: &str) -> Option<Element> {
    let child = document().create_element("div").ok()?;
    child.set_class_name(class);
    parent.append_child(&child).ok()?;
    Some(child)
}
