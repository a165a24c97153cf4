//! Deciding at gates.

use serde_json::Value;
use sluice_types::amounts::cost;
use sluice_types::{
    DecideGate, ErrorCode, EventType, ExecutionEvent, Gate, GateDecision, GateKind, OnExpiry, ReviewDecision, RunError,
    StepKind, StepPath, StepRunStatus, StepType, json,
};

use super::agents::arguments_of;
use super::tool_work::is_call;
use super::{Env, Machine};
use crate::difference::difference;
use crate::error::EngineError;
use crate::output::output_of;

impl Machine {
    /// Decides at a gate.
    pub(super) fn review(
        &mut self,
        path: &StepPath,
        request: DecideGate,
        by: &str,
        env: &Env<'_>,
    ) -> Result<(), EngineError> {
        let run = self.runs.get(path).filter(|run| run.status.is_gate());
        let Some((status, gate)) = run.and_then(|run| Some((run.status, run.gate.clone()?))) else {
            return Err(self.no_gate(path));
        };
        if request.opened_seq.is_some_and(|seen| seen != gate.opened_seq) {
            let message = "The gate was reopened with another text: read the step run again.";
            return Err(self.wrong_state(ErrorCode::GateDecided, Some(status), message));
        }
        check_request(&gate, &request)?;
        self.carry_out(path, &gate, &request, by, env)?;
        let after = request.content.filter(|content| Some(content) != gate.content.as_ref());
        let before = gate.content.as_deref().unwrap_or_default();
        let decision = GateDecision {
            kind: gate.kind,
            decision: request.decision,
            comment: request.comment,
            difference: after.as_deref().and_then(|after| difference(before, after)),
            content_before: gate.content,
            content_after: after,
            decided_by: by.to_owned(),
            decided_at: self.turn.now,
            opened_seq: gate.opened_seq,
        };
        self.turn.decisions.push((path.clone(), decision));
        Ok(())
    }

    fn carry_out(
        &mut self,
        path: &StepPath,
        gate: &Gate,
        request: &DecideGate,
        by: &str,
        env: &Env<'_>,
    ) -> Result<(), EngineError> {
        match request.decision {
            ReviewDecision::Approve if gate.kind == GateKind::ToolCall => self.approve_call(path, request)?,
            ReviewDecision::Approve => self.approve(path, gate, request),
            ReviewDecision::Reject if gate.kind == GateKind::ToolCall => {
                // The agent goes on, and its model reads this.
                let why = request.comment.as_deref().map(|comment| format!(" {comment}")).unwrap_or_default();
                let message = format!("A person refused this call.{why}");
                self.fail_step(path, RunError::new(ErrorCode::ToolCallRefused, message));
            }
            ReviewDecision::Reject | ReviewDecision::Fail => {
                let is_review = gate.kind == GateKind::Review;
                let (code, decided) = if is_review {
                    (ErrorCode::ReviewRejected, "rejected the text")
                } else {
                    (ErrorCode::Interrupted, "decided that the step failed")
                };
                let why = request.comment.as_deref().map(|comment| format!(": {comment}")).unwrap_or_default();
                self.fail_step(path, RunError::new(code, format!("{by} {decided}{why}")));
            }
            ReviewDecision::Revise => self.revise(gate, request, env)?,
            ReviewDecision::RaiseBudget => {
                self.raise_budget(gate, request)?;
                self.run_again(path);
            }
            ReviewDecision::Repeat => {
                self.journal.state.interruptions = 0;
                self.run_again(path);
            }
            ReviewDecision::Stop => self.stop_everything(env),
            ReviewDecision::AssumeDone => self.assume_done(path, gate, request)?,
            // `check_request` has refused it: no gate accepts it.
            ReviewDecision::Unknown => return Err(self.no_gate(path)),
        }
        Ok(())
    }

    /// Runs a step again that waited at a gate; a reviewer's request stays with it.
    pub(super) fn run_again(&mut self, path: &StepPath) {
        let Some(before) = self.runs.record(path).cloned() else { return };
        let is_call = is_call(path);
        self.back_to_pending(path);
        self.change(path, |record| {
            record.run.revision = before.run.revision;
            if is_call {
                // It was approved, perhaps with other arguments.
                record.run.arguments = before.run.arguments;
                record.memory = before.memory;
            }
        });
    }

