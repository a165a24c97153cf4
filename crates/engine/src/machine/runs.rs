//! The step runs of an execution, by path, with indexes for the planner and the timers.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use chrono::{DateTime, Utc};
use sluice_store::{AgentMemory, AttemptProgress, StepRecord};
use sluice_types::{InAgent, Index, Place, Step, StepPath, StepRun, StepRunStatus, StepType, TokenUsage};

use super::containers::{Frontier, Node};

/// State of a step run, as far as the machine distinguishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Nothing: it was not started, or it has ended.
    None,
    /// An attempt is running.
    Attempt,
    /// It is a container or an agent, and the step runs inside are active.
    Inside,
    /// It waits for its next attempt, which begins at this time.
    Backoff(DateTime<Utc>),
    /// It waits for a person, until the gate expires.
    Gate(Option<DateTime<Utc>>),
}

/// The activity of a step run.
#[must_use]
pub fn activity(record: &StepRecord) -> Activity {
    match record.run.status {
        StepRunStatus::Running if record.run.step_type.is_container() || is_agent_inside(record) => Activity::Inside,
        StepRunStatus::Running => record.progress.retry_at.map_or(Activity::Attempt, Activity::Backoff),
        StepRunStatus::Waiting | StepRunStatus::OutcomeUnknown => {
            Activity::Gate(record.run.gate.as_ref().and_then(|gate| gate.expires_at))
        }
        StepRunStatus::Pending
        | StepRunStatus::Completed
        | StepRunStatus::Failed
        | StepRunStatus::Skipped
        | StepRunStatus::Cancelled
        | StepRunStatus::Unknown => Activity::None,
    }
}

/// Whether it is an agent whose tools are listed: then its turns and calls are active, and it is not itself.
#[must_use]
pub fn is_agent_inside(record: &StepRecord) -> bool {
    record.run.step_type == StepType::Agent && record.memory.tools.is_some()
}

/// The step runs of an execution. A step that was not reached has no step run.
#[derive(Debug, Default)]
pub struct Runs {
    records: Vec<StepRecord>,
    /// In the order of paths: the step runs inside a container stand together.
    by_path: BTreeMap<StepPath, usize>,
    active: Active,
    frontier: Frontier,
}

/// The active step runs, indexed so that no turn scans all of them.
#[derive(Debug, Default)]
struct Active {
    /// Under way, or between two attempts.
    running: BTreeSet<StepPath>,
    /// Containers under way.
    containers: BTreeSet<StepPath>,
    gates: BTreeSet<StepPath>,
    /// When next attempts begin.
    retries: BTreeSet<(DateTime<Utc>, StepPath)>,
    /// When gates expire.
    expiries: BTreeSet<(DateTime<Utc>, StepPath)>,
}

impl Active {
    fn add(&mut self, record: &StepRecord) {
        let path = &record.run.path;
        match activity(record) {
            Activity::None => {}
            Activity::Attempt => _ = self.running.insert(path.clone()),
            Activity::Inside => _ = self.containers.insert(path.clone()),
            Activity::Backoff(until) => {
                self.running.insert(path.clone());
                self.retries.insert((until, path.clone()));
            }
            Activity::Gate(expires_at) => {
                self.gates.insert(path.clone());
                self.expiries.extend(expires_at.map(|at| (at, path.clone())));
            }
        }
    }

    fn remove(&mut self, record: &StepRecord) {
        let path = &record.run.path;
        match activity(record) {
            Activity::None => {}
            Activity::Attempt => _ = self.running.remove(path),
            Activity::Inside => _ = self.containers.remove(path),
            Activity::Backoff(at) => {
                self.running.remove(path);
                self.retries.remove(&(at, path.clone()));
            }
            Activity::Gate(expires_at) => {
                self.gates.remove(path);
                if let Some(at) = expires_at {
                    self.expiries.remove(&(at, path.clone()));
                }
            }
        }
    }
}

impl Runs {
    /// The step runs of a journal.
    #[must_use]
    pub fn new(records: Vec<StepRecord>) -> Self {
        let mut runs = Self::default();
        for record in records {
            runs.insert(record);
        }
        runs
    }

    fn insert(&mut self, record: StepRecord) {
        self.active.add(&record);
        self.by_path.insert(record.run.path.clone(), self.records.len());
        self.records.push(record);
    }

    /// The record of a step run.
    #[must_use]
    pub fn record(&self, path: &StepPath) -> Option<&StepRecord> {
        self.records.get(*self.by_path.get(path)?)
    }

    /// A step run.
    #[must_use]
    pub fn get(&self, path: &StepPath) -> Option<&StepRun> {
        self.record(path).map(|record| &record.run)
    }

