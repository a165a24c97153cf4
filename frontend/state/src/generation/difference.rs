//! What a change by a sentence does to a workflow, for a person to read.

use sluice_types::{FieldChange, StepChange, StepChangeKind};

use crate::changed_field::ChangedField;

/// A step that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedStep {
    /// Its label.
    pub label: String,
    /// What happens to it, in words.
    pub word: &'static str,
    /// What happens to it.
    pub kind: StepChangeKind,
    /// Its fields that change. A new step shows those that say what it does.
    pub fields: Vec<ChangedField>,
}

/// The steps that change, in words.
#[must_use]
pub fn changed_steps(changes: &[StepChange]) -> Vec<ChangedStep> {
    let step = |change: &StepChange| ChangedStep {
        label: change.label.clone(),
        word: word(change),
        kind: change.kind,
        // A step that is new or gone is told as a whole.
        fields: if change.kind == StepChangeKind::Changed { changed_fields(&change.fields) } else { Vec::new() },
    };
    changes.iter().map(step).collect()
}

const fn word(change: &StepChange) -> &'static str {
    match (change.kind, change.moved) {
        (StepChangeKind::Added, _) => "added",
        (StepChangeKind::Removed, _) => "removed",
        (StepChangeKind::Changed, true) => "changed and moved",
        (StepChangeKind::Changed, false) => "changed",
        (StepChangeKind::Moved, _) => "moved",
        (StepChangeKind::Unknown, _) => "different",
    }
}

/// Fields that change, in words.
#[must_use]
pub fn changed_fields(fields: &[FieldChange]) -> Vec<ChangedField> {
    fields.iter().map(ChangedField::from).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn change(value: Value) -> StepChange {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn changes_are_told_in_words() {
        let changes = [
            change(json!({"kind": "added", "step_id": "a", "label": "Check", "moved": false,
                "fields": [{"pointer": "/prompt", "before": null, "after": "x"}]})),
            change(json!({"kind": "changed", "step_id": "b", "label": "Write", "moved": true, "fields": [
                {"pointer": "/max_tokens", "before": null, "after": 200},
                {"pointer": "/cases/0/when", "before": "a", "after": "b"}]})),
            change(json!({"kind": "removed", "step_id": "c", "label": "Old", "moved": false, "fields": []})),
        ];
        let steps = changed_steps(&changes);
        let words: Vec<(&str, &str)> = steps.iter().map(|step| (step.label.as_str(), step.word)).collect();
        assert_eq!(words, [("Check", "added"), ("Write", "changed and moved"), ("Old", "removed")]);
        assert!(steps[0].fields.is_empty(), "a new step is told as a whole");
        let names: Vec<&str> = steps[1].fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["Answer length", "Cases 1: when"]);
        assert_eq!((steps[1].fields[0].before.as_str(), steps[1].fields[0].after.as_str()), ("", "200"));
    }
}
