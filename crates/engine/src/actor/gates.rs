//! Gates: points at which an execution waits for a person.

use chrono::TimeDelta;
use serde_json::json;
use sluice_types::{
    Candidate, ErrorCode, Event, EventType, Gate, GateDecision, GateKind, OnExpiry, ReviewDecision, ReviewRequest,
    RunError, StepKind, StepPath, StepRun, StepRunStatus,
};

use super::draft::{Draft, Effect};
use super::{Actor, Input};
use crate::difference::difference;
use crate::error::EngineError;
use crate::output::output_of;
use crate::rerun::repeats;
use crate::templating::Scope;

impl Actor {
    /// Opens a review.
    pub(super) fn open_review(&mut self, path: &StepPath, draft: &mut Draft) {
        let definition = &self.journal.snapshot.definition;
        let Some(step) = definition.step_at(path) else { return };
        let StepKind::Review(review) = &step.kind else { return };
        let shows = definition.shown_by(step).into_iter().map(|shown| StepPath::top(&shown.id)).collect();
        let (content_from, content) = self.shown_text(path).unzip();
        let asked =
            Scope::of(&self.journal).fill("instructions", &review.instructions).unwrap_or_else(|error| error.message);
        let expires_at = review.expires_in.map(|seconds| draft.now + TimeDelta::seconds(i64::from(seconds)));
        let gate = Gate {
            kind: GateKind::Review,
            message: if asked.trim().is_empty() {
                format!("“{}” waits for your review.", step.label)
            } else {
                asked
            },
            shows,
            content,
            content_from,
            decisions: vec![ReviewDecision::Approve, ReviewDecision::Reject, ReviewDecision::Revise],
            expires_at,
            on_expiry: expires_at.map(|_| review.on_expiry.unwrap_or(OnExpiry::Reject)),
            needed_usd: None,
            opened_seq: 0,
        };
        self.open_gate(path, gate, StepRunStatus::Waiting, draft);
        if let Some(at) = expires_at {
            draft.effects.push(Effect::ExpireAt(path.clone(), at));
        }
    }

    pub(super) fn open_budget_gate(
        &mut self,
        path: &StepPath,
        needed_usd: Option<f64>,
        candidate: &Candidate,
        draft: &mut Draft,
    ) {
        let state = &self.journal.state;
        let budget = state.budget_usd.unwrap_or_default();
        let (spent, model) = (state.cost_usd, &candidate.model);
        let message = match needed_usd {
            Some(needed) => format!(
                "The next call of `{model}` may cost ${needed:.6}, and ${spent:.6} of the budget of ${budget:.6} is spent. \
                 Raise the budget, switch the step to another model and repeat it, or stop."
            ),
            None => format!(
                "The price of `{model}` is not known, so the budget of ${budget:.6} cannot be kept. \
                 Take the budget away and repeat the step, switch it to another model, or stop."
            ),
        };
        let gate = Gate {
            kind: GateKind::Budget,
            message,
            shows: Vec::new(),
            content: None,
            content_from: None,
            decisions: vec![ReviewDecision::RaiseBudget, ReviewDecision::Repeat, ReviewDecision::Stop],
            expires_at: None,
            on_expiry: None,
            needed_usd,
            opened_seq: 0,
        };
        self.tries.remove(path);
        self.open_gate(path, gate, StepRunStatus::Waiting, draft);
    }

    pub(super) fn open_outcome_gate(&mut self, path: &StepPath, draft: &mut Draft) {
        let gate = Gate {
            kind: GateKind::OutcomeUnknown,
            message:
                "The server stopped while this step was changing something elsewhere, so it may have happened or not. \
                      Look, then say whether to repeat it, take it as done, or fail."
                    .into(),
            shows: vec![path.clone()],
            content: self.run(path).and_then(|run| run.content.clone()),
            content_from: Some(path.clone()),
            decisions: vec![ReviewDecision::Repeat, ReviewDecision::AssumeDone, ReviewDecision::Fail],
            expires_at: None,
            on_expiry: None,
            needed_usd: None,
            opened_seq: 0,
        };
        self.open_gate(path, gate, StepRunStatus::OutcomeUnknown, draft);
    }

    fn open_gate(&mut self, path: &StepPath, gate: Gate, status: StepRunStatus, draft: &mut Draft) {
        let now = draft.now;
        let message = gate.message.clone();
        let opened_seq = self.journal.state.last_seq + 1;
        let gate = Gate { opened_seq, ..gate };
        let Some(run) = self.run_mut(path, draft) else { return };
        run.status = status;
        if run.attempt == 0 {
            run.started_at = Some(now);
        }
        run.gate = Some(gate);
        let run = run.clone();
        self.journal.state.started_at.get_or_insert(now);
        let event = Event { message: Some(message), ..self.event_of(EventType::Progress, &run, draft) };
        self.tell(event, draft);
    }

