//! What a reviewer saw at a gate before.

use chrono::{DateTime, Utc};
use sluice_types::{GateDecision, GateKind, ReviewDecision};

/// The text of the last decision at a review, and what was said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The text: as approved, when it was edited.
    pub text: String,
    /// The decision.
    pub decision: ReviewDecision,
    /// The reviewer's comment.
    pub comment: Option<String>,
    /// The reviewer.
    pub decided_by: String,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// What was seen at a review before it was opened with the event of this number: the text of the last decision. It is the
/// same on every computer, as the server keeps it. Nothing when no text is on record.
#[must_use]
pub fn last_seen(decisions: &[GateDecision], opened_seq: i64) -> Option<Seen> {
    let mut before = decisions.iter().filter(|it| it.kind == GateKind::Review && it.opened_seq < opened_seq);
    let last = before.next_back()?;
    let text = last.content_after.clone().or_else(|| last.content_before.clone())?;
    Some(Seen {
        text,
        decision: last.decision,
        comment: last.comment.clone().filter(|comment| !comment.trim().is_empty()),
        decided_by: last.decided_by.clone(),
        decided_at: last.decided_at,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn decision(seq: i64, change: Value) -> GateDecision {
        let mut decision = json!({"kind": "review", "decision": "revise", "comment": "Shorter.", "content_before": format!("Text {seq}"),
            "content_after": null, "difference": null, "decided_by": "Ada", "decided_at": "2026-01-01T00:00:00Z", "opened_seq": seq});
        let Value::Object(change) = change else { panic!() };
        decision.as_object_mut().unwrap().extend(change);
        serde_json::from_value(decision).unwrap()
    }

    #[test]
    fn the_text_of_the_last_decision_was_seen() {
        let decisions = [decision(3, json!({})), decision(9, json!({"comment": "Longer."})), decision(20, json!({}))];
        let seen = last_seen(&decisions, 20).unwrap();
        assert_eq!((seen.text.as_str(), seen.comment.as_deref()), ("Text 9", Some("Longer.")));
        assert_eq!(last_seen(&decisions, 3), None);
        assert_eq!(last_seen(&[], 3), None);
    }

    #[test]
    fn an_edited_text_was_seen_as_it_was_approved() {
        let approved = decision(3, json!({"decision": "approve", "content_after": "Edited", "comment": " "}));
        let seen = last_seen(&[approved], 9).unwrap();
        assert_eq!((seen.text.as_str(), seen.comment), ("Edited", None));
    }

    #[test]
    fn other_gates_and_decisions_without_a_text_show_nothing() {
        assert_eq!(last_seen(&[decision(3, json!({"kind": "budget"}))], 9), None);
        assert_eq!(last_seen(&[decision(3, json!({"content_before": null}))], 9), None);
        // Decisions of older servers have no number.
        assert!(last_seen(&[decision(-1, json!({}))], 9).is_some());
    }
}
