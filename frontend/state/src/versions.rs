//! The difference of two versions of a workflow, in words.

use serde_json::Value;
use sluice_types::{FieldChange, StepChange, StepChangeKind, WorkflowVersionDifference, WorkflowVersionSummary};

use crate::conflict::{field_noun, is_long, shown_value};
use crate::format::capitalised;
use crate::list::Item;

impl Item for WorkflowVersionSummary {
    type Id = i64;
    fn id(&self) -> &i64 {
        &self.version
    }
}

/// A part of a workflow that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened, in a word; a class of the style sheet, too.
    pub kind: &'static str,
    /// The part: `Workflow`, or a step by its label.
    pub title: String,
    /// More about it.
    pub note: Option<&'static str>,
    /// Its fields that differ.
    pub fields: Vec<ChangedField>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedField {
    /// The field, in words.
    pub name: String,
    /// The older value; empty when it was not set.
    pub before: String,
    /// The newer value; empty when it is not set.
    pub after: String,
    /// Whether to show the lines that differ.
    pub is_text: bool,
}

/// What differs: the workflow's own fields first, then its steps.
#[must_use]
pub fn changes(difference: &WorkflowVersionDifference) -> Vec<Change> {
    let own = (!difference.fields.is_empty()).then(|| Change {
        kind: "changed",
        title: "Workflow".to_owned(),
        note: None,
        fields: difference.fields.iter().map(of_workflow).collect(),
    });
    own.into_iter().chain(difference.steps.iter().map(of_step)).collect()
}

fn of_workflow(change: &FieldChange) -> ChangedField {
    let pointer = change.pointer.strip_prefix("/definition").unwrap_or(&change.pointer);
    field(pointer, change)
}

fn of_step(change: &StepChange) -> Change {
    let (kind, note) = match change.kind {
        StepChangeKind::Added => ("added", None),
        StepChangeKind::Removed => ("removed", None),
        StepChangeKind::Moved => ("moved", None),
        StepChangeKind::Changed | StepChangeKind::Unknown => ("changed", change.moved.then_some("and moved")),
    };
    // Ids and labels of steps that come or go stand in the title.
    let is_told = |field: &&FieldChange| {
        matches!(kind, "changed" | "moved") || !matches!(field.pointer.as_str(), "/id" | "/label" | "/enabled")
    };
    let fields = change.fields.iter().filter(is_told).map(|change| field(&change.pointer, change)).collect();
    Change { kind, title: change.label.clone(), note, fields }
}

fn field(pointer: &str, change: &FieldChange) -> ChangedField {
    let (before, after) = (shown_value(change.before.as_ref()), shown_value(change.after.as_ref()));
    let is_json = |value: &Option<Value>| matches!(value, Some(Value::Array(_) | Value::Object(_)));
    let both = !before.is_empty() && !after.is_empty();
    let is_text = both && (is_long(&before) || is_long(&after) || is_json(&change.before) || is_json(&change.after));
    ChangedField { name: named(pointer), before, after, is_text }
}

/// A JSON pointer in words: `/cases/0/when` is `Cases 1: when`.
fn named(pointer: &str) -> String {
    let parts = pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"));
    let words = parts.enumerate().map(|(at, part)| match part.parse::<u32>() {
        Ok(number) => format!(" {}", u64::from(number) + 1),
        Err(_) if at == 0 => capitalised(&field_noun(&part)),
        Err(_) => format!(": {}", field_noun(&part)),
    });
    let name: String = words.collect();
    if name.is_empty() { "All fields".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn difference(value: Value) -> WorkflowVersionDifference {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_difference_is_told_in_words() {
        let told = changes(&difference(json!({
            "from_version": 1, "to_version": 2,
            "fields": [{"pointer": "/name", "before": "A", "after": "B"},
                {"pointer": "/definition/entry_step", "before": null, "after": "b"},
                {"pointer": "/definition/context/a~1b", "before": 1, "after": null}],
            "steps": [
                {"kind": "changed", "step_id": "a", "label": "Draft", "moved": true, "fields": [
                    {"pointer": "/cases/0/when", "before": "x", "after": "y"},
                    {"pointer": "/prompt", "before": "one\ntwo", "after": "one"},
                    {"pointer": "/fallbacks", "before": [{"model": "m"}], "after": [{"model": "n"}]}]},
                {"kind": "added", "step_id": "b", "label": "Look", "moved": false, "fields": [
                    {"pointer": "/id", "before": null, "after": "b"}, {"pointer": "/type", "before": null, "after": "review"}]},
                {"kind": "moved", "step_id": "c", "label": "Last", "moved": true, "fields": []},
            ],
        })));
        let titles: Vec<_> = told.iter().map(|change| (change.kind, change.title.as_str(), change.note)).collect();
        let expected = [
            ("changed", "Workflow", None),
            ("changed", "Draft", Some("and moved")),
            ("added", "Look", None),
            ("moved", "Last", None),
        ];
        assert_eq!(titles, expected);
        let names = |at: usize| told[at].fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names(0), ["Name", "First step", "Context: a/b"]);
        assert_eq!(names(1), ["Cases 1: when", "Prompt", "Fallbacks"]);
        assert_eq!(names(2), ["Type"]);
        let texts: Vec<bool> = told[1].fields.iter().map(|field| field.is_text).collect();
        assert_eq!(texts, [false, true, true]);
        assert_eq!((told[0].fields[1].before.as_str(), told[0].fields[1].after.as_str()), ("", "b"));
        assert_eq!(named(""), "All fields");
    }
}
