//! A driver in memory: it keeps what the machine writes, makes its attempts, and can crash.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sluice_store::{AttemptRecord, ExecutionState, Journal, Snapshot, StepRecord};
use sluice_types::{
    DecideGate, ErrorCode, ExecutionEvent, ExecutionId, ExecutionStatus, FinishReason, GateKind, Metadata,
    ReviewDecision, StepPath, StepRun, StepRunStatus, TenantId, TokenUsage, WorkflowId,
};

use super::calls::{asked, tools, without_text};
use crate::driver::{evaluate, evaluate_if_quick};
use crate::error::EngineError;
use crate::machine::{Command, Effect, Env, Input, Machine, Outcome, Signal, Step, Task};
use crate::retry::{Backoff, Failure, Sent};
use crate::work::{AttemptEnd, Finish, Made, Work};

/// When the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    BeforeCommit,
    AfterCommit,
}

/// The end of an attempt in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Answer,
    /// The answer uses all its tokens.
    Spent,
    /// It fails, can be retried, and was refused before it acted.
    Refused,
    /// It fails, can be retried, and may have acted.
    Lost,
    /// It fails and cannot be retried.
    Rejected,
    /// The answer is cut at its limit of tokens.
    Cut,
    /// All tokens went into thinking.
    Thought,
    /// A filter withholds the rest of the answer.
    Filtered,
}

pub struct World {
    pub machine: Machine,
    stored: Journal,
    pub now: DateTime<Utc>,
    /// Running attempts.
    pub tasks: Vec<Task>,
    /// The step runs whose streamed texts are in memory.
    texts: HashSet<StepPath>,
    /// Those of them whose call waits for a permit.
    pub queued: HashSet<StepPath>,
    /// All attempts that were begun.
    pub begun: Vec<(StepPath, i32)>,
    pub attempts: Vec<AttemptRecord>,
    pub events: Vec<ExecutionEvent>,
    /// The ends of a step's next attempts; answers when there are no more.
    pub script: HashMap<StepPath, Vec<End>>,
    /// The scripts of other steps, one for each path.
    pub ends: Vec<Vec<End>>,
    /// The attempt that ends next, by its number among those under way.
    pub picks: Vec<usize>,
    /// The crash of each turn to come, by its number from 0.
    pub crashes: HashMap<usize, Crash>,
    turns: usize,
    /// Step runs that were written, counted each time.
    pub written: usize,
    positions: HashMap<StepPath, usize>,
}

pub fn path(text: &str) -> StepPath {
    StepPath::new(text).unwrap()
}

/// A step that echoes its prompt.
pub fn step(id: &str, prompt: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "llm", "provider": "demo", "model": "demo-echo", "prompt": prompt})
}

/// An agent whose turns ask for these calls: see [`asked`](super::calls::asked).
pub fn agent(id: &str, prompt: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "agent", "provider": "demo", "model": "demo-echo",
        "prompt": prompt, "tools": ["box:*"], "approve": "never"})
}

/// A step that calls a tool.
pub fn tool(id: &str, tool: &str, arguments: &Value) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "tool", "tool": tool, "arguments": arguments})
}

pub fn review(id: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "review"})
}

fn journal(steps: &[Value]) -> Journal {
    let definition = serde_json::from_value(json!({ "steps": steps })).unwrap();
    Journal {
        tenant: TenantId::local(),
        execution_id: ExecutionId::new("execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11").unwrap(),
        workflow_id: WorkflowId::new("w").unwrap(),
        workflow_version: 1,
        number: None,
        tried_step: None,
        temporal_workflow_id: None,
        triggered_by: "test".into(),
        metadata: Metadata::new(),
        created_at: DateTime::UNIX_EPOCH,
        input: json!({"topic": "tea"}),
        snapshot: Snapshot { definition, ..Snapshot::default() },
        state: ExecutionState {
            status: ExecutionStatus::Pending,
            on_hold: false,
            live: true,
            output: None,
            error: None,
            token_usage: TokenUsage::default(),
            cost_usd: 0.0,
            unpriced_calls: 0,
            budget_usd: None,
            yolo: false,
            started_at: None,
            completed_at: None,
            last_seq: 0,
            interruptions: 0,
        },
        epoch: 1,
        turn: 0,
        step_runs: Vec::new(),
    }
}

