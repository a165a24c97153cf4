//! Rows of step runs, their attempts and decisions.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sluice_types::{
    AgentRun, Attachment, Attempt, Choice, FinishReason, GateDecision, RunError, StepEffect, StepRun, StepRunStatus,
    StepType,
};

use super::{
    count, duration_ms, read_json, read_known, read_optional, read_word, small, usage, write_json, write_optional,
};
use crate::changes::{TextPiece, TextPosition};
use crate::error::StoreError;
use crate::journal::{AgentMemory, AttemptProgress, StepRecord};
use crate::schema::{attempt_texts, attempts, gate_decisions, step_runs};
use crate::time::{from_micros, to_micros};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = step_runs, treat_none_as_null = true)]
pub(crate) struct StepRunRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub path: String,
    pub step_id: String,
    pub label: String,
    /// Not updated: a newer server may have called it something that this one does not know.
    #[diesel(skip_update)]
    pub step_type: String,
    pub status: String,
    pub attempt: i32,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub prompt: Option<String>,
    pub content: Option<String>,
    pub output: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cached_input_tokens: i64,
    pub cost_usd: f64,
    pub error: Option<String>,
    pub gate: Option<String>,
    pub overridden: bool,
    pub revision: Option<String>,
    pub started_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub stale: bool,
    pub order_key: Vec<u8>,
    pub parent_path: Option<String>,
    pub retry_at: Option<i64>,
    pub failures: i32,
    pub candidate: i32,
    pub reserved_usd: f64,
    pub sent_tokens: i64,
    pub details: Option<String>,
}

/// What a step run has to do with tools.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct ToolUse {
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<StepEffect>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_until: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentRun>,
}

impl ToolUse {
    fn of(run: &StepRun) -> Self {
        Self {
            tool: run.tool.clone(),
            arguments: run.arguments.clone(),
            effect: run.effect.clone(),
            attachments: run.attachments.clone(),
            waits_until: run.waits_until,
            tool_calls: run.tool_calls,
            agent: run.agent.clone(),
        }
    }
}

/// Figures and words of a step run that no query reads by themselves: they share a column.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Details {
    cache_write_tokens: u64,
    reasoning_tokens: u64,
    unpriced_calls: u32,
    finish_reason: Option<FinishReason>,
    finish_word: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Arc<Vec<Value>>>,
    #[serde(skip_serializing_if = "is_default")]
    tool_use: ToolUse,
    #[serde(skip_serializing_if = "is_default")]
    memory: AgentMemory,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Details {
    fn of(StepRecord { run, items, memory, .. }: &StepRecord) -> Option<Self> {
        let details = Self {
            cache_write_tokens: run.token_usage.cache_write_tokens,
            reasoning_tokens: run.token_usage.reasoning_tokens,
            unpriced_calls: run.unpriced_calls,
            finish_reason: run.finish_reason,
            finish_word: run.finish_word.clone(),
            choice: run.choice.clone(),
            items: items.clone(),
            tool_use: ToolUse::of(run),
            memory: memory.clone(),
        };
        (details != Self::default()).then_some(details)
    }
}

