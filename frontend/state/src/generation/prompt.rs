//! What a workflow is to do, as it is typed.

use serde::{Deserialize, Serialize};
use sluice_types::limits::MAX_GENERATION_PROMPT_BYTES;

use crate::format::bytes;

/// Bytes that are left when the counter appears.
const COUNTED_FROM: usize = 4_096;

/// Prompts to begin with: a name and the sentence.
pub const EXAMPLES: [(&str, &str); 4] = [
    (
        "Research brief",
        "Research a topic from three angles at once, check the facts, and write a brief of one page. I approve it before it is final.",
    ),
    (
        "Sort support mail",
        "Read a customer's message, decide whether it is a bug, a question or a complaint, and draft an answer for each kind. A person approves complaints.",
    ),
    (
        "Translate and check",
        "Translate a text into each language of a list at once, and let a second model check each translation.",
    ),
    (
        "Polish until it is good",
        "Write a first draft from my notes, judge it from 1 to 5, and improve it until it has a 4 or after three rounds.",
    ),
];

/// A prompt with the model that is to design, as the browser keeps them until they are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Described {
    /// The prompt.
    pub prompt: String,
    /// Provider of the model that designs; `None` for the server's choice.
    pub provider: Option<String>,
    /// Model that designs.
    pub model: Option<String>,
}

impl Described {
    /// Where the prompt for a new workflow is kept.
    pub const KEY: &str = "sluice.describe";

    /// The text to keep; `None` when there is nothing to keep.
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        (*self != Self::default()).then(|| serde_json::to_string(self).ok()).flatten()
    }

    /// Parses a stored text; the default when it is not one.
    #[must_use]
    pub fn from_json(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

/// The fault of a prompt that cannot be sent.
#[must_use]
pub fn prompt_fault(prompt: &str) -> Option<String> {
    if prompt.trim().is_empty() {
        return Some("Describe in a sentence or two what the workflow should do.".to_owned());
    }
    let is_long = prompt.len() > MAX_GENERATION_PROMPT_BYTES;
    is_long.then(|| format!("At most {}; it has {}.", size(MAX_GENERATION_PROMPT_BYTES), size(prompt.len())))
}

/// How much room is left, when it is not much.
#[must_use]
pub fn counter(prompt: &str) -> Option<String> {
    let left = MAX_GENERATION_PROMPT_BYTES.checked_sub(prompt.len())?;
    (left <= COUNTED_FROM).then(|| format!("{} of {} left", size(left), size(MAX_GENERATION_PROMPT_BYTES)))
}

fn size(count: usize) -> String {
    bytes(u64::try_from(count).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_prompt_is_counted_near_the_limit() {
        let of = |count: usize| "a".repeat(count);
        assert_eq!(counter("short"), None);
        assert_eq!(counter(&of(MAX_GENERATION_PROMPT_BYTES - COUNTED_FROM - 1)), None);
        assert!(counter(&of(MAX_GENERATION_PROMPT_BYTES - COUNTED_FROM)).unwrap().starts_with("4.0 KiB of "));
        assert!(counter(&of(MAX_GENERATION_PROMPT_BYTES)).unwrap().starts_with("0 B of "));
        assert_eq!(counter(&of(MAX_GENERATION_PROMPT_BYTES + 1)), None, "the fault says it");
        assert!(counter(&"ü".repeat(MAX_GENERATION_PROMPT_BYTES / 2)).is_some(), "letters of two bytes count twice");
    }

    #[test]
    fn an_empty_and_a_long_prompt_are_refused() {
        assert!(prompt_fault(" \n").is_some());
        assert_eq!(prompt_fault("Sum up a text"), None);
        assert_eq!(prompt_fault(&"a".repeat(MAX_GENERATION_PROMPT_BYTES)), None);
        let wrong = prompt_fault(&"a".repeat(MAX_GENERATION_PROMPT_BYTES + 1)).unwrap();
        assert!(wrong.starts_with("At most ") && wrong.contains("it has"), "{wrong}");
    }

    #[test]
    fn examples_can_be_sent() {
        for (name, prompt) in EXAMPLES {
            assert_eq!(prompt_fault(prompt), None, "{name}");
        }
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let described = Described { prompt: "Sum {{up}}\n\"it\"".into(), provider: Some("demo".into()), model: None };
        assert_eq!(Described::from_json(described.to_json().as_deref()), described);
        assert_eq!(Described::default().to_json(), None);
    }

    proptest! {
        #[test]
        fn any_stored_text_is_read(text in "\\PC{0,40}") {
            let read = Described::from_json(Some(&text));
            prop_assert_eq!(Described::from_json(read.to_json().as_deref()), read);
        }
    }
}
