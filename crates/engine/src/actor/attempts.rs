//! Attempts of `llm` steps: beginning, ending, trying again.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;
use sluice_store::AttemptRecord;
use sluice_types::limits::DEFAULT_OUTPUT_TOKENS;
use sluice_types::{
    Attempt, AttemptStatus, Candidate, ErrorCode, Event, EventType, RunError, Step, StepKind, StepPath, StepRunStatus,
    TokenUsage, candidates, cost_usd, estimated_tokens, find_model,
};
use tokio::task::AbortHandle;

use super::draft::{Draft, Effect};
use super::{Actor, Input};
use crate::attempt::{self, AttemptEnd, AttemptTask};
use crate::providers::call::ModelCall;
use crate::retry::Failure;
use crate::templating::Scope;

/// How far the attempts of a step run have come. It is kept in memory only: after a crash the
/// step begins with its first model again.
#[derive(Default)]
pub(super) struct Tries {
    /// Which of the step's models is called.
    candidate: usize,
    /// How many times this model has failed.
    failures: u32,
    /// Whether the wait before the next attempt is over.
    pub due: bool,
    /// What the attempt under way may cost; it counts as spent until it ends.
    reserved_usd: f64,
    /// Tokens of the prompts sent, guessed: they are counted when the provider does not say.
    input_tokens: u64,
    /// Stops the attempt under way.
    task: Option<AbortHandle>,
}

impl Tries {
    pub fn abort(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }

    /// Begins with the first model again: the step was changed.
    pub fn begin_anew(&mut self) {
        self.candidate = 0;
        self.failures = 0;
    }

    /// Forgets how far the attempts have come; a task is stopped once the turn is written.
    pub fn reset(&mut self) {
        *self = Self { task: self.task.take(), input_tokens: self.input_tokens, ..Self::default() };
    }
}

/// A provider that says nothing for this long is taken as gone.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);

/// What kept an attempt from beginning.
enum NotBegun {
    Failed(RunError),
    OverBudget { needed_usd: Option<f64>, candidate: Candidate },
}

impl Actor {
    /// Whether an attempt is under way, or waits for its next try.
    pub(super) fn is_attempt_under_way(&self) -> bool {
        self.tries.values().any(|tries| tries.task.as_ref().is_some_and(|task| !task.is_finished()))
    }

    /// Begins the first attempt of a step; false when the step failed instead.
    pub(super) fn start_step(&mut self, path: &StepPath, draft: &mut Draft) -> bool {
        self.tries.insert(path.clone(), Tries::default());
        self.start_attempt(path, draft)
    }

    /// Begins the next attempt of a step; false when the step failed instead.
    pub(super) fn start_attempt(&mut self, path: &StepPath, draft: &mut Draft) -> bool {
        let Some(step) = self.journal.snapshot.definition.step_at(path).cloned() else { return true };
        match self.prepare_call(&step, path) {
            Ok((call, reserved_usd)) => {
                self.begin_attempt(&step, path, call, reserved_usd, draft);
                true
            }
            Err(NotBegun::OverBudget { needed_usd, candidate }) => {
                self.open_budget_gate(path, needed_usd, &candidate, draft);
                true
            }
            Err(NotBegun::Failed(error)) => {
                self.fail_step(path, error, draft);
                false
            }
        }
    }

    fn begin_attempt(&mut self, step: &Step, path: &StepPath, call: ModelCall, reserved_usd: f64, draft: &mut Draft) {
        let now = draft.now;
        let tries = self.tries.entry(path.clone()).or_default();
        tries.due = false;
        tries.reserved_usd = reserved_usd;
        tries.input_tokens = input_tokens(&call);
        let Some(run) = self.run_mut(path, draft) else { return };
        run.status = StepRunStatus::Running;
        run.attempt += 1;
        run.provider = Some(call.provider.clone());
        run.model = Some(call.model.clone());
        run.prompt = Some(call.prompt.clone());
        run.content = None;
        run.output = None;
        run.gate = None;
        run.stale = false;
        run.started_at = Some(now);
        run.completed_at = None;
        run.duration_ms = None;
        let run = run.clone();
        self.journal.state.started_at.get_or_insert(now);
        let event = self.event_of(EventType::Progress, &run, draft);
        self.tell(event, draft);
        let timeout = Duration::from_secs(u64::from(step.timeout_seconds()));
        draft.effects.push(Effect::Begin { path: path.clone(), attempt: run.attempt, call: Box::new(call), timeout });
    }

