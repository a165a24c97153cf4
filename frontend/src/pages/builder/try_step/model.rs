//! The tries of a builder: what is typed, pinned and under way. They outlive the cards, which are drawn anew when they open.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{EventType, ExecutionEvent, ExecutionId, ExecutionSummary, StepId, WorkflowId};
use sluice_web_state::try_step::{LiveTry, Needs, Pins, Source, TryValues};

use super::super::model::Builder;
use super::super::save::Saver;
use crate::api::{self, ApiError};
use crate::browser::events::{EventStream, News};
use crate::browser::focus::focus_soon;
use crate::browser::ids::unique_key;
use crate::browser::storage;

/// The kinds of event that are listened to; `error` is one of each stream.
const NAMED: [&str; 6] = [
    EventType::Progress.as_str(),
    EventType::Text.as_str(),
    EventType::Done.as_str(),
    EventType::Retry.as_str(),
    EventType::Skipped.as_str(),
    EventType::Paused.as_str(),
];
/// How long after a broken stream or a failed reading the next one comes.
const AGAIN: Duration = Duration::from_secs(2);
/// Runs that values can be taken from.
const RUNS: u32 = 20;

/// The tries of a builder. A copy is a handle to the same ones.
#[derive(Clone, Copy)]
pub struct Tries {
    /// The builder, and what saves a workflow that was never saved.
    page: StoredValue<(Builder, Saver)>,
    /// The steps whose panels are open.
    pub open: RwSignal<HashSet<StepId>>,
    /// The pinned outputs.
    pub pins: RwSignal<Pins>,
    /// What is typed, by step.
    pub typed: RwSignal<HashMap<StepId, TryValues>>,
    /// The last try of each step.
    pub lives: RwSignal<HashMap<StepId, LiveTry>>,
    /// Why the last try of a step did not begin.
    pub failures: RwSignal<HashMap<StepId, ApiError>>,
    /// The steps whose tries are being started.
    pub starting: RwSignal<HashSet<StepId>>,
    /// The newest runs of the workflow; `None` until they are read.
    pub runs: RwSignal<Option<Vec<ExecutionSummary>>>,
    /// Counts the tries that were begun or have ended, for the list of earlier ones.
    pub news: RwSignal<u32>,
    streams: StoredValue<HashMap<StepId, EventStream>, LocalStorage>,
    /// The tries that are being read, and whether each has changed since.
    reading: StoredValue<HashMap<StepId, bool>>,
}

impl Tries {
    /// The tries of a builder. The browser keeps what is pinned.
    pub fn new(builder: Builder, saver: Saver) -> Self {
        let workflow = move || builder.saved.with(|saved| saved.as_ref().map(|saved| saved.id.clone()));
        let pins = untrack(workflow).map(|id| Pins::from_json(storage::get(&Pins::key(&id)).as_deref()));
        let pins = RwSignal::new(pins.unwrap_or_default());
        Effect::new(move || {
            if let Some(id) = workflow() {
                pins.with(|pins| storage::keep(&Pins::key(&id), pins.to_json().as_deref()));
            }
        });
        Self {
            page: StoredValue::new((builder, saver)),
            open: RwSignal::new(HashSet::new()),
            pins,
            typed: RwSignal::new(HashMap::new()),
            lives: RwSignal::new(HashMap::new()),
            failures: RwSignal::new(HashMap::new()),
            starting: RwSignal::new(HashSet::new()),
            runs: RwSignal::new(None),
            news: RwSignal::new(0),
            streams: StoredValue::new_local(HashMap::new()),
            reading: StoredValue::new(HashMap::new()),
        }
    }

    /// The builder.
    pub fn builder(self) -> Builder {
        self.page.with_value(|(builder, _)| *builder)
    }

    /// What saves a workflow that was never saved.
    pub fn saver(self) -> Saver {
        self.page.with_value(|(_, saver)| *saver)
    }