impl StepRunRow {
    pub fn new(tenant_id: &str, execution_id: &str, record: &StepRecord) -> Result<Self, StoreError> {
        let StepRecord { run, order_key, progress, .. } = record;
        // A text output is the content; it is not stored twice.
        let same =
            matches!((&run.output, &run.content), (Some(Value::String(output)), Some(content)) if output == content);
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            execution_id: execution_id.to_owned(),
            path: run.path.to_string(),
            step_id: run.step_id.to_string(),
            label: run.label.clone(),
            step_type: run.step_type.as_str().into(),
            status: run.status.as_str().into(),
            attempt: run.attempt,
            provider: run.provider.clone(),
            model: run.model.clone(),
            prompt: run.prompt.clone(),
            content: run.content.clone(),
            output: if same { None } else { write_optional(run.output.as_ref())? },
            input_tokens: count(run.token_usage.input_tokens),
            output_tokens: count(run.token_usage.output_tokens),
            cached_input_tokens: count(run.token_usage.cached_input_tokens),
            cost_usd: run.cost_usd,
            error: write_optional(run.error.as_ref())?,
            gate: write_optional(run.gate.as_ref())?,
            overridden: run.overridden,
            revision: run.revision.clone(),
            started_at: run.started_at.map(to_micros),
            completed_at: run.completed_at.map(to_micros),
            stale: run.stale,
            order_key: order_key.clone(),
            parent_path: run.path.parent().map(|parent| parent.to_string()),
            retry_at: progress.retry_at.map(to_micros),
            failures: small(progress.failures),
            candidate: small(progress.candidate),
            reserved_usd: progress.reserved_usd,
            sent_tokens: count(progress.sent_tokens),
            details: write_optional(Details::of(record).as_ref())?,
        })
    }

    pub fn into_record(mut self) -> Result<StepRecord, StoreError> {
        let order_key = std::mem::take(&mut self.order_key);
        let progress = AttemptProgress {
            failures: u32::try_from(self.failures).unwrap_or(0),
            candidate: u32::try_from(self.candidate).unwrap_or(0),
            retry_at: self.retry_at.map(from_micros),
            reserved_usd: self.reserved_usd,
            sent_tokens: u64::try_from(self.sent_tokens).unwrap_or(0),
        };
        let details: Details = read_optional(self.details.as_ref())?.unwrap_or_default();
        let items = details.items.clone();
        let memory = details.memory.clone();
        Ok(StepRecord { run: self.step_run(details)?, order_key, progress, items, memory })
    }

    /// Whether an attempt of it is under way, whose text may be stored in pieces.
    pub fn is_streaming(&self) -> bool {
        self.status == StepRunStatus::Running.as_str() && self.completed_at.is_none()
    }

    pub fn into_step_run(self) -> Result<StepRun, StoreError> {
        let details = read_optional(self.details.as_ref())?.unwrap_or_default();
        self.step_run(details)
    }

    fn step_run(self, details: Details) -> Result<StepRun, StoreError> {
        let status: StepRunStatus = read_word(&self.status)?;
        let tool_use = details.tool_use;
        let [cache_write, reasoning] = [details.cache_write_tokens, details.reasoning_tokens].map(count);
        let output = match (&self.output, status) {
            (Some(output), _) => Some(read_json(output)?),
            (None, StepRunStatus::Completed | StepRunStatus::Skipped) => self.content.clone().map(Value::String),
            (
                None,
                StepRunStatus::Pending
                | StepRunStatus::Running
                | StepRunStatus::Waiting
                | StepRunStatus::Failed
                | StepRunStatus::Cancelled
                | StepRunStatus::OutcomeUnknown
                | StepRunStatus::Unknown,
            ) => None,
        };
        Ok(StepRun {
            path: read_word(&self.path)?,
            step_id: read_word(&self.step_id)?,
            label: self.label,
            // The definition has what a newer server called it.
            step_type: self.step_type.parse().unwrap_or(StepType::Unknown),
            status,
            attempt: self.attempt,
            provider: self.provider,
            model: self.model,
            prompt: self.prompt,
            content: self.content,
            output,
            finish_reason: details.finish_reason,
            finish_word: details.finish_word,
            token_usage: usage(self.input_tokens, self.output_tokens, self.cached_input_tokens, cache_write, reasoning),
            cost_usd: self.cost_usd,
            unpriced_calls: details.unpriced_calls,
            duration_ms: duration_ms(self.started_at, self.completed_at),
            error: read_optional(self.error.as_ref())?,
            gate: read_optional(self.gate.as_ref())?,
            choice: details.choice,
            tool: tool_use.tool,
            arguments: tool_use.arguments,
            effect: tool_use.effect,
            attachments: tool_use.attachments,
            waits_until: tool_use.waits_until,
            tool_calls: tool_use.tool_calls,
            agent: tool_use.agent,
            overridden: self.overridden,
            stale: self.stale,
            revision: self.revision,
            started_at: self.started_at.map(from_micros),
            completed_at: self.completed_at.map(from_micros),
        })
    }
}

/// An open gate as a list shows it: `gate` is without the texts that it shows.
#[derive(Queryable)]
pub(crate) struct OpenGateRow {
    pub execution_id: String,
    pub path: String,
    pub label: String,
    pub started_at: Option<i64>,
    pub gate: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts)]
pub(crate) struct AttemptRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub path: String,
    pub attempt: i32,
    pub status: String,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub cached_input_tokens: i64,
    pub usage_estimated: bool,
    pub cost_usd: f64,
    pub content: Option<String>,
    pub error: Option<String>,
    pub started_at: i64,
    pub completed_at: i64,
    pub cache_write_tokens: i64,
    pub reasoning_tokens: i64,
    pub unpriced: bool,
    pub finish_reason: Option<String>,
    pub finish_word: Option<String>,
    pub thinking: Option<String>,
    pub notes: Option<String>,
}

