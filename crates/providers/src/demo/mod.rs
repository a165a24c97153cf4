//! The built-in provider `demo`: offline, free, the same answer to the same prompt. Its answers are
//! made up here and say so. With it the first run works without a key, and it serves tests and
//! benchmarks of the engine use.

pub mod schema;

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use sluice_types::{FinishReason, TokenUsage, estimated_tokens};

use crate::call::ModelCall;
use crate::error::{ProviderError, ProviderErrorKind};
use crate::event::{Finish, ModelEvent, ModelStream};
use schema::instance_of;

/// Behaviour of a model of `demo`.
struct Pacing {
    /// The pause before each piece.
    pause: Duration,
    /// The most pieces of an answer; `None` for one piece per word.
    pieces: Option<usize>,
}

/// `demo-slow` takes about three seconds: this number of pieces, one each tenth of a second.
const SLOW_PIECES: usize = 30;
/// `demo-flaky` fails this many times before it answers.
const FLAKY_FAILURES: i32 = 2;

fn manner(model: &str) -> Pacing {
    match model {
        "demo-slow" => Pacing { pause: Duration::from_millis(100), pieces: Some(SLOW_PIECES) },
        "demo" => Pacing { pause: Duration::from_millis(20), pieces: None },
        _ => Pacing { pause: Duration::ZERO, pieces: Some(3) },
    }
}

/// Answers a call. `attempt` counts from 1; `demo-flaky` goes by it.
pub fn stream(call: &ModelCall, attempt: i32) -> Result<ModelStream, ProviderError> {
    match call.model.as_str() {
        "demo" | "demo-instant" | "demo-echo" | "demo-slow" => {}
        "demo-flaky" if attempt > FLAKY_FAILURES => {}
        "demo-flaky" => {
            let message =
                format!("demo-flaky fails {FLAKY_FAILURES} times before it answers; this was number {attempt}");
            return Err(ProviderError {
                status: Some(503),
                ..ProviderError::new(ProviderErrorKind::Overloaded, message)
            });
        }
        "demo-broken" => {
            let error = ProviderError::new(ProviderErrorKind::BadRequest, "demo-broken refuses every request");
            return Err(ProviderError { status: Some(400), ..error });
        }
        other => {
            return Err(ProviderError::new(ProviderErrorKind::ModelNotFound, format!("demo has no model `{other}`")));
        }
    }
    let answer = answer(call);
    let usage = TokenUsage {
        input_tokens: call.texts().map(estimated_tokens).sum(),
        output_tokens: estimated_tokens(&answer),
        ..TokenUsage::default()
    };
    let Pacing { pause, pieces: count } = manner(&call.model);
    Ok(Box::pin(async_stream::stream! {
        for piece in pieces(&answer, count) {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            yield Ok(ModelEvent::Text(piece));
        }
        yield Ok(ModelEvent::Finished(Finish {
            reason: FinishReason::Stop,
            word: None,
            usage: Some(usage),
            tool_calls: Vec::new(),
            replay: Vec::new(),
        }));
    }))
}

fn answer(call: &ModelCall) -> String {
    if call.model == "demo-echo" {
        return call.prompt().to_owned();
    }
    let seed = {
        let mut hasher = DefaultHasher::new();
        (&call.system, call.prompt()).hash(&mut hasher);
        hasher.finish()
    };
    match &call.output_schema {
        Some(schema) => instance_of(schema, seed).to_string(),
        None => prose(call.prompt(), seed),
    }
}

/// Openings, bodies and ends of paragraphs; `{}` is a subject from the prompt.
const OPENINGS: [&str; 5] = [
    "The first thing to settle about {} is what it is for.",
    "Most of the work on {} lies in deciding what to leave out.",
    "People who deal with {} ask for fewer surprises, not for more options.",
    "It helps to begin {} with the smallest part that is useful by itself.",
    "What is known about {} is enough to begin, and not enough to promise.",
];
const BODIES: [&str; 6] = [
    "A short list of checks, agreed beforehand, tells whether it is done.",
    "Each part has one owner, one input and one output, so that it can be changed without the others.",
    "What fails must say so at once, and must not take the rest with it.",
    "The cost is known before the start and shown while it grows.",
    "Anything that cannot be undone asks first.",
    "Measure once before and once after; keep the figure with the change.",
];
const ENDS: [&str; 4] = [
    "The next step can build on this.",
    "A reviewer should look at the second point first.",
    "Open questions are listed at the end.",
    "Nothing here depends on a decision not yet made.",
];

