//! The end of a model's answer, in words.

use sluice_types::{Cut, FinishReason, StepRunStatus};

use crate::run::StepView;

/// The mark of an answer that ended in another way than whole.
#[must_use]
pub fn finish_mark(reason: Option<FinishReason>, word: Option<&str>) -> Option<String> {
    let mark = match reason? {
        FinishReason::Stop => return None,
        FinishReason::Length => "cut at the limit",
        FinishReason::ToolCalls => "called a tool",
        FinishReason::ContentFilter => "withheld by a filter",
        FinishReason::Refusal => "refused",
        FinishReason::Error => "broken off",
        FinishReason::Other | FinishReason::Unknown => {
            return Some(word.map_or_else(|| "stopped".to_owned(), |word| format!("stopped: {word}")));
        }
    };
    Some(mark.to_owned())
}

/// The warning that a completed step has instead of a whole answer. The event of its completion says more than an answer of
/// the server.
#[must_use]
pub fn finish_warning(step: &StepView) -> Option<String> {
    let is_cut = step.run.finish_reason == Some(FinishReason::Length);
    let is_complete = step.run.status == StepRunStatus::Completed;
    let cut = Cut { word: step.run.finish_word.as_deref(), ..Cut::default() };
    (is_cut && is_complete).then(|| step.note.clone().unwrap_or_else(|| cut.warning()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_but_a_whole_one_has_a_mark() {
        for &reason in FinishReason::ALL {
            assert_eq!(finish_mark(Some(reason), Some("w")).is_some(), reason != FinishReason::Stop, "{reason}");
        }
        assert_eq!(finish_mark(None, Some("w")), None);
        let other = |word| finish_mark(Some(FinishReason::Other), word);
        assert_eq!((other(Some("eos")).as_deref(), other(None).as_deref()), (Some("stopped: eos"), Some("stopped")));
    }
}