    fn no_gate(&self, path: &StepPath) -> EngineError {
        let Some(run) = self.runs.get(path).filter(|run| run.status != StepRunStatus::Pending) else {
            if self.place(path).is_none() {
                return EngineError::StepRunNotFound;
            }
            let message = "The run has not reached this step yet.";
            return self.wrong_state(ErrorCode::IllegalTransition, Some(StepRunStatus::Pending), message);
        };
        let is_refused = run.error.as_ref().is_some_and(|error| error.code == ErrorCode::ToolCallRefused);
        let is_decided_call = is_refused || self.runs.record(path).is_some_and(|record| record.memory.approved);
        let was_gate = run.gate.is_some() || run.step_type == StepType::Review || is_decided_call;
        let (code, message) = if was_gate {
            (ErrorCode::GateDecided, "The gate was decided already: read the decision in the step run.")
        } else {
            (ErrorCode::IllegalTransition, "This step run waits for no decision.")
        };
        self.wrong_state(code, Some(run.status), message)
    }

    fn approve(&mut self, path: &StepPath, gate: &Gate, request: &DecideGate) {
        let content = request.content.clone().or_else(|| gate.content.clone()).unwrap_or_default();
        let output = serde_json::json!({"decision": "approve", "comment": request.comment, "content": content});
        self.finish_gate(path, content, output);
    }

    /// Lets a call be made, with the arguments as they are or as a person has changed them.
    fn approve_call(&mut self, path: &StepPath, request: &DecideGate) -> Result<(), EngineError> {
        let refused = |message: String| EngineError::field(ErrorCode::InvalidRequest, "/content", message);
        let edited = match request.content.as_deref() {
            None => None,
            Some(text) => {
                let value =
                    json::parse(text).map_err(|error| refused(format!("the arguments are no JSON: {error}")))?;
                if !value.is_object() {
                    return Err(refused("the arguments are a JSON object".into()));
                }
                Some(arguments_of(&value).map_err(|error| refused(error.message))?)
            }
        };
        self.change(path, |record| {
            record.run.status = StepRunStatus::Pending;
            record.run.gate = None;
            record.memory.approved = true;
            if edited.is_some() && edited != record.run.arguments {
                record.memory.edited = true;
                record.run.arguments = edited;
            }
        });
        Ok(())
    }

    fn finish_gate(&mut self, path: &StepPath, content: String, output: Value) {
        let now = self.turn.now;
        self.change(path, |record| {
            let run = &mut record.run;
            run.status = StepRunStatus::Completed;
            run.content = Some(content);
            run.output = Some(output);
            run.finish_reason = None;
            run.finish_word = None;
            run.error = None;
            run.completed_at = Some(now);
            run.duration_ms = run.started_at.map(|from| (now - from).num_milliseconds());
        });
        self.journal.state.interruptions = 0;
        let event = self.event_of(EventType::Progress, path);
        let run = self.runs.get(path);
        let duration_ms = run.and_then(|run| run.duration_ms);
        let opened_seq = run.and_then(|run| run.gate.as_ref()).map(|gate| gate.opened_seq);
        self.emit(ExecutionEvent { duration_ms, opened_seq, ..event });
    }

    /// Runs the reviewed step again with the comment, and all that uses it.
    fn revise(&mut self, gate: &Gate, request: &DecideGate, env: &Env<'_>) -> Result<(), EngineError> {
        let Some(target) = gate.shows.last().cloned() else {
            let message = "This review shows no step that could run again.";
            return Err(EngineError::field(ErrorCode::DecisionNotPossible, "/decision", message));
        };
        if self.is_given(&target) {
            let message = "The text was given for this try: no step here has made it.";
            return Err(EngineError::field(ErrorCode::DecisionNotPossible, "/decision", message));
        }
        if self.place(&target).is_some_and(|place| place.step.kind.is_container()) {
            let message = "This review shows what several steps have made together: retry one of them, changed or not.";
            return Err(EngineError::field(ErrorCode::DecisionNotPossible, "/decision", message));
        }
        let before = request.content.as_ref().or(gate.content.as_ref()).cloned().unwrap_or_default();
        let comment = request.comment.clone().unwrap_or_default();
        self.run_again_from(&target, env);
        let revision = format!(
            "\n\n---\nThis was your previous answer:\n\n{before}\n\n---\nA reviewer asks you to change it:\n\n{comment}\n\n\
             Write the whole answer anew, with the change."
        );
        self.change(&target, |record| record.run.revision = Some(revision));
        Ok(())
    }

