//! Completing a turn: carrying the plan out until it waits for something.

use sluice_store::{StoredEvent, Turn};
use sluice_types::{EventType, ExecutionEvent, ExecutionStatus, StepPath, StepRunStatus};

use super::plan::{Action, Mode, SkipReason, plan};
use super::{Env, Evaluation, Machine, Outcome, Step};
use crate::templating::text_of;

impl Machine {
    /// Plans, and returns the turn; or requests evaluations first.
    pub(super) fn complete_turn(&mut self, env: &Env<'_>) -> Step {
        let needed = self.advance(env);
        if !needed.is_empty() {
            return Step::Needs(needed);
        }
        let status = self.journal.state.status;
        if self.turn.asked && self.turn.events.is_empty() && !status.is_terminal() {
            // The change is told, and no new pause: a reader decides once for each `paused`.
            let event = ExecutionEvent { event_type: EventType::Progress, ..self.status_event(status) };
            self.emit(event);
        }
        self.journal.turn += 1;
        Step::Done(Box::new(self.outcome(env.token)))
    }

    /// Carries the plan out until it must wait, and sets the execution's status. Returns the evaluations that it
    /// requires to continue.
    fn advance(&mut self, env: &Env<'_>) -> Vec<Evaluation> {
        if self.journal.state.status.is_terminal() {
            self.set_status(self.journal.state.status);
            return Vec::new();
        }
        let on_hold = self.journal.state.on_hold || env.draining;
        loop {
            let mut needed = if on_hold { Vec::new() } else { self.begin_due_attempts() };
            let mut changed = false;
            let mut ended = None;
            for action in plan(&self.index, &self.runs, Mode { yolo: self.journal.state.yolo, on_hold }) {
                match action {
                    Action::Start(path) | Action::OpenGate(path) if self.is_interrupted_too_often() => {
                        self.open_interrupted_gate(&path);
                    }
                    // A step that cannot start fails at once, and the plan continues.
                    Action::Start(path) => match self.evaluation(&path) {
                        Some(evaluation) => needed.push(evaluation),
                        None => changed |= !self.start_step(&path),
                    },
                    Action::OpenGate(path) => match self.evaluation(&path) {
                        Some(evaluation) => needed.push(evaluation),
                        None => self.open_review(&path),
                    },
                    Action::Skip(path, reason) => self.skip(&path, reason),
                    Action::Complete => ended = Some(ExecutionStatus::Completed),
                    Action::Fail(_) => ended = Some(ExecutionStatus::Failed),
                }
            }
            if !needed.is_empty() {
                return needed;
            }
            if !changed {
                self.set_status(ended.unwrap_or_else(|| self.status_under_way()));
                return needed;
            }
        }
    }

    /// The templates of a step that must be evaluated before its run can continue; `None` when they are.
    pub(super) fn evaluation(&self, path: &StepPath) -> Option<Evaluation> {
        if self.turn.texts.contains_key(path) {
            return None;
        }
        let templates = self.place(path)?.step.templates();
        let templates = templates.into_iter().map(|(field, source)| (field, source.to_owned())).collect();
        Some(Evaluation { path: path.clone(), templates })
    }

    fn skip(&mut self, path: &StepPath, reason: SkipReason) {
        let (content, message) = match reason {
            SkipReason::Disabled => (None, "The step is disabled."),
            SkipReason::JumpedOver => (None, "A `next` or the entry step skips this step."),
            SkipReason::Yolo => (self.shown_text(path).map(|(_, text)| text), "Reviews are skipped in YOLO mode."),
        };
        self.change(path, |record| {
            record.run.status = StepRunStatus::Skipped;
            record.run.output = content.clone().map(serde_json::Value::String);
            record.run.content = content;
        });
        let event = self.event_of(EventType::Skipped, path);
        self.emit(ExecutionEvent { message: Some(message.into()), ..event });
    }

    /// The text that a review shows, and its step run: the last of its steps with a text.
    pub(super) fn shown_text(&self, review: &StepPath) -> Option<(StepPath, String)> {
        let shown = self.index.shown_by(self.place(review)?);
        shown.into_iter().rev().find_map(|place| {
            let run = self.seen_from(review, place)?;
            let text = run.content.clone().or_else(|| run.output.as_ref().map(text_of))?;
            Some((run.path.clone(), text))
        })
    }

    pub(super) fn outcome(&mut self, token: i64) -> Outcome {
        let draft = std::mem::take(&mut self.turn);
        let journal = &self.journal;
        let stored = |event: &ExecutionEvent| StoredEvent {
            seq: event.seq.unwrap_or_default(),
            payload: serde_json::to_string(event).unwrap_or_default(),
        };
        let turn = Turn {
            tenant: journal.tenant.clone(),
            execution_id: journal.execution_id.clone(),
            epoch: journal.epoch,
            turn: journal.turn,
            token,
            state: journal.state.clone(),
            snapshot: draft.snapshot_changed.then(|| journal.snapshot.clone()),
            step_runs: draft.changed.iter().filter_map(|path| self.runs.record(path)).cloned().collect(),
            attempts: draft.attempts,
            decisions: draft.decisions,
            events: draft.events.iter().map(stored).collect(),
        };
        Outcome { turn, events: draft.events, effects: draft.effects }
    }
}