    /// The stored workflow. Tracks changes.
    pub fn workflow(self) -> Option<WorkflowId> {
        self.builder().saved.with(|saved| saved.as_ref().filter(|saved| !saved.deleted).map(|saved| saved.id.clone()))
    }

    /// What a step reads. Tracks changes.
    pub fn needs(self, id: &StepId) -> Needs {
        self.builder().index.with(|index| Needs::of(index, id))
    }

    /// The newest run that values can be taken from. Tracks changes.
    pub fn newest(self) -> Option<ExecutionId> {
        self.runs.with(|runs| runs.as_ref()?.first().map(|run| run.id.clone()))
    }

    /// Opens the panel of a step, and leads to it.
    pub fn show(self, id: &StepId) {
        self.builder().on_canvas().open(id);
        self.builder().open.update(|open| _ = open.insert(id.clone()));
        self.open.update(|open| _ = open.insert(id.clone()));
        focus_soon(panel_id(id));
    }

    /// Pins a text as the output of a step, or takes the pin away.
    pub fn pin(self, id: &StepId, text: Option<String>) {
        self.pins.update(|pins| match text {
            Some(text) => _ = pins.0.insert(id.clone(), text),
            None => _ = pins.0.remove(id),
        });
    }

    /// Reads the newest runs.
    pub fn read_runs(self) {
        let Some(workflow) = untrack(|| self.workflow()) else { return };
        spawn_local(async move {
            let filter = [("workflow_id", workflow.to_string())];
            if let Ok(page) = api::executions::list(&filter, RUNS, None, true).await {
                self.runs.try_set(Some(page.items));
            }
        });
    }

    /// Takes the values of a try from a run, or from nowhere: then those of the run before are filled in.
    pub fn choose(self, id: &StepId, source: Source) {
        let before = untrack(|| self.newest());
        let before = self.typed.with_untracked(|typed| match typed.get(id) {
            Some(typed) => typed.run(before.as_ref()).cloned(),
            None => before,
        });
        let is_typed = source == Source::Typed;
        self.typed.update(|typed| typed.entry(id.clone()).or_default().source = source);
        let Some(run) = before.filter(|_| is_typed) else { return };
        let (id, needs) = (id.clone(), untrack(|| self.needs(id)));
        spawn_local(async move {
            // Without an answer, all is typed.
            if let Ok(run) = api::executions::whole(&run).await {
                self.typed.try_update(|typed| typed.entry(id).or_default().fill_from(&needs, &run));
            }
        });
    }

    /// Tries a step with the draft as it is.
    pub fn start(self, id: &StepId) {
        let Some(workflow) = untrack(|| self.workflow()) else { return };
        if self.starting.with_untracked(|starting| starting.contains(id)) || self.is_under_way(id) {
            return;
        }
        self.builder().seal();
        let definition = self.builder().draft.with_untracked(|draft| draft.to_definition());
        let (needs, newest) = untrack(|| (self.needs(id), self.newest()));
        let values = self.typed.with_untracked(|typed| typed.get(id).cloned()).unwrap_or_default();
        let request = self.pins.with_untracked(|pins| values.request(definition, &needs, pins, newest.as_ref()));
        self.starting.update(|starting| _ = starting.insert(id.clone()));
        self.failures.update(|failures| _ = failures.remove(id));
        let id = id.clone();
        spawn_local(async move {
            let answer = api::executions::try_step(&workflow, &id, &request, &unique_key()).await;
            self.starting.try_update(|starting| starting.remove(&id));
            match answer {
                Ok(execution) => {
                    self.lives.try_update(|lives| lives.insert(id.clone(), LiveTry::new(execution)));
                    self.news.try_update(|news| *news += 1);
                    self.follow(&id);
                }
                Err(error) => _ = self.failures.try_update(|failures| failures.insert(id, error)),
            }
        });
    }