    /// Fills in the prompts and reserves what the call may cost.
    fn prepare_call(&self, step: &Step, path: &StepPath) -> Result<(ModelCall, f64), NotBegun> {
        let failed = |code, message: String| NotBegun::Failed(RunError::new(code, message));
        let StepKind::Llm(llm) = &step.kind else {
            return Err(failed(ErrorCode::Internal, format!("`{path}` calls no model")));
        };
        let tries = self.tries.get(path);
        let chosen = candidates(&self.journal.snapshot.definition, step);
        let candidate = chosen.into_iter().nth(tries.map_or(0, |tries| tries.candidate));
        let candidate =
            candidate.ok_or_else(|| failed(ErrorCode::UnknownModel, "No model is named for the step.".into()))?;
        let scope = Scope::of(&self.journal);
        let mut prompt = scope.fill("prompt", &llm.prompt).map_err(NotBegun::Failed)?;
        if let Some(revision) = self.run(path).and_then(|run| run.revision.as_ref()) {
            prompt.push_str(revision);
        }
        let system = llm
            .system_prompt
            .as_deref()
            .map(|text| scope.fill("system_prompt", text))
            .transpose()
            .map_err(NotBegun::Failed)?;
        let info = find_model(&candidate.provider, &candidate.model);
        let most = info.as_ref().and_then(|info| info.max_output_tokens).and_then(|most| u32::try_from(most).ok());
        let call = ModelCall {
            provider: candidate.provider.clone(),
            model: candidate.model.clone(),
            system: self.with_persona(llm.persona_id.as_ref(), system),
            prompt,
            temperature: llm.temperature,
            max_tokens: llm.max_tokens.map(|asked| most.map_or(asked, |most| asked.min(most))),
            output_schema: llm.output_schema.clone(),
            api_key: None,
            base_url: None,
            idle_timeout: IDLE_TIMEOUT,
        };
        let expected = TokenUsage {
            input_tokens: input_tokens(&call),
            output_tokens: u64::from(call.max_tokens.unwrap_or(DEFAULT_OUTPUT_TOKENS)),
            cached_input_tokens: 0,
        };
        let needed_usd = cost_usd(info.as_ref(), expected);
        if !self.is_within_budget(path, needed_usd) {
            return Err(NotBegun::OverBudget { needed_usd, candidate });
        }
        Ok((call, needed_usd.unwrap_or(0.0)))
    }

