//! How the page keeps up with its run: events as they come, and the run itself where they do not tell
//! all. What comes in is drawn once per frame, however much it is.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_use_event_listener::use_event_listener;
use sluice_types::{ErrorCode, EventType, Execution, ExecutionEvent};
use sluice_web_state::connection::{Connection, Do, Happened};
use sluice_web_state::run::{Changed, Fetch, RunState};

use super::store::{RunStore, Standing};
use crate::api;
use crate::browser::clock::{now_ms, ticking};
use crate::browser::events::{EventStream, News};
use crate::components::{Button, Icon};

/// The kinds of event that the server names, without `error`, which each stream has.
const NAMED: [&str; 8] = [
    EventType::Progress.as_str(),
    EventType::Text.as_str(),
    EventType::Thinking.as_str(),
    EventType::ToolProgress.as_str(),
    EventType::Done.as_str(),
    EventType::Retry.as_str(),
    EventType::Skipped.as_str(),
    EventType::Paused.as_str(),
];
/// How long after a failed reading of the run the next one comes.
const READ_AGAIN: Duration = Duration::from_secs(3);
/// How often events are drawn while nobody sees the page: there are no frames then.
const HIDDEN_PACE: Duration = Duration::from_millis(500);

impl RunStore {
    /// Begins to follow the run, until the page is left.
    pub fn follow(self) {
        let _stop = use_event_listener(window(), ev::online, move |_| self.happened(Happened::Online));
        let _stop = use_event_listener(window(), ev::offline, move |_| self.happened(Happened::Offline));
        let _stop = use_event_listener(window(), ev::focus, move |_| self.look_again());
        on_cleanup(move || self.close());
        self.want();
    }

    /// Opens the stream if there is something to follow and it is not open.
    fn want(self) {
        if self.state.try_with_value(RunState::wants_stream) == Some(true) {
            self.happened(Happened::Wanted);
        }
    }

    /// Tries now instead of waiting.
    pub fn retry_now(self) {
        self.happened(Happened::RetryNow);
    }

    /// A run that has ended tells nothing more; somebody may have run a step of it again meanwhile. No event tells
    /// how its steps were changed.
    fn look_again(self) {
        spawn_local(self.read_definition(self.id()));
        if self.state.try_with_value(|state| !state.wants_stream()) == Some(true) {
            self.read();
        }
    }

    fn happened(self, what: Happened) {
        let Some(standing) = self.connection.try_get_untracked() else { return };
        let (connection, todo) = standing.connection.next(what);
        if connection != standing.connection {
            self.connection.try_set(Standing { connection, since_ms: now_ms() });
        }
        match todo {
            Do::Nothing => {}
            Do::Open => self.open(),
            Do::Wait { ms } => self.wait(ms),
            Do::Close => self.close(),
        }
    }