    /// Stops the try of a step.
    pub fn cancel(self, id: &StepId) {
        let Some(execution) = self.execution(id) else { return };
        let id = id.clone();
        spawn_local(async move {
            if let Err(error) = api::executions::command(&execution, api::executions::Command::Cancel).await {
                self.builder().toasts.failed(error.title());
            }
            self.read(&id);
        });
    }

    fn execution(self, id: &StepId) -> Option<ExecutionId> {
        self.lives.try_with_untracked(|lives| Some(lives.get(id)?.execution.id.clone())).flatten()
    }

    fn is_under_way(self, id: &StepId) -> bool {
        self.lives.try_with_untracked(|lives| lives.get(id).is_some_and(LiveTry::is_under_way)) == Some(true)
    }

    /// Listens to the events of a try until it ends.
    fn follow(self, id: &StepId) {
        let Some(execution) = self.execution(id) else { return };
        let step = id.clone();
        let hear = move |news: News<ExecutionEvent>| match news {
            News::Opened => self.read(&step),
            News::Event(event) => {
                let is_due = self.lives.try_update(|lives| lives.get_mut(&step).is_some_and(|live| live.apply(&event)));
                if is_due == Some(true) {
                    self.read(&step);
                }
            }
            News::Broken => {
                let step = step.clone();
                set_timeout(
                    move || {
                        self.read(&step);
                        if self.is_under_way(&step) {
                            self.follow(&step);
                        }
                    },
                    AGAIN,
                );
            }
        };
        let stream = EventStream::open(&api::executions::events_address(&execution, 0), &NAMED, hear);
        // The one before is dropped outside of the update: closing calls into the browser.
        let _before = self.streams.try_update_value(|streams| match stream {
            Some(stream) => streams.insert(id.clone(), stream),
            None => streams.remove(id),
        });
    }

    /// Reads a try anew.
    fn read(self, id: &StepId) {
        let Some(execution) = self.execution(id) else { return };
        let is_reading = self.reading.try_update_value(|reading| {
            if let Some(is_due) = reading.get_mut(id) {
                *is_due = true;
                return true;
            }
            reading.insert(id.clone(), false);
            false
        });
        if is_reading != Some(false) {
            return;
        }
        let id = id.clone();
        spawn_local(async move {
            let path = self.lives.try_with_untracked(|lives| lives.get(&id)?.path().cloned()).flatten();
            let answer = api::executions::get(&execution).await;
            let run = match &path {
                Some(path) => api::executions::step(&execution, path).await.ok().map(|detail| detail.run),
                None => None,
            };
            let is_due = self.reading.try_update_value(|reading| reading.remove(&id)).flatten() == Some(true);
            match answer {
                Ok(read) if self.execution(&id).as_ref() == Some(&execution) => {
                    self.lives.try_update(|lives| lives.get_mut(&id).map(|live| live.resync(read, run)));
                    if !self.is_under_way(&id) {
                        let _ended = self.streams.try_update_value(|streams| streams.remove(&id));
                        self.news.try_update(|news| *news += 1);
                    } else if is_due {
                        self.read(&id);
                    }
                }
                Ok(_) => {}
                Err(error) if error.code().is_some() => {
                    let _ended = self.streams.try_update_value(|streams| streams.remove(&id));
                    self.lives.try_update(|lives| lives.remove(&id));
                    self.failures.try_update(|failures| failures.insert(id.clone(), error));
                }
                Err(_) => set_timeout(move || self.read(&id), AGAIN),
            }
        });
    }
}

/// The id of the button that opens the panel of a step.
pub fn panel_id(id: &StepId) -> String {
    format!("try-{id}")
}

/// Says on a card that tries take a pinned output in its place.
#[component]
pub fn PinMark(id: StepId) -> impl IntoView {
    let tries = expect_context::<Tries>();
    let is_pinned = Memo::new(move |_| tries.pins.with(|pins| pins.has(&id)));
    view! {
        <Show when=move || is_pinned.get()>
            <span class="badge" title="Tries of other steps read the pinned output in its place.">
                "Pinned"
            </span>
        </Show>
    }
}
