//! Judges the end of an answer for its step: it is whole, it counts with a warning, or the attempt failed. Pure.

use sluice_providers::shortened;
use sluice_types::{Cut, ErrorCode, FinishReason, LlmStep, OnTruncated};

use crate::retry::{Failure, Sent};
use crate::work::Finish;

/// Whether the text is a whole answer, as far as the provider reported. Another text is not read as JSON: [`judge`]
/// knows a better reason for a failure than that half a value is no JSON.
#[must_use]
pub fn is_whole(finish: Option<&Finish>) -> bool {
    match finish.map(|finish| finish.reason) {
        None | Some(FinishReason::Stop | FinishReason::Other | FinishReason::Unknown) => true,
        Some(
            FinishReason::Length
            | FinishReason::ToolCalls
            | FinishReason::ContentFilter
            | FinishReason::Refusal
            | FinishReason::Error,
        ) => false,
    }
}

/// The answer of a call that succeeded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer<'a> {
    /// Its text.
    pub content: &'a str,
    /// Its end, if the provider reported one.
    pub finish: Option<&'a Finish>,
    /// Its tokens, as far as they are known.
    pub tokens: Option<u64>,
    /// Whether the run has a budget, whose rest limits answers.
    pub has_budget: bool,
}

/// Judges an answer: `None` for a whole one, or the warning of one that counts although it was cut.
///
/// # Errors
/// Why the attempt failed.
pub(super) fn judge(step: &LlmStep, answer: Answer<'_>) -> Result<Option<String>, Failure> {
    let Some(Finish { reason, word }) = answer.finish else { return Ok(None) };
    let cut = Cut {
        tokens: answer.tokens.or(step.max_tokens.map(u64::from)),
        word: word.as_deref(),
        has_budget: answer.has_budget,
    };
    let word = word.as_ref().map(|word| format!(" (`{word}`)")).unwrap_or_default();
    let (code, retryable, message) = match reason {
        // A value for a schema is judged by the schema.
        FinishReason::Stop | FinishReason::Other | FinishReason::Unknown
            if step.output_schema.is_some() || !answer.content.trim().is_empty() =>
        {
            return Ok(None);
        }
        FinishReason::Stop | FinishReason::Other | FinishReason::Unknown => {
            let message = format!(
                "The model ended its answer without a text{word}. Retry the step, or switch it to another model."
            );
            (ErrorCode::ProviderUnavailable, true, message)
        }
        FinishReason::Length => return judge_cut(step, answer.content, cut),
        FinishReason::ToolCalls => {
            let message = format!(
                "The model called a tool{word}, but the step has no tools. Tell it in the prompt to answer with text, or switch the step to another model."
            );
            (ErrorCode::ProviderRejected, false, message)
        }
        FinishReason::ContentFilter => {
            let message = format!(
                "A filter of the provider withheld the answer, or the rest of it{word}. Change the prompt, or switch the step to another model."
            );
            (ErrorCode::ProviderRejected, false, message)
        }
        FinishReason::Refusal => {
            let said = shortened(answer.content);
            let said = if said.is_empty() { String::new() } else { format!(" It said: “{said}”.") };
            let message = format!(
                "The model refused to answer{word}.{said} Change the prompt, or switch the step to another model."
            );
            (ErrorCode::ProviderRejected, false, message)
        }
        FinishReason::Error => {
            let message = format!(
                "The provider failed in the middle of the answer{word}. Retry the step, or switch it to another model."
            );
            (ErrorCode::ProviderUnavailable, true, message)
        }
    };
    Err(failed(code, retryable, message))
}

/// Judges the answer of an agent's model, which may ask for calls of tools.
///
/// # Errors
/// Why the attempt failed.
pub(super) fn judge_turn(step: &LlmStep, answer: Answer<'_>, asks: bool) -> Result<Option<String>, Failure> {
    let reason = answer.finish.map(|finish| finish.reason);
    match reason {
        None | Some(FinishReason::Stop | FinishReason::Other | FinishReason::Unknown | FinishReason::ToolCalls)
            if asks =>
        {
            Ok(None)
        }
        Some(FinishReason::Length) if asks => {
            let message = "The answer was cut in a call of a tool: allow a longer answer (`max_tokens`).".to_owned();
            // The same limit would cut the next answer, too.
            Err(failed(ErrorCode::AnswerTruncated, false, message))
        }
        Some(FinishReason::ToolCalls) => {
            let message =
                "The model said that it calls a tool, and named none. Retry the step, or switch it to another model.";
            Err(failed(ErrorCode::ProviderUnavailable, true, message.to_owned()))
        }
        None
        | Some(
            FinishReason::Stop
            | FinishReason::Other
            | FinishReason::Unknown
            | FinishReason::Length
            | FinishReason::ContentFilter
            | FinishReason::Refusal
            | FinishReason::Error,
        ) => judge(step, answer),
    }
}

/// Judges an answer that was cut at its limit of tokens.
fn judge_cut(step: &LlmStep, content: &str, cut: Cut<'_>) -> Result<Option<String>, Failure> {
    let (what, advice) = (cut.what(), cut.advice());
    let message = if content.trim().is_empty() {
        let all = cut.tokens.map_or_else(|| "its tokens".to_owned(), |tokens| format!("its {tokens} tokens"));
        format!("The model used all of {all} for thinking: {advice}.")
    } else if step.output_schema.is_some() {
        format!("{what}, and half a value does not fit the output schema: {advice}.")
    } else {
        match &step.on_truncated {
            None | Some(OnTruncated::Warn) => return Ok(Some(cut.warning())),
            // The most careful reading of a word that a newer version has added.
            Some(OnTruncated::Fail | OnTruncated::Unknown(_)) => {
                format!("{what}: {advice}, or let a cut answer count (`on_truncated: warn`).")
            }
        }
    };
    // The same limit would cut the next answer, too.
    Err(failed(ErrorCode::AnswerTruncated, false, message))
}