    fn close(self) {
        // Dropped outside of the update: closing calls into the browser.
        let _closed = self.stream.try_update_value(Option::take);
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn wait(self, ms: u64) {
        self.close();
        let due = move || self.happened(Happened::Due);
        if let Ok(handle) = set_timeout_with_handle(due, Duration::from_millis(ms)) {
            self.timer.try_set_value(Some(handle));
        }
    }

    fn open(self) {
        self.close();
        self.flush();
        let Some(after) = self.state.try_with_value(RunState::last_seq) else { return };
        let address = api::executions::events_address(&self.id(), after);
        let stream = EventStream::open(&address, &NAMED, move |news| self.hear(news));
        if stream.is_none() {
            self.happened(Happened::Failed { chance: js_sys::Math::random() });
        }
        self.stream.try_set_value(stream);
    }

    fn hear(self, news: News<ExecutionEvent>) {
        match news {
            News::Opened => self.happened(Happened::Opened),
            News::Event(event) => {
                self.buffer.try_update_value(|buffer| buffer.push(*event));
                self.flush_soon();
            }
            News::Broken => {
                self.flush();
                // The server closes the stream when it has told all.
                if self.state.try_with_value(RunState::wants_stream) == Some(true) {
                    self.happened(Happened::Failed { chance: js_sys::Math::random() });
                    // It tells whether the run is still there, too.
                    self.read();
                } else {
                    self.happened(Happened::Ended);
                }
            }
        }
    }

    /// Draws what came at the next frame.
    fn flush_soon(self) {
        if self.flush_due.try_update_value(|due| std::mem::replace(due, true)) != Some(false) {
            return;
        }
        if document().hidden() {
            set_timeout(move || self.flush(), HIDDEN_PACE);
        } else {
            request_animation_frame(move || self.flush());
        }
    }

    fn flush(self) {
        self.flush_due.try_set_value(false);
        let Some(events) = self.buffer.try_update_value(std::mem::take) else { return };
        if events.is_empty() {
            return;
        }
        let changed = self.state.try_update_value(|state| {
            let mut all = Changed::default();
            for event in &events {
                all.merge(state.apply(event));
            }
            all
        });
        let Some(changed) = changed else { return };
        self.tell(&changed);
        if changed.reconnect {
            self.open();
        }
        self.read_if_due();
    }

    /// Reads the run if an event did not tell all. There is one reading at a time; what comes due
    /// meanwhile is served by the next one.
    pub(super) fn read_if_due(self) {
        if self.state.try_with_value(RunState::refetch_due) == Some(true) {
            self.read();
        }
    }

    fn read(self) {
        if self.fetching.try_update_value(|fetching| std::mem::replace(fetching, true)) != Some(false) {
            return;
        }
        spawn_local(async move {
            let Some(fetch) = self.begin_fetch() else { return };
            let answer = api::executions::get(&self.id()).await;
            self.fetching.try_set_value(false);
            match answer {
                Ok(execution) => {
                    self.take(fetch, execution);
                    self.read_if_due();
                }
                Err(error) if error.code() == Some(ErrorCode::ExecutionNotFound) => {
                    self.gone.try_set(true);
                    self.happened(Happened::Ended);
                }
                Err(_) => {
                    self.fetch_failed(fetch);
                    set_timeout(move || self.read_if_due(), READ_AGAIN);
                }
            }
        });
    }

    /// Notes that the run is being read, by a GET or by a command that answers with it.
    pub(super) fn begin_fetch(self) -> Option<Fetch> {
        self.state.try_update_value(RunState::begin_fetch)
    }

    /// Notes that no answer came.
    pub(super) fn fetch_failed(self, fetch: Fetch) {
        self.state.try_update_value(|state| state.fetch_failed(fetch));
    }

    /// Takes on the run as it was answered.
    pub(super) fn take(self, fetch: Fetch, execution: Execution) {
        let Some(changed) = self.state.try_update_value(|state| state.resync(fetch, execution)) else { return };
        self.take_steps();
        self.tell(&changed);
        self.want();
    }
}

/// A loss that is mended sooner is not worth a word.
const UNNOTICED_MS: u64 = 700;
/// How often the countdown moves on.
const TICK: Duration = Duration::from_millis(250);

/// Says that the connection is away, and when it is tried again. Nothing is known of the run until then. It lies over
/// the page, so that nothing moves when it comes and goes.
#[component]
pub fn ConnectionNote(store: RunStore) -> impl IntoView {
    let connected = Memo::new(move |_| store.connection.with(|standing| standing.connection.is_open()));
    let now = ticking(TICK, move || !connected.get());
    let message = Memo::new(move |_| {
        let standing = store.connection.get();
        let waited = waited_ms(now.get() - standing.since_ms);
        let first = matches!(
            standing.connection,
            Connection::Lost { failures: 1, .. } | Connection::Connecting { failures: 1 }
        );
        standing.connection.message(waited).filter(|_| !first || waited >= UNNOTICED_MS)
    });
    let said = Memo::new(move |_| store.connection.get().connection.announcement());
    let away = Memo::new(move |_| message.get().is_some());
    view! {
        <div class="visually-hidden" role="status">
            {move || said.get()}
        </div>
        <Show when=move || away.get()>
            <div class="connection-note">
                <Icon icon=icondata_lu::LuWifiOff />
                <span class="grow">{move || message.get()}</span>
                <Button small=true on_press=move |_| store.retry_now()>
                    "Try now"
                </Button>
            </div>
        </Show>
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wait is a small number; what is negative becomes 0"
)]
fn waited_ms(ms: f64) -> u64 {
    ms.max(0.0) as u64
}
