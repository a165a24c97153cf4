//! A guess at how many tokens a text is, made without any model's own tokenizer.

/// Tokens of a text, guessed as one for four bytes, which is what providers give as a rule of thumb
/// for English. Texts in other scripts take more bytes a character, and so count more, as they do
/// in fact. Source: <https://help.openai.com/en/articles/4936856-what-are-tokens-and-how-to-count-them>.
#[must_use]
pub fn estimated_tokens(text: &str) -> u64 {
    u64::try_from(text.len().div_ceil(4)).unwrap_or(u64::MAX)
}
