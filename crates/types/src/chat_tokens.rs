//! Estimates the tokens of a text without the model's tokenizer.

/// Estimated tokens of a text, at four bytes a token: the rule of thumb of providers for English.
/// Other scripts take more bytes a character and therefore count more, as they do with the providers.
/// Source: <https://help.openai.com/en/articles/4936856-what-are-tokens-and-how-to-count-them>.
#[must_use]
pub fn estimated_tokens(text: &str) -> u64 {
    u64::try_from(text.len().div_ceil(4)).unwrap_or(u64::MAX)
}

/// A high estimate of a text's tokens: the amount reserved of a budget must cover the call. Code and numbers take about
/// three bytes a token, and a character of other scripts up to one and a half tokens.
#[must_use]
pub fn most_tokens(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    let others = text.chars().count() - ascii;
    u64::try_from(ascii.div_ceil(3) + (others * 3).div_ceil(2)).unwrap_or(u64::MAX)
}
