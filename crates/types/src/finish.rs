//! What people are told of an answer that was cut.

/// Anthropic's word for an answer that ended because prompt and answer fill what the model can read
/// (<https://docs.claude.com/en/api/handling-stop-reasons>).
const CONTEXT_FULL: &str = "model_context_window_exceeded";

/// An answer that was cut at a limit of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut<'a> {
    /// The limit, as far as it is known.
    pub tokens: Option<u64>,
    /// The provider's own word for it.
    pub word: Option<&'a str>,
    /// Whether the run has a budget, whose rest limits answers, too.
    pub has_budget: bool,
}

impl Cut<'_> {
    /// What happened, as the beginning of a sentence.
    #[must_use]
    pub fn what(&self) -> String {
        match (self.is_context_full(), self.tokens) {
            (true, _) => "The answer was cut, as it and the prompt fill what the model can read".into(),
            (false, None) => "The answer was cut at its limit".into(),
            (false, Some(1)) => "The answer was cut at its limit of 1 token".into(),
            (false, Some(tokens)) => format!("The answer was cut at its limit of {tokens} tokens"),
        }
    }

    /// What helps, as the end of a sentence.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        if self.is_context_full() {
            "shorten the prompt, or switch the step to a model that reads more"
        } else if self.has_budget {
            "allow a longer answer (`max_tokens`), or raise the budget if that was the limit"
        } else {
            "allow a longer answer (`max_tokens`)"
        }
    }

    /// The warning of a step that completed with it.
    #[must_use]
    pub fn warning(&self) -> String {
        format!("{}: {}, or let a cut answer fail the step (`on_truncated: fail`).", self.what(), self.advice())
    }

    fn is_context_full(&self) -> bool {
        self.word == Some(CONTEXT_FULL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_names_the_limit_and_what_helps() {
        let cut = Cut { tokens: Some(300), ..Cut::default() };
        let expected = "The answer was cut at its limit of 300 tokens: allow a longer answer (`max_tokens`), \
                        or let a cut answer fail the step (`on_truncated: fail`).";
        assert_eq!(cut.warning(), expected);
        assert!(Cut { has_budget: true, ..cut }.warning().contains("or raise the budget"));
        assert!(Cut::default().warning().starts_with("The answer was cut at its limit: allow"));
        let full = Cut { word: Some("model_context_window_exceeded"), has_budget: true, ..cut };
        assert!(full.warning().contains("shorten the prompt") && !full.warning().contains("max_tokens"));
    }
}
