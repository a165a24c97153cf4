//! What the page of a run knows, with signals around it: each part of the page is drawn anew only
//! when its own part changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use leptos::prelude::*;
use sluice_types::{
    Definition, Execution, ExecutionEvent, ExecutionId, Index, Step, StepKind, StepPath, StepRun, StepRunStatus,
};
use sluice_web_state::connection::Connection;
use sluice_web_state::run::{Changed, RunState, StepView};
use sluice_web_state::shared::Shared;

use super::unsent::{self, Choices};
use crate::api::{self, ApiError};
use crate::browser::clock::{now_ms, ticking, utc};
use crate::browser::events::EventStream;

/// How often the times on the page move on.
const TICK: Duration = Duration::from_secs(1);

/// How the stream stands, and since when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// How it stands.
    pub connection: Connection,
    /// Since when, in milliseconds of the browser's clock.
    pub since_ms: f64,
}

/// The signals of one step run.
#[derive(Clone)]
pub struct StepSignals {
    changed: ArcTrigger,
    grown: ArcTrigger,
    thought: ArcTrigger,
    progressed: ArcTrigger,
    inside: ArcTrigger,
    /// From which byte on the text is another than was drawn.
    dirty_from: Arc<AtomicUsize>,
}

impl StepSignals {
    fn new() -> Self {
        Self {
            changed: ArcTrigger::new(),
            grown: ArcTrigger::new(),
            thought: ArcTrigger::new(),
            progressed: ArcTrigger::new(),
            inside: ArcTrigger::new(),
            dirty_from: Arc::new(AtomicUsize::new(usize::MAX)),
        }
    }

    /// Follows the text: the first byte that may differ from what was drawn when this was last asked.
    pub fn text_dirty_from(&self) -> usize {
        self.changed.track();
        self.grown.track();
        self.dirty_from.swap(usize::MAX, Ordering::Relaxed)
    }

    /// Follows whether there is text, and takes no mark away.
    pub fn track_text(&self) {
        self.changed.track();
        self.grown.track();
    }

    /// Follows whether the step runs inside the container must be read again.
    pub fn track_inside(&self) {
        self.changed.track();
        self.inside.track();
    }

    /// Follows how far its call of a tool is.
    pub fn track_progress(&self) {
        self.changed.track();
        self.progressed.track();
    }

    /// Follows what the model thinks.
    pub fn track_thinking(&self) {
        self.changed.track();
        self.thought.track();
    }
}

/// What the run runs, as far as it is loaded.
#[derive(Default)]
struct Plan {
    definition: Option<Arc<Definition>>,
    /// The steps of step runs that were changed for them alone.
    own: BTreeMap<StepPath, Step>,
}

impl Plan {
    fn index(&self) -> Option<Index> {
        Some(Index::of(self.definition.as_deref()?).with_own(self.own.clone()))
    }
}

/// The run of the page. It is `Copy`: parts of the page hand it to their parts.
#[derive(Clone, Copy)]
pub struct RunStore {
    pub(super) state: StoredValue<RunState>,
    head: RwSignal<u32>,
    paths: RwSignal<Vec<StepPath>>,
    signals: StoredValue<HashMap<StepPath, StepSignals>>,
    /// How the stream of events stands.
    pub connection: RwSignal<Standing>,
    /// Whether the run was deleted while the page showed it.
    pub gone: RwSignal<bool>,
    /// The time, moving on while the run goes on.
    pub now: Signal<f64>,
    live: RwSignal<bool>,
    plan: RwSignal<Plan>,
    index: Memo<Option<Shared<Index>>>,
    /// Which steps a person opened or closed.
    pub choices: RwSignal<Choices>,
    /// The step beside the tree.
    pub shown: RwSignal<Option<StepPath>>,
    /// Whether the page shows what runs, as it goes on.
    pub follows: RwSignal<bool>,
    /// The step that the reader was led to last: lists inside containers are read as far as it.
    pub wanted: RwSignal<Option<StepPath>>,
    /// Why the step that the reader was to be led to could not be read.
    pub missing: RwSignal<Option<(StepPath, ApiError)>>,
    /// The step that is to be run again, while the dialog about it is open.
    pub retrying: RwSignal<Option<StepPath>>,
    pub(super) buffer: StoredValue<Vec<ExecutionEvent>>,
    pub(super) flush_due: StoredValue<bool>,
    pub(super) fetching: StoredValue<bool>,
    pub(super) stream: StoredValue<Option<EventStream>, LocalStorage>,
    pub(super) timer: StoredValue<Option<TimeoutHandle>>,
}

