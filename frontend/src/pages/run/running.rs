//! A step under way: its text as it comes, or how long until its next attempt.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use sluice_types::{StepPath, StepType};
use sluice_web_state::live_text::cut;
use sluice_web_state::run_text::next_attempt;
use web_sys::Element;

use super::agent::{ToolArguments, Waiting};
use super::change::{ChangeStep, StepFacts};
use super::ending::LiveThinking;
use super::failure::StepError;
use super::progress::CallProgressBar;
use super::prompt::PromptView;
use super::store::RunStore;
use crate::browser::clock::{ticking, utc};
use crate::components::{Button, ButtonKind, Icon};

/// How often the countdown moves on.
const TICK: Duration = Duration::from_millis(250);

/// A step that runs, or waits for its turn to try again.
#[component]
pub fn Running(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let between = store.watch_step(&path, sluice_web_state::run::StepView::is_between_attempts);
    let facts = path.clone();
    if store.peek_step(&path, |step| step.run.step_type) == Some(StepType::Tool) {
        return view! {
            <CallProgressBar store path=path.clone() label />
            <ToolArguments store path=path.clone() />
            <Waiting store path=path.clone() />
            <Retrying store path between />
        }
        .into_any();
    }
    view! {
        <LiveThinking store path=facts.clone() />
        {move || {
            let (path, label) = (path.clone(), label.clone());
            if between.get() {
                view! { <BetweenAttempts store path /> }.into_any()
            } else {
                view! { <StreamView store path label=label + ", text as it comes" /> }.into_any()
            }
        }}
        <Asked store path=facts.clone() />
        <StepFacts store path=facts />
    }
    .into_any()
}

/// Between the attempts of a call of a tool.
#[component]
fn Retrying(store: RunStore, path: StepPath, between: Memo<bool>) -> impl IntoView {
    let path = StoredValue::new(path);
    view! {
        <Show when=move || between.get()>
            <BetweenAttempts store path=path.get_value() />
        </Show>
    }
}

/// The prompt, in a disclosure, while the model answers.
#[component]
fn Asked(store: RunStore, path: StepPath) -> impl IntoView {
    let open = RwSignal::new(false);
    let there = store.watch_step(&path, |step| step.run.prompt.is_some());
    let path = StoredValue::new(path);
    view! {
        <Show when=move || there.get()>
            <details class="disclosure" on:toggle:target=move |event| open.set(event.target().open())>
                <summary>"Prompt"</summary>
                <Show when=move || open.get()>
                    <PromptView store path=path.get_value() />
                </Show>
            </details>
        </Show>
    }
}

/// The error of the last attempt, and when the next one begins.
#[component]
fn BetweenAttempts(store: RunStore, path: StepPath) -> impl IntoView {
    let held = store.watch(|run| run.execution().on_hold);
    let error = store.watch_step(&path, |step| step.run.error.clone());
    let now = ticking(TICK, || true);
    let facts = {
        let path = path.clone();
        Memo::new(move |_| store.step_at(&path).map(|step| step.retries().saturating_add(1)))
    };
    let known = store.watch_step(&path, |step| (step.run.attempt, step.retry.clone()));
    let says = move || {
        let (attempt, retry) = known.get();
        if held.get() {
            return format!("Paused after attempt {attempt}. The next one begins when the run is resumed.");
        }
        // The clocks of server and browser may differ: the wait is never longer than it was to be.
        let left = retry.map_or(0, |retry| {
            let left = (retry.due_at - utc(now.get())).num_milliseconds();
            left.clamp(0, retry.in_ms)
        });
        next_attempt(attempt, facts.get(), left)
    };
    view! {
        <div class="note warn">
            <Icon icon=icondata_lu::LuTimerReset />
            <div class="grow stack tight">
                <strong class="numbers">{says}</strong>
                {move || error.get().map(|error| view! { <StepError error /> })}
            </div>
        </div>
        <ChangeStep store path />
    }
}

/// How far from the end, in pixels, still counts as the end: zoomed pages end at fractions.
const NEAR: i32 = 4;

/// The text of a step under way. What comes is added behind what is there; nothing else is drawn
/// again. The box follows the end until the reader scrolls up, and the page itself stays where it is.
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
