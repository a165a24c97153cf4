//! One call of a designing model: bounded in time and size, cancelled at once, its cost counted however it ends.

use futures_util::StreamExt as _;
use serde_json::Value;
use sluice_providers::{ModelCall, ModelEvent, ModelStream, ToolCall, shortened};
use sluice_types::limits::MAX_ANSWER_BYTES;
use sluice_types::{ErrorCode, FinishReason, TenantId, TokenUsage, cost_usd, estimated_tokens, find_model};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::error::DesignError;
use super::request::DesignProgress;
use crate::engine::Engine;
use crate::output::json_in;
use crate::retry::Failure;

/// Where progress is told.
pub type Progress<'a> = &'a (dyn Fn(DesignProgress) + Send + Sync);

/// What all calls of a generation share.
pub struct Asking<'a> {
    pub engine: &'a Engine,
    pub tenant: &'a TenantId,
    pub progress: Progress<'a>,
    pub cancelled: CancellationToken,
    pub deadline: Instant,
    pub spent: Spent,
}

/// What was written and spent so far.
#[derive(Debug, Default)]
pub struct Spent {
    cost_usd: f64,
    usage: TokenUsage,
    chars: usize,
}

/// An answer of the model.
#[derive(Debug)]
pub struct Said {
    pub text: String,
    pub calls: Vec<ToolCall>,
    pub replay: Vec<Value>,
    reason: FinishReason,
    word: Option<String>,
}

/// What was heard of an answer that is still written.
#[derive(Default)]
struct Heard {
    is_sent: bool,
    text: String,
    /// Bytes of text and arguments.
    bytes: usize,
    usage: Option<TokenUsage>,
}

impl Asking<'_> {
    /// Calls the model. What it cost is told in any case.
    pub async fn ask(&mut self, call: ModelCall) -> Result<Said, DesignError> {
        let prompt_tokens: u64 = call.texts().map(estimated_tokens).sum();
        let schema = call.output_schema.as_ref().or_else(|| call.tools.first().map(|tool| &tool.parameters));
        let schema_tokens = schema.map_or(0, |schema| estimated_tokens(&schema.to_string()));
        let model = find_model(&call.provider, &call.model);
        let mut heard = Heard::default();
        let (cancelled, deadline) = (self.cancelled.clone(), self.deadline);
        let listening = cancelled.run_until_cancelled(self.listen(call, &mut heard));
        let ended = timeout_at(deadline, listening).await;
        if heard.is_sent {
            // Providers count what they wrote up to a cut too, and do not tell how much it was.
            let usage = heard.usage.unwrap_or_else(|| TokenUsage {
                input_tokens: prompt_tokens + schema_tokens,
                output_tokens: u64::try_from(heard.bytes.div_ceil(4)).unwrap_or(u64::MAX),
                ..TokenUsage::default()
            });
            self.spent.usage += usage;
            self.spent.cost_usd += cost_usd(model.as_ref(), usage).unwrap_or(0.0);
            self.tell_usage();
        }
        match ended {
            Err(_) => Err(timed_out()),
            Ok(None) => Err(DesignError::Cancelled),
            Ok(Some(said)) => said,
        }
    }

    async fn listen(&mut self, call: ModelCall, heard: &mut Heard) -> Result<Said, DesignError> {
        let shared = &self.engine.shared;
        let _permit = shared.calls.acquire(self.tenant, &call.provider).await;
        let opened = shared.providers.stream(self.tenant, call, 1).await;
        let mut stream: ModelStream = opened.map_err(|error| {
            heard.is_sent = error.may_have_acted;
            Failure::from(error)
        })?;
        heard.is_sent = true;
        while let Some(event) = stream.next().await {
            match event.map_err(Failure::from)? {
                ModelEvent::Text(piece) => {
                    heard.text.push_str(&piece);
                    self.heard(heard, piece)?;
                }
                ModelEvent::ToolArguments { piece, .. } => self.heard(heard, piece)?,
                ModelEvent::Thinking(_) | ModelEvent::Note(_) | ModelEvent::ToolCall { .. } => {}
                ModelEvent::Finished(finish) => {
                    heard.usage = finish.usage;
                    return Ok(Said {
                        text: std::mem::take(&mut heard.text),
                        calls: finish.tool_calls,
                        replay: finish.replay,
                        reason: finish.reason,
                        word: finish.word,
                    });
                }
            }
        }
        Err(DesignError::failed(ErrorCode::ProviderUnavailable, "The answer broke off before its end. Try again."))
    }

    fn heard(&mut self, heard: &mut Heard, piece: String) -> Result<(), DesignError> {
        heard.bytes += piece.len();
        if heard.bytes > MAX_ANSWER_BYTES {
            let message = format!("The answer is longer than {MAX_ANSWER_BYTES} bytes. Ask for a smaller workflow.");
            return Err(DesignError::failed(ErrorCode::OutputTooLong, message));
        }
        self.tell_text(piece);
        Ok(())
    }

    /// Tells a piece of an answer.
    pub fn tell_text(&mut self, text: String) {
        self.spent.chars += text.chars().count();
        (self.progress)(DesignProgress::Text { chars: self.spent.chars, text });
    }

    /// Adds tokens that cost nothing.
    pub fn add_free(&mut self, usage: TokenUsage) {
        self.spent.usage += usage;
        self.tell_usage();
    }

    fn tell_usage(&self) {
        let Spent { cost_usd, usage, .. } = self.spent;
        (self.progress)(DesignProgress::Usage { cost_usd, token_usage: usage });
    }
}

/// The generation has had all its time.
pub fn timed_out() -> DesignError {
    DesignError::failed(
        ErrorCode::AttemptTimedOut,
        "The design took too long. Try again with another model, or ask for a smaller workflow.",
    )
}

impl Said {
    /// The JSON of the answer.
    ///
    /// # Errors
    /// Why there is none, for the model to read.
    pub fn json(&self) -> Result<Value, String> {
        let word = self.word.as_deref().map(|word| format!(" ({})", shortened(word))).unwrap_or_default();
        match self.reason {
            FinishReason::Length => {
                return Err(format!(
                    "the answer was cut at its token limit{word}: design a smaller workflow, with shorter texts"
                ));
            }
            FinishReason::ContentFilter | FinishReason::Error => return Err(format!("the answer was not whole{word}")),
            FinishReason::Refusal => return Err(format!("the request was refused{word}")),
            FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other | FinishReason::Unknown => {}
        }
        match self.calls.first().map(|call| &call.arguments) {
            Some(Value::String(text)) => json_in(text),
            Some(arguments) => Ok(arguments.clone()),
            None => json_in(&self.text),
        }
    }

    /// Whether the model will not answer, so that asking again is in vain.
    pub fn is_refusal(&self) -> bool {
        matches!(self.reason, FinishReason::Refusal | FinishReason::ContentFilter)
    }
}
