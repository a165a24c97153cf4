//! The versions of a workflow, in words: how each was saved, and what it changed.

use sluice_types::{
    FieldChange, StepChange, StepChangeKind, VersionOrigin, WorkflowVersionChanges, WorkflowVersionDifference,
    WorkflowVersionSummary,
};

use crate::changed_field::ChangedField;
use crate::format::plural;
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

/// What differs: the workflow's own fields first, then its steps.
#[must_use]
pub fn changes(difference: &WorkflowVersionDifference) -> Vec<Change> {
    let own = (!difference.fields.is_empty()).then(|| Change {
        kind: "changed",
        title: "Workflow".to_owned(),
        note: None,
        fields: difference.fields.iter().map(ChangedField::from).collect(),
    });
    own.into_iter().chain(difference.steps.iter().map(of_step)).collect()
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
    let fields = change.fields.iter().filter(is_told).map(ChangedField::from).collect();
    Change { kind, title: change.label.clone(), note, fields }
}

/// What a version changed, in a line: `2 steps changed, 1 added, 1 setting changed`.
#[must_use]
pub fn changes_line(changes: &WorkflowVersionChanges) -> String {
    let WorkflowVersionChanges { fields, added_steps, removed_steps, changed_steps, moved_steps } = *changes;
    let parts = [
        (changed_steps, "step", "changed"),
        (added_steps, "step", "added"),
        (removed_steps, "step", "removed"),
        (moved_steps, "step", "moved"),
        (fields, "setting", "changed"),
    ];
    let told = parts.into_iter().filter_map(|(number, noun, verb)| {
        let number = u64::try_from(number).ok().filter(|number| *number > 0)?;
        Some(format!("{} {verb}", plural(number, noun, &format!("{noun}s"))))
    });
    let line = told.collect::<Vec<_>>().join(", ");
    // Tags, category and the like are no part of a version.
    if line.is_empty() { "Steps and settings unchanged".to_owned() } else { line }
}

/// How a version was saved, unless it was saved as a whole or its server did not tell.
#[must_use]
pub fn origin_words(version: &WorkflowVersionSummary) -> Option<String> {
    let word = match version.origin? {
        VersionOrigin::Saved | VersionOrigin::Unknown => return None,
        VersionOrigin::Step => "One step by the API",
        VersionOrigin::Canvas => "Connections by the API",
        VersionOrigin::Restored => {
            return Some(match version.restored_version {
                Some(restored) => format!("Restored version {restored}"),
                None => "Restored".to_owned(),
            });
        }
        VersionOrigin::Generated => "Designed by a model",
        VersionOrigin::Copied => "Copied from another workflow",
        VersionOrigin::Template => "From a template",
    };
    Some(word.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
    }

    #[test]
    fn the_changes_of_a_version_are_a_line() {
        let line = |fields, added_steps, removed_steps, changed_steps, moved_steps| {
            changes_line(&WorkflowVersionChanges { fields, added_steps, removed_steps, changed_steps, moved_steps })
        };
        assert_eq!(line(1, 1, 0, 2, 0), "2 steps changed, 1 step added, 1 setting changed");
        assert_eq!(line(0, 0, 3, 0, 1), "3 steps removed, 1 step moved");
        assert_eq!(line(0, 0, 0, 0, 0), "Steps and settings unchanged");
    }

    #[test]
    fn it_is_told_how_a_version_was_saved() {
        let words = |origin: Value, restored: Value| {
            let version = json!({"version": 4, "name": "A", "step_count": 1, "changes": null, "created_by": null,
                "origin": origin, "restored_version": restored, "created_at": "2026-01-01T00:00:00Z"});
            origin_words(&serde_json::from_value(version).unwrap())
        };
        assert_eq!(words(json!("restored"), json!(3)).unwrap(), "Restored version 3");
        assert_eq!(words(json!("generated"), Value::Null).unwrap(), "Designed by a model");
        for silent in [json!("saved"), json!("of next year"), Value::Null] {
            assert_eq!(words(silent, Value::Null), None);
        }
    }
}
