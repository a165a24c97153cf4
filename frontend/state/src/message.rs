//! Messages of the server, in which names of fields stand between backticks.

use sluice_types::ErrorCode;

use crate::format::capitalised;

/// The title of an error in the words of the pages, where the API has another noun for the same thing.
#[must_use]
pub const fn title_in_pages(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::ExecutionNotFound => "There is no run with this id",
        ErrorCode::StepRunNotFound => "The run has no such step",
        ErrorCode::ExecutionActive => "A run has not ended",
        ErrorCode::IllegalTransition => "The state of the run does not allow this",
        ErrorCode::GateOpen => "The run waits for a decision",
        ErrorCode::GateDecided => "This was decided already",
        ErrorCode::DecisionNotPossible => "This decision is not possible here",
        ErrorCode::ExecutionElsewhere => "Another server has this run",
        ErrorCode::GenerationNotFound => "There is no design with this id",
        ErrorCode::GenerationEnded => "The design has ended",
        ErrorCode::GenerationNotCompleted => "The design has no workflow",
        _ => return None,
    })
}

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span<'a> {
    /// Words.
    Text(&'a str),
    /// A name, as of a field.
    Code(&'a str),
}

/// The parts of a message. A message whose backticks are not in pairs is all words: it may quote a model.
#[must_use]
pub fn spans(message: &str) -> Vec<Span<'_>> {
    let parts: Vec<&str> = message.split('`').collect();
    let is_name = |part: &&str| !part.is_empty() && !part.contains('\n');
    let in_pairs = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(is_name);
    if !in_pairs {
        return vec![Span::Text(message)];
    }
    let span = |(at, part)| if at % 2 == 0 { Span::Text(part) } else { Span::Code(part) };
    parts.into_iter().enumerate().map(span).filter(|span| *span != Span::Text("")).collect()
}

/// A lint message, which the server writes as the end of a sentence, as a sentence of its own.
#[must_use]
pub fn sentence(message: &str) -> String {
    let begun = capitalised(message);
    if begun.ends_with(['.', '!', '?']) { begun } else { begun + "." }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Span::{Code, Text};

    #[test]
    fn names_between_backticks_are_code() {
        assert_eq!(
            spans("raise `timeout` or lower `idle`"),
            [Text("raise "), Code("timeout"), Text(" or lower "), Code("idle")]
        );
        assert_eq!(spans("no names"), [Text("no names")]);
    }

    #[test]
    fn backticks_that_are_no_pair_stay() {
        for message in ["one ` alone", "a ``` fence ```", "`over\nlines`", "``"] {
            assert_eq!(spans(message), [Text(message)], "{message}");
        }
    }

    #[test]
    fn pages_call_an_execution_a_run_and_a_generation_a_design() {
        for &code in ErrorCode::ALL {
            let title = title_in_pages(code).unwrap_or(code.title());
            let words = ["execution", "generation", "gate"];
            assert!(!words.iter().any(|word| title.to_lowercase().contains(word)), "{title}");
        }
    }

    #[test]
    fn the_end_of_a_sentence_becomes_a_sentence() {
        assert_eq!(sentence("this step does nothing"), "This step does nothing.");
        assert_eq!(sentence("Really?"), "Really?");
    }
}