    /// Whether a call may be made. A price that is not known fits no budget.
    fn is_within_budget(&self, path: &StepPath, needed_usd: Option<f64>) -> bool {
        let Some(budget) = self.journal.state.budget_usd else { return true };
        let others: f64 =
            self.tries.iter().filter(|(other, _)| *other != path).map(|(_, tries)| tries.reserved_usd).sum();
        needed_usd.is_some_and(|needed| self.journal.state.cost_usd + others + needed <= budget)
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

    /// Begins an attempt that is written down.
    pub(super) fn begin(&mut self, path: &StepPath, attempt: i32, call: ModelCall, timeout: Duration) {
        self.channel.begin_text(path, attempt);
        let task = AttemptTask {
            tenant: self.journal.tenant.clone(),
            execution_id: self.journal.execution_id.clone(),
            epoch: self.journal.epoch,
            path: path.clone(),
            attempt,
            call,
            timeout,
            channel: self.channel.clone(),
        };
        let (shared, mailbox) = (self.shared.clone(), self.mailbox.clone());
        let stopped = self.shared.stopped.clone();
        let spawned = tokio::spawn(async move {
            let caught = AssertUnwindSafe(attempt::run(&shared, &task)).catch_unwind();
            let ended = stopped.run_until_cancelled(caught).await;
            if let Some(Some(end)) = ended.map(|ended| ended.unwrap_or_else(|_| Some(attempt::panicked(&task)))) {
                // An actor that has ended needs no telling.
                let _ = mailbox.send(Input::AttemptEnded(end));
            }
        });
        self.tries.entry(path.clone()).or_default().task = Some(spawned.abort_handle());
    }

    /// Stops an attempt; its text was taken already.
    pub(super) fn abort(&mut self, path: &StepPath) {
        if let Some(tries) = self.tries.remove(path) {
            tries.abort();
        }
        self.channel.end_text(path);
    }

    /// Takes the end of an attempt into the journal; false when the attempt is not the one under way.
    pub(super) fn attempt_ended(&mut self, end: AttemptEnd, draft: &mut Draft) -> bool {
        let current = self.run(&end.path).is_some_and(|run| {
            run.status == StepRunStatus::Running && run.attempt == end.attempt && run.completed_at.is_none()
        });
        if !current {
            return false;
        }
        draft.effects.push(Effect::EndText(end.path.clone()));
        if let Some(tries) = self.tries.get_mut(&end.path) {
            tries.reserved_usd = 0.0;
            tries.task = None;
        }
        let status = if end.result.is_ok() { AttemptStatus::Completed } else { AttemptStatus::Failed };
        let error = end.result.as_ref().err().map(|failure| RunError::new(failure.code, failure.message.clone()));
        let content = (!end.content.is_empty()).then_some(end.content);
        // A failure before the provider heard anything is not charged.
        let charged = end.usage.is_some() || content.is_some() || end.result.is_ok();
        self.end_attempt(&end.path, status, content, end.usage, charged, error, draft);
        match end.result {
            Ok(output) => self.complete_step(&end.path, output, draft),
            Err(failure) => self.after_failure(&end.path, &failure, draft),
        }
        true
    }

    /// Writes down how an attempt ended, and what it cost. Without the provider's own count, tokens
    /// are guessed from the texts: what was streamed was paid for.
    #[expect(clippy::too_many_arguments, reason = "these are the fields of the record")]
    pub(super) fn end_attempt(
        &mut self,
        path: &StepPath,
        status: AttemptStatus,
        content: Option<String>,
        usage: Option<TokenUsage>,
        charged: bool,
        error: Option<RunError>,
        draft: &mut Draft,
    ) {
        let now = draft.now;
        let sent = self.tries.get(path).map_or(0, |tries| tries.input_tokens);
        let Some(run) = self.run_mut(path, draft) else { return };
        let guessed = TokenUsage {
            input_tokens: sent.max(run.prompt.as_deref().map_or(0, estimated_tokens)),
            output_tokens: content.as_deref().map_or(0, estimated_tokens),
            cached_input_tokens: 0,
        };
        let token_usage = usage.unwrap_or(if charged { guessed } else { TokenUsage::default() });
        let info =
            run.provider.as_deref().zip(run.model.as_deref()).and_then(|(provider, model)| find_model(provider, model));
        let cost = cost_usd(info.as_ref(), token_usage).unwrap_or(0.0);
        run.content.clone_from(&content);
        run.error.clone_from(&error);
        run.token_usage += token_usage;
        run.cost_usd += cost;
        run.completed_at = Some(now);
        run.duration_ms = run.started_at.map(|from| (now - from).num_milliseconds());
        let attempt = Attempt {
            attempt: run.attempt,
            status,
            provider: run.provider.clone(),
            model: run.model.clone(),
            token_usage,
            usage_estimated: charged && usage.is_none(),
            cost_usd: cost,
            content,
            error,
            started_at: run.started_at.unwrap_or(now),
            completed_at: now,
        };
        // Text is checkpointed only while an attempt lasts, and an interrupted one may have been of another server.
        let lasted = (now - attempt.started_at).to_std().unwrap_or_default();
        let checkpointed = status == AttemptStatus::Interrupted || lasted >= attempt::CHECKPOINT_EVERY;
        draft.attempts.push(AttemptRecord { path: path.clone(), attempt, checkpointed });
        self.journal.state.token_usage += token_usage;
        self.journal.state.cost_usd += cost;
    }

    fn complete_step(&mut self, path: &StepPath, output: Value, draft: &mut Draft) {
        self.tries.remove(path);
        let Some(run) = self.run_mut(path, draft) else { return };
        run.status = StepRunStatus::Completed;
        run.content.get_or_insert_with(String::new);
        run.output = Some(output);
        run.error = None;
        run.revision = None;
        let run = run.clone();
        let event = Event {
            token_usage: Some(run.token_usage),
            cost_estimate: Some(run.cost_usd),
            duration_ms: run.duration_ms,
            ..self.event_of(EventType::Progress, &run, draft)
        };
        self.tell(event, draft);
    }

    /// Tries again what can succeed later, then the fallback models in turn, then gives up.
    fn after_failure(&mut self, path: &StepPath, failure: &Failure, draft: &mut Draft) {
        let definition = &self.journal.snapshot.definition;
        let Some(step) = definition.step_at(path) else { return };
        let (retries, models) = (step.retries(), candidates(definition, step));
        let backoff = self.shared.backoff;
        let tries = self.tries.entry(path.clone()).or_default();
        tries.failures += 1;
        let again = failure.retryable && tries.failures <= retries;
        let delay = if again {
            backoff.delay(tries.failures - 1, failure.retry_after, self.shared.outside.ids.chance())
        } else if tries.candidate + 1 < models.len() {
            tries.candidate += 1;
            tries.failures = 0;
            Duration::ZERO
        } else {
            let error = RunError::new(failure.code, failure.message.clone());
            return self.fail_step(path, error, draft);
        };
        let next = models.get(tries.candidate).map(|next| next.model.clone()).unwrap_or_default();
        let Some(run) = self.run(path).cloned() else { return };
        let event = Event {
            error: run.error.clone(),
            retry_in_ms: i64::try_from(delay.as_millis()).ok(),
            message: Some(if again {
                failure.message.clone()
            } else {
                format!("{} Going on with `{next}`.", failure.message)
            }),
            ..self.event_of(EventType::Retry, &run, draft)
        };
        self.tell(event, draft);
        draft.effects.push(Effect::RetryIn(path.clone(), run.attempt, delay));
    }

    /// Notes that the wait before the next attempt is over; false when it is not awaited any more.
    pub(super) fn retry_due(&mut self, path: &StepPath, attempt: i32) -> bool {
        let awaited = self.run(path).is_some_and(|run| {
            run.status == StepRunStatus::Running && run.attempt == attempt && run.completed_at.is_some()
        });
        if awaited {
            self.tries.entry(path.clone()).or_default().due = true;
        }
        awaited
    }

    /// Begins the attempts whose wait is over, unless the execution is held.
    pub(super) fn start_due_retries(&mut self, draft: &mut Draft) {
        if self.journal.state.on_hold || self.shared.is_draining() {
            return;
        }
        let due: Vec<StepPath> =
            self.tries.iter().filter(|(_, tries)| tries.due).map(|(path, _)| path.clone()).collect();
        for path in due {
            self.start_attempt(&path, draft);
        }
    }

    /// Fails a step for good.
    pub(super) fn fail_step(&mut self, path: &StepPath, error: RunError, draft: &mut Draft) {
        self.tries.remove(path);
        let now = draft.now;
        let Some(run) = self.run_mut(path, draft) else { return };
        run.status = StepRunStatus::Failed;
        run.gate = None;
        run.completed_at = Some(now);
        run.error = Some(error.clone());
        let run = run.clone();
        let event = Event {
            message: Some(error.message.clone()),
            error: Some(error),
            ..self.event_of(EventType::Error, &run, draft)
        };
        self.tell(event, draft);
    }
}

/// Tokens of what is sent, guessed.
fn input_tokens(call: &ModelCall) -> u64 {
    estimated_tokens(&call.prompt) + call.system.as_deref().map_or(0, estimated_tokens)
}