    /// Decides at a gate.
    pub(super) fn review(
        &mut self,
        path: &StepPath,
        request: ReviewRequest,
        by: &str,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        let Some(run) = self.run(path).cloned() else { return Err(self.no_gate(path)) };
        let Some(gate) = run.gate.clone().filter(|_| run.status.is_gate()) else { return Err(self.no_gate(path)) };
        if request.opened_seq.is_some_and(|seen| seen != gate.opened_seq) {
            let message = "The gate was opened anew since you looked: read what it asks now.";
            return Err(self.illegal(ErrorCode::GateDecided, Some(run.status), message));
        }
        check_request(&gate, &request)?;
        match request.decision {
            ReviewDecision::Approve => self.approve(&run, &gate, &request, draft),
            ReviewDecision::Reject | ReviewDecision::Fail => {
                let code =
                    if gate.kind == GateKind::Review { ErrorCode::ReviewRejected } else { ErrorCode::Interrupted };
                let why = request.comment.as_deref().map(|comment| format!(": {comment}")).unwrap_or_default();
                self.fail_step(path, RunError::new(code, format!("{by} decided `{}`{why}", request.decision)), draft);
            }
            ReviewDecision::Revise => self.revise(&gate, &request, draft)?,
            ReviewDecision::RaiseBudget => {
                self.raise_budget(&gate, &request)?;
                self.run_again(&run, draft);
            }
            ReviewDecision::Repeat => self.run_again(&run, draft),
            ReviewDecision::Stop => self.stop_everything(draft),
            ReviewDecision::AssumeDone => self.assume_done(&run, &gate, &request, draft)?,
            // `check_request` has refused it: no gate takes it.
            ReviewDecision::Unknown => return Err(self.no_gate(path)),
        }
        let after = request.content.filter(|content| Some(content) != gate.content.as_ref());
        let decision = GateDecision {
            kind: gate.kind,
            decision: request.decision,
            comment: request.comment,
            difference: after
                .as_deref()
                .and_then(|after| difference(gate.content.as_deref().unwrap_or_default(), after)),
            content_before: gate.content,
            content_after: after,
            decided_by: by.to_owned(),
            decided_at: draft.now,
            opened_seq: gate.opened_seq,
        };
        draft.decisions.push((path.clone(), decision));
        Ok(())
    }

    /// Runs a step again that waited at a gate; what a reviewer asked of it stays.
    pub(super) fn run_again(&mut self, waiting: &StepRun, draft: &mut Draft) {
        self.back_to_pending(&waiting.path, draft);
        if let Some(run) = self.run_mut(&waiting.path, draft) {
            run.revision.clone_from(&waiting.revision);
        }
    }

    fn no_gate(&self, path: &StepPath) -> EngineError {
        let Some(run) = self.run(path).filter(|run| run.status != StepRunStatus::Pending) else {
            if self.journal.snapshot.definition.step_at(path).is_none() {
                return EngineError::StepRunNotFound;
            }
            return self.illegal(
                ErrorCode::IllegalTransition,
                Some(StepRunStatus::Pending),
                "The run has not come to this step yet.",
            );
        };
        let was_gate = run.gate.is_some() || run.step_type == sluice_types::StepType::Review;
        if was_gate {
            self.illegal(
                ErrorCode::GateDecided,
                Some(run.status),
                "Somebody decided already; read the step run for what was decided.",
            )
        } else {
            self.illegal(ErrorCode::IllegalTransition, Some(run.status), "This step run waits for no decision.")
        }
    }

    fn approve(&mut self, shown: &StepRun, gate: &Gate, request: &ReviewRequest, draft: &mut Draft) {
        let content = request.content.clone().or_else(|| gate.content.clone()).unwrap_or_default();
        let output = json!({"decision": "approve", "comment": request.comment, "content": content});
        self.finish_gate(&shown.path, content, output, draft);
    }

    fn finish_gate(&mut self, path: &StepPath, content: String, output: serde_json::Value, draft: &mut Draft) {
        let now = draft.now;
        let Some(run) = self.run_mut(path, draft) else { return };
        run.status = StepRunStatus::Completed;
        run.content = Some(content);
        run.output = Some(output);
        run.error = None;
        run.completed_at = Some(now);
        run.duration_ms = run.started_at.map(|from| (now - from).num_milliseconds());
        let run = run.clone();
        let event = Event { duration_ms: run.duration_ms, ..self.event_of(EventType::Progress, &run, draft) };
        self.tell(event, draft);
    }

    /// Runs the reviewed step again with the comment, and all that uses it.
    fn revise(&mut self, gate: &Gate, request: &ReviewRequest, draft: &mut Draft) -> Result<(), EngineError> {
        let Some(target) = gate.shows.last().cloned() else {
            let message = "This review shows no step that could run again.";
            return Err(EngineError::field(ErrorCode::DecisionNotPossible, "/decision", message));
        };
        let before = request.content.as_ref().or(gate.content.as_ref()).cloned().unwrap_or_default();
        let comment = request.comment.clone().unwrap_or_default();
        for repeat in repeats(&self.journal.snapshot.definition, &self.journal.step_runs, &target) {
            self.back_to_pending(&repeat.path, draft);
        }
        if let Some(run) = self.run_mut(&target, draft) {
            run.revision = Some(format!(
                "\n\n---\nThis was your previous answer:\n\n{before}\n\n---\nA reviewer asks you to change it:\n\n{comment}\n\n\
                 Write the whole answer anew, with the change."
            ));
        }
        Ok(())
    }