/// The failure of a call that was made.
fn failed(code: ErrorCode, retryable: bool, message: String) -> Failure {
    Failure { code, message, retryable, retry_after: None, sent: Sent::Maybe }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finish(reason: FinishReason, word: &str) -> Finish {
        Finish { reason, word: Some(word.to_owned()).filter(|word| !word.is_empty()) }
    }

    fn judged(step: &LlmStep, reason: FinishReason, content: &str) -> Result<Option<String>, (ErrorCode, bool)> {
        let finish = finish(reason, "");
        let judged = judge(step, Answer { content, finish: Some(&finish), tokens: None, has_budget: false });
        judged.map_err(|failure| (failure.code, failure.retryable))
    }

    #[test]
    fn each_reason_has_its_meaning() {
        let step = LlmStep::default();
        let rejected = Err((ErrorCode::ProviderRejected, false));
        for (reason, expected) in [
            (FinishReason::Stop, Ok(None)),
            (FinishReason::Other, Ok(None)),
            (FinishReason::Unknown, Ok(None)),
            (FinishReason::Length, Ok(Some(Cut::default().warning()))),
            (FinishReason::ToolCalls, rejected.clone()),
            (FinishReason::ContentFilter, rejected.clone()),
            (FinishReason::Refusal, rejected),
            (FinishReason::Error, Err((ErrorCode::ProviderUnavailable, true))),
        ] {
            assert_eq!(judged(&step, reason, "Half a sen"), expected, "{reason}");
            // Only an answer that can complete its step is read as JSON.
            assert!(!is_whole(Some(&finish(reason, ""))) || expected == Ok(None), "{reason}");
        }
        assert_eq!(judge(&step, Answer { content: "", finish: None, tokens: None, has_budget: false }), Ok(None));
        assert!(is_whole(None));
    }

    #[test]
    fn a_turn_may_end_with_calls_of_tools() {
        let step = LlmStep::default();
        let judged = |reason, asks| {
            let finish = finish(reason, "");
            let answer = Answer { content: "", finish: Some(&finish), tokens: None, has_budget: false };
            judge_turn(&step, answer, asks).map_err(|failure| (failure.code, failure.retryable))
        };
        for reason in [FinishReason::ToolCalls, FinishReason::Stop, FinishReason::Other] {
            assert_eq!(judged(reason, true), Ok(None));
            assert_eq!(judged(reason, false), Err((ErrorCode::ProviderUnavailable, true)));
        }
        assert_eq!(judged(FinishReason::Length, true), Err((ErrorCode::AnswerTruncated, false)));
        assert_eq!(judged(FinishReason::Refusal, true), Err((ErrorCode::ProviderRejected, false)));
    }

    #[test]
    fn an_answer_without_a_text_is_none() {
        let (text, json) = (LlmStep::default(), LlmStep { output_schema: Some(json!({})), ..LlmStep::default() });
        for reason in [FinishReason::Stop, FinishReason::Other] {
            assert_eq!(judged(&text, reason, " \n"), Err((ErrorCode::ProviderUnavailable, true)));
            assert_eq!(judged(&json, reason, ""), Ok(None), "the schema judges it");
        }
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_model() {
        let refused = |content: &str| {
            let finish = finish(FinishReason::Refusal, "refusal");
            let answer = Answer { content, finish: Some(&finish), tokens: None, has_budget: false };
            judge(&LlmStep::default(), answer).unwrap_err().message
        };
        assert!(refused("I cannot help.\n").contains("It said: “I cannot help.”."));
        assert!(refused("").starts_with("The model refused to answer (`refusal`). Change"));
        assert!(refused(&"ä".repeat(9_000)).len() < 2_000);
    }

    #[test]
    fn a_cut_answer_counts_only_where_the_step_allows_it() {
        let cut = Err((ErrorCode::AnswerTruncated, false));
        let length = |step: &LlmStep| judged(step, FinishReason::Length, "Half");
        assert!(length(&LlmStep { on_truncated: Some(OnTruncated::Warn), ..LlmStep::default() }).is_ok());
        assert_eq!(length(&LlmStep { on_truncated: Some(OnTruncated::Fail), ..LlmStep::default() }), cut);
        let newer = Some(OnTruncated::Unknown("ask".into()));
        assert_eq!(length(&LlmStep { on_truncated: newer, ..LlmStep::default() }), cut);
        let schema = LlmStep {
            output_schema: Some(json!({"type": "object"})),
            on_truncated: Some(OnTruncated::Warn),
            ..LlmStep::default()
        };
        assert_eq!(length(&schema), cut);
        assert_eq!(judged(&LlmStep::default(), FinishReason::Length, " \n"), cut);
    }

    #[test]
    fn the_message_names_the_tokens_and_the_word() {
        let step = LlmStep { max_tokens: Some(300), ..LlmStep::default() };
        let message = |reason, word: &str, content, tokens, has_budget| {
            let finish = finish(reason, word);
            judge(&step, Answer { content, finish: Some(&finish), tokens, has_budget }).unwrap_err().message
        };
        let thought = "The model used all of its 64 tokens for thinking: allow a longer answer (`max_tokens`).";
        assert_eq!(message(FinishReason::Length, "length", "", Some(64), false), thought);
        let own = message(FinishReason::Length, "length", "", None, true);
        assert!(own.contains("its 300 tokens") && own.contains("budget"), "the step's own limit: {own}");
        assert!(message(FinishReason::ContentFilter, "SAFETY", "Half", None, false).contains("(`SAFETY`)"));
    }
}
