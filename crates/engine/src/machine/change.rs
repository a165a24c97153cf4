//! Changes a step for one execution: the snapshot changes, the workflow does not.

use serde_json::Value;
use sluice_store::{Journal, Snapshot, SnapshotPersona};
use sluice_types::{
    AgentStep, Definition, ErrorCode, FieldError, Index, LintContext, LintFinding, LlmStep, PatchStep, Step, StepKind,
    StepPath, StepRunStatus, lint_indexed,
};

use super::Machine;
use super::commands::NEWER;
use super::own_changes::{self, index_of, is_one_of_many};
use crate::check::deep_findings;
use crate::error::EngineError;

impl Machine {
    pub(super) fn patch_step(
        &mut self,
        path: &StepPath,
        patch: &PatchStep,
        persona: Option<SnapshotPersona>,
    ) -> Result<(), EngineError> {
        let status = self.step_status(path)?;
        match status {
            // On hold between two attempts: no attempt is running.
            StepRunStatus::Running if self.is_held_between_attempts(path) => self.change_step(path, patch, persona),
            StepRunStatus::Pending
            | StepRunStatus::Waiting
            | StepRunStatus::Failed
            | StepRunStatus::Cancelled
            | StepRunStatus::Skipped
            | StepRunStatus::OutcomeUnknown => self.change_step(path, patch, persona),
            StepRunStatus::Running => Err(self.wrong_state(
                ErrorCode::IllegalTransition,
                Some(status),
                "The step is running: cancel or wait, then retry it with the change.",
            )),
            StepRunStatus::Completed => Err(self.wrong_state(
                ErrorCode::IllegalTransition,
                Some(status),
                "The step is done: POST …/retry with the change runs it again.",
            )),
            StepRunStatus::Unknown => Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), NEWER)),
        }
    }

    /// Changes a step of the snapshot, for this execution.
    pub(super) fn change_step(
        &mut self,
        path: &StepPath,
        patch: &PatchStep,
        persona: Option<SnapshotPersona>,
    ) -> Result<(), EngineError> {
        if patch.is_empty() {
            return Ok(());
        }
        (self.journal.snapshot, self.index) = changed_snapshot(&self.journal, path, patch, persona)?;
        self.turn.snapshot_changed = true;
        let Some(record) = self.runs.record(path) else { return Ok(()) };
        let status = record.run.status;
        // A changed step begins with its first model again.
        self.change(path, |record| {
            record.progress.candidate = 0;
            record.progress.failures = 0;
        });
        let is_switched = patch.enabled.is_some();
        let is_disabled = patch.enabled == Some(false);
        match status {
            StepRunStatus::Skipped | StepRunStatus::Waiting if is_switched => self.back_to_pending(path),
            // It waited for its next attempt; a disabled step has no next attempt.
            StepRunStatus::Running if is_disabled => self.back_to_pending(path),
            _ => {}
        }
        Ok(())
    }
}

/// The snapshot with a step changed, and the index of what it runs; unless the lint finds an error in the result.
pub fn changed_snapshot(
    journal: &Journal,
    path: &StepPath,
    patch: &PatchStep,
    persona: Option<SnapshotPersona>,
) -> Result<(Snapshot, Index), EngineError> {
    // What is sent to a turn or a call changes its agent.
    let agent = path.in_agent().map(|inside| inside.agent);
    let path = agent.as_ref().unwrap_or(path);
    let mut changed = journal.snapshot.clone();
    let id = path.step_id().ok_or(EngineError::StepRunNotFound)?;
    let step = changed.definition.step_mut(&id).ok_or(EngineError::StepRunNotFound)?;
    let is_for_all = !(patch.only_here && is_one_of_many(path));
    if is_for_all {
        apply(step, patch)?;
        own_changes::overwrite(&mut changed, path, patch);
    } else {
        // A patch that the step cannot take is refused.
        apply(&mut step.clone(), patch)?;
        own_changes::add(&mut changed, path, patch)?;
    }
    if let (Some(Some(id)), Some(persona)) = (&patch.persona_id, persona) {
        changed.personas.insert(id.clone(), persona);
    }
    let index = index_of(&changed);
    if is_for_all {
        check(&changed.definition, path, &journal.input)?;
    }
    if let Some(definition) = definition_at(&changed.definition, &index, path) {
        check(&definition, path, &journal.input)?;
    }
    Ok((changed, index))
}

