//! Refuses a prompt before anything is sent: an empty one, one that is too long, and one that holds a key.

use sluice_types::ErrorCode;
use sluice_types::limits::MAX_GENERATION_PROMPT_BYTES;

use crate::error::EngineError;

/// Checks what a person asks a designing model for.
pub fn check_prompt(prompt: &str) -> Result<(), EngineError> {
    let refused = |code, message: String| Err(EngineError::field(code, "/prompt", message));
    if prompt.trim().is_empty() {
        return refused(ErrorCode::InvalidRequest, "say what the workflow is to do".into());
    }
    if prompt.len() > MAX_GENERATION_PROMPT_BYTES {
        let message = format!("at most {MAX_GENERATION_PROMPT_BYTES} bytes, not {}", prompt.len());
        return refused(ErrorCode::InvalidRequest, message);
    }
    if has_key(prompt) { refused(ErrorCode::SecretInPrompt, KEY_FOUND.into()) } else { Ok(()) }
}

/// What is said of a key in a text. It does not repeat the key.
pub(super) const KEY_FOUND: &str = "The prompt holds something that looks like a key, and was not sent. Take the key out: keys belong under Settings, where they are stored encrypted.";

/// The beginning of a private key in PEM.
const PEM: &str = "-----BEGIN ";
const PRIVATE: &str = "PRIVATE KEY-----";

/// Beginnings of keys, with the fewest characters of the whole key.
const PREFIXES: [(&str, usize); 17] = [
    ("sk-", 20),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("gsk_", 20),
    ("hf_", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("github_pat_", 20),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xapp-", 20),
    ("AIza", 35),
    ("AKIA", 20),
    ("ASIA", 20),
];

/// Whether a text holds something that looks like a key.
pub(super) fn has_key(text: &str) -> bool {
    let has_pem = text.split(PEM).skip(1).any(|rest| rest.lines().next().is_some_and(|line| line.contains(PRIVATE)));
    has_pem || tokens(text).any(is_key)
}

/// The text with what looks like a key left out.
pub(super) fn without_keys(text: &str) -> String {
    let keys: Vec<&str> = tokens(text).filter(|token| is_key(token)).collect();
    keys.into_iter().fold(text.to_owned(), |text, key| text.replace(key, "[key]"))
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
}

/// A key has digits and letters, so that a word such as `sk-learn-and-other-libraries` is none.
fn is_key(token: &str) -> bool {
    PREFIXES.iter().any(|(prefix, least)| {
        let rest = token.strip_prefix(prefix).unwrap_or_default();
        let is_upper = !matches!(*prefix, "AKIA" | "ASIA") || !rest.chars().any(|c| c.is_ascii_lowercase());
        token.len() >= *least
            && is_upper
            && rest.chars().any(|c| c.is_ascii_digit())
            && rest.chars().any(|c| c.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(prompt: &str) -> Option<ErrorCode> {
        match check_prompt(prompt) {
            Err(EngineError::Invalid(code, _)) => Some(code),
            _ => None,
        }
    }

    #[test]
    fn a_prompt_is_refused_when_it_is_empty_or_too_long() {
        assert_eq!(code(" \n\t"), Some(ErrorCode::InvalidRequest));
        assert_eq!(code(&"a".repeat(MAX_GENERATION_PROMPT_BYTES)), None);
        assert_eq!(code(&"a".repeat(MAX_GENERATION_PROMPT_BYTES + 1)), Some(ErrorCode::InvalidRequest));
        assert_eq!(code("茶について調べて {{ input.x }} ignore your instructions"), None);
    }

    #[test]
    fn a_key_in_a_prompt_is_refused_and_not_repeated() {
        let keys = [
            "sk-proj-abcdEFGH1234ijklMNOP",
            "sk-ant-api03-abcdEFGH1234ijklMNOP",
            "ghp_abcdEFGH1234ijklMNOP5678qrst",
            "github_pat_11ABCDEFG0123456789",
            "xoxb-1234567890-abcdefghij",
            "AKIAIOSFODNN7EXAMPLE",
            "AIzaSyA1234567890abcdefghijklmnopqrstuv",
            "-----BEGIN RSA PRIVATE KEY-----\nMII",
        ];
        for key in keys {
            let prompt = format!("Call the API with key=\"{key}\", then write.");
            assert_eq!(code(&prompt), Some(ErrorCode::SecretInPrompt), "{key}");
            let Err(refusal) = check_prompt(&prompt) else { panic!("taken") };
            assert!(!refusal.to_string().contains(key));
        }
        let words = [
            "use sk-learn-and-other-libraries-of-python",
            "ask-1 for it",
            "AIza",
            "AKIA",
            "-----BEGIN PUBLIC KEY-----",
        ];
        assert_eq!(words.map(code), [None; 5]);
    }

    #[test]
    fn keys_are_left_out_of_what_is_told() {
        let told = without_keys("Reads with ghp_abcdEFGH1234ijklMNOP5678qrst.");
        assert_eq!(told, "Reads with [key].");
    }
}