impl AttemptRow {
    pub fn new(tenant_id: &str, execution_id: &str, path: &str, attempt: &Attempt) -> Result<Self, StoreError> {
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            execution_id: execution_id.to_owned(),
            path: path.to_owned(),
            attempt: attempt.attempt,
            status: attempt.status.as_str().into(),
            provider: attempt.provider.clone(),
            model: attempt.model.clone(),
            input_tokens: count(attempt.token_usage.input_tokens),
            output_tokens: count(attempt.token_usage.output_tokens),
            cached_input_tokens: count(attempt.token_usage.cached_input_tokens),
            usage_estimated: attempt.usage_estimated,
            cost_usd: attempt.cost_usd.unwrap_or(0.0),
            content: attempt.content.clone(),
            error: write_optional(attempt.error.as_ref())?,
            started_at: to_micros(attempt.started_at),
            completed_at: to_micros(attempt.completed_at),
            cache_write_tokens: count(attempt.token_usage.cache_write_tokens),
            reasoning_tokens: count(attempt.token_usage.reasoning_tokens),
            unpriced: attempt.cost_usd.is_none(),
            finish_reason: attempt.finish_reason.map(|reason| reason.as_str().into()),
            finish_word: attempt.finish_word.clone(),
            thinking: attempt.thinking.clone(),
            notes: (!attempt.notes.is_empty()).then(|| write_json(&attempt.notes)).transpose()?,
        })
    }

    pub fn into_attempt(self) -> Result<Attempt, StoreError> {
        Ok(Attempt {
            attempt: self.attempt,
            status: read_word(&self.status)?,
            provider: self.provider,
            model: self.model,
            token_usage: usage(
                self.input_tokens,
                self.output_tokens,
                self.cached_input_tokens,
                self.cache_write_tokens,
                self.reasoning_tokens,
            ),
            usage_estimated: self.usage_estimated,
            cost_usd: (!self.unpriced).then_some(self.cost_usd),
            content: self.content,
            finish_reason: read_known(self.finish_reason)?,
            finish_word: self.finish_word,
            thinking: self.thinking,
            notes: read_optional(self.notes.as_ref())?.unwrap_or_default(),
            error: read_optional::<RunError>(self.error.as_ref())?,
            started_at: from_micros(self.started_at),
            completed_at: from_micros(self.completed_at),
        })
    }
}

/// A piece of the text of an attempt under way.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = attempt_texts)]
pub(crate) struct AttemptTextRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub path: String,
    pub attempt: i32,
    pub start_offset: i64,
    pub text: String,
}

impl AttemptTextRow {
    pub fn into_piece(self) -> Result<TextPiece, StoreError> {
        let offset = usize::try_from(self.start_offset)
            .map_err(|_| StoreError::Corrupt(format!("offset {} of a text", self.start_offset)))?;
        let at = TextPosition { path: read_word(&self.path)?, attempt: self.attempt, offset };
        Ok(TextPiece { at, text: self.text })
    }
}

/// Puts the texts of attempts under way together from their pieces, which are in the order of their offsets.
/// A piece may repeat the end of the one before it; after a gap, nothing more is taken.
pub(crate) fn add_texts(runs: &mut [StepRunRow], pieces: &[AttemptTextRow]) {
    for run in runs.iter_mut().filter(|run| run.is_streaming()) {
        let mut text = String::new();
        for piece in pieces.iter().filter(|piece| piece.path == run.path && piece.attempt == run.attempt) {
            let repeated = usize::try_from(piece.start_offset).ok().and_then(|start| text.len().checked_sub(start));
            let Some(repeated) = repeated else { break };
            text.push_str(piece.text.get(repeated..).unwrap_or_default());
        }
        if !text.is_empty() {
            run.content = Some(text);
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = gate_decisions)]
pub(crate) struct DecisionRow {
    pub tenant_id: String,
    pub execution_id: String,
    pub path: String,
    pub opened_seq: i64,
    pub kind: String,
    pub decision: String,
    pub comment: Option<String>,
    pub content_before: Option<String>,
    pub content_after: Option<String>,
    pub difference: Option<String>,
    pub decided_by: String,
    pub decided_at: i64,
}

impl DecisionRow {
    pub fn new(tenant_id: &str, execution_id: &str, path: &str, decision: &GateDecision) -> Self {
        Self {
            tenant_id: tenant_id.to_owned(),
            execution_id: execution_id.to_owned(),
            path: path.to_owned(),
            opened_seq: decision.opened_seq,
            kind: decision.kind.as_str().into(),
            decision: decision.decision.as_str().into(),
            comment: decision.comment.clone(),
            content_before: decision.content_before.clone(),
            content_after: decision.content_after.clone(),
            difference: decision.difference.clone(),
            decided_by: decision.decided_by.clone(),
            decided_at: to_micros(decision.decided_at),
        }
    }

    pub fn into_decision(self) -> Result<GateDecision, StoreError> {
        Ok(GateDecision {
            kind: read_word(&self.kind)?,
            decision: read_word(&self.decision)?,
            comment: self.comment,
            content_before: self.content_before,
            content_after: self.content_after,
            difference: self.difference,
            decided_by: self.decided_by,
            decided_at: from_micros(self.decided_at),
            opened_seq: self.opened_seq,
        })
    }
}
