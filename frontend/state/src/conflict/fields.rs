//! A draft cut into named fields.

use serde_json::{Map, Value};
use sluice_types::{BlockAddress, Definition, Step, StepId, json};

use crate::editor::Draft;

/// The fields of the workflow, without its steps: its name and the like, and those of the definition that are known.
/// A field that a newer version has added to the definition may be called like one of the workflow.
pub(super) fn of_workflow(draft: &Draft) -> Map<String, Value> {
    let definition = Definition { steps: Vec::new(), extra: Map::new(), ..draft.to_definition() };
    let mut fields = object(serde_json::to_value(draft.clone().with_definition(definition)));
    if let Some(Value::Object(definition)) = fields.remove("definition") {
        fields.extend(definition.into_iter().filter(|(name, _)| name != "steps"));
    }
    // Positions on the canvas are nobody's conflict.
    fields.remove("layout");
    // A field without a choice is absent in one draft and `null` in the other.
    fields.retain(|_, value| !value.is_null());
    fields
}

/// The workflow that has these fields, and no steps yet.
pub(super) fn to_draft(mut fields: Map<String, Value>) -> Option<Draft> {
    let own = ["name", "description", "category", "tags", "is_template", "is_active"];
    let mut whole = Map::new();
    for name in own {
        whole.insert(name.to_owned(), fields.remove(name).unwrap_or_default());
    }
    fields.insert("steps".into(), Value::Array(Vec::new()));
    whole.insert("definition".into(), Value::Object(fields));
    json::from_value(Value::Object(whole)).ok()
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

/// The addresses of the lists of both, each once.
pub(super) fn addresses<'a>(mine: &'a Draft, theirs: &'a Draft) -> Vec<&'a BlockAddress> {
    let only_theirs = theirs.lists().keys().filter(|address| mine.list(address).is_none());
    mine.lists().keys().chain(only_theirs).collect()
}

/// The ids in a draft's list, in its order.
pub(super) fn ids_in<'a>(draft: &'a Draft, address: &BlockAddress) -> &'a [StepId] {
    draft.list(address).map_or(&[], |list| &list.steps)
}

/// The ids in a draft's list that the lists of `others` have too, in order.
pub(super) fn common_order<'a>(draft: &'a Draft, others: &[&Draft], address: &BlockAddress) -> Vec<&'a StepId> {
    let is_common = |id: &&StepId| others.iter().all(|other| ids_in(other, address).contains(id));
    ids_in(draft, address).iter().filter(is_common).collect()
}
