//! A turn: input in, journal written, effects out.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sluice_store::{AttemptProgress, Retry, StartRecord, StepRecord, StoreError, StoredEvent, Turn, UNKNOWN_RETRIES};
use sluice_types::{
    ErrorCode, Event, EventType, Execution, ExecutionStatus, RunError, StepPath, StepRun, StepRunStatus,
};

use super::draft::{Draft, Effect};
use super::{Actor, Flow, Input};
use crate::faults::FaultPoint;
use crate::hub::Frame;
use crate::plan::{Action, PlanInput, SkipReason, plan};
use crate::templating::text_of;
use crate::view::{self, pending_run};

impl Actor {
    /// The turn that starts an execution.
    pub fn first_turn(&mut self) -> Draft {
        let mut draft = Draft::new(self.journal.created_at);
        self.journal.turn = 1;
        self.settle(ExecutionStatus::Running, &mut draft);
        self.advance(&mut draft);
        draft
    }

    /// What the start's turn writes.
    pub fn start_record(&self, draft: &Draft, idempotency: Option<(String, String)>) -> StartRecord {
        let mut turn = self.turn_of(draft);
        turn.snapshot = Some(self.journal.snapshot.clone());
        StartRecord {
            turn,
            owner: self.shared.engine_id.clone(),
            workflow_id: self.journal.workflow_id.clone(),
            workflow_version: self.journal.workflow_version,
            input: self.journal.input.clone(),
            triggered_by: self.journal.triggered_by.clone(),
            created_at: self.journal.created_at,
            idempotency,
        }
    }

    /// Takes one input through its turn.
    pub(super) async fn take_turn(&mut self, input: Input) -> Flow {
        let mut draft = Draft::new(self.shared.outside.clock.now());
        let mut answer = None;
        match input {
            Input::Command { command, persona, by, reply } => match self.command(command, persona, &by, &mut draft) {
                Ok(()) => {
                    draft.asked = true;
                    answer = Some(reply);
                }
                Err(refused) => {
                    // Whoever asked may be gone.
                    let _ = reply.send(Err(refused));
                    return Flow::GoOn;
                }
            },
            Input::AttemptEnded(end) => {
                if !self.attempt_ended(end, &mut draft) {
                    return Flow::GoOn;
                }
            }
            Input::RetryDue(path, attempt) => {
                if !self.retry_due(&path, attempt) {
                    return Flow::GoOn;
                }
            }
            Input::GateExpired(path) => {
                if !self.gate_expired(&path, &mut draft) {
                    return Flow::GoOn;
                }
            }
            Input::Wait(waiter) => {
                self.waiters.push(waiter);
                self.answer_waiters();
                return Flow::GoOn;
            }
            // What is under way ends by itself; nothing more is started from now on.
            Input::Drain => return Flow::GoOn,
        }
        let flow = self.decide_and_write(draft).await;
        if flow == Flow::GoOn
            && let Some(reply) = answer
        {
            // Whoever asked may be gone.
            let _ = reply.send(Ok(Box::new(self.execution())));
        }
        flow
    }

    /// Plans on, writes the turn, and acts on it.
    pub(super) async fn decide_and_write(&mut self, mut draft: Draft) -> Flow {
        self.journal.turn += 1;
        self.advance(&mut draft);
        if draft.asked && draft.events.is_empty() && !self.journal.state.status.is_terminal() {
            let event = self.status_event(self.journal.state.status, &draft);
            self.tell(event, &mut draft);
        }
        if self.shared.faults.stops_at(FaultPoint::BeforeCommit) {
            self.shared.halt();
            return Flow::Stop;
        }
        let turn = Arc::new(self.turn_of(&draft));
        if self.write(turn.clone()).await == Flow::Stop {
            return Flow::Stop;
        }
        if self.shared.faults.stops_at(FaultPoint::AfterCommit) {
            self.shared.halt();
            return Flow::Stop;
        }
        self.publish(&turn, &draft);
        self.act(draft)
    }

    /// Writes a turn, waiting for a database that is away: nothing is done before it is written.
    async fn write(&mut self, turn: Arc<Turn>) -> Flow {
        let id = self.journal.execution_id.clone();
        let mut wait = Duration::from_millis(50);
        let mut unknown = 0;
        loop {
            match self.shared.store.write_turn(turn.clone()).await {
                Ok(()) => return Flow::GoOn,
                Err(StoreError::Fenced) => {
                    tracing::warn!(execution_id = %id, "another engine owns the execution now");
                    return Flow::Stop;
                }
                Err(error) if error.is_transient() && unknown < UNKNOWN_RETRIES => {
                    unknown += u32::from(error.retry() == Retry::SomeTimes);
                    tracing::warn!(execution_id = %id, %error, "the turn could not be written; it is tried again");
                }
                Err(error) => {
                    tracing::error!(execution_id = %id, %error, "the turn can never be written");
                    self.fail_for_good().await;
                    return Flow::Stop;
                }
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(2));
        }
    }

