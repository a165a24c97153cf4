//! A generation that is watched: its events as they come, and the generation itself when it has ended.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{ErrorCode, Generation, GenerationEvent, GenerationEventType, GenerationId, GenerationStatus};
use sluice_web_state::connection::Happened;
use sluice_web_state::generation::Progress;

use crate::api::{self, ApiError};
use crate::browser::events::{EventStream, News};
use crate::browser::steering::StreamHandle;

/// The kinds of event that are listened to. Of the pieces of an answer, only their number is shown.
const NAMED: [&str; 3] =
    [GenerationEventType::Progress.as_str(), GenerationEventType::Text.as_str(), GenerationEventType::Done.as_str()];
/// How long after a failed reading the next one comes.
const READ_AGAIN: Duration = Duration::from_secs(3);

/// A generation that is watched. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct GenerationStore {
    /// What is known of it.
    pub progress: RwSignal<Progress>,
    /// Whether it is not there any more.
    pub gone: RwSignal<bool>,
    /// Why it could not be cancelled.
    pub refused: RwSignal<Option<ApiError>>,
    /// How its stream of events stands.
    pub connection: StreamHandle,
    reading: StoredValue<bool>,
    cancel: Action<(), ()>,
}

impl GenerationStore {
    /// Begins to watch a generation, until the component that made this is gone.
    pub fn new(generation: Generation) -> Self {
        let id = generation.id.clone();
        let progress = RwSignal::new(Progress::of(generation));
        let refused = RwSignal::new(None);
        let cancel = Action::new_unsync(move |&()| {
            let id = id.clone();
            async move {
                match api::generations::cancel(&id).await {
                    Ok(generation) => _ = progress.try_update(|progress| progress.resync(generation)),
                    // It ended before the request came: its end is read soon.
                    Err(error) if error.code() == Some(ErrorCode::GenerationEnded) => {}
                    Err(error) => _ = refused.try_set(Some(error)),
                }
            }
        });
        let store = Self {
            progress,
            gone: RwSignal::new(false),
            refused,
            connection: StreamHandle::new(),
            reading: StoredValue::new(false),
            cancel,
        };
        store.follow();
        store
    }

    /// The generation's id.
    pub fn id(self) -> GenerationId {
        self.progress.with_untracked(|progress| progress.generation.id.clone())
    }

    /// Its status. Tracks changes.
    pub fn status(self) -> GenerationStatus {
        self.progress.with(|progress| progress.status)
    }

    /// The generation as it was read last, without following it.
    pub fn generation(self) -> Generation {
        self.progress.with_untracked(|progress| progress.generation.clone())
    }

    /// Stops the generation.
    pub fn cancel(self) {
        if !self.cancel.pending().get_untracked() {
            self.refused.set(None);
            self.cancel.dispatch_local(());
        }
    }

    /// Whether it is being stopped.
    pub fn is_cancelling(self) -> Signal<bool> {
        self.cancel.pending().into()
    }

    fn follow(self) {
        self.connection.steer(move || self.open());
        if self.progress.with_untracked(Progress::is_running) {
            self.connection.happened(Happened::Wanted);
        }
        Effect::new(move || {
            if self.status().is_terminal() {
                self.connection.happened(Happened::Ended);
            }
        });
    }

    fn open(self) -> Option<EventStream> {
        let address = api::generations::events_address(&self.id());
        EventStream::open(&address, &NAMED, move |news| self.hear(news))
    }

    fn hear(self, news: News<GenerationEvent>) {
        match news {
            News::Opened => self.connection.happened(Happened::Opened),
            News::Event(event) => {
                if self.progress.try_update(|progress| progress.apply(&event)) == Some(true) {
                    self.read();
                }
            }
            News::Broken => {
                if self.progress.try_with_untracked(Progress::is_running) == Some(true) {
                    self.connection.failed();
                    // The stream also closes when all is told.
                    self.read();
                }
            }
        }
    }

    fn read(self) {
        if self.reading.try_update_value(|reading| std::mem::replace(reading, true)) != Some(false) {
            return;
        }
        let id = self.id();
        spawn_local(async move {
            let answer = api::generations::get(&id).await;
            self.reading.try_set_value(false);
            match answer {
                Ok(generation) => _ = self.progress.try_update(|progress| progress.resync(generation)),
                Err(error) if error.code() == Some(ErrorCode::GenerationNotFound) => {
                    self.gone.try_set(true);
                    self.connection.happened(Happened::Ended);
                }
                Err(_) => set_timeout(move || self.read(), READ_AGAIN),
            }
        });
    }
}