impl RunStore {
    /// Takes on a run as it was read. It follows nothing yet.
    pub fn new(execution: Execution) -> Self {
        let id = execution.id.clone();
        let state = RunState::new(execution);
        let is_live = !state.status().is_terminal();
        // Time moves on only while there is something to count.
        let live = RwSignal::new(is_live);
        let now = ticking(TICK, move || live.get());
        let plan = RwSignal::new(Plan::default());
        let index = Memo::new(move |_| plan.with(|plan| Some(Shared(Arc::new(plan.index()?)))));
        let store = Self {
            live,
            state: StoredValue::new(state),
            head: RwSignal::new(0),
            paths: RwSignal::new(Vec::new()),
            signals: StoredValue::new(HashMap::new()),
            connection: RwSignal::new(Standing { connection: Connection::default(), since_ms: now_ms() }),
            gone: RwSignal::new(false),
            now,
            plan,
            index,
            choices: RwSignal::new(unsent::choices(&id)),
            shown: RwSignal::new(None),
            follows: RwSignal::new(true),
            wanted: RwSignal::new(None),
            missing: RwSignal::new(None),
            retrying: RwSignal::new(None),
            buffer: StoredValue::new(Vec::new()),
            flush_due: StoredValue::new(false),
            fetching: StoredValue::new(false),
            stream: StoredValue::new_local(None),
            timer: StoredValue::new(None),
        };
        store.take_steps();
        store
    }

    /// The run's id.
    pub fn id(self) -> ExecutionId {
        self.state.with_value(|state| state.execution().id.clone())
    }

    /// The same, unless the page is gone.
    pub fn try_id(self) -> Option<ExecutionId> {
        self.state.try_with_value(|state| state.execution().id.clone())
    }

    /// Reads the run and its totals, and follows them.
    pub fn head<T>(self, read: impl FnOnce(&RunState) -> T) -> T {
        self.head.track();
        self.state.with_value(read)
    }

    /// Reads the run as it is now.
    pub fn peek<T>(self, read: impl FnOnce(&RunState) -> T) -> T {
        self.state.with_value(read)
    }