/// The definition as a step run with a step of its own runs it; `None` for the others.
#[must_use]
pub fn definition_at(definition: &Definition, index: &Index, path: &StepPath) -> Option<Definition> {
    let own = index.own_at(path)?;
    let mut changed = definition.clone();
    *changed.step_mut(&own.step.id)? = Step::clone(&own.step);
    Some(changed)
}

/// Refuses a definition in which the lint finds an error.
fn check(definition: &Definition, path: &StepPath, input: &Value) -> Result<(), EngineError> {
    let (index, input) = (Index::of(definition), Some(input));
    let report = lint_indexed(definition, &index, &LintContext::default(), input);
    let errors: Vec<LintFinding> = report.errors().cloned().chain(deep_findings(definition, &index, input)).collect();
    if let Some(fields) = own_errors(&index, path, &errors) {
        return Err(EngineError::Invalid(ErrorCode::InvalidDefinition, fields));
    }
    if errors.is_empty() { Ok(()) } else { Err(EngineError::InvalidDefinition(errors)) }
}

/// Errors that all lie in the changed step, with pointers into the request that changed it.
fn own_errors(index: &Index, path: &StepPath, errors: &[LintFinding]) -> Option<Vec<FieldError>> {
    let own = &index.at(path)?.pointer;
    let fields: Option<Vec<FieldError>> = errors
        .iter()
        .map(|finding| {
            let pointer = finding.pointer.strip_prefix(own.as_str())?.to_owned();
            Some(FieldError::with_code(pointer, finding.code.clone(), finding.message.clone()))
        })
        .collect();
    fields.filter(|fields| !fields.is_empty())
}

/// Puts a patch into a step.
fn apply(step: &mut Step, patch: &PatchStep) -> Result<(), EngineError> {
    if let Some(enabled) = patch.enabled {
        step.enabled = enabled;
    }
    let only_enabled = PatchStep { enabled: patch.enabled, only_here: patch.only_here, ..PatchStep::default() };
    if *patch == only_enabled {
        return Ok(());
    }
    if let Some(timeout) = patch.timeout {
        step.timeout = timeout;
    }
    if let Some(idle_timeout) = patch.idle_timeout {
        step.idle_timeout = idle_timeout;
    }
    match &mut step.kind {
        StepKind::Llm(llm) => apply_to_llm(llm, patch),
        StepKind::Agent(agent) => return apply_to_agent(agent, patch),
        StepKind::Tool(_)
        | StepKind::Review(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => {
            let message = "only a step that calls a model has more than `enabled` to change";
            return Err(EngineError::field(ErrorCode::InvalidRequest, "", message));
        }
    }
    Ok(())
}

fn apply_to_llm(llm: &mut LlmStep, patch: &PatchStep) {
    set(&mut llm.provider, patch.provider.as_ref());
    set(&mut llm.model, patch.model.as_ref());
    set(&mut llm.persona_id, patch.persona_id.as_ref());
    set(&mut llm.prompt, patch.prompt.as_ref());
    set(&mut llm.system_prompt, patch.system_prompt.as_ref());
    set(&mut llm.max_tokens, patch.max_tokens.as_ref());
    set(&mut llm.reasoning, patch.reasoning.as_ref());
    set(&mut llm.on_truncated, patch.on_truncated.as_ref());
}

/// Its `system_prompt` are the instructions. Texts count from the beginning of the agent: they are filled in once.
fn apply_to_agent(agent: &mut AgentStep, patch: &PatchStep) -> Result<(), EngineError> {
    if patch.on_truncated.is_some() {
        let message = "an agent has no `on_truncated`";
        return Err(EngineError::field(ErrorCode::InvalidRequest, "/on_truncated", message));
    }
    set(&mut agent.provider, patch.provider.as_ref());
    set(&mut agent.model, patch.model.as_ref());
    set(&mut agent.persona_id, patch.persona_id.as_ref());
    set(&mut agent.prompt, patch.prompt.as_ref());
    set(&mut agent.instructions, patch.system_prompt.as_ref());
    set(&mut agent.max_tokens, patch.max_tokens.as_ref());
    set(&mut agent.reasoning, patch.reasoning.as_ref());
    Ok(())
}

/// Sets a field that the patch names.
fn set<T: Clone>(field: &mut T, patch: Option<&T>) {
    if let Some(value) = patch {
        field.clone_from(value);
    }
}
