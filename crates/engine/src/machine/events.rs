//! The events of a turn.

use sluice_types::{EventType, ExecutionEvent, ExecutionStatus, Gate, StepPath, StepRun};

use super::Machine;

impl Machine {
    /// Numbers an event and adds it to the turn.
    pub(super) fn emit(&mut self, mut event: ExecutionEvent) {
        self.journal.state.last_seq += 1;
        event.seq = Some(self.journal.state.last_seq);
        self.turn.events.push(event);
    }

    /// An event with the current state of a step run.
    pub(super) fn event_of(&self, event_type: EventType, path: &StepPath) -> ExecutionEvent {
        let event = ExecutionEvent::of_execution(event_type, &self.journal.execution_id, self.turn.now);
        let Some(run) = self.runs.get(path) else { return event };
        ExecutionEvent {
            step_status: Some(run.status),
            step_id: Some(run.step_id.clone()),
            path: Some(run.path.clone()),
            step_label: Some(run.label.clone()),
            attempt: (run.attempt > 0).then_some(run.attempt),
            finish_reason: run.finish_reason,
            finish_word: run.finish_word.clone(),
            opened_seq: run.gate.as_ref().filter(|_| run.status.is_gate()).map(|gate| gate.opened_seq),
            ..event
        }
    }

    /// An event about a step run that ended, with its figures.
    pub(super) fn event_with_figures(&self, path: &StepPath) -> ExecutionEvent {
        let event = self.event_of(EventType::Progress, path);
        let Some(run) = self.runs.get(path) else { return event };
        ExecutionEvent {
            token_usage: Some(run.token_usage),
            cost_estimate: Some(run.cost_usd),
            unpriced_calls: Some(run.unpriced_calls),
            duration_ms: run.duration_ms,
            ..event
        }
    }

    /// An event about the execution as a whole.
    pub(super) fn status_event(&self, status: ExecutionStatus) -> ExecutionEvent {
        let state = &self.journal.state;
        let event_type = match status {
            ExecutionStatus::Pending | ExecutionStatus::Running | ExecutionStatus::Unknown => EventType::Progress,
            ExecutionStatus::Paused => EventType::Paused,
            ExecutionStatus::Completed | ExecutionStatus::Cancelled => EventType::Done,
            ExecutionStatus::Failed => EventType::Error,
        };
        let mut event = ExecutionEvent {
            status: Some(status),
            token_usage: Some(state.token_usage),
            cost_estimate: Some(state.cost_usd),
            unpriced_calls: Some(state.unpriced_calls),
            error: state.error.clone(),
            message: state.error.as_ref().map(|error| error.message.clone()),
            ..ExecutionEvent::of_execution(event_type, &self.journal.execution_id, self.turn.now)
        };
        if status.is_terminal() {
            event.duration_ms = state.started_at.map(|from| (self.turn.now - from).num_milliseconds());
        }
        if status != ExecutionStatus::Paused {
            return event;
        }
        match self.newest_gate() {
            Some((run, gate)) => ExecutionEvent {
                path: Some(run.path.clone()),
                step_id: Some(run.step_id.clone()),
                step_label: Some(run.label.clone()),
                message: Some(gate.message.clone()),
                opened_seq: Some(gate.opened_seq),
                ..event
            },
            None => ExecutionEvent { message: Some("Paused by a person.".into()), ..event },
        }
    }

    /// The open gate that was opened last, with its step run.
    fn newest_gate(&self) -> Option<(&StepRun, &Gate)> {
        let open = self.runs.at_gates().filter_map(|run| Some((run, run.gate.as_ref()?)));
        open.max_by_key(|(_, gate)| gate.opened_seq)
    }

    /// Whether this turn has opened a gate that is still open.
    pub(super) fn has_opened_gate(&self) -> bool {
        let newest = self.newest_gate().map(|(_, gate)| gate.opened_seq);
        newest.is_some() && self.turn.events.iter().any(|event| event.seq == newest)
    }
}
