//! What people ask of an execution: each command is checked first, then changes the journal.

use serde_json::Value;
use sluice_store::{Journal, Snapshot, SnapshotPersona};
use sluice_types::{
    AttemptStatus, ErrorCode, Event, EventType, ExecutionStatus, Finding, Known, OutputOverride, PatchExecution,
    PatchStep, StepKind, StepPath, StepRunStatus, StepType, lint,
};

use super::Actor;
use super::draft::{Draft, Effect};
use crate::check::deep_findings;
use crate::engine::Command;
use crate::error::EngineError;
use crate::output::output_of;
use crate::rerun::repeats;
use crate::templating::text_of;

impl Actor {
    /// Carries a command out on the journal, or says why not and changes nothing.
    pub(super) fn command(
        &mut self,
        command: Command,
        persona: Option<SnapshotPersona>,
        by: &str,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        match command {
            Command::Pause => self.pause(),
            Command::Resume => self.resume(),
            Command::Cancel => self.cancel(draft),
            Command::Patch(patch) => self.patch(&patch, draft),
            Command::PatchStep(path, patch) => self.patch_step(&path, &patch, persona, draft),
            Command::Override(path, output) => self.override_output(&path, output, draft),
            Command::Retry(path, patch) => self.retry(&path, &patch, persona, draft),
            Command::Review(path, request) => self.review(&path, request, by, draft),
        }
    }

    /// A refusal that tells the state.
    pub(super) fn illegal(&self, code: ErrorCode, step_status: Option<StepRunStatus>, message: &str) -> EngineError {
        EngineError::Illegal { code, status: self.journal.state.status, step_status, message: message.into() }
    }

    fn pause(&mut self) -> Result<(), EngineError> {
        match self.journal.state.status {
            ExecutionStatus::Pending | ExecutionStatus::Running => {
                self.journal.state.on_hold = true;
                Ok(())
            }
            ExecutionStatus::Paused => Err(self.illegal(ErrorCode::IllegalTransition, None, "It is paused already.")),
            ExecutionStatus::Completed | ExecutionStatus::Failed | ExecutionStatus::Cancelled => {
                Err(self.illegal(ErrorCode::IllegalTransition, None, "It has ended; there is nothing to pause."))
            }
        }
    }

    fn resume(&mut self) -> Result<(), EngineError> {
        match self.journal.state.status {
            ExecutionStatus::Paused if self.journal.state.on_hold => {
                self.journal.state.on_hold = false;
                Ok(())
            }
            ExecutionStatus::Paused => {
                Err(self.illegal(ErrorCode::GateOpen, None, "It waits for a decision: POST …/steps/{path}/review."))
            }
            ExecutionStatus::Pending | ExecutionStatus::Running => {
                Err(self.illegal(ErrorCode::IllegalTransition, None, "It is not paused."))
            }
            ExecutionStatus::Completed | ExecutionStatus::Failed | ExecutionStatus::Cancelled => Err(self.illegal(
                ErrorCode::IllegalTransition,
                None,
                "It has ended. To run a step again: POST …/steps/{path}/retry.",
            )),
        }
    }

    fn cancel(&mut self, draft: &mut Draft) -> Result<(), EngineError> {
        if self.journal.state.status.is_terminal() {
            return Err(self.illegal(ErrorCode::IllegalTransition, None, "It has ended already."));
        }
        self.stop_everything(draft);
        Ok(())
    }

    /// Ends the execution as cancelled; the text of attempts under way is kept.
    pub(super) fn stop_everything(&mut self, draft: &mut Draft) {
        let open: Vec<StepPath> = self
            .journal
            .step_runs
            .iter()
            .filter(|run| run.status == StepRunStatus::Running || run.status.is_gate())
            .map(|run| run.path.clone())
            .collect();
        for path in open {
            let Some(run) = self.run(&path) else { continue };
            if run.status == StepRunStatus::Running && run.completed_at.is_none() {
                let text = self.channel.text_of(&path, run.attempt);
                let text = (!text.is_empty()).then_some(text);
                self.end_attempt(&path, AttemptStatus::Cancelled, text, None, true, None, draft);
                draft.effects.push(Effect::Abort(path.clone()));
            }
            self.tries.entry(path.clone()).or_default().reset();
            let now = draft.now;
            if let Some(run) = self.run_mut(&path, draft) {
                run.status = StepRunStatus::Cancelled;
                run.gate = None;
                run.completed_at = Some(now);
                let run = run.clone();
                let event = self.event_of(EventType::Progress, &run, draft);
                self.tell(event, draft);
            }
        }
        self.settle(ExecutionStatus::Cancelled, draft);
    }

