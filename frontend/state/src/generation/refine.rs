//! Taking a change by a sentence into the draft.

use serde::{Deserialize, Serialize};
use sluice_types::{
    CreateWorkflow, FieldChange, GenerationId, StepChange, VersionContent, WorkflowId, content_difference,
};

use crate::conflict::merge;
use crate::editor::Draft;

/// A sentence that changes a workflow, and the generation that it began, as the browser keeps them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refining {
    /// The sentence.
    pub prompt: String,
    /// Provider of the model that designs; `None` for the server's choice.
    pub provider: Option<String>,
    /// Model that designs.
    pub model: Option<String>,
    /// The generation that is under way, or that waits to be taken or dropped.
    pub generation: Option<GenerationId>,
}

impl Refining {
    /// Where the sentence for a workflow is kept; without an id, that for the new one. No id holds a dot.
    #[must_use]
    pub fn key(workflow: Option<&WorkflowId>) -> String {
        format!("sluice.refine.{}", workflow.map_or(".new", WorkflowId::as_str))
    }

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

/// A draft that has taken a design.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The draft.
    pub draft: Draft,
    /// Whether it replaces edits that were made since the design was asked for.
    pub replaces_edits: bool,
}

/// The draft with a design in it. `base` is the draft that the design was asked for, where it is known: edits since then
/// that fit together with the design are kept.
#[must_use]
pub fn take_design(base: Option<&Draft>, mine: &Draft, design: CreateWorkflow) -> Taken {
    let CreateWorkflow { name, description, definition, .. } = design;
    // A draft without a name stays without one: a person gives it with the first save.
    let keeps_name = name.is_empty() || mine.name.is_empty();
    let designed = |draft: &Draft| Draft {
        name: if keeps_name { draft.name.clone() } else { name.clone() },
        description: if description.is_empty() { draft.description.clone() } else { description.clone() },
        ..draft.clone().with_definition(definition.clone())
    };
    match base {
        Some(base) if base == mine => Taken { draft: designed(mine), replaces_edits: false },
        Some(base) => match merge(base, mine, &designed(base)) {
            Some(draft) => Taken { draft, replaces_edits: false },
            None => Taken { draft: designed(mine), replaces_edits: true },
        },
        None => Taken { draft: designed(mine), replaces_edits: true },
    }
}

/// A draft with the name, the description and the definition of another one.
#[must_use]
pub fn with_content(draft: &Draft, of: &Draft) -> Draft {
    Draft {
        name: of.name.clone(),
        description: of.description.clone(),
        ..draft.clone().with_definition(of.to_definition())
    }
}

/// What differs between two drafts: outside of the steps, and in the steps.
#[must_use]
pub fn draft_changes(before: &Draft, after: &Draft) -> (Vec<FieldChange>, Vec<StepChange>) {
    let (older, newer) = (before.to_definition(), after.to_definition());
    let before = VersionContent { name: &before.name, description: &before.description, definition: &older };
    let after = VersionContent { name: &after.name, description: &after.description, definition: &newer };
    content_difference(before, after)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};
    use sluice_types::Definition;
    use sluice_types::edit::{Edit, LlmField, StepField};

    use super::*;
    use crate::editor::DraftEdit;
    use crate::history::History;

    fn definition(steps: &Value) -> Definition {
        serde_json::from_value(json!({"steps": steps})).unwrap()
    }

    fn design(steps: &Value) -> CreateWorkflow {
        CreateWorkflow { name: "Brief".into(), definition: definition(steps), ..CreateWorkflow::default() }
    }

    fn llm(id: &str, prompt: &str) -> Value {
        json!({"id": id, "label": id, "type": "llm", "prompt": prompt})
    }

    fn draft() -> Draft {
        Draft { name: "Brief".into(), ..Draft::from_definition(definition(&json!([llm("a", "one"), llm("b", "two")]))) }
    }

    fn with_prompt(draft: &Draft, id: &str, text: &str) -> Draft {
        let field = StepField::from(LlmField::Prompt(text.into()));
        draft.apply(Edit::UpdateStep { id: id.parse().unwrap(), field }).unwrap().draft
    }

    fn prompt_of(draft: &Draft, id: &str) -> String {
        let step = draft.step(&id.parse().unwrap()).unwrap();
        serde_json::to_value(step.as_ref()).unwrap()["prompt"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_design_is_one_step_of_the_history() {
        let base = draft();
        let design = design(&json!([llm("a", "one"), llm("b", "shorter"), llm("c", "new")]));
        let taken = take_design(Some(&base), &base, design);
        assert!(!taken.replaces_edits && taken.draft.name == "Brief");
        let applied = base.apply(DraftEdit::ChangeBySentence(Box::new(taken.draft))).unwrap();
        let mut history = History::new(base.clone());
        history.edit(applied.label, applied.group, applied.draft);
        assert_eq!(history.present().nodes().len(), 3);
        assert_eq!(history.undo().as_deref(), Some("Undo: change by a sentence"));
        assert_eq!(**history.present(), base);
        assert!(history.undo_label().is_none());
    }

    #[test]
    fn edits_made_meanwhile_stay_where_they_fit() {
        let base = draft();
        let mine = with_prompt(&base, "a", "mine");
        let taken = take_design(Some(&base), &mine, design(&json!([llm("a", "one"), llm("b", "theirs")])));
        assert!(!taken.replaces_edits);
        assert_eq!((prompt_of(&taken.draft, "a"), prompt_of(&taken.draft, "b")), ("mine".into(), "theirs".into()));
    }

    #[test]
    fn edits_that_do_not_fit_are_replaced_and_told() {
        let base = draft();
        let mine = with_prompt(&base, "a", "mine");
        let theirs = || design(&json!([llm("a", "theirs"), llm("b", "two")]));
        let taken = take_design(Some(&base), &mine, theirs());
        assert!(taken.replaces_edits);
        assert_eq!(prompt_of(&taken.draft, "a"), "theirs");
        assert!(take_design(None, &mine, theirs()).replaces_edits, "after a reload nobody knows");
    }

    #[test]
    fn a_change_outside_of_the_steps_is_taken_and_told() {
        let base = draft();
        let mut design = design(&json!([llm("a", "one"), llm("b", "two")]));
        design.definition.model = Some("m".into());
        let renamed = CreateWorkflow { name: "Weekly brief".into(), description: "News.".into(), ..design.clone() };
        let taken = take_design(Some(&base), &base, renamed);
        let (fields, steps) = draft_changes(&base, &taken.draft);
        let pointers: BTreeSet<&str> = fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!((pointers, steps.len()), (["/definition/model", "/description", "/name"].into(), 0));
        assert_eq!(with_content(&base, &taken.draft), taken.draft);
        // What is left out stays, and a draft without a name stays without one.
        let silent = CreateWorkflow { name: String::new(), ..design.clone() };
        assert_eq!(take_design(Some(&base), &base, silent).draft.name, "Brief");
        let unnamed = Draft { name: String::new(), ..base };
        assert_eq!(take_design(None, &unnamed, design).draft.name, "");
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let generation = "generation-0190b0a0-0000-7000-8000-000000000000".parse().ok();
        let refining = Refining { prompt: "Shorter".into(), generation, ..Refining::default() };
        assert_eq!(Refining::from_json(refining.to_json().as_deref()), refining);
        assert_eq!(Refining::default().to_json(), None);
        assert_eq!(Refining::from_json(Some("{\"generation\":\"x\"}")), Refining::default());
        assert_eq!(Refining::key(None), "sluice.refine..new");
    }
}
