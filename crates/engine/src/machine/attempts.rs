//! Begins attempts.

use std::time::Duration;

use sluice_providers::ModelCall;
use sluice_store::{AttemptProgress, StepRecord};
use sluice_types::{
    Candidate, ErrorCode, EventType, LlmStep, RunError, StepKind, StepPath, StepRunStatus, candidates,
    estimated_tokens, find_model,
};

use super::Machine;
use super::budget::{Left, OverBudget, allowance};
use super::containers::ListPath;
use super::outcome::{Effect, Evaluation, Task};
use crate::work::Work;

/// The reason why an attempt does not begin.
enum NotBegun {
    Failed(RunError),
    OverBudget(OverBudget, Candidate),
}

/// A call that is ready to be made, with its reservation.
struct Prepared {
    call: ModelCall,
    reserved_usd: f64,
}

impl Machine {
    /// Begins the first attempt of a step, fails it, or lets it wait.
    pub(super) fn start_step(&mut self, path: &StepPath) {
        if self.runs.record(path).is_some_and(|record| record.progress != AttemptProgress::default()) {
            self.change(path, |record| record.progress = AttemptProgress::default());
        }
        self.start_attempt(path);
    }

    /// Begins the attempts whose wait is over. Returns the evaluations that they require first.
    pub(super) fn begin_due_attempts(&mut self) -> Vec<Evaluation> {
        let mut needed = Vec::new();
        for path in self.runs.due_retries(self.turn.now) {
            if self.is_interrupted_too_often() {
                self.open_interrupted_gate(&path);
                continue;
            }
            match self.evaluation(&path) {
                Some(evaluation) => needed.push(evaluation),
                None => self.start_attempt(&path),
            }
        }
        needed
    }

    /// Begins the next attempt of a step, fails it, or lets it wait.
    fn start_attempt(&mut self, path: &StepPath) {
        match self.prepare(path) {
            Ok(prepared) => self.begin_attempt(path, prepared),
            Err(NotBegun::OverBudget(over, _)) if self.may_fit_later(path, &over) => {
                self.runs.frontier_mut().wait_for_budget(ListPath::of(path));
            }
            Err(NotBegun::OverBudget(over, candidate)) => self.open_budget_gate(path, over.needed_usd, &candidate),
            Err(NotBegun::Failed(error)) => self.fail_step(path, error),
        }
    }

    fn begin_attempt(&mut self, path: &StepPath, Prepared { call, reserved_usd }: Prepared) {
        let now = self.turn.now;
        let timeout = self.place(path).map_or(0, |place| place.step.timeout_seconds());
        let sent_tokens = sent_tokens(&call);
        let begin = |StepRecord { run, progress, .. }: &mut StepRecord| {
            progress.retry_at = None;
            progress.reserved_usd = reserved_usd;
            progress.sent_tokens = sent_tokens;
            run.status = StepRunStatus::Running;
            run.attempt += 1;
            run.provider = Some(call.provider.clone());
            run.model = Some(call.model.clone());
            run.prompt = Some(call.prompt().to_owned());
            run.content = None;
            run.output = None;
            run.finish_reason = None;
            run.finish_word = None;
            run.gate = None;
            run.stale = false;
            run.started_at = Some(now);
            run.completed_at = None;
            run.duration_ms = None;
            run.attempt
        };
        let Some(attempt) = self.change(path, begin) else { return };
        self.journal.state.started_at.get_or_insert(now);
        let event = self.event_of(EventType::Progress, path);
        self.emit(event);
        let timeout = Duration::from_secs(timeout.into());
        let work = Work::Model(Box::new(call));
        self.turn.effects.push(Effect::Begin(Task { path: path.clone(), attempt, work, timeout }));
    }

