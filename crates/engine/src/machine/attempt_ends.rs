//! Records the ends of attempts, and what they cost.

use sluice_store::{AttemptProgress, AttemptRecord, StepRecord};
use sluice_types::limits::{MAX_ATTEMPT_NOTES, MAX_FINISH_WORD_CHARS, MAX_NOTE_CHARS};
use sluice_types::{
    Attempt, AttemptStatus, ExecutionEvent, RunError, StepKind, StepPath, StepRunStatus, TokenUsage, cost_usd,
    estimated_tokens, find_model,
};

use super::agents::as_llm;
use super::endings::{Answer, judge, judge_turn};
use super::outcome::Effect;
use super::{Env, Machine};
use crate::retry::Failure;
use crate::work::{AttemptEnd, Finish, Made};

/// Source of an attempt's token counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Charge {
    /// As the provider counted them.
    Counted(TokenUsage),
    /// Estimated from the texts: streamed text is paid for, and the provider reported no usage.
    Estimated,
    /// None: it failed before the provider had the request.
    Nothing,
}

/// The end of an attempt, for its record.
#[derive(Debug)]
pub(super) struct Ended {
    pub status: AttemptStatus,
    pub content: Option<String>,
    pub thinking: Option<String>,
    pub finish: Option<Finish>,
    pub notes: Vec<String>,
    pub charge: Charge,
    pub error: Option<RunError>,
    pub checkpointed: bool,
}

impl Ended {
    /// An attempt that was stopped before the provider ended it.
    pub fn stopped(status: AttemptStatus, content: Option<String>, thinking: Option<String>) -> Self {
        let (finish, notes, error) = (None, Vec::new(), None);
        Self { status, content, thinking, finish, notes, charge: Charge::Estimated, error, checkpointed: true }
    }
}

impl Machine {
    /// Records the end of an attempt in the journal; false when that attempt is not running.
    pub(super) fn attempt_ended(&mut self, end: AttemptEnd, env: &Env<'_>) -> bool {
        let AttemptEnd { path, attempt, content, thinking, checkpointed, usage, finish, notes, made, result } = end;
        if !self.is_attempt_under_way(&path) || self.runs.get(&path).is_none_or(|run| run.attempt != attempt) {
            return false;
        }
        self.turn.effects.push(Effect::EndText(path.clone()));
        let tokens = usage.map(|usage| usage.output_tokens).filter(|tokens| *tokens > 0);
        let result = result.and_then(|output| {
            let has_budget = self.journal.state.budget_usd.is_some();
            let answer = Answer { content: &content, finish: finish.as_ref(), tokens, has_budget };
            Ok((output, self.judge_answer(&path, &made, answer)?))
        });
        let content = text(said(content, &made, result.is_ok()));
        let thinking = text(thinking);
        let charge = match usage {
            Some(usage) => Charge::Counted(usage),
            None if content.is_some() || thinking.is_some() || result.is_ok() => Charge::Estimated,
            None => Charge::Nothing,
        };
        let (status, error) = match &result {
            Ok(_) => (AttemptStatus::Completed, None),
            Err(failure) => (AttemptStatus::Failed, Some(RunError::new(failure.code, failure.message.clone()))),
        };
        self.end_attempt(&path, Ended { status, content, thinking, finish, notes, charge, error, checkpointed });
        match result {
            Ok((output, warning)) => self.work_done(&path, made, output, warning),
            Err(failure) => self.after_failure(&path, &failure, env),
        }
        true
    }

    /// Judges the answer of a model: `None` for a whole one, or the warning of one that counts although it was cut.
    fn judge_answer(&self, path: &StepPath, made: &Made, answer: Answer<'_>) -> Result<Option<String>, Failure> {
        match &self.place(path).map(|place| &place.step.kind) {
            Some(StepKind::Llm(llm)) => judge(llm, answer),
            Some(StepKind::Agent(agent)) => match made {
                Made::Calls { calls, .. } => judge_turn(&as_llm(agent), answer, !calls.is_empty()),
                Made::Text | Made::Tools(_) | Made::Result { .. } => Ok(None),
            },
            Some(
                StepKind::Review(_)
                | StepKind::Tool(_)
                | StepKind::Parallel(_)
                | StepKind::Conditional(_)
                | StepKind::Loop(_)
                | StepKind::Unknown(_),
            )
            | None => Ok(None),
        }
    }

    /// Goes on after an attempt that succeeded.
    fn work_done(&mut self, path: &StepPath, made: Made, output: serde_json::Value, warning: Option<String>) {
        match made {
            Made::Tools(tools) => self.tools_listed(path, tools),
            Made::Result { value, attachments } => {
                self.change(path, |record| record.run.attachments = attachments);
                self.complete_step(path, value, None);
            }
            Made::Calls { calls, replay } => {
                self.complete_step(path, output, warning);
                if let Some(at) = path.in_agent() {
                    self.turn_completed(path, &at, calls, replay);
                }
            }
            Made::Text => self.complete_step(path, output, warning),
        }
    }