    /// Reads a value of the run; what depends on it is drawn anew only when it is another.
    pub fn watch<T>(self, read: impl Fn(&RunState) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| self.head(&read))
    }

    /// Reads a step run, and follows it. Its text is followed by [`StepSignals`] alone.
    pub fn step<T>(self, path: &StepPath, read: impl FnOnce(&StepView) -> T) -> Option<T> {
        self.track_step(path);
        self.peek_step(path, read)
    }

    /// Follows a step run; it is read with [`Self::peek`].
    pub fn track_step(self, path: &StepPath) {
        if let Some(signals) = self.signals(path) {
            signals.changed.track();
        }
    }

    /// Reads a step run as it is now.
    pub fn peek_step<T>(self, path: &StepPath, read: impl FnOnce(&StepView) -> T) -> Option<T> {
        self.state.with_value(|state| state.step(path).map(read))
    }

    /// Reads a value of a step run; what depends on it is drawn anew only when it is another.
    pub fn watch_step<T>(self, path: &StepPath, read: impl Fn(&StepView) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Default + Send + Sync + 'static,
    {
        let path = path.clone();
        Memo::new(move |_| self.step(&path, &read).unwrap_or_default())
    }

    /// The status of a step run.
    pub fn step_status(self, path: &StepPath) -> Memo<StepRunStatus> {
        let path = path.clone();
        Memo::new(move |_| self.step(&path, |step| step.run.status).unwrap_or(StepRunStatus::Pending))
    }

    /// The signals of a step run.
    pub fn signals(self, path: &StepPath) -> Option<StepSignals> {
        self.signals.with_value(|signals| signals.get(path).cloned())
    }

    /// The step runs of the workflow's own list, in order.
    pub fn paths(self) -> Vec<StepPath> {
        self.paths.get()
    }

    /// The definition that the run runs, with the changes made for it.
    pub fn definition(self) -> Option<Arc<Definition>> {
        self.plan.with(|plan| plan.definition.clone())
    }

    /// The steps of the definition by their places. Tracks changes.
    pub fn index(self) -> Option<Shared<Index>> {
        self.index.get()
    }

    /// The step that a step run runs: that of the definition, with what was changed for this one. Tracks changes.
    pub fn step_at(self, path: &StepPath) -> Option<Arc<Step>> {
        self.index.with(|index| index.as_ref()?.at(path).map(|place| Arc::clone(&place.step)))
    }

    /// Whether the step at a path is a `parallel` step with `for_each`. Tracks changes.
    pub fn runs_items(self, path: &StepPath) -> bool {
        self.step_at(path)
            .is_some_and(|step| matches!(&step.kind, StepKind::Parallel(parallel) if parallel.for_each.is_some()))
    }

    /// Reads it; the page goes without while it cannot be read.
    pub async fn read_definition(self, id: ExecutionId) {
        if let Ok(definition) = api::executions::definition(&id).await
            // An equal definition causes no redraw.
            && self.plan.try_with_untracked(|plan| plan.definition.as_deref() != Some(&definition)) == Some(true)
        {
            self.plan.try_update(|plan| plan.definition = Some(Arc::new(definition)));
        }
    }

    /// Reads the step of a step run that may have been changed for it alone; the page goes without while it cannot be read.
    pub async fn read_own_step(self, path: StepPath) {
        let Some(id) = self.try_id() else { return };
        let Ok(detail) = api::executions::step(&id, &path).await else { return };
        let is_known = self.plan.try_with_untracked(|plan| plan.own.get(&path) == detail.own_step.as_ref());
        if is_known == Some(false) {
            self.plan.try_update(|plan| match detail.own_step {
                Some(step) => _ = plan.own.insert(path, step),
                None => _ = plan.own.remove(&path),
            });
        }
    }

    /// The time as the server writes it.
    pub fn now_utc(self) -> chrono::DateTime<chrono::Utc> {
        utc(self.now.get())
    }

    /// Takes the step runs on as they stand now: an answer may hold others, an event does not.
    pub(super) fn take_steps(self) {
        let top = self.state.with_value(|state| {
            self.signals.update_value(|signals| {
                for step in state.steps() {
                    signals.entry(step.run.path.clone()).or_insert_with(StepSignals::new);
                }
            });
            state.top().map(|step| step.run.path.clone()).collect::<Vec<_>>()
        });
        if self.paths.with_untracked(|known| *known != top) {
            self.paths.set(top);
        }
    }

    /// Takes in step runs inside a container, as a list of them answered: see [`RunState::take_inside`].
    pub(super) fn take_inside(self, container: &StepPath, seq: i64, runs: Vec<StepRun>, is_complete: bool) {
        let taken = self.state.try_update_value(|state| state.take_inside(container, seq, runs, is_complete));
        let Some(changed) = taken else { return };
        self.take_steps();
        self.tell(&changed);
    }

    /// Tells the parts of the page what changed.
    pub(super) fn tell(self, changed: &Changed) {
        for path in changed.steps.iter().chain(changed.timed.iter().filter(|path| !changed.steps.contains(path))) {
            if let Some(signals) = self.signals(path) {
                signals.changed.notify();
            }
        }
        for text in &changed.texts {
            if let Some(signals) = self.signals(&text.path) {
                signals.dirty_from.fetch_min(text.from, Ordering::Relaxed);
                signals.grown.notify();
            }
        }
        for path in &changed.inside {
            if let Some(signals) = self.signals(path) {
                signals.inside.notify();
            }
        }
        for path in &changed.progressed {
            if let Some(signals) = self.signals(path) {
                signals.progressed.notify();
            }
        }
        for path in &changed.thinking {
            if let Some(signals) = self.signals(path) {
                signals.thought.notify();
            }
        }
        // The run's totals are made of its steps.
        if changed.execution || !changed.steps.is_empty() || !changed.timed.is_empty() {
            self.head.update(|head| *head = head.wrapping_add(1));
            let is_live = self.peek(|run| !run.status().is_terminal());
            if self.live.get_untracked() != is_live {
                self.live.set(is_live);
            }
        }
    }
}