    fn patch(&mut self, patch: &PatchExecution, draft: &mut Draft) -> Result<(), EngineError> {
        if patch.budget_usd.flatten().is_some_and(|budget| !budget.is_finite() || budget < 0.0) {
            return Err(EngineError::field(ErrorCode::InvalidRequest, "/budget_usd", "a budget is not negative"));
        }
        if let Some(budget) = patch.budget_usd {
            self.journal.state.budget_usd = budget;
        }
        if let Some(yolo) = patch.yolo {
            self.journal.state.yolo = yolo;
            // A review that waits is skipped as one that is yet to come.
            let waiting = |run: &&sluice_types::StepRun| {
                yolo && run.status == StepRunStatus::Waiting && run.step_type == StepType::Review
            };
            let open: Vec<StepPath> =
                self.journal.step_runs.iter().filter(waiting).map(|run| run.path.clone()).collect();
            for path in open {
                self.back_to_pending(&path, draft);
            }
        }
        Ok(())
    }

    fn patch_step(
        &mut self,
        path: &StepPath,
        patch: &PatchStep,
        persona: Option<SnapshotPersona>,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        let status = self.step_status(path)?;
        match status {
            StepRunStatus::Pending
            | StepRunStatus::Waiting
            | StepRunStatus::Failed
            | StepRunStatus::Cancelled
            | StepRunStatus::Skipped
            | StepRunStatus::OutcomeUnknown => self.change_step(path, patch, persona, draft),
            StepRunStatus::Running => Err(self.illegal(
                ErrorCode::IllegalTransition,
                Some(status),
                "The step is running: cancel or wait, then retry it with the change.",
            )),
            StepRunStatus::Completed => Err(self.illegal(
                ErrorCode::IllegalTransition,
                Some(status),
                "The step is done: POST …/retry with the change runs it again.",
            )),
        }
    }

    fn step_status(&self, path: &StepPath) -> Result<StepRunStatus, EngineError> {
        if self.journal.snapshot.definition.step_at(path).is_none() {
            return Err(EngineError::StepRunNotFound);
        }
        Ok(self.run(path).map_or(StepRunStatus::Pending, |run| run.status))
    }

    /// Changes a step of the snapshot, for this execution.
    fn change_step(
        &mut self,
        path: &StepPath,
        patch: &PatchStep,
        persona: Option<SnapshotPersona>,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        if *patch == PatchStep::default() {
            return Ok(());
        }
        let changed = changed_snapshot(&self.journal, path, patch, persona)?;
        self.journal.snapshot = changed;
        draft.snapshot_changed = true;
        Ok(())
    }