    /// Records the end of an attempt and its cost.
    pub(super) fn end_attempt(&mut self, path: &StepPath, ended: Ended) {
        let now = self.turn.now;
        let checkpointed = ended.checkpointed;
        let end = |StepRecord { run, progress, .. }: &mut StepRecord| {
            let sent = progress.sent_tokens.max(run.prompt.as_deref().map_or(0, estimated_tokens));
            let (token_usage, usage_estimated) = charged(&ended, sent);
            // Calls of tools cost no tokens.
            let calls_model = run.provider.is_some();
            let (token_usage, usage_estimated) =
                if calls_model { (token_usage, usage_estimated) } else { (TokenUsage::default(), false) };
            let named = run.provider.as_deref().zip(run.model.as_deref());
            let model = named.and_then(|(provider, model)| find_model(provider, model));
            let cost_usd = match ended.charge {
                _ if !calls_model => Some(0.0),
                Charge::Nothing => Some(0.0),
                Charge::Counted(_) | Charge::Estimated => cost_usd(model.as_ref(), token_usage),
            };
            let (finish_reason, word) = ended.finish.map(|finish| (finish.reason, finish.word)).unzip();
            let finish_word = word.flatten().map(|word| bounded(&word, MAX_FINISH_WORD_CHARS));
            progress.reserved_usd = 0.0;
            run.content.clone_from(&ended.content);
            run.error.clone_from(&ended.error);
            run.finish_reason = finish_reason;
            run.finish_word.clone_from(&finish_word);
            run.token_usage += token_usage;
            run.cost_usd += cost_usd.unwrap_or_default();
            run.unpriced_calls += u32::from(cost_usd.is_none());
            run.completed_at = Some(now);
            run.duration_ms = run.started_at.map(|from| (now - from).num_milliseconds());
            Attempt {
                attempt: run.attempt,
                status: ended.status,
                provider: run.provider.clone(),
                model: run.model.clone(),
                token_usage,
                usage_estimated,
                cost_usd,
                content: ended.content,
                finish_reason,
                finish_word,
                thinking: ended.thinking,
                notes: ended.notes.iter().take(MAX_ATTEMPT_NOTES).map(|note| bounded(note, MAX_NOTE_CHARS)).collect(),
                error: ended.error,
                started_at: run.started_at.unwrap_or(now),
                completed_at: now,
            }
        };
        let Some(attempt) = self.change(path, end) else { return };
        self.runs.frontier_mut().budget_freed();
        let state = &mut self.journal.state;
        state.token_usage += attempt.token_usage;
        state.cost_usd += attempt.cost_usd.unwrap_or_default();
        state.unpriced_calls += u32::from(attempt.cost_usd.is_none());
        self.turn.attempts.push(AttemptRecord { path: path.clone(), attempt, checkpointed });
    }

    pub(super) fn complete_step(&mut self, path: &StepPath, output: serde_json::Value, warning: Option<String>) {
        self.change(path, |StepRecord { run, progress, .. }| {
            *progress = AttemptProgress::default();
            run.status = StepRunStatus::Completed;
            // The text of JSON that a tool gave is its JSON.
            if output.is_string() || run.tool.is_none() {
                run.content.get_or_insert_with(String::new);
            }
            run.output = Some(output);
            run.error = None;
            run.revision = None;
        });
        self.journal.state.interruptions = 0;
        let event = self.event_with_figures(path);
        self.emit(ExecutionEvent { message: warning, ..event });
    }
}

/// The tokens of an attempt, and whether they are estimated. `sent` are those of the request.
fn charged(ended: &Ended, sent: u64) -> (TokenUsage, bool) {
    match ended.charge {
        Charge::Counted(usage) => (usage, false),
        Charge::Nothing => (TokenUsage::default(), false),
        Charge::Estimated => {
            let [answered, thought] =
                [&ended.content, &ended.thinking].map(|text| text.as_deref().map_or(0, estimated_tokens));
            let usage = TokenUsage {
                input_tokens: sent,
                output_tokens: answered + thought,
                reasoning_tokens: thought,
                ..TokenUsage::default()
            };
            (usage, true)
        }
    }
}

/// The text of an attempt: what it reported, or what a tool said.
fn said(reported: String, made: &Made, has_succeeded: bool) -> String {
    match made {
        Made::Result { value: serde_json::Value::String(text), .. } => text.clone(),
        Made::Result { value, .. } if !has_succeeded => value.to_string(),
        Made::Result { .. } | Made::Text | Made::Calls { .. } | Made::Tools(_) => reported,
    }
}

/// A text, unless it is empty.
fn text(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// A provider's words, as far as they are kept. PostgreSQL's texts hold no NUL.
fn bounded(words: &str, chars: usize) -> String {
    words.chars().take(chars).map(|char| if char == '\0' { '\u{fffd}' } else { char }).collect()
}