    /// The call of a step run's next attempt, with the prompts filled in and its cost reserved.
    fn prepare(&mut self, path: &StepPath) -> Result<Prepared, NotBegun> {
        let failed = |code, message: String| NotBegun::Failed(RunError::new(code, message));
        let no_model = || failed(ErrorCode::Internal, format!("`{path}` calls no model"));
        let mut texts = self.texts(path).map_err(NotBegun::Failed)?.into_iter();
        let place = self.place(path).ok_or_else(no_model)?;
        let llm = match &place.step.kind {
            StepKind::Llm(llm) => llm,
            StepKind::Review(_)
            | StepKind::Tool(_)
            | StepKind::Agent(_)
            | StepKind::Parallel(_)
            | StepKind::Conditional(_)
            | StepKind::Loop(_) => {
                return Err(no_model());
            }
            StepKind::Unknown(unknown) => {
                let message = format!(
                    "This version of Sluice does not know steps of type `{}`: a newer one has made it. Update the server, then retry the step.",
                    unknown.step_type
                );
                return Err(failed(ErrorCode::InvalidDefinition, message));
            }
        };
        let record = self.runs.record(path);
        let chosen = record.map_or(0, |record| record.progress.candidate);
        let candidate = candidates(&self.journal.snapshot.definition, &place.step)
            .into_iter()
            .nth(usize::try_from(chosen).unwrap_or(usize::MAX))
            .ok_or_else(|| failed(ErrorCode::UnknownModel, "No model is named for the step.".into()))?;
        let mut prompt = texts.next().unwrap_or_default();
        if let Some(revision) = record.and_then(|record| record.run.revision.as_ref()) {
            prompt.push_str(revision);
        }
        let mut call = self.call(llm, &candidate, prompt, texts.next());
        call.idle_timeout = Duration::from_secs(place.step.idle_timeout_seconds().into());
        let model = find_model(&candidate.provider, &candidate.model);
        let left = self.left_usd(path).map(|usd| Left { usd, calls: self.calls_to_begin(path) });
        let allowed = allowance(model.as_ref(), llm.max_tokens, most_tokens(&call), left);
        let allowed = allowed.map_err(|over| NotBegun::OverBudget(over, candidate))?;
        call.max_tokens = allowed.max_tokens;
        Ok(Prepared { call, reserved_usd: allowed.reserved_usd })
    }

    fn call(&self, llm: &LlmStep, candidate: &Candidate, prompt: String, system: Option<String>) -> ModelCall {
        ModelCall {
            system: self.with_persona(llm.persona_id.as_ref(), system),
            reasoning: llm.reasoning.clone(),
            temperature: llm.temperature,
            output_schema: llm.output_schema.clone(),
            ..ModelCall::new(&candidate.provider, &candidate.model, prompt)
        }
    }

    /// The rest of the budget for a step run's next attempt: without the spent amount and the other reservations.
    fn left_usd(&self, path: &StepPath) -> Option<f64> {
        Some(self.unspent_usd()? - self.reserved_beside(path))
    }

    fn unspent_usd(&self) -> Option<f64> {
        Some(self.journal.state.budget_usd? - self.journal.state.cost_usd)
    }

    /// The reservations of the calls under way beside a step run.
    fn reserved_beside(&self, path: &StepPath) -> f64 {
        let others = self.runs.running().filter(|record| record.run.path != *path);
        others.map(|record| record.progress.reserved_usd).sum()
    }

    /// Whether the budget may cover a call once siblings have ended: they reserve more than they usually cost. Then it
    /// waits for their ends, and asks nobody.
    fn may_fit_later(&self, path: &StepPath, over: &OverBudget) -> bool {
        let fits = over.needed_usd.zip(self.unspent_usd()).is_some_and(|(needed, unspent)| needed <= unspent);
        fits && self.runs.status(path) == StepRunStatus::Pending && self.reserved_beside(path) > 0.0
    }

    /// The number of calls that may begin before one of those under way ends, this one included. They share the rest of the
    /// budget: a call without a limit of tokens would reserve all of it, and its siblings could not begin.
    fn calls_to_begin(&self, path: &StepPath) -> usize {
        let under_way = self.runs.running().filter(|record| record.run.path != *path).count();
        self.runs.frontier().width().saturating_sub(under_way).max(1)
    }

    /// The system prompt with the persona before it.
    fn with_persona(&self, own: Option<&sluice_types::PersonaId>, system: Option<String>) -> Option<String> {
        let snapshot = &self.journal.snapshot;
        let persona = own.or(snapshot.definition.persona_id.as_ref()).and_then(|id| snapshot.personas.get(id));
        match (persona, system) {
            (Some(persona), Some(system)) => Some(format!("{}\n\n{system}", persona.instructions)),
            (Some(persona), None) => Some(persona.instructions.clone()),
            (None, system) => system,
        }
    }
}

/// Estimated tokens of the request.
fn sent_tokens(call: &ModelCall) -> u64 {
    call.texts().map(estimated_tokens).sum()
}

/// A high estimate with the schema: the reservation must cover it.
fn most_tokens(call: &ModelCall) -> u64 {
    let schema = call.output_schema.as_ref().map(ToString::to_string).unwrap_or_default();
    call.texts().chain([schema.as_str()]).map(sluice_types::most_tokens).sum()
}