    fn raise_budget(&mut self, gate: &Gate, request: &ReviewRequest) -> Result<(), EngineError> {
        let state = &mut self.journal.state;
        let least = state.cost_usd + gate.needed_usd.unwrap_or_default();
        match request.budget_usd {
            _ if gate.needed_usd.is_none() => {
                let message = "No budget covers a price that is not known: take the budget away, or switch the step to another model, then `repeat`.";
                Err(EngineError::field(ErrorCode::DecisionNotPossible, "/decision", message))
            }
            Some(budget) if budget.is_finite() && budget >= least => {
                state.budget_usd = Some(budget);
                Ok(())
            }
            _ => {
                let message = format!(
                    "give a `budget_usd` of at least {:.6}, what is spent and the next call together",
                    round_up(least)
                );
                Err(EngineError::field(ErrorCode::InvalidRequest, "/budget_usd", message))
            }
        }
    }

    fn assume_done(
        &mut self,
        run: &StepRun,
        gate: &Gate,
        request: &ReviewRequest,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        let content = request.content.clone().or_else(|| gate.content.clone()).unwrap_or_default();
        let schema = match self.journal.snapshot.definition.step_at(&run.path).map(|step| &step.kind) {
            Some(StepKind::Llm(llm)) => llm.output_schema.as_ref(),
            Some(StepKind::Review(_)) | None => None,
        };
        let output = output_of(&content, schema)
            .map_err(|failure| EngineError::field(ErrorCode::InvalidRequest, "/content", failure.message))?;
        self.finish_gate(&run.path, content, output, draft);
        Ok(())
    }

    /// Decides a review whose time is over; false when it was decided before.
    pub(super) fn gate_expired(&mut self, path: &StepPath, draft: &mut Draft) -> bool {
        let Some(gate) =
            self.run(path).filter(|run| run.status == StepRunStatus::Waiting).and_then(|run| run.gate.as_ref())
        else {
            return false;
        };
        let due = gate.expires_at.is_some_and(|at| at <= draft.now);
        if let Some(at) = gate.expires_at.filter(|_| !due) {
            // The clock was set back meanwhile.
            let delay = (at - draft.now).to_std().unwrap_or_default();
            self.send_later(delay, Input::GateExpired(path.clone()));
        }
        let Some(on_expiry) = gate.on_expiry.filter(|_| due) else { return false };
        let request = ReviewRequest {
            decision: match on_expiry {
                OnExpiry::Approve => ReviewDecision::Approve,
                OnExpiry::Reject => ReviewDecision::Reject,
            },
            comment: Some("Nobody decided in time.".into()),
            content: None,
            budget_usd: None,
            opened_seq: None,
        };
        self.review(path, request, "expiry", draft).is_ok()
    }

    /// Makes a step run one that is to be run. What its attempts cost stays counted.
    pub(super) fn back_to_pending(&mut self, path: &StepPath, draft: &mut Draft) {
        self.tries.remove(path);
        let Some(run) = self.run_mut(path, draft) else { return };
        if run.status == StepRunStatus::Pending {
            return;
        }
        run.status = StepRunStatus::Pending;
        run.prompt = None;
        run.content = None;
        run.output = None;
        run.error = None;
        run.gate = None;
        run.overridden = false;
        run.stale = false;
        run.revision = None;
        run.started_at = None;
        run.completed_at = None;
        run.duration_ms = None;
    }
}

/// To the next millionth of a dollar, which is what people are told.
fn round_up(usd: f64) -> f64 {
    (usd * 1_000_000.0).ceil() / 1_000_000.0
}

fn check_request(gate: &Gate, request: &ReviewRequest) -> Result<(), EngineError> {
    if !gate.decisions.contains(&request.decision) {
        let possible: Vec<&str> = gate.decisions.iter().map(|decision| decision.as_str()).collect();
        let message = format!("this gate takes {}", possible.join(", "));
        return Err(EngineError::field(ErrorCode::DecisionNotPossible, "/decision", message));
    }
    let has_comment = request.comment.as_ref().is_some_and(|comment| !comment.trim().is_empty());
    if request.decision == ReviewDecision::Revise && !has_comment {
        return Err(EngineError::field(
            ErrorCode::InvalidRequest,
            "/comment",
            "say what to change: the comment goes to the model",
        ));
    }
    let takes_content =
        matches!(request.decision, ReviewDecision::Approve | ReviewDecision::AssumeDone | ReviewDecision::Revise);
    if request.content.is_some() && !takes_content {
        return Err(EngineError::field(
            ErrorCode::InvalidRequest,
            "/content",
            format!("`{}` takes no text", request.decision),
        ));
    }
    Ok(())
}
