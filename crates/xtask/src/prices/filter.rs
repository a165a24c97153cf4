//! The selection of litellm's entries that users can choose as a step's model.
//!
//! Kept: chat models of the three providers that bill by the token and that Sluice speaks to directly, as their
//! makers name them. Left out, each by a rule below: fine-tunes, other kinds of models, models for one special
//! purpose, moving aliases, models past their end, models without a price, and dated names of a model whose
//! undated name is in the list with the same prices.

use serde_json::Value;

/// Parts of names (between `-`, `.` or `/`) of models that are not for general text: they take or give sound and
/// pictures, drive a computer or a robot, have search or research fees besides tokens, are
/// experiments without a promise, or are open only to a vetted profession.
const SPECIAL_PURPOSE: [&str; 24] = [
    "audio",
    "clip",
    "computer",
    "customtools",
    "cyber",
    "daybreak",
    "embedding",
    "exp",
    "experimental",
    "gemma",
    "image",
    "law",
    "learnlm",
    "live",
    "lyria",
    "moderation",
    "omni",
    "realtime",
    "research",
    "robotics",
    "rosalind",
    "search",
    "transcribe",
    "tts",
];
/// The model behind such a name changes without notice, and its price too.
const MOVING_ALIAS: &str = "latest";

/// Our name of the provider; `None` for providers that are left out.
pub fn provider(entry: &Value) -> Option<&'static str> {
    match entry.get("litellm_provider")?.as_str()? {
        "anthropic" => Some("anthropic"),
        "openai" => Some("openai"),
        "gemini" => Some("google"),
        _ => None,
    }
}

/// The model's own name, without litellm's prefix.
pub fn model_name(key: &str) -> &str {
    key.strip_prefix("gemini/").unwrap_or(key)
}

/// Whether a model is one for general text that is sold on the day given.
pub fn is_current_chat_model(name: &str, entry: &Value, today: &str) -> bool {
    let text = |field: &str| entry.get(field).and_then(Value::as_str);
    let is_chat = matches!(text("mode"), Some("chat" | "responses"));
    let is_fine_tune = name.starts_with("ft:");
    let is_container = name.contains('/');
    let special = name.split(['-', '.']).any(|part| part == MOVING_ALIAS || SPECIAL_PURPOSE.contains(&part));
    // Dates are `YYYY-MM-DD`, so text order is time order.
    let ended = text("deprecation_date").is_some_and(|date| date <= today);
    is_chat && !is_fine_tune && !is_container && !special && !ended
}

/// The undated name of a dated one (`…-20250929`, `…-2025-09-29`).
pub fn without_date(name: &str) -> Option<&str> {
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let (rest, last) = name.rsplit_once('-')?;
    if digits(last, 8) {
        return Some(rest);
    }
    let (rest, month) = rest.rsplit_once('-')?;
    let (rest, year) = rest.rsplit_once('-')?;
    (digits(last, 2) && digits(month, 2) && digits(year, 4)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_current_chat_model, without_date};

    #[test]
    fn dates_at_the_end_are_seen() {
        assert_eq!(without_date("a-4-5-20250929"), Some("a-4-5"));
        assert_eq!(without_date("g-4o-2024-08-06"), Some("g-4o"));
        assert_eq!(without_date("a-4-5"), None);
        assert_eq!(without_date("g-5"), None);
    }

    #[test]
    fn keeps_what_people_use_now() {
        let chat = json!({"mode": "chat"});
        let kept = |name: &str| is_current_chat_model(name, &chat, "2026-06-01");
        assert!(kept("g-5-mini"));
        for left_out in ["ft:g-5", "openai/container", "g-audio", "g-flash-latest", "g-5-search-api", "g-exp-1206"] {
            assert!(!kept(left_out), "{left_out}");
        }
        let of = |fields: serde_json::Value| is_current_chat_model("g", &fields, "2026-06-01");
        assert!(!of(json!({"mode": "embedding"})));
        assert!(!of(json!({"mode": "chat", "deprecation_date": "2026-06-01"})));
        assert!(of(json!({"mode": "responses", "deprecation_date": "2026-06-02"})));
    }
}