    /// Ends an execution whose turn the database refuses, from the journal as it is stored: a run
    /// that can neither go on nor be cancelled would be worse.
    async fn fail_for_good(&mut self) {
        let (tenant, id) = (self.journal.tenant.clone(), self.journal.execution_id.clone());
        let Ok(Some(stored)) = self.shared.store.journal(&tenant, &id).await else { return };
        self.journal = stored;
        let mut draft = Draft::new(self.shared.outside.clock.now());
        let error = RunError::new(
            ErrorCode::Internal,
            "The result of this step could not be stored; the server's log has the cause.",
        );
        let open = self.journal.runs().find(|run| run.status == StepRunStatus::Running || run.status.is_gate());
        if let Some(path) = open.map(|run| run.path.clone()) {
            self.fail_step(&path, error, &mut draft);
        }
        self.journal.turn += 1;
        self.settle(ExecutionStatus::Failed, &mut draft);
        let turn = self.turn_of(&draft);
        match self.shared.store.write_turn(Arc::new(turn.clone())).await {
            Ok(()) => self.publish(&turn, &draft),
            Err(error) => tracing::error!(execution_id = %id, %error, "nor can its failure"),
        }
    }

    /// Does what a written turn decided.
    pub(super) fn act(&mut self, draft: Draft) -> Flow {
        if self.shared.faults.stops_at(FaultPoint::AfterPublish) {
            self.shared.halt();
            return Flow::Stop;
        }
        for effect in draft.effects {
            match effect {
                Effect::Begin { path, attempt, call, timeout } => self.begin(&path, attempt, *call, timeout),
                Effect::Abort(path) => self.abort(&path),
                Effect::EndText(path) => drop(self.channel.end_text(&path)),
                Effect::RetryIn(path, attempt, delay) => self.send_later(delay, Input::RetryDue(path, attempt)),
                Effect::ExpireAt(path, at) => {
                    let delay = (at - self.shared.outside.clock.now()).to_std().unwrap_or_default();
                    self.send_later(delay, Input::GateExpired(path));
                }
            }
        }
        self.answer_waiters();
        Flow::GoOn
    }

    pub(super) fn send_later(&self, delay: Duration, input: Input) {
        let mailbox = self.mailbox.clone();
        let stopped = self.shared.stopped.clone();
        tokio::spawn(async move {
            if stopped.run_until_cancelled(tokio::time::sleep(delay)).await.is_some() {
                // An actor that has ended needs no telling.
                let _ = mailbox.send(input);
            }
        });
    }

    fn answer_waiters(&mut self) {
        self.waiters.retain(|waiter| !waiter.is_closed());
        let status = self.journal.state.status;
        if !self.waiters.is_empty() && (status.is_terminal() || status == ExecutionStatus::Paused) {
            let execution = self.execution();
            for waiter in self.waiters.drain(..) {
                // Whoever waited may be gone.
                let _ = waiter.send(Box::new(execution.clone()));
            }
        }
    }

    fn execution(&self) -> Execution {
        view::execution(&self.journal)
    }

    /// Tells readers what was written. Whoever subscribes after the question whether anybody
    /// listens reads the committed rows, so nobody misses anything.
    fn publish(&self, turn: &Turn, draft: &Draft) {
        if self.channel.has_readers() {
            let events = turn.events.iter().zip(&draft.events);
            self.channel.publish(
                events.map(|(stored, event)| Frame::stored(stored, event.event_type.as_str(), event.ends_stream())),
            );
        }
    }

