//! What people are told of the end of an answer.

/// The warning of an answer that was cut at its limit of tokens. `tokens` is that limit, as far as it is known.
#[must_use]
pub fn cut_warning(tokens: Option<u64>) -> String {
    format!("The answer was cut at its limit{}: raise `max_tokens` or set `on_truncated: fail`.", of_tokens(tokens))
}

/// ` of 1 token`, ` of 300 tokens`, or nothing when the number is not known.
#[must_use]
pub fn of_tokens(tokens: Option<u64>) -> String {
    match tokens {
        None => String::new(),
        Some(1) => " of 1 token".into(),
        Some(tokens) => format!(" of {tokens} tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_told_with_its_limit_if_that_is_known() {
        assert!(cut_warning(Some(300)).starts_with("The answer was cut at its limit of 300 tokens: raise"));
        assert!(cut_warning(None).starts_with("The answer was cut at its limit: raise"));
    }
}
