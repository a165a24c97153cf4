//! Opening gates: points at which an execution waits for a person.

use chrono::TimeDelta;
use sluice_types::amounts::cost;
use sluice_types::{
    Candidate, EventType, ExecutionEvent, Gate, GateKind, OnExpiry, ReviewDecision, StepKind, StepPath, StepRun,
    StepRunStatus,
};

use super::Machine;
use super::agents::only_reads;
use super::recovery::MAX_INTERRUPTIONS;

impl Machine {
    /// Opens a review.
    pub(super) fn open_review(&mut self, path: &StepPath) {
        let Some(place) = self.place(path) else { return };
        let StepKind::Review(review) = &place.step.kind else { return };
        let shows = self.index.shown_by(place);
        let shows: Vec<StepPath> = shows.into_iter().filter_map(|shown| self.index.seen_from(path, shown)).collect();
        let can_revise = !shows.last().is_some_and(|shown| self.is_given(shown));
        let (content_from, content) = self.shown_text(path).unzip();
        let asked = match self.texts(path) {
            Ok(texts) => texts.into_iter().next().unwrap_or_default(),
            Err(error) => error.message,
        };
        let question = Some(asked).filter(|asked| !asked.trim().is_empty());
        let expires_at = review.expires_in.map(|seconds| self.turn.now + TimeDelta::seconds(i64::from(seconds)));
        let mut gate = Gate {
            message: question.unwrap_or_else(|| format!("“{}” waits for your review.", place.step.label)),
            shows,
            content,
            content_from,
            expires_at,
            on_expiry: expires_at.map(|_| review.on_expiry.clone().unwrap_or(OnExpiry::Reject)),
            ..gate(GateKind::Review, [ReviewDecision::Approve, ReviewDecision::Reject, ReviewDecision::Revise])
        };
        gate.decisions.retain(|decision| can_revise || *decision != ReviewDecision::Revise);
        self.open_gate(path, gate, StepRunStatus::Waiting);
    }

    pub(super) fn open_budget_gate(&mut self, path: &StepPath, needed_usd: Option<f64>, candidate: &Candidate) {
        let state = &self.journal.state;
        let budget = cost(state.budget_usd.unwrap_or_default());
        let (spent, model) = (cost(state.cost_usd), &candidate.model);
        let message = match needed_usd {
            Some(needed) => format!(
                "The next call of `{model}` may cost {}, and {spent} of the budget of {budget} is spent. \
                 Raise the budget, switch the step to another model and repeat it, or stop.",
                cost(needed)
            ),
            None => format!(
                "The price of `{model}` is not known, so the budget of {budget} cannot be kept. \
                 Remove the budget and repeat the step, switch it to another model, or stop."
            ),
        };
        let decisions = [ReviewDecision::RaiseBudget, ReviewDecision::Repeat, ReviewDecision::Stop];
        let gate = Gate { message, needed_usd, ..gate(GateKind::Budget, decisions) };
        self.open_gate(path, gate, StepRunStatus::Waiting);
    }

    /// Opens the gate of a step that writes and may have acted. `cause` is the reason for the unknown outcome.
    pub(super) fn open_outcome_gate(&mut self, path: &StepPath, cause: &str) {
        let message = format!(
            "{cause} The step changes something elsewhere, and that may have happened or not. \
             Look, then say whether to repeat it, take it as done, or fail."
        );
        let decisions = [ReviewDecision::Repeat, ReviewDecision::AssumeDone, ReviewDecision::Fail];
        let gate = Gate { message, ..self.gate_of_own_text(path, GateKind::OutcomeUnknown, decisions) };
        self.open_gate(path, gate, StepRunStatus::OutcomeUnknown);
    }

    /// Opens the gate of a step whose execution was interrupted too often. One gate is enough: nothing else begins before
    /// its decision.
    pub(super) fn open_interrupted_gate(&mut self, path: &StepPath) {
        let is_open = |run: &StepRun| run.gate.as_ref().is_some_and(|gate| gate.kind == GateKind::InterruptedOften);
        if !self.gates(is_open).is_empty() {
            return;
        }
        let message = format!(
            "The server stopped {MAX_INTERRUPTIONS} times in a row without completing a step of this run. This step may be \
             the cause: look at the server's log, then repeat the step, changed or not, or stop the run."
        );
        let decisions = [ReviewDecision::Repeat, ReviewDecision::Stop];
        let gate = Gate { message, ..self.gate_of_own_text(path, GateKind::InterruptedOften, decisions) };
        self.open_gate(path, gate, StepRunStatus::Waiting);
    }

    /// Opens the gate of a call of a tool that a person approves first.
    pub(super) fn open_call_gate(&mut self, path: &StepPath) {
        let Some(run) = self.runs.get(path) else { return };
        let agent = self.place(path).map(|place| place.step.label.clone()).unwrap_or_default();
        let tool = run.tool.clone().unwrap_or_default();
        let acts = if only_reads(run) { "" } else { " It may change something elsewhere." };
        let message =
            format!("“{agent}” wants to call `{tool}`.{acts} Approve the call, change its arguments, or refuse it.");
        let arguments = run.arguments.as_ref().and_then(|arguments| serde_json::to_string_pretty(arguments).ok());
        let decisions = [ReviewDecision::Approve, ReviewDecision::Reject];
        let gate = Gate { message, content: arguments, ..gate(GateKind::ToolCall, decisions) };
        self.open_gate(path, gate, StepRunStatus::Waiting);
    }

    /// A gate that shows the text of its own step run.
    fn gate_of_own_text<const N: usize>(
        &self,
        path: &StepPath,
        kind: GateKind,
        decisions: [ReviewDecision; N],
    ) -> Gate {
        let content = self.runs.get(path).and_then(|run| run.content.clone());
        Gate { shows: vec![path.clone()], content, content_from: Some(path.clone()), ..gate(kind, decisions) }
    }

    fn open_gate(&mut self, path: &StepPath, gate: Gate, status: StepRunStatus) {
        let now = self.turn.now;
        let message = gate.message.clone();
        // The event below is the next one.
        let gate = Gate { opened_seq: self.journal.state.last_seq + 1, opened_at: Some(now), ..gate };
        self.change(path, |record| {
            record.progress = sluice_store::AttemptProgress::default();
            record.run.status = status;
            if record.run.attempt == 0 {
                record.run.started_at = Some(now);
            }
            record.run.gate = Some(gate);
        });
        self.journal.state.started_at.get_or_insert(now);
        let event = self.event_of(EventType::Progress, path);
        self.emit(ExecutionEvent { message: Some(message), ..event });
    }
}

/// An empty gate.
fn gate<const N: usize>(kind: GateKind, decisions: [ReviewDecision; N]) -> Gate {
    Gate {
        kind,
        message: String::new(),
        shows: Vec::new(),
        content: None,
        content_from: None,
        decisions: decisions.to_vec(),
        opened_at: None,
        expires_at: None,
        on_expiry: None,
        needed_usd: None,
        opened_seq: 0,
    }
}
