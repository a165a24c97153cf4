//! Putting another output in the place of a step's.

use serde_json::Value;
use sluice_types::{
    AgentStep, ErrorCode, EventType, ExecutionEvent, ExecutionStatus, LlmStep, OverrideOutput, StepKind, StepPath,
    StepRunStatus,
};

use super::Machine;
use super::containers::around;
use super::staleness::{later_turns, made_from};
use super::tool_work::is_call;
use crate::error::EngineError;
use crate::output::output_of;
use crate::templating::text_of;

impl Machine {
    pub(super) fn override_output(&mut self, path: &StepPath, request: OverrideOutput) -> Result<(), EngineError> {
        let status = self.step_status(path)?;
        if path.in_agent().is_some_and(|at| at.call.is_none()) {
            let message = "What a turn of an agent said cannot be replaced: its calls follow from it. Replace the result of one of its calls or the agent's output, or retry the turn.";
            return Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), message));
        }
        let has_result = matches!(status, StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Cancelled);
        if !has_result {
            let message = "The step has no result yet that could be replaced.";
            return Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), message));
        }
        if self.journal.state.status == ExecutionStatus::Running {
            let message = "Pause the run first: later steps are running.";
            return Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), message));
        }
        let (content, output) = self.checked_override(path, request)?;
        let now = self.turn.now;
        self.change(path, |record| {
            let run = &mut record.run;
            run.status = StepRunStatus::Completed;
            run.content = Some(content);
            run.output = Some(output);
            run.finish_reason = None;
            run.finish_word = None;
            run.error = None;
            // They are parts of the old result.
            run.attachments.clear();
            run.overridden = true;
            run.stale = false;
            run.completed_at.get_or_insert(now);
        });
        let event = self.event_of(EventType::Progress, path);
        self.emit(ExecutionEvent { message: Some("The output was replaced by a person.".into()), ..event });
        self.go_on_after_call(path);
        self.gather_around(path);
        self.mark_stale(path);
        self.show_anew(path);
        if matches!(self.journal.state.status, ExecutionStatus::Failed | ExecutionStatus::Cancelled) {
            // The cause of the end may be gone. The execution waits until a person resumes it, because continuing
            // spends money. If no step is left to run, it is complete.
            self.journal.state.on_hold = true;
            self.set_status(ExecutionStatus::Paused);
        }
        Ok(())
    }

    /// The text and the output of a request, validated.
    fn checked_override(&self, path: &StepPath, request: OverrideOutput) -> Result<(String, Value), EngineError> {
        let place = self.place(path).ok_or(EngineError::StepRunNotFound)?;
        let value = match (request.content, request.output) {
            (Some(content), None) => Value::String(content),
            (None, Some(output)) => output,
            _ => {
                let message = "give `content` or `output`, one of the two";
                return Err(EngineError::field(ErrorCode::InvalidRequest, "", message));
            }
        };
        // The schema of an agent is that of its answer.
        if matches!(place.step.kind, StepKind::Agent(_)) && is_call(path) {
            return Ok((text_of(&value), value));
        }
        checked_output(&place.step.kind, value)
            .map_err(|message| EngineError::field(ErrorCode::InvalidRequest, "/output", message))
    }

    /// Lets an agent that failed or was stopped go on when the result of one of its calls was replaced. A turn that failed
    /// after the call is made again: it is sent another result.
    fn go_on_after_call(&mut self, path: &StepPath) {
        let Some(at) = path.in_agent() else { return };
        if !matches!(self.runs.status(&at.agent), StepRunStatus::Failed | StepRunStatus::Cancelled) {
            return;
        }
        let failed: Vec<StepPath> = later_turns(&self.runs, &at)
            .filter(|run| run.status == StepRunStatus::Failed && !is_call(&run.path))
            .map(|run| run.path.clone())
            .collect();
        for turn in failed {
            self.back_to_pending(&turn);
        }
        self.reopen(&at.agent);
    }

    /// Marks the outputs that were made from the replaced one.
    fn mark_stale(&mut self, path: &StepPath) {
        for path in made_from(&self.index, &self.runs, path) {
            self.change(&path, |record| record.run.stale = true);
        }
    }

    /// Puts the new output into the outputs of the containers around it. A container that failed or was stopped goes on.
    fn gather_around(&mut self, path: &StepPath) {
        let containers: Vec<StepPath> = around(path).map(|(container, _)| container).collect();
        for container in containers {
            match self.runs.status(&container) {
                StepRunStatus::Completed => self.gather_again(&container),
                StepRunStatus::Failed | StepRunStatus::Cancelled => self.reopen(&container),
                StepRunStatus::Pending
                | StepRunStatus::Running
                | StepRunStatus::Waiting
                | StepRunStatus::Skipped
                | StepRunStatus::OutcomeUnknown
                | StepRunStatus::Unknown => {}
            }
        }
    }

    /// Reopens the reviews that show the replaced output.
    fn show_anew(&mut self, path: &StepPath) {
        let shows = |run: &sluice_types::StepRun| {
            run.status == StepRunStatus::Waiting && run.gate.as_ref().is_some_and(|gate| gate.shows.contains(path))
        };
        for review in self.gates(shows) {
            self.back_to_pending(&review);
        }
    }
}

/// The text and the output of a step in whose place a person gives a value, or why the value does not fit.
pub fn checked_output(kind: &StepKind, value: Value) -> Result<(String, Value), String> {
    let content = text_of(&value);
    let output = match kind {
        StepKind::Llm(LlmStep { output_schema, .. }) | StepKind::Agent(AgentStep { output_schema, .. }) => {
            output_of(&content, output_schema.as_ref()).map_err(|failure| failure.message)?
        }
        StepKind::Review(_) => serde_json::json!({"decision": "approve", "comment": null, "content": content}),
        StepKind::Tool(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => value,
    };
    Ok((content, output))
}