    /// What a draft writes.
    fn turn_of(&self, draft: &Draft) -> Turn {
        let journal = &self.journal;
        let stored = |event: &Event| StoredEvent {
            seq: event.seq.unwrap_or_default(),
            payload: serde_json::to_string(event).unwrap_or_default(),
        };
        let order_key = |path: &StepPath| {
            let at = journal.snapshot.definition.steps.iter().position(|step| step.id.as_str() == path.as_str());
            u32::try_from(at.unwrap_or_default()).unwrap_or(u32::MAX).to_be_bytes().to_vec()
        };
        let record = |path: &StepPath| journal.step_runs.iter().find(|record| record.run.path == *path);
        let changed = draft
            .changed
            .iter()
            .filter_map(|path| Some(StepRecord { order_key: order_key(path), ..record(path)?.clone() }));
        Turn {
            tenant: journal.tenant.clone(),
            execution_id: journal.execution_id.clone(),
            epoch: journal.epoch,
            turn: journal.turn,
            token: self.shared.outside.ids.turn_token(),
            state: journal.state.clone(),
            snapshot: draft.snapshot_changed.then(|| journal.snapshot.clone()),
            step_runs: changed.collect(),
            attempts: draft.attempts.clone(),
            decisions: draft.decisions.clone(),
            events: draft.events.iter().map(stored).collect(),
        }
    }

    /// Carries the plan out until it waits for something, and settles what the execution is doing.
    fn advance(&mut self, draft: &mut Draft) {
        if self.journal.state.status.is_terminal() {
            return self.settle(self.journal.state.status, draft);
        }
        self.start_due_retries(draft);
        let ended = loop {
            let input = PlanInput {
                definition: &self.journal.snapshot.definition,
                runs: &self.journal.step_runs,
                yolo: self.journal.state.yolo,
                on_hold: self.journal.state.on_hold || self.shared.is_draining(),
            };
            let mut changed = false;
            let mut ended = None;
            for action in plan(input) {
                match action {
                    // A step that cannot be started fails at once, and the plan goes on from there.
                    Action::Start(path) => changed |= !self.start_step(&path, draft),
                    Action::OpenGate(path) => self.open_review(&path, draft),
                    Action::Skip(path, reason) => self.skip(&path, reason, draft),
                    Action::Complete => ended = Some(ExecutionStatus::Completed),
                    Action::Fail(_) => ended = Some(ExecutionStatus::Failed),
                }
            }
            if !changed {
                break ended;
            }
        };
        let status = ended.unwrap_or_else(|| self.status_under_way());
        self.settle(status, draft);
    }

    fn status_under_way(&self) -> ExecutionStatus {
        let any = |wanted: fn(StepRunStatus) -> bool| self.journal.runs().any(|run| wanted(run.status));
        if self.journal.state.on_hold {
            ExecutionStatus::Paused
        } else if any(|status| status == StepRunStatus::Running) {
            ExecutionStatus::Running
        } else if any(StepRunStatus::is_gate) {
            ExecutionStatus::Paused
        } else {
            ExecutionStatus::Running
        }
    }

    /// Takes on a status, and tells readers.
    pub(super) fn settle(&mut self, status: ExecutionStatus, draft: &mut Draft) {
        let running = self.journal.runs().any(|run| run.status == StepRunStatus::Running);
        let expiring = self.journal.runs().any(|run| {
            run.status == StepRunStatus::Waiting && run.gate.as_ref().is_some_and(|gate| gate.expires_at.is_some())
        });
        let state = &mut self.journal.state;
        let before = state.status;
        state.live = !status.is_terminal()
            && (running || expiring || matches!(status, ExecutionStatus::Running | ExecutionStatus::Pending));
        if before == status {
            if status.is_terminal() {
                self.journal.state.output = self.output();
            }
            return;
        }
        debug_assert!(before.may_become(status), "{before} may not become {status}");
        state.status = status;
        if status.is_terminal() {
            state.completed_at = Some(draft.now);
            state.on_hold = false;
            self.journal.state.output = self.output();
        } else {
            state.completed_at = None;
            state.error = None;
            state.output = None;
        }
        if status == ExecutionStatus::Failed {
            let failed = self.journal.runs().find(|run| run.status == StepRunStatus::Failed);
            self.journal.state.error =
                failed.and_then(|run| Some((run.error.clone()?, run.path.clone()))).map(|(mut error, path)| {
                    error.path = Some(path);
                    error
                });
        }
        let event = self.status_event(status, draft);
        self.tell(event, draft);
    }

    /// What the last step that completed gave.
    fn output(&self) -> Option<Value> {
        let run_of = |step: &sluice_types::Step| self.journal.runs().find(|run| run.step_id == step.id);
        self.journal.snapshot.definition.steps.iter().rev().find_map(|step| run_of(step).and_then(result_of))
    }

