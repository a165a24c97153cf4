//! What people ask of an execution: each command is checked first, then changes the journal.

use serde_json::Value;
use sluice_store::{Journal, Snapshot, SnapshotPersona};
use sluice_types::{
    AttemptStatus, ErrorCode, Event, EventType, ExecutionStatus, FieldError, Finding, GateKind, Known, OutputOverride,
    PatchExecution, PatchStep, Step, StepKind, StepPath, StepRun, StepRunStatus, StepType, lint,
};

use super::Actor;
use super::draft::{Draft, Effect};
use crate::check::deep_findings;
use crate::engine::Command;
use crate::error::EngineError;
use crate::output::output_of;
use crate::rerun::repeats;
use crate::templating::text_of;

/// Why nothing is done about a value that this version does not know.
const NEWER: &str = "A newer version of Sluice runs this: send the command to a server of that version.";

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
            ExecutionStatus::Unknown => Err(self.illegal(ErrorCode::IllegalTransition, None, NEWER)),
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
            ExecutionStatus::Unknown => Err(self.illegal(ErrorCode::IllegalTransition, None, NEWER)),
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
            .runs()
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
            // A call that waits for a larger budget is looked at again.
            let waits = |run: &&StepRun| run.gate.as_ref().is_some_and(|gate| gate.kind == GateKind::Budget);
            let waiting: Vec<StepRun> = self.journal.runs().filter(waits).cloned().collect();
            for run in waiting {
                self.run_again(&run, draft);
            }
        }
        if let Some(yolo) = patch.yolo {
            self.journal.state.yolo = yolo;
            // A review that waits is skipped as one that is yet to come.
            let waiting =
                |run: &&StepRun| yolo && run.status == StepRunStatus::Waiting && run.step_type == StepType::Review;
            let open: Vec<StepPath> = self.journal.runs().filter(waiting).map(|run| run.path.clone()).collect();
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
            // Held between two attempts, nothing of it runs.
            StepRunStatus::Running if self.is_held_between_attempts(path) => {
                self.change_step(path, patch, persona, draft)
            }
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
            StepRunStatus::Unknown => Err(self.illegal(ErrorCode::IllegalTransition, Some(status), NEWER)),
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
        if let Some(tries) = self.tries.get_mut(path) {
            tries.begin_anew();
        }
        // A step that is switched on or off is one to be looked at again.
        let looked_at =
            self.run(path).is_some_and(|run| matches!(run.status, StepRunStatus::Skipped | StepRunStatus::Waiting));
        if patch.enabled.is_some() && looked_at {
            self.back_to_pending(path, draft);
        }
        Ok(())
    }

    /// Whether a step run waits for its next attempt, and the hold keeps that from beginning.
    fn is_held_between_attempts(&self, path: &StepPath) -> bool {
        let between = |run: &StepRun| run.status == StepRunStatus::Running && run.completed_at.is_some();
        self.journal.state.on_hold && self.run(path).is_some_and(between)
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
            let message = "The step has no result yet that could be replaced.";
            return Err(self.illegal(ErrorCode::IllegalTransition, Some(status), message));
        }
        if self.journal.state.status == ExecutionStatus::Running {
            let message = "Pause the execution first: later steps are being run.";
            return Err(self.illegal(ErrorCode::IllegalTransition, Some(status), message));
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
            run.stale = false;
            run.completed_at.get_or_insert(now);
            let run = run.clone();
            let event = Event {
                message: Some("The output was replaced by a person.".into()),
                ..self.event_of(EventType::Progress, &run, draft)
            };
            self.tell(event, draft);
        }
        self.mark_stale(path, draft);
        self.show_anew(path, draft);
        if matches!(self.journal.state.status, ExecutionStatus::Failed | ExecutionStatus::Cancelled) {
            // What kept the run from going on may be gone: it waits for a person to resume it, as
            // going on spends money. If nothing is left to run, it is complete.
            self.journal.state.on_hold = true;
            self.settle(ExecutionStatus::Paused, draft);
        }
        Ok(())
    }

    /// Marks what was made from the output that was replaced.
    fn mark_stale(&mut self, path: &StepPath, draft: &mut Draft) {
        let definition = &self.journal.snapshot.definition;
        let status = |step: &Step| self.journal.runs().find(|run| run.step_id == step.id).map(|run| run.status);
        let made_from = definition.step_at(path).map(|step| definition.made_from(step, status)).unwrap_or_default();
        for path in made_from.into_iter().map(|step| StepPath::top(&step.id)).collect::<Vec<_>>() {
            if let Some(run) = self.run_mut(&path, draft) {
                run.stale = true;
            }
        }
    }

    /// Shows the new text at the reviews that wait with the old one.
    fn show_anew(&mut self, path: &StepPath, draft: &mut Draft) {
        let shows = |run: &&StepRun| {
            run.status == StepRunStatus::Waiting && run.gate.as_ref().is_some_and(|gate| gate.shows.contains(path))
        };
        let waiting: Vec<StepPath> = self.journal.runs().filter(shows).map(|run| run.path.clone()).collect();
        for review in waiting {
            self.back_to_pending(&review, draft);
        }
    }

    fn retry(
        &mut self,
        path: &StepPath,
        patch: &PatchStep,
        persona: Option<SnapshotPersona>,
        draft: &mut Draft,
    ) -> Result<(), EngineError> {
        let status = self.step_status(path)?;
        let under_way = self
            .journal
            .runs()
            .any(|run| run.status == StepRunStatus::Running && !self.is_held_between_attempts(&run.path));
        if under_way || matches!(self.journal.state.status, ExecutionStatus::Pending | ExecutionStatus::Running) {
            let message = "It is running: pause it and let the step end, or cancel it, then retry.";
            return Err(self.illegal(ErrorCode::ExecutionActive, Some(status), message));
        }
        let unknown = |run: &&StepRun| run.status == StepRunStatus::OutcomeUnknown && run.path != *path;
        if let Some(open) = self.journal.runs().find(unknown) {
            let message = format!("“{}” may have acted already: decide there first whether it runs again.", open.label);
            return Err(self.illegal(ErrorCode::GateOpen, Some(status), &message));
        }
        let step = self.journal.snapshot.definition.step_at(path);
        let enabled = patch.enabled.or(step.map(|step| step.enabled)).unwrap_or(false);
        if !enabled {
            let message = "The step is switched off: send `enabled: true` along to run it.";
            return Err(self.illegal(ErrorCode::IllegalTransition, Some(status), message));
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
    let errors: Vec<Finding> =
        report.errors().cloned().chain(deep_findings(&changed.definition, Some(&journal.input))).collect();
    if let Some(fields) = own_errors(&changed, path, &errors) {
        return Err(EngineError::Invalid(ErrorCode::InvalidDefinition, fields));
    }
    if errors.is_empty() { Ok(changed) } else { Err(EngineError::InvalidDefinition(errors)) }
}

/// Errors that all lie in the changed step, with pointers into the request that changed it.
fn own_errors(changed: &Snapshot, path: &StepPath, errors: &[Finding]) -> Option<Vec<FieldError>> {
    let at = changed.definition.steps.iter().position(|step| step.id.as_str() == path.as_str())?;
    let prefix = format!("/steps/{at}");
    let fields: Option<Vec<FieldError>> = errors
        .iter()
        .map(|finding| {
            let pointer = finding.pointer.strip_prefix(&prefix)?.to_owned();
            Some(FieldError { pointer, code: finding.code.clone(), message: finding.message.clone() })
        })
        .collect();
    fields.filter(|fields| !fields.is_empty())
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
