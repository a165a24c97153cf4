//! Begins attempts.

use std::time::Duration;

use serde_json::Value;
use sluice_providers::{Message, ModelCall};
use sluice_store::{AttemptProgress, StepRecord};
use sluice_types::definition::ModelUse;
use sluice_types::{
    Candidate, ErrorCode, EventType, InAgent, RunError, StepKind, StepPath, StepRunStatus, candidates,
    estimated_tokens, find_model,
};

use super::Machine;
use super::budget::{Left, OverBudget, allowance};
use super::containers::Node;
use super::outcome::{Effect, Evaluation, Task};
use super::tool_work::{attempt_timeout, note_tool};
use super::waits::is_wait;
use crate::work::Work;

/// The reason why an attempt does not begin.
pub(super) enum NotBegun {
    Failed(RunError),
    OverBudget(OverBudget, Candidate),
}

/// Work that is ready to begin, with its reservation.
pub(super) struct Prepared {
    pub work: Work,
    pub reserved_usd: f64,
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
            if self.end_wait(&path) {
                continue;
            }
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
        if self.is_call(path) && self.needs_approval(path) {
            return self.open_call_gate(path);
        }
        match self.prepare(path) {
            Ok(Prepared { work: Work::ListTools(named), .. }) if named.is_empty() => {
                self.tools_listed(path, Vec::new())
            }
            Ok(Prepared { work: Work::Tool(work), .. }) if is_wait(&work) => self.begin_wait(path, &work),
            Ok(prepared) => self.begin_attempt(path, prepared),
            Err(NotBegun::OverBudget(over, _)) if self.may_fit_later(path, &over) => {
                self.runs.frontier_mut().wait_for_budget(Node::of(path));
            }
            Err(NotBegun::OverBudget(over, candidate)) => self.open_budget_gate(path, over.needed_usd, &candidate),
            Err(NotBegun::Failed(error)) => self.fail_step(path, error),
        }
    }

    fn begin_attempt(&mut self, path: &StepPath, Prepared { work, reserved_usd }: Prepared) {
        let now = self.turn.now;
        let timeout = self.place(path).map(|place| attempt_timeout(&place.step, &work)).unwrap_or_default();
        let call = match &work {
            Work::Model(call) => Some(call),
            Work::Tool(_) | Work::ListTools(_) => None,
        };
        let sent_tokens = call.map_or(0, |call| sent_tokens(call));
        let is_turn = path.in_agent().is_some();
        let effect = self.effect_of(path);
        let begin = |record: &mut StepRecord| {
            let StepRecord { run, progress, .. } = record;
            progress.retry_at = None;
            progress.reserved_usd = reserved_usd;
            progress.sent_tokens = sent_tokens;
            run.status = StepRunStatus::Running;
            run.attempt += 1;
            run.provider = call.map(|call| call.provider.clone());
            run.model = call.map(|call| call.model.clone());
            // The conversation of a turn is in the step runs before it.
            if let Some(call) = call.filter(|_| !is_turn) {
                run.prompt = Some(call.prompt().to_owned());
            }
            if let Work::Tool(work) = &work {
                note_tool(run, work, effect);
            }
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
        self.turn.effects.push(Effect::Begin(Task { path: path.clone(), attempt, work, timeout }));
    }

    /// The work of a step run's next attempt: the call of a model or of a tool, or the tools of an agent to list.
    fn prepare(&mut self, path: &StepPath) -> Result<Prepared, NotBegun> {
        let failed = |code, message: String| NotBegun::Failed(RunError::new(code, message));
        let free = |work| Prepared { work, reserved_usd: 0.0 };
        let calls_nothing = || failed(ErrorCode::Internal, format!("`{path}` calls nothing"));
        if let Some(at) = path.in_agent() {
            return match at.call {
                None => self.prepare_turn(path, &at),
                Some(_) => self.prepare_call(path).map(free).map_err(NotBegun::Failed),
            };
        }
        match &self.place(path).ok_or_else(calls_nothing)?.step.kind {
            StepKind::Llm(_) => self.prepare_llm(path),
            StepKind::Tool(_) => self.prepare_tool(path).map(free).map_err(NotBegun::Failed),
            StepKind::Agent(_) => {
                let named = self.prepare_agent(path).map_err(NotBegun::Failed)?;
                Ok(free(Work::ListTools(named)))
            }
            StepKind::Review(_) | StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) => {
                Err(calls_nothing())
            }
            StepKind::Unknown(unknown) => {
                let message = format!(
                    "This version of Sluice does not know steps of type `{}`: a newer one has made it. Update the server, then retry the step.",
                    unknown.step_type
                );
                Err(failed(ErrorCode::InvalidDefinition, message))
            }
        }
    }

    /// The call of an `llm` step, with the prompts filled in and its cost reserved.
    fn prepare_llm(&mut self, path: &StepPath) -> Result<Prepared, NotBegun> {
        let mut texts = self.texts(path).map_err(NotBegun::Failed)?.into_iter();
        let candidate = self.candidate(path)?;
        let uses = self.place(path).and_then(|place| place.step.kind.model_use());
        let uses = uses.ok_or_else(|| no_model(path))?;
        let mut prompt = texts.next().unwrap_or_default();
        if let Some(revision) = self.runs.get(path).and_then(|run| run.revision.as_ref()) {
            prompt.push_str(revision);
        }
        let call = self.call(uses, &candidate, prompt, texts.next());
        self.limited(path, call, candidate)
    }

    /// The call of a turn of an agent, with the conversation so far and its cost reserved.
    fn prepare_turn(&mut self, path: &StepPath, at: &InAgent) -> Result<Prepared, NotBegun> {
        let candidate = self.candidate(path)?;
        let call = self.turn_call(at, &candidate).map_err(NotBegun::Failed)?;
        self.limited(path, call, candidate)
    }

    /// The model that a step run calls next.
    fn candidate(&self, path: &StepPath) -> Result<Candidate, NotBegun> {
        let chosen = self.runs.record(path).map_or(0, |record| record.progress.candidate);
        let place = self.place(path).ok_or_else(|| no_model(path))?;
        let candidate = candidates(&self.journal.snapshot.definition, &place.step)
            .into_iter()
            .nth(usize::try_from(chosen).unwrap_or(usize::MAX));
        let message = "No model is named for the step.";
        candidate.ok_or_else(|| NotBegun::Failed(RunError::new(ErrorCode::UnknownModel, message)))
    }

    /// A call within the limits of its step and of the budget.
    fn limited(&self, path: &StepPath, mut call: ModelCall, candidate: Candidate) -> Result<Prepared, NotBegun> {
        let place = self.place(path).ok_or_else(|| no_model(path))?;
        let max_tokens = place.step.kind.model_use().and_then(|uses| uses.max_tokens);
        call.idle_timeout = Duration::from_secs(place.step.idle_timeout_seconds().into());
        let model = find_model(&candidate.provider, &candidate.model);
        let left = self.left_usd(path).map(|usd| Left { usd, calls: self.calls_to_begin(path) });
        let allowed = allowance(model.as_ref(), max_tokens, most_tokens(&call), left);
        let allowed = allowed.map_err(|over| NotBegun::OverBudget(over, candidate))?;
        call.max_tokens = allowed.max_tokens;
        Ok(Prepared { work: Work::Model(Box::new(call)), reserved_usd: allowed.reserved_usd })
    }

    pub(super) fn call(
        &self,
        uses: ModelUse<'_>,
        candidate: &Candidate,
        prompt: String,
        system: Option<String>,
    ) -> ModelCall {
        ModelCall {
            system: self.with_persona(uses.persona_id, system),
            reasoning: uses.reasoning.cloned(),
            temperature: uses.temperature,
            output_schema: uses.output_schema.cloned(),
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

fn no_model(path: &StepPath) -> NotBegun {
    NotBegun::Failed(RunError::new(ErrorCode::Internal, format!("`{path}` calls no model")))
}

/// Estimated tokens of the request.
fn sent_tokens(call: &ModelCall) -> u64 {
    let texts: u64 = call.texts().map(estimated_tokens).sum();
    texts + values(call).map(|value| estimated_tokens(&value.to_string())).sum::<u64>()
}

/// A high estimate with the schema: the reservation must cover it.
fn most_tokens(call: &ModelCall) -> u64 {
    let texts: u64 = call.texts().map(sluice_types::most_tokens).sum();
    let values = values(call).chain(&call.output_schema);
    let descriptions = call.tools.iter().flat_map(|tool| [tool.name.as_str(), tool.description.as_str()]);
    texts
        + values.map(|value| sluice_types::most_tokens(&value.to_string())).sum::<u64>()
        + descriptions.map(sluice_types::most_tokens).sum::<u64>()
}

/// The JSON that is sent: schemas of tools, arguments of earlier calls, and what the provider wants back.
fn values(call: &ModelCall) -> impl Iterator<Item = &Value> {
    let said = call.messages.iter().filter_map(|message| match message {
        Message::Assistant(said) => Some(said),
        Message::User(_) | Message::Tool(_) => None,
    });
    let said = said.flat_map(|said| said.tool_calls.iter().map(|call| &call.arguments).chain(&said.replay));
    call.tools.iter().map(|tool| &tool.parameters).chain(said)
}