    /// The status of a step run; pending when it was not reached.
    #[must_use]
    pub fn status(&self, path: &StepPath) -> StepRunStatus {
        self.get(path).map_or(StepRunStatus::Pending, |run| run.status)
    }

    /// All step runs, in the order in which they were reached.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &StepRun> + Clone {
        self.records.iter().map(|record| &record.run)
    }

    /// Their records, in the same order.
    pub fn records(&self) -> impl Iterator<Item = &StepRecord> {
        self.records.iter()
    }

    /// The step runs with a running or a scheduled attempt.
    pub fn running(&self) -> impl Iterator<Item = &StepRecord> {
        self.active.running.iter().filter_map(|path| self.record(path))
    }

    /// The step runs that wait for a person.
    pub fn at_gates(&self) -> impl Iterator<Item = &StepRun> {
        self.active.gates.iter().filter_map(|path| self.get(path))
    }

    /// The containers under way.
    pub fn containers(&self) -> impl DoubleEndedIterator<Item = &StepRun> {
        self.active.containers.iter().filter_map(|path| self.get(path))
    }

    /// The step runs inside a container, at any depth.
    pub fn below(&self, container: &StepPath) -> impl Iterator<Item = &StepRun> {
        // `/` follows the dot in ASCII, and no path holds one.
        let (from, to) = (format!("{container}."), format!("{container}/"));
        let range = (Bound::Included(from.as_str()), Bound::Excluded(to.as_str()));
        self.by_path.range::<str, _>(range).filter_map(|(_, at)| self.records.get(*at)).map(|record| &record.run)
    }

    /// The lists under way.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The same, to change it.
    pub fn frontier_mut(&mut self) -> &mut Frontier {
        &mut self.frontier
    }

    /// When the next attempt of a step run begins.
    #[must_use]
    pub fn next_retry(&self) -> Option<DateTime<Utc>> {
        self.active.retries.first().map(|(at, _)| *at)
    }

    /// When a gate expires next.
    #[must_use]
    pub fn next_expiry(&self) -> Option<DateTime<Utc>> {
        self.active.expiries.first().map(|(at, _)| *at)
    }

    /// The step runs whose next attempt is due.
    #[must_use]
    pub fn due_retries(&self, now: DateTime<Utc>) -> Vec<StepPath> {
        due(&self.active.retries, now)
    }

    /// The step runs whose gate has expired.
    #[must_use]
    pub fn due_expiries(&self, now: DateTime<Utc>) -> Vec<StepPath> {
        due(&self.active.expiries, now)
    }

    /// Changes a step run. Every change goes through here, which keeps the indexes consistent.
    pub fn change<R>(&mut self, path: &StepPath, change: impl FnOnce(&mut StepRecord) -> R) -> Option<R> {
        let record = self.records.get_mut(*self.by_path.get(path)?)?;
        self.active.remove(record);
        let result = change(record);
        self.active.add(record);
        self.frontier.stir(Node::of(path));
        Some(result)
    }

    /// Makes the step run of a step, unless there is one.
    pub fn reach(&mut self, path: &StepPath, place: &Place, index: &Index) {
        if !self.by_path.contains_key(path) {
            let run = pending_run(path, &place.step);
            let step_type = match path.in_agent() {
                None => run.step_type,
                Some(InAgent { call: None, .. }) => StepType::Llm,
                Some(InAgent { call: Some(_), .. }) => StepType::Tool,
            };
            self.insert(StepRecord {
                run: StepRun { step_type, ..run },
                order_key: index.order_key(path).unwrap_or_default(),
                progress: AttemptProgress::default(),
                items: None,
                memory: AgentMemory::default(),
            });
        }
    }
}

fn due(waits: &BTreeSet<(DateTime<Utc>, StepPath)>, now: DateTime<Utc>) -> Vec<StepPath> {
    waits.iter().take_while(|(at, _)| *at <= now).map(|(_, path)| path.clone()).collect()
}

/// The step run of a step that was not reached.
#[must_use]
pub fn pending_run(path: &StepPath, step: &Step) -> StepRun {
    StepRun {
        path: path.clone(),
        step_id: step.id.clone(),
        label: step.label.clone(),
        step_type: step.step_type(),
        status: StepRunStatus::Pending,
        attempt: 0,
        provider: None,
        model: None,
        prompt: None,
        content: None,
        output: None,
        finish_reason: None,
        finish_word: None,
        token_usage: TokenUsage::default(),
        cost_usd: 0.0,
        unpriced_calls: 0,
        duration_ms: None,
        error: None,
        gate: None,
        choice: None,
        tool: None,
        arguments: None,
        effect: None,
        attachments: Vec::new(),
        waits_until: None,
        tool_calls: None,
        agent: None,
        overridden: false,
        stale: false,
        revision: None,
        started_at: None,
        completed_at: None,
    }
}
