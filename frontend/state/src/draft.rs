//! Drafts that the browser stores automatically, so that a closed tab loses nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sluice_types::{StepId, Workflow, WorkflowId, json};

use super::editor::Draft;

/// The prefix of the keys of all stored drafts.
pub const KEY_PREFIX: &str = "sluice.draft.";
/// Replaces the id of a workflow that has never been saved. No id equals it, as ids contain no dot.
const NEW: &str = ".new";

/// Invalid input of fields that is not part of the draft yet, by [`pending_key`].
pub type Pending = BTreeMap<String, String>;

/// The key of a text that is typed in a step's field.
#[must_use]
pub fn pending_key(step: &StepId, field: &str) -> String {
    [step.as_str(), "\n", field].concat()
}

/// The step of such a key; `None` for a field of the whole workflow.
#[must_use]
pub fn pending_step(key: &str) -> Option<StepId> {
    StepId::new(key.split_once('\n')?.0).ok()
}

/// The field of such a key.
#[must_use]
pub fn pending_field(key: &str) -> &str {
    key.split_once('\n').map_or(key, |(_, field)| field)
}

/// A draft as it is kept in the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedDraft {
    /// The edited workflow; `None` before its first save.
    pub workflow_id: Option<WorkflowId>,
    /// The version that the edits began from.
    pub base_version: Option<i64>,
    /// When it was kept, in milliseconds since 1970 UTC.
    pub saved_at_ms: i64,
    /// The workflow as edited.
    pub draft: Draft,
    /// Typed text that is not part of the draft yet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: Pending,
}

/// Comparison of a stored draft with the server's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftStatus {
    /// It has no changes: it can be dropped.
    Same,
    /// It contains edits of the server's current version: offer to restore it.
    Newer,
    /// It holds edits, and the server has moved on (or the workflow is gone): compare before saving.
    Conflict,
}

impl SavedDraft {
    /// The text to store; `None` when it cannot be serialised, which does not happen for valid drafts.
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Parses a stored text; `None` when it is not a draft.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        json::from_value(json::parse(text).ok()?).ok()
    }

    /// Compares it with the server's version.
    #[must_use]
    pub fn status(&self, server: Option<&Workflow>) -> DraftStatus {
        let same = if self.pending.is_empty() { DraftStatus::Same } else { DraftStatus::Newer };
        match (server, self.base_version) {
            (Some(workflow), _) if self.draft == Draft::from_workflow(workflow) => same,
            (Some(workflow), Some(version)) if workflow.version == version => DraftStatus::Newer,
            (None, None) if self.draft == Draft::empty() => same,
            (None, None) => DraftStatus::Newer,
            (Some(_), _) | (None, Some(_)) => DraftStatus::Conflict,
        }
    }
}

/// The storage key of a workflow's draft; without an id, that of the new workflow.
#[must_use]
pub fn key(workflow_id: Option<&WorkflowId>) -> String {
    format!("{KEY_PREFIX}{}", workflow_id.map_or(NEW, WorkflowId::as_str))
}

/// The stored drafts to drop, in order, until there is room: the oldest first, and never the one being stored. Foreign
/// keys are left alone.
#[must_use]
pub fn drop_order(kept: &[(String, i64)], keep: &str) -> Vec<String> {
    let mut ours: Vec<&(String, i64)> =
        kept.iter().filter(|(key, _)| key.starts_with(KEY_PREFIX) && key != keep).collect();
    ours.sort_by_key(|(key, at_ms)| (*at_ms, key.as_str()));
    ours.into_iter().map(|(key, _)| key.clone()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn workflow(version: i64) -> Workflow {
        serde_json::from_value(json!({
            "id": "brief", "name": "Brief", "description": "", "category": null, "tags": [], "version": version,
            "definition": {"steps": [{"id": "a", "label": "A", "type": "llm", "prompt": "x", "temperature": 0.1}]},
            "is_template": false, "source_template_id": null, "is_active": true,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        }))
        .unwrap()
    }

    fn saved(draft: Draft, base_version: Option<i64>) -> SavedDraft {
        let workflow_id = base_version.map(|_| workflow(1).id);
        SavedDraft { workflow_id, base_version, saved_at_ms: 1_767_225_600_000, draft, pending: Pending::new() }
    }

    #[test]
    fn what_is_kept_is_read_again() {
        for kept in [saved(Draft::empty(), None), saved(Draft::from_workflow(&workflow(3)), Some(3))] {
            assert_eq!(SavedDraft::from_json(&kept.to_json().unwrap()), Some(kept));
        }
        let whole = saved(Draft::empty(), None).to_json().unwrap();
        for broken in ["", "null", "[]", "{}", &whole[..whole.len() - 1], &whole.replace("base_version", "base")] {
            assert_eq!(SavedDraft::from_json(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_draft_is_compared_with_the_server() {
        let same = Draft::from_workflow(&workflow(3));
        let edited = Draft { name: "Other".into(), ..same.clone() };
        for (kept, server, expected) in [
            (saved(same.clone(), Some(2)), Some(workflow(3)), DraftStatus::Same),
            (saved(edited.clone(), Some(3)), Some(workflow(3)), DraftStatus::Newer),
            (saved(edited.clone(), Some(2)), Some(workflow(3)), DraftStatus::Conflict),
            (saved(edited.clone(), Some(2)), None, DraftStatus::Conflict),
            (saved(edited.clone(), None), Some(workflow(1)), DraftStatus::Conflict),
            (saved(edited, None), None, DraftStatus::Newer),
            (saved(Draft::empty(), None), None, DraftStatus::Same),
        ] {
            assert_eq!(kept.status(server.as_ref()), expected, "{:?} {:?}", kept.base_version, kept.draft.name);
        }
    }

    #[test]
    fn what_is_only_typed_is_worth_keeping() {
        let step = StepId::new("a").unwrap();
        let key = pending_key(&step, "retries");
        assert_eq!((pending_step(&key), pending_field(&key)), (Some(step), "retries"));
        assert_eq!((pending_step("tag"), pending_field("tag")), (None, "tag"));
        let pending = Pending::from([(key, "many".to_owned())]);
        let typed = |draft, base| SavedDraft { pending: pending.clone(), ..saved(draft, base) };
        let kept = typed(Draft::from_workflow(&workflow(3)), Some(3));
        assert_eq!(kept.status(Some(&workflow(3))), DraftStatus::Newer);
        assert_eq!(kept.status(Some(&workflow(4))), DraftStatus::Newer);
        assert_eq!(typed(Draft::empty(), None).status(None), DraftStatus::Newer);
        assert_eq!(SavedDraft::from_json(&kept.to_json().unwrap()), Some(kept));
    }

    #[test]
    fn the_oldest_goes_first() {
        let (brief, new) = (key(Some(&workflow(1).id)), key(None));
        assert_eq!((brief.as_str(), new.as_str()), ("sluice.draft.brief", "sluice.draft..new"));
        let kept = [("theme", 0), ("sluice.draft.c", 9), ("sluice.draft.brief", 1), ("sluice.draft.b", 5)]
            .map(|(key, at)| (key.to_owned(), at));
        assert_eq!(drop_order(&kept, &brief), ["sluice.draft.b", "sluice.draft.c"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,80}") {
            prop_assert_eq!(SavedDraft::from_json(&text), None);
        }
    }
}