    fn status_event(&self, status: ExecutionStatus, draft: &Draft) -> Event {
        let state = &self.journal.state;
        let event_type = match status {
            ExecutionStatus::Pending | ExecutionStatus::Running | ExecutionStatus::Unknown => EventType::Progress,
            ExecutionStatus::Paused => EventType::Paused,
            ExecutionStatus::Completed | ExecutionStatus::Cancelled => EventType::Done,
            ExecutionStatus::Failed => EventType::Error,
        };
        let gate = self.journal.runs().find(|run| run.status.is_gate());
        let waiting = gate.filter(|_| status == ExecutionStatus::Paused);
        let mut event = Event {
            status: Some(status),
            token_usage: Some(state.token_usage),
            cost_estimate: Some(state.cost_usd),
            error: state.error.clone(),
            message: state.error.as_ref().map(|error| error.message.clone()),
            ..Event::of_execution(event_type, &self.journal.execution_id, draft.now)
        };
        if status.is_terminal() {
            event.duration_ms = state.started_at.map(|from| (draft.now - from).num_milliseconds());
        }
        if let Some(run) = waiting {
            event.path = Some(run.path.clone());
            event.step_id = Some(run.step_id.clone());
            event.step_label = Some(run.label.clone());
            event.message = run.gate.as_ref().map(|gate| gate.message.clone());
        } else if status == ExecutionStatus::Paused {
            event.message = Some("Paused by a person.".into());
        }
        event
    }

    /// Gives an event its number and puts it into the turn.
    pub(super) fn tell(&mut self, mut event: Event, draft: &mut Draft) {
        self.journal.state.last_seq += 1;
        event.seq = Some(self.journal.state.last_seq);
        draft.events.push(event);
    }

    /// An event about a step run.
    pub(super) fn event_of(&self, event_type: EventType, run: &StepRun, draft: &Draft) -> Event {
        Event {
            step_status: Some(run.status),
            step_id: Some(run.step_id.clone()),
            path: Some(run.path.clone()),
            step_label: Some(run.label.clone()),
            attempt: (run.attempt > 0).then_some(run.attempt),
            ..Event::of_execution(event_type, &self.journal.execution_id, draft.now)
        }
    }

    fn skip(&mut self, path: &StepPath, reason: SkipReason, draft: &mut Draft) {
        let (content, message) = match reason {
            SkipReason::Disabled => (None, "The step is switched off."),
            SkipReason::JumpedOver => (None, "The run jumped over the step."),
            SkipReason::Yolo => (self.shown_text(path).map(|(_, text)| text), "Reviews are skipped in YOLO mode."),
        };
        let Some(run) = self.run_mut(path, draft) else { return };
        run.status = StepRunStatus::Skipped;
        run.output = content.clone().map(Value::String);
        run.content = content;
        let run = run.clone();
        let event = Event { message: Some(message.into()), ..self.event_of(EventType::Skipped, &run, draft) };
        self.tell(event, draft);
    }

    /// A step run, when there is one.
    pub(super) fn run(&self, path: &StepPath) -> Option<&StepRun> {
        self.journal.runs().find(|run| run.path == *path)
    }

    /// A step run to change, made when the step was not come to yet; `None` when there is no such step.
    pub(super) fn run_mut(&mut self, path: &StepPath, draft: &mut Draft) -> Option<&mut StepRun> {
        let step = self.journal.snapshot.definition.step_at(path)?;
        draft.changed.insert(path.clone());
        let found = self.journal.runs().position(|run| run.path == *path);
        let at = found.unwrap_or_else(|| {
            let run = pending_run(step);
            self.journal.step_runs.push(StepRecord {
                run,
                order_key: Vec::new(),
                progress: AttemptProgress::default(),
            });
            self.journal.step_runs.len() - 1
        });
        self.journal.step_runs.get_mut(at).map(|record| &mut record.run)
    }

    /// The text that a review shows, and whose it is: that of the last of its steps that has some.
    pub(super) fn shown_text(&self, review: &StepPath) -> Option<(StepPath, String)> {
        let definition = &self.journal.snapshot.definition;
        let shown = definition.shown_by(definition.step_at(review)?);
        shown.iter().rev().find_map(|step| {
            let run = self.journal.runs().find(|run| run.step_id == step.id)?;
            let text = run.content.clone().or_else(|| run.output.as_ref().map(text_of))?;
            Some((run.path.clone(), text))
        })
    }
}

/// What a step run gave, as the execution's own output: of a review, the text as approved.
fn result_of(run: &StepRun) -> Option<Value> {
    if run.status != StepRunStatus::Completed {
        return None;
    }
    match run.step_type {
        sluice_types::StepType::Llm | sluice_types::StepType::Unknown => run.output.clone(),
        sluice_types::StepType::Review => run.content.clone().map(Value::String),
    }
}
