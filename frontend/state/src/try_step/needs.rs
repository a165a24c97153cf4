//! What a step reads.

use std::collections::BTreeSet;

use sluice_types::definition::StepKind;
use sluice_types::template::{Reading, Root};
use sluice_types::{Index, NATIVE, NATIVE_TOOLS, Place, StepEffect, StepId, TriedStep};

/// An output that a step reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The step that makes it in a run.
    pub id: StepId,
    /// Its label.
    pub label: String,
    /// Whether the step that is tried cannot do without it.
    pub required: bool,
}

/// All that a step reads, and what a try of it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The outputs, in the order of the workflow.
    pub outputs: Vec<Need>,
    /// The label of the `for_each` whose item it reads.
    pub item_of: Option<String>,
    /// The fields of the input.
    pub fields: Vec<String>,
    /// Whether it reads the input as a whole.
    pub whole_input: bool,
    /// Whether a try may change something elsewhere.
    pub writes: bool,
}

impl Needs {
    /// What a step reads; nothing when it is not there.
    #[must_use]
    pub fn of(index: &Index, id: &StepId) -> Self {
        let Some(tried) = TriedStep::of(index, id) else { return Self::default() };
        let outputs = tried.reads.iter().map(|read| Need {
            id: read.place.step.id.clone(),
            label: read.place.step.label.clone(),
            required: read.required,
        });
        let item_of = tried.for_each().next_back().map(|each| each.step.label.clone());
        let mut needs = Self { outputs: outputs.collect(), item_of, ..Self::default() };
        let mut fields = BTreeSet::new();
        let is_inside =
            |place: &&Place| place.step.id == *id || index.around(place).any(|around| around.step.id == *id);
        for place in index.places().iter().filter(is_inside) {
            needs.writes |= writes(place);
            for text in place.step.texts() {
                let Ok(reading) = Reading::of(text.source, text.language, index.names()) else { continue };
                needs.whole_input |= reading.names_whole_input();
                let named = reading.references().iter().filter(|reference| reference.root == Root::Input);
                fields.extend(named.map(|reference| reference.name.clone()));
            }
        }
        needs.fields = fields.into_iter().collect();
        needs.whole_input &= needs.fields.is_empty();
        needs
    }

    /// Whether it reads something of the input.
    #[must_use]
    pub const fn reads_input(&self) -> bool {
        self.whole_input || !self.fields.is_empty()
    }

    /// Whether it reads nothing that a run makes.
    #[must_use]
    pub const fn is_free(&self) -> bool {
        self.outputs.is_empty() && self.item_of.is_none() && !self.reads_input()
    }
}

/// Whether a step may change something elsewhere.
fn writes(place: &Place) -> bool {
    match &place.step.kind {
        StepKind::Tool(tool) => {
            let own = tool.tool.strip_prefix(NATIVE).and_then(|rest| rest.strip_prefix(':'));
            let known = own.and_then(|name| NATIVE_TOOLS.iter().find(|(own, _)| *own == name));
            place.step.effect() == StepEffect::Writes && known.is_none_or(|(_, effect)| *effect == StepEffect::Writes)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_needs_what_its_texts_name() {
        let definition = serde_json::from_value(json!({"steps": [
            {"id": "plan", "label": "Plan", "type": "llm", "prompt": "On {{input.topic}} for {{input.reader}}"},
            {"id": "whole", "label": "Whole", "type": "llm", "prompt": "{{input}} {{steps.Plan.content | default('')}}"},
            {"id": "each", "label": "Each", "type": "parallel", "for_each": "['a']", "steps": [
                {"id": "inner", "label": "Inner", "type": "llm", "prompt": "{{item}} {{steps.Plan.content}}"},
                {"id": "send", "label": "Send", "type": "tool", "tool": "mail:send"}]},
            {"id": "time", "label": "Time", "type": "tool", "tool": "native:current_time"}]}))
        .unwrap();
        let index = Index::of(&definition);
        let of = |id: &str| Needs::of(&index, &StepId::new(id).unwrap());
        let plan = |required| Need { id: StepId::new("plan").unwrap(), label: "Plan".into(), required };
        let fields = vec!["reader".to_owned(), "topic".to_owned()];
        assert_eq!(of("plan"), Needs { fields, ..Needs::default() });
        assert_eq!(of("whole"), Needs { outputs: vec![plan(false)], whole_input: true, ..Needs::default() });
        let item_of = Some("Each".to_owned());
        assert_eq!(of("inner"), Needs { outputs: vec![plan(true)], item_of, ..Needs::default() });
        assert!(of("each").writes && of("send").writes && !of("time").writes);
        assert!(of("time").is_free() && of("gone").is_free());
    }
}