fn prose(prompt: &str, seed: u64) -> String {
    let subjects = subjects(prompt);
    let pick = |from: &[&'static str], salt: u64| {
        let length = u64::try_from(from.len()).unwrap_or(1).max(1);
        let at =
            usize::try_from((seed.rotate_left(u32::try_from(salt % 64).unwrap_or(0)) ^ salt) % length).unwrap_or(0);
        from.get(at).copied().unwrap_or_default()
    };
    let title = subjects.first().map_or("this", String::as_str);
    let mut text = format!("*Simulated answer of the demo provider.*\n\n## On {title}\n");
    for (salt, subject) in (1_u64..).zip(&subjects) {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "\n{salt}. **{subject}**: {} {} {}",
            pick(&OPENINGS, salt * 7).replace("{}", subject),
            pick(&BODIES, salt * 11),
            pick(&ENDS, salt * 13),
        );
    }
    text
}

/// Number of subjects in an answer.
const SUBJECTS: usize = 4;

/// The longest words of the prompt, in their order: its probable subjects.
fn subjects(prompt: &str) -> Vec<String> {
    let mut words: Vec<(usize, String)> = Vec::new();
    for word in prompt.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3).take(400) {
        let word = word.to_lowercase();
        if !words.iter().any(|(_, known)| *known == word) {
            words.push((words.len(), word));
        }
    }
    words.sort_by_key(|(at, word)| (std::cmp::Reverse(word.chars().count().min(12)), *at));
    words.truncate(SUBJECTS);
    words.sort_by_key(|(at, _)| *at);
    let mut found: Vec<String> = words.into_iter().map(|(_, word)| word).collect();
    if found.is_empty() {
        found.push("the request".into());
    }
    found
}

/// Cuts a text at spaces: into words, or into about `count` pieces.
fn pieces(text: &str, count: Option<usize>) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    let size = count.map_or(1, |count| words.len().div_ceil(count.max(1)).max(1));
    words.chunks(size).map(<[&str]>::concat).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    fn call(model: &str, prompt: &str) -> ModelCall {
        ModelCall::new("demo", model, prompt)
    }

    async fn whole(call: &ModelCall) -> String {
        let mut events = stream(call, 1).unwrap();
        let mut text = String::new();
        while let Some(event) = events.next().await {
            if let ModelEvent::Text(piece) = event.unwrap() {
                text.push_str(&piece);
            }
        }
        text
    }

    #[tokio::test]
    async fn the_same_prompt_gets_the_same_answer_in_several_pieces() {
        let one = call("demo-instant", "Write about industrial fermentation of coffee");
        assert_eq!(whole(&one).await, whole(&one).await);
        assert!(whole(&one).await.contains("fermentation"));
        assert_ne!(whole(&one).await, whole(&call("demo-instant", "Write about lighthouses")).await);
        assert!(stream(&one, 1).unwrap().collect::<Vec<_>>().await.len() > 2);
    }

    #[tokio::test]
    async fn echo_says_the_prompt() {
        assert_eq!(whole(&call("demo-echo", "a  b\nc")).await, "a  b\nc");
    }

    #[test]
    fn flaky_fails_twice_and_broken_always() {
        let kind =
            |model: &str, attempt| stream(&call(model, "x"), attempt).err().map(|error| (error.kind, error.status));
        assert_eq!(kind("demo-flaky", 1), Some((ProviderErrorKind::Overloaded, Some(503))));
        assert_eq!(kind("demo-flaky", 2), Some((ProviderErrorKind::Overloaded, Some(503))));
        assert_eq!(kind("demo-flaky", 3), None);
        assert_eq!(kind("demo-broken", 9), Some((ProviderErrorKind::BadRequest, Some(400))));
        assert_eq!(kind("gpt", 1).map(|(kind, _)| kind), Some(ProviderErrorKind::ModelNotFound));
    }
}