    fn raise_budget(&mut self, gate: &Gate, request: &DecideGate) -> Result<(), EngineError> {
        let state = &mut self.journal.state;
        let least = state.cost_usd + gate.needed_usd.unwrap_or_default();
        match request.budget_usd {
            _ if gate.needed_usd.is_none() => {
                let message = "No budget covers a price that is not known: remove the budget, or switch the step to another model, then `repeat`.";
                Err(EngineError::field(ErrorCode::DecisionNotPossible, "/decision", message))
            }
            Some(budget) if budget.is_finite() && budget >= least => {
                state.budget_usd = Some(budget);
                Ok(())
            }
            _ => {
                let enough = round_up(least);
                let message = format!(
                    "{} is spent, and the next call may cost {}: a `budget_usd` of {enough} is enough",
                    cost(state.cost_usd),
                    cost(gate.needed_usd.unwrap_or_default())
                );
                Err(EngineError::field(ErrorCode::InvalidRequest, "/budget_usd", message))
            }
        }
    }

    fn assume_done(&mut self, path: &StepPath, gate: &Gate, request: &DecideGate) -> Result<(), EngineError> {
        let content = request.content.clone().or_else(|| gate.content.clone()).unwrap_or_default();
        let step_type = self.runs.get(path).map(|run| run.step_type);
        let schema = match self.place(path).map(|place| &place.step.kind) {
            Some(StepKind::Llm(llm)) => llm.output_schema.as_ref(),
            Some(
                StepKind::Review(_)
                | StepKind::Tool(_)
                | StepKind::Agent(_)
                | StepKind::Parallel(_)
                | StepKind::Conditional(_)
                | StepKind::Loop(_)
                | StepKind::Unknown(_),
            )
            | None => None,
        };
        let output = match json::parse(&content) {
            // Later steps may read the fields of a tool's result.
            Ok(value) if step_type == Some(StepType::Tool) && (value.is_object() || value.is_array()) => value,
            _ => output_of(&content, schema)
                .map_err(|failure| EngineError::field(ErrorCode::InvalidRequest, "/content", failure.message))?,
        };
        self.finish_gate(path, content, output);
        Ok(())
    }

    /// Handles the current time: expires gates and begins due attempts. False when nothing was due.
    pub(super) fn time_passed(&mut self, env: &Env<'_>) -> bool {
        let can_start = !self.journal.state.on_hold && !env.draining;
        let mut changed = can_start && !self.runs.due_retries(env.now).is_empty();
        for path in self.runs.due_expiries(env.now) {
            let on_expiry = self.runs.get(&path).and_then(|run| run.gate.as_ref()?.on_expiry.clone());
            changed |= self.expire(&path, on_expiry.as_ref(), env);
        }
        changed
    }

    /// Decides an expired review.
    fn expire(&mut self, path: &StepPath, on_expiry: Option<&OnExpiry>, env: &Env<'_>) -> bool {
        let decision = match on_expiry {
            Some(OnExpiry::Approve) => ReviewDecision::Approve,
            // An unknown decision does not count as an approval.
            Some(OnExpiry::Reject | OnExpiry::Unknown(_)) => ReviewDecision::Reject,
            None => return false,
        };
        let comment = Some("Nobody decided in time.".into());
        let request = DecideGate { decision, comment, content: None, budget_usd: None, opened_seq: None };
        self.review(path, request, "expiry", env).is_ok()
    }
}

/// Rounds up to a cent; an amount below a cent to a millionth of a dollar.
fn round_up(usd: f64) -> f64 {
    let parts = if usd < 0.01 { 1_000_000.0 } else { 100.0 };
    (usd * parts).ceil() / parts
}

fn check_request(gate: &Gate, request: &DecideGate) -> Result<(), EngineError> {
    if !gate.decisions.contains(&request.decision) {
        let possible: Vec<&str> = gate.decisions.iter().map(|decision| decision.as_str()).collect();
        let message = format!("this gate takes {}", possible.join(", "));
        return Err(EngineError::field(ErrorCode::DecisionNotPossible, "/decision", message));
    }
    let has_comment = request.comment.as_ref().is_some_and(|comment| !comment.trim().is_empty());
    if request.decision == ReviewDecision::Revise && !has_comment {
        let message = "say what to change: the comment goes to the model";
        return Err(EngineError::field(ErrorCode::InvalidRequest, "/comment", message));
    }
    let takes_content =
        matches!(request.decision, ReviewDecision::Approve | ReviewDecision::AssumeDone | ReviewDecision::Revise);
    if request.content.is_some() && !takes_content {
        let message = format!("`{}` takes no text", request.decision);
        return Err(EngineError::field(ErrorCode::InvalidRequest, "/content", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::round_up;

    #[test]
    fn the_budget_that_is_told_is_enough_and_has_few_digits() {
        for (least, told) in [(0.020_005, "0.03"), (0.000_000_4, "0.000001"), (0.5, "0.5"), (1.0, "1")] {
            let enough = round_up(least);
            assert!(enough >= least, "{enough} < {least}");
            assert_eq!(enough.to_string(), told);
        }
    }
}