    fn override_output(
        &mut self,
        path: &StepPath,
        request: OutputOverride,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        let status = self.step_status(path)?;
        let possible = matches!(status, StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Cancelled);
        if !possible {
            return Err(self.illegal(
                ErrorCode::IllegalTransition,
                Some(status),
                "The step has no result yet that could be replaced.",
            ));
        }
        if self.journal.state.status == ExecutionStatus::Running {
            return Err(self.illegal(
                ErrorCode::IllegalTransition,
                Some(status),
                "Pause the execution first: later steps are being run.",
            ));
        }
        let step = self.journal.snapshot.definition.step_at(path).ok_or(EngineError::StepRunNotFound)?;
        let value = match (request.content, request.output) {
            (Some(content), None) => Value::String(content),
            (None, Some(output)) => output,
            _ => {
                return Err(EngineError::field(
                    ErrorCode::InvalidRequest,
                    "",
                    "give `content` or `output`, one of the two",
                ));
            }
        };
        let content = text_of(&value);
        let output = match &step.kind {
            StepKind::Llm(llm) => output_of(&content, llm.output_schema.as_ref())
                .map_err(|failure| EngineError::field(ErrorCode::InvalidRequest, "/output", failure.message))?,
            StepKind::Review(_) => serde_json::json!({"decision": "approve", "comment": null, "content": content}),
        };
        let now = draft.now;
        if let Some(run) = self.run_mut(path, draft) {
            run.status = StepRunStatus::Completed;
            run.content = Some(content);
            run.output = Some(output);
            run.error = None;
            run.overridden = true;
            run.completed_at.get_or_insert(now);
            let run = run.clone();
            let event = Event {
                message: Some("The output was replaced by a person.".into()),
                ..self.event_of(EventType::Progress, &run, draft)
            };
            self.tell(event, draft);
        }
        Ok(())
    }

    fn retry(
        &mut self,
        path: &StepPath,
        patch: &PatchStep,
        persona: Option<SnapshotPersona>,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        let status = self.step_status(path)?;
        if self.journal.step_runs.iter().any(|run| run.status == StepRunStatus::Running) {
            let message = "A step is running: pause and let it end, or cancel, then retry.";
            return Err(self.illegal(ErrorCode::ExecutionActive, Some(status), message));
        }
        if matches!(self.journal.state.status, ExecutionStatus::Pending | ExecutionStatus::Running) {
            return Err(self.illegal(
                ErrorCode::ExecutionActive,
                Some(status),
                "The execution is running: pause or cancel it first.",
            ));
        }
        self.change_step(path, patch, persona, draft)?;
        for repeat in repeats(&self.journal.snapshot.definition, &self.journal.step_runs, path) {
            self.back_to_pending(&repeat.path, draft);
        }
        self.journal.state.on_hold = false;
        if self.journal.state.status.is_terminal() {
            self.settle(ExecutionStatus::Running, draft);
        }
        Ok(())
    }
}

/// The snapshot with a step changed, unless the lint finds an error in what it becomes.
pub fn changed_snapshot(
    journal: &Journal,
    path: &StepPath,
    patch: &PatchStep,
    persona: Option<SnapshotPersona>,
) -> Result<Snapshot, EngineError> {
    let mut changed = journal.snapshot.clone();
    let step = changed.definition.step_at_mut(path).ok_or(EngineError::StepRunNotFound)?;
    apply(step, patch)?;
    if let (Some(Some(id)), Some(persona)) = (&patch.persona_id, persona) {
        changed.personas.insert(id.clone(), persona);
    }
    let report = lint(&changed.definition, &Known::default(), Some(&journal.input));
    let errors: Vec<Finding> = report.errors().cloned().chain(deep_findings(&changed.definition)).collect();
    if errors.is_empty() { Ok(changed) } else { Err(EngineError::InvalidDefinition(errors)) }
}

/// Puts a patch into a step.
fn apply(step: &mut sluice_types::Step, patch: &PatchStep) -> Result<(), EngineError> {
    if let Some(enabled) = patch.enabled {
        step.enabled = enabled;
    }
    let only_enabled = PatchStep { enabled: patch.enabled, ..PatchStep::default() };
    let StepKind::Llm(llm) = &mut step.kind else {
        if *patch != only_enabled {
            return Err(EngineError::field(
                ErrorCode::InvalidRequest,
                "",
                "a review step has only `enabled` to change",
            ));
        }
        return Ok(());
    };
    if let Some(provider) = &patch.provider {
        llm.provider.clone_from(provider);
    }
    if let Some(model) = &patch.model {
        llm.model.clone_from(model);
    }
    if let Some(persona) = &patch.persona_id {
        llm.persona_id.clone_from(persona);
    }
    if let Some(prompt) = &patch.prompt {
        llm.prompt.clone_from(prompt);
    }
    if let Some(system_prompt) = &patch.system_prompt {
        llm.system_prompt.clone_from(system_prompt);
    }
    Ok(())
}
