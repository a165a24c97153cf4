//! What was changed in the steps of one run. The server answers with what a step was called with, not
//! with what it will be called with; so the page keeps the changes that were made here.

use std::collections::BTreeMap;

use sluice_types::{Definition, LlmStep, PatchStep, StepKind};

/// The changes of a run, by the path of the step.
pub type Changes = BTreeMap<String, PatchStep>;

/// Adds a later change to an earlier one: what it says stands, the rest stays.
pub fn merge(earlier: &mut PatchStep, later: PatchStep) {
    fn put<T>(earlier: &mut Option<T>, later: Option<T>) {
        if later.is_some() {
            *earlier = later;
        }
    }
    put(&mut earlier.provider, later.provider);
    put(&mut earlier.model, later.model);
    put(&mut earlier.persona_id, later.persona_id);
    put(&mut earlier.prompt, later.prompt);
    put(&mut earlier.system_prompt, later.system_prompt);
    put(&mut earlier.enabled, later.enabled);
}

/// The definition as the run has it: with the changes made to its steps.
#[must_use]
pub fn changed_definition(mut definition: Definition, changes: &Changes) -> Definition {
    for step in &mut definition.steps {
        let Some(change) = changes.get(step.id.as_str()) else { continue };
        if let Some(enabled) = change.enabled {
            step.enabled = enabled;
        }
        if let StepKind::Llm(llm) = &mut step.kind {
            change_llm(llm, change.clone());
        }
    }
    definition
}

fn change_llm(llm: &mut LlmStep, change: PatchStep) {
    fn put<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    put(&mut llm.provider, change.provider);
    put(&mut llm.model, change.model);
    put(&mut llm.persona_id, change.persona_id);
    put(&mut llm.prompt, change.prompt);
    put(&mut llm.system_prompt, change.system_prompt);
}

/// What must be sent so that a step reads as `now`, when it reads as `before`. Nothing that is as it
/// was is sent.
#[must_use]
pub fn difference(before: &LlmStep, now: &LlmStep) -> PatchStep {
    fn put<T: PartialEq + Clone>(before: &T, now: &T) -> Option<T> {
        (before != now).then(|| now.clone())
    }
    // A model is its provider's: the two are sent together.
    let model_changed = before.provider != now.provider || before.model != now.model;
    PatchStep {
        provider: model_changed.then(|| now.provider.clone()),
        model: model_changed.then(|| now.model.clone()),
        persona_id: put(&before.persona_id, &now.persona_id),
        prompt: put(&before.prompt, &now.prompt),
        system_prompt: put(&before.system_prompt, &now.system_prompt),
        enabled: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn definition() -> Definition {
        serde_json::from_value(json!({"steps": [
            {"id": "a", "label": "A", "type": "llm", "prompt": "one", "model": "m1"},
            {"id": "r", "label": "R", "type": "review"},
        ]}))
        .unwrap()
    }

    fn llm(definition: &Definition) -> LlmStep {
        let StepKind::Llm(llm) = &definition.steps[0].kind else { panic!() };
        llm.clone()
    }

    #[test]
    fn later_changes_stand_over_earlier_ones() {
        let mut change =
            PatchStep { model: Some(Some("m2".into())), prompt: Some("two".into()), ..PatchStep::default() };
        merge(&mut change, PatchStep { model: Some(None), enabled: Some(false), ..PatchStep::default() });
        let changed = changed_definition(definition(), &Changes::from([("a".into(), change)]));
        assert!(!changed.steps[0].enabled && changed.steps[1].enabled);
        assert_eq!((llm(&changed).model, llm(&changed).prompt), (None, "two".into()));
    }

    #[test]
    fn only_what_differs_is_sent() {
        let before = llm(&definition());
        assert_eq!(difference(&before, &before), PatchStep::default());
        let now = LlmStep { provider: Some("demo".into()), ..before.clone() };
        let sent = difference(&before, &now);
        assert_eq!((sent.provider, sent.model), (Some(Some("demo".into())), Some(Some("m1".into()))));
        assert_eq!((sent.prompt, sent.system_prompt), (None, None));
    }

    #[test]
    fn changes_survive_being_kept_as_json() {
        let changes = Changes::from([("a".to_owned(), PatchStep { persona_id: Some(None), ..PatchStep::default() })]);
        let kept = serde_json::to_string(&changes).unwrap();
        assert_eq!(serde_json::from_str::<Changes>(&kept).unwrap(), changes);
    }
}
