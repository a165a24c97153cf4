//! The built-in provider `demo`: offline, free, the same answer to the same prompt. Its answers are
//! made up here and say so. With it the first run works without a key, each ending of an answer can be seen, and tests
//! and benchmarks of the engine use it.

mod prose;
pub mod schema;
mod tools;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use sluice_types::{FinishReason, TokenUsage, estimated_tokens};

use self::prose::prose;
use self::schema::instance_of;
use self::tools::{announcement, tool_calls};
use crate::call::{Message, ModelCall};
use crate::error::{ProviderError, ProviderErrorKind};
use crate::event::{Finish, ModelEvent, ModelStream, ToolCall};

/// `demo-slow` takes about three seconds: this number of pieces, one each tenth of a second.
const SLOW_PIECES: usize = 30;
/// `demo-flaky` fails this many times before it answers.
const FLAKY_FAILURES: i32 = 2;

/// What a model of `demo` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    /// An answer.
    Answer,
    /// The prompt as it came.
    Echo,
    /// Thoughts, then an answer.
    Thinking,
    /// An answer that is cut at a limit of tokens.
    Cut,
    /// A refusal.
    Refusal,
    /// Half an answer, withheld by a filter.
    Filtered,
    /// Half an answer, then silence.
    Silence,
    /// No capacity for the first attempts, then an answer.
    Overload,
    /// An error.
    Error,
}

fn show(model: &str) -> Option<Show> {
    Some(match model {
        "demo" | "demo-instant" | "demo-slow" => Show::Answer,
        "demo-echo" => Show::Echo,
        "demo-think" => Show::Thinking,
        "demo-cut" => Show::Cut,
        "demo-refuse" => Show::Refusal,
        "demo-filter" => Show::Filtered,
        "demo-silent" => Show::Silence,
        "demo-flaky" => Show::Overload,
        "demo-broken" => Show::Error,
        _ => return None,
    })
}

/// The pause before each piece of an answer, and the most pieces; without a limit a piece for each word.
fn pacing(model: &str) -> (Duration, Option<usize>) {
    match model {
        "demo-slow" => (Duration::from_millis(100), Some(SLOW_PIECES)),
        "demo" | "demo-think" => (Duration::from_millis(20), None),
        _ => (Duration::ZERO, Some(3)),
    }
}

/// Answers a call. `attempt` counts from 1; `demo-flaky` goes by it.
///
/// # Errors
/// The model is not known, or shows an error.
pub fn stream(call: &ModelCall, attempt: i32) -> Result<ModelStream, ProviderError> {
    let Some(show) = show(&call.model) else {
        let message = format!("demo has no model `{}`", call.model);
        return Err(ProviderError::new(ProviderErrorKind::ModelNotFound, message));
    };
    let failure = match show {
        Show::Overload if attempt <= FLAKY_FAILURES => {
            let message =
                format!("demo-flaky fails {FLAKY_FAILURES} times before it answers; this was number {attempt}");
            Some((503, ProviderError::new(ProviderErrorKind::Overloaded, message)))
        }
        Show::Error => {
            Some((400, ProviderError::new(ProviderErrorKind::BadRequest, "demo-broken refuses every request")))
        }
        _ => None,
    };
    if let Some((status, error)) = failure {
        return Err(ProviderError { status: Some(status), ..error });
    }
    let script = Script::of(call, show);
    let (pause, count) = pacing(&call.model);
    let idle_timeout = call.idle_timeout;
    Ok(Box::pin(async_stream::stream! {
        for event in script.events(count) {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            yield Ok(event);
        }
        if show == Show::Silence {
            tokio::time::sleep(idle_timeout).await;
            let message = format!(
                "demo-silent was silent for longer than the `idle_timeout` of {} s (simulated)",
                idle_timeout.as_secs()
            );
            yield Err(ProviderError::new(ProviderErrorKind::Timeout, message));
        } else {
            yield Ok(ModelEvent::Finished(script.finish));
        }
    }))
}

/// What is said, and how it ends.
struct Script {
    thinking: String,
    text: String,
    finish: Finish,
}

impl Script {
    fn of(call: &ModelCall, show: Show) -> Self {
        let (thinking, text, reason) = match show {
            Show::Answer | Show::Overload | Show::Error => (String::new(), answer(call), FinishReason::Stop),
            Show::Echo => (String::new(), call.prompt().to_owned(), FinishReason::Stop),
            Show::Thinking => (thoughts(call), answer(call), FinishReason::Stop),
            Show::Cut => (String::new(), half(&answer(call)), FinishReason::Length),
            Show::Refusal => {
                let words = "I cannot help with that. (This refusal is simulated by the demo provider.)";
                (String::new(), words.to_owned(), FinishReason::Refusal)
            }
            Show::Filtered => (String::new(), half(&answer(call)), FinishReason::ContentFilter),
            Show::Silence => (String::new(), half(&answer(call)), FinishReason::Error),
        };
        let tool_calls: Vec<ToolCall> = match show {
            Show::Answer | Show::Thinking | Show::Overload => tool_calls(call),
            _ => Vec::new(),
        };
        let (text, reason) =
            if tool_calls.is_empty() { (text, reason) } else { (announcement(&tool_calls), FinishReason::ToolCalls) };
        let reasoning_tokens = estimated_tokens(&thinking);
        let usage = TokenUsage {
            input_tokens: call.texts().map(estimated_tokens).sum(),
            output_tokens: reasoning_tokens + estimated_tokens(&text),
            reasoning_tokens,
            ..TokenUsage::default()
        };
        let word = Some(format!("simulated {reason}"));
        let finish = Finish { reason, word, usage: Some(usage), tool_calls, replay: Vec::new() };
        Self { thinking, text, finish }
    }

    fn events(&self, count: Option<usize>) -> Vec<ModelEvent> {
        let thinking = pieces(&self.thinking, count).into_iter().map(ModelEvent::Thinking);
        let text = pieces(&self.text, count).into_iter().map(ModelEvent::Text);
        let calls = self.finish.tool_calls.iter().enumerate().flat_map(|(index, call)| {
            let piece = call.arguments.to_string();
            [ModelEvent::ToolCall { index, name: call.name.clone() }, ModelEvent::ToolArguments { index, piece }]
        });
        thinking.chain(text).chain(calls).collect()
    }
}

fn answer(call: &ModelCall) -> String {
    match (&call.output_schema, call.messages.last()) {
        (Some(schema), _) => instance_of(schema, seed(call)).to_string(),
        (None, Some(Message::Tool(result))) => {
            let (name, content) = (&result.name, &result.content);
            let did = if result.is_error { "failed" } else { "gave" };
            format!("*Simulated answer of the demo provider.*\n\n`{name}` {did}:\n\n{content}\n")
        }
        (None, _) => prose(call.prompt(), seed(call)),
    }
}

fn thoughts(call: &ModelCall) -> String {
    let words = estimated_tokens(call.prompt());
    format!("(Simulated thoughts.) The prompt has about {words} tokens. First its subjects, then what to say of each.")
}

fn seed(call: &ModelCall) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&call.system, call.prompt()).hash(&mut hasher);
    hasher.finish()
}

/// The beginning of a text, up to about its middle.
fn half(text: &str) -> String {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    words.iter().take(words.len().div_ceil(2)).copied().collect()
}

/// Cuts a text at spaces: into words, or into about `count` pieces.
fn pieces(text: &str, count: Option<usize>) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    let size = count.map_or(1, |count| words.len().div_ceil(count.max(1)).max(1));
    words.chunks(size).map(<[&str]>::concat).collect()
}

#[cfg(test)]
mod tests;
