//! A draft cut into named fields.

use std::sync::Arc;

use serde_json::{Map, Value};
use sluice_types::{Step, StepId, json};

use crate::editor::Draft;

/// The fields of the workflow, without its steps: its name and the like, and those of the definition.
pub(super) fn of_workflow(draft: &Draft) -> Map<String, Value> {
    let mut fields = object(serde_json::to_value(Draft { steps: Vec::new(), ..draft.clone() }));
    if let Some(Value::Object(definition)) = fields.remove("definition") {
        fields.extend(definition.into_iter().filter(|(name, _)| name != "steps"));
    }
    // What is not chosen is left out in one half and `null` in the other.
    fields.retain(|_, value| !value.is_null());
    fields
}

/// The workflow that has these fields, and these steps.
pub(super) fn to_draft(mut fields: Map<String, Value>, steps: Vec<Arc<Step>>) -> Option<Draft> {
    let own = ["name", "description", "category", "tags", "is_template", "is_active"];
    let mut whole = Map::new();
    for name in own {
        whole.insert(name.to_owned(), fields.remove(name).unwrap_or_default());
    }
    fields.insert("steps".into(), Value::Array(Vec::new()));
    whole.insert("definition".into(), Value::Object(fields));
    let draft: Draft = json::from_value(Value::Object(whole)).ok()?;
    Some(Draft { steps, ..draft })
}

/// The fields of a step.
pub(super) fn of_step(step: &Step) -> Map<String, Value> {
    object(serde_json::to_value(step))
}

fn object(value: Result<Value, serde_json::Error>) -> Map<String, Value> {
    match value {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// The names of the fields of both, each once.
pub(super) fn names<'a>(mine: &'a Map<String, Value>, theirs: &'a Map<String, Value>) -> Vec<&'a str> {
    let only_theirs = theirs.keys().filter(|name| !mine.contains_key(*name));
    mine.keys().chain(only_theirs).map(String::as_str).collect()
}

/// The ids of the steps of a draft that `others` has too, in order.
pub(super) fn common_order<'a>(draft: &'a Draft, others: &[&Draft]) -> Vec<&'a StepId> {
    let ids = draft.steps.iter().map(|step| &step.id);
    ids.filter(|id| others.iter().all(|other| other.index_of(id).is_some())).collect()
}