impl World {
    /// An execution of these steps, before its first turn.
    pub fn of(steps: &[Value]) -> Self {
        Self {
            machine: Machine::new(journal(steps)),
            stored: journal(steps),
            now: DateTime::UNIX_EPOCH,
            tasks: Vec::new(),
            texts: HashSet::new(),
            queued: HashSet::new(),
            begun: Vec::new(),
            attempts: Vec::new(),
            events: Vec::new(),
            script: HashMap::new(),
            ends: Vec::new(),
            picks: Vec::new(),
            crashes: HashMap::new(),
            turns: 0,
            written: 0,
            positions: HashMap::new(),
        }
    }

    /// The same, with a budget.
    pub fn with_budget(steps: &[Value], usd: f64) -> Self {
        let mut world = Self::of(steps);
        world.stored.state.budget_usd = Some(usd);
        world.machine = Machine::new(world.stored.clone());
        world
    }

    /// The same, started.
    pub fn started(steps: &[Value]) -> Self {
        let mut world = Self::of(steps);
        world.start();
        world
    }

    pub fn start(&mut self) {
        let step = self.with_env(Machine::start);
        self.complete(step);
    }

    fn with_env<T>(&mut self, call: impl FnOnce(&mut Machine, &Env<'_>) -> T) -> T {
        let backoff = Backoff::default();
        let text_of = |_: &StepPath, _: i32| "half".to_owned();
        let thinking_of = |_: &StepPath, _: i32| "hm".to_owned();
        let queued = self.queued.clone();
        let env = Env {
            now: self.now,
            chance: 0.5,
            token: 7,
            draining: false,
            backoff,
            text_of: &text_of,
            thinking_of: &thinking_of,
            is_queued: &|path| queued.contains(path),
        };
        call(&mut self.machine, &env)
    }

    /// Completes a turn; the process may die at it.
    fn complete(&mut self, mut step: Step) {
        let outcome = loop {
            match step {
                Step::Needs(evaluations) => {
                    let texts = evaluate(&self.machine, &evaluations);
                    if let Some(quick) = evaluate_if_quick(&self.machine, &evaluations) {
                        assert_eq!(quick, texts);
                    }
                    step = self.with_env(|machine, env| machine.evaluated(texts, env));
                }
                Step::Done(outcome) => break outcome,
                Step::Ignored => return,
            }
        };
        let crash = self.crashes.remove(&self.turns);
        self.turns += 1;
        if crash == Some(Crash::BeforeCommit) {
            return self.crash();
        }
        self.write(&outcome);
        if crash == Some(Crash::AfterCommit) {
            return self.crash();
        }
        self.events.extend(outcome.events);
        for effect in outcome.effects {
            match effect {
                Effect::Begin(task) => {
                    self.begun.push((task.path.clone(), task.attempt));
                    self.texts.insert(task.path.clone());
                    self.tasks.push(task);
                }
                Effect::Abort(path) => {
                    self.tasks.retain(|task| task.path != path);
                    self.texts.remove(&path);
                    self.queued.remove(&path);
                }
                Effect::EndText(path) => _ = self.texts.remove(&path),
            }
        }
    }

    fn write(&mut self, Outcome { turn, .. }: &Outcome) {
        assert_eq!((turn.epoch, turn.turn), (self.stored.epoch, self.stored.turn + 1));
        self.stored.turn = turn.turn;
        self.stored.state = turn.state.clone();
        if let Some(snapshot) = &turn.snapshot {
            self.stored.snapshot = snapshot.clone();
        }
        self.written += turn.step_runs.len();
        for record in &turn.step_runs {
            let next = self.stored.step_runs.len();
            let at = *self.positions.entry(record.run.path.clone()).or_insert(next);
            match self.stored.step_runs.get_mut(at) {
                Some(old) => old.clone_from(record),
                None => self.stored.step_runs.push(record.clone()),
            }
        }
        self.attempts.extend(turn.attempts.iter().cloned());
    }

    /// The process dies, and another one takes the execution over as it is stored.
    pub fn crash(&mut self) {
        self.tasks.clear();
        self.texts.clear();
        self.queued.clear();
        self.stored.epoch += 1;
        if self.stored.turn == 0 {
            // Nothing was written: the caller starts it again.
            self.machine = Machine::new(self.stored.clone());
            return self.start();
        }
        self.stored.state.interruptions += u32::from(self.stored.state.live);
        self.machine = Machine::new(self.stored.clone());
        if self.stored.state.live {
            let step = self.with_env(Machine::recover);
            self.complete(step);
        }
    }

    pub fn command(&mut self, command: Command) -> Result<(), EngineError> {
        let input = Input::Command { command, persona: None, by: "tester".into() };
        let step = self.with_env(|machine, env| machine.handle(input, env))?;
        self.complete(step);
        Ok(())
    }

    pub fn decide(&mut self, at: &StepPath, decision: ReviewDecision) {
        let request = DecideGate { decision, comment: None, content: None, budget_usd: None, opened_seq: None };
        self.command(Command::Review(at.clone(), request)).unwrap();
    }

    fn signal(&mut self, signals: Vec<Signal>) {
        let step = self.with_env(|machine, env| machine.handle(Input::Signals(signals), env)).unwrap();
        self.complete(step);
    }

    /// The number of turns so far.
    pub fn turns(&self) -> usize {
        self.turns
    }

    /// Starts it; the cost that its first budget gate asks for.
    pub fn needed(mut self) -> f64 {
        self.start();
        let gate = self.machine.runs().at_gates().next().expect("a gate");
        gate.gate.as_ref().unwrap().needed_usd.unwrap()
    }

    /// Ends a turn of an agent that says something beside its calls.
    pub fn say(&mut self, at: &str, text: &str) {
        let position = self.tasks.iter().position(|task| task.path == path(at)).expect("a turn is under way");
        let end = ended(self.tasks.remove(position), End::Answer);
        self.end_with(AttemptEnd { content: text.into(), result: Ok(json!(text)), ..end });
    }

    /// Fails a running attempt for good, before it acted.
    pub fn fail(&mut self, at: &str, code: ErrorCode) {
        let position = self.tasks.iter().position(|task| task.path == path(at)).expect("an attempt is under way");
        let end = ended(self.tasks.remove(position), End::Rejected);
        let failure =
            Failure { code, message: "It failed.".into(), retryable: false, retry_after: None, sent: Sent::No };
        self.end_with(AttemptEnd { result: Err(failure), ..end });
    }

    /// Ends all running attempts in one turn.
    pub fn end_all(&mut self, end: End) {
        let tasks = std::mem::take(&mut self.tasks);
        let ends = tasks.into_iter().map(|task| Signal::AttemptEnded(ended(task, end)));
        self.signal(ends.collect());
    }

    /// Ends a running attempt.
    pub fn end(&mut self, at: &StepPath, end: End) {
        let position = self.tasks.iter().position(|task| task.path == *at).expect("an attempt is under way");
        let task = self.tasks.remove(position);
        self.end_with(ended(task, end));
    }

    pub fn end_with(&mut self, end: AttemptEnd) {
        self.signal(vec![Signal::AttemptEnded(end)]);
    }

    pub fn pass(&mut self, time: TimeDelta) {
        self.now += time;
        self.signal(vec![Signal::Time]);
    }

    pub fn status(&self) -> ExecutionStatus {
        self.machine.journal().state.status
    }

    pub fn run(&self, at: &str) -> &StepRun {
        self.machine.runs().get(&path(at)).unwrap()
    }

    pub fn has_run(&self, at: &str) -> bool {
        self.machine.runs().get(&path(at)).is_some()
    }

    pub fn set_input(&mut self, input: &Value) {
        self.stored.input.clone_from(input);
        self.machine = Machine::new(self.stored.clone());
    }

    pub fn set_yolo(&mut self) {
        self.stored.state.yolo = true;
        self.machine = Machine::new(self.stored.clone());
    }

    pub fn record(&self, at: &str) -> &StepRecord {
        self.machine.runs().record(&path(at)).unwrap()
    }

    /// Lets the next thing happen; false when the execution has ended.
    fn go_on(&mut self) -> bool {
        if self.status().is_terminal() {
            return false;
        }
        if !self.tasks.is_empty() {
            let pick = self.picks.get(self.turns % self.picks.len().max(1)).map_or(0, |pick| pick % self.tasks.len());
            let at = self.tasks[pick].path.clone();
            let mut hasher = DefaultHasher::new();
            at.hash(&mut hasher);
            let of_path = usize::try_from(hasher.finish() % 1_000).unwrap();
            let ends = || self.ends.get(of_path % self.ends.len().max(1)).cloned().unwrap_or_default();
            let script = self.script.entry(at.clone()).or_insert_with(ends);
            let end = match script.first() {
                None => End::Answer,
                // The step fails for good, also when a crash loses this end.
                Some(End::Rejected) => End::Rejected,
                Some(_) => script.remove(0),
            };
            self.end(&at, end);
        } else if let Some(wake) = self.machine.next_wake(false) {
            self.pass(wake - self.now);
        } else {
            let gate = self.machine.runs().at_gates().next().expect("it waits for somebody");
            let decision = match gate.gate.as_ref().unwrap().kind {
                GateKind::Review | GateKind::ToolCall => ReviewDecision::Approve,
                GateKind::OutcomeUnknown | GateKind::InterruptedOften => ReviewDecision::Repeat,
                GateKind::Budget | GateKind::Unknown => ReviewDecision::Stop,
            };
            self.decide(&gate.path.clone(), decision);
        }
        true
    }

    /// Drives the execution to its end.
    pub fn finish(&mut self) {
        for _ in 0..10_000 {
            if !self.go_on() {
                assert_eq!(self.texts, HashSet::new(), "the texts of ended attempts are in memory no more");
                return;
            }
        }
        panic!("the run does not end: {:?}", self.machine.execution());
    }

    /// The part of the state that crashes must not change.
    pub fn essence(&self) -> Essence {
        let runs = self.machine.runs().iter().filter(|run| run.status != StepRunStatus::Pending);
        let essence =
            |run: &StepRun| (run.path.to_string(), run.status.to_string(), run.prompt.clone(), run.output.clone());
        let mut runs: Vec<_> = runs.map(essence).collect();
        runs.sort_by(|one, other| one.0.cmp(&other.0));
        (self.status(), self.machine.journal().state.output.clone(), runs)
    }
}

/// Status, output, and of each step run its path, status, prompt and output.
type Essence = (ExecutionStatus, Option<Value>, Vec<(String, String, Option<String>, Option<Value>)>);

/// The end of an attempt.
pub fn ended(task: Task, end: End) -> AttemptEnd {
    let Task { path, attempt, work, .. } = task;
    let call = match work {
        Work::Model(call) => call,
        Work::ListTools(_) => return without_text(path, attempt, Made::Tools(tools()), end),
        Work::Tool(work) => {
            let value = json!(format!("<{} {}>", work.tool, json!(work.arguments)));
            return without_text(path, attempt, Made::Result { value, attachments: Vec::new() }, end);
        }
    };
    let calls = asked(&path, &call);
    // A cut call is another subject: a run that a crash disturbs would ask for it once more.
    let end = if end == End::Cut && !calls.is_empty() { End::Answer } else { end };
    let failure =
        |code, retryable, sent| Failure { code, message: "It failed.".into(), retryable, retry_after: None, sent };
    let usage = (end == End::Spent).then(|| TokenUsage {
        input_tokens: 1,
        output_tokens: call.max_tokens.unwrap_or(u32::MAX).into(),
        ..TokenUsage::default()
    });
    let result = match end {
        End::Answer if !calls.is_empty() => Ok(json!("")),
        End::Answer | End::Spent | End::Cut | End::Filtered => Ok(Value::String(format!("<{}>", call.prompt()))),
        End::Thought => Ok(Value::String(String::new())),
        End::Refused => Err(failure(ErrorCode::ProviderRateLimited, true, Sent::No)),
        End::Lost => Err(failure(ErrorCode::ProviderUnavailable, true, Sent::Maybe)),
        End::Rejected => Err(failure(ErrorCode::ProviderRejected, false, Sent::No)),
    };
    let content = result.as_ref().ok().and_then(Value::as_str).unwrap_or_default().to_owned();
    let finish = |reason, word: &str| Some(Finish { reason, word: Some(word.into()) });
    let finish = match end {
        End::Answer if !calls.is_empty() => finish(FinishReason::ToolCalls, "tool_calls"),
        End::Answer => finish(FinishReason::Stop, "stop"),
        End::Cut | End::Thought => finish(FinishReason::Length, "MAX_TOKENS"),
        End::Filtered => finish(FinishReason::ContentFilter, "SAFETY"),
        End::Spent | End::Refused | End::Lost | End::Rejected => None,
    };
    let thinking = if end == End::Thought { "Hm, let me think.".to_owned() } else { String::new() };
    let notes = Vec::new();
    let calls = if end == End::Answer { calls } else { Vec::new() };
    let made = Made::Calls { calls, replay: vec![json!({"signed": path.as_str()})] };
    AttemptEnd { path, attempt, content, thinking, checkpointed: false, usage, finish, notes, made, result }
}
