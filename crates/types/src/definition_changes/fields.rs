//! The fields that differ between two JSON values.

use serde_json::{Map, Value};

use super::FieldChange;
use crate::definition::{Definition, Step};
use crate::limits::{MAX_CHANGE_POINTER_BYTES, MAX_FIELD_CHANGES};

/// The fields of a definition without its steps.
pub(super) fn of_definition(definition: &Definition) -> Value {
    let without_steps = Definition { steps: Vec::new(), ..definition.clone() };
    let mut fields = serde_json::to_value(without_steps).unwrap_or_default();
    remove(&mut fields, "/steps");
    fields
}

/// The fields of a step without the steps inside it.
pub(super) fn of_step(step: &Step) -> Value {
    let mut alone = step.clone();
    let lists: Vec<String> = step.kind.blocks().into_iter().map(|inner| inner.pointer).collect();
    for (_, block) in alone.kind.blocks_mut() {
        block.steps.clear();
    }
    let mut fields = serde_json::to_value(alone).unwrap_or_default();
    for list in lists {
        remove(&mut fields, &list);
    }
    fields
}

/// Removes the field at a pointer.
fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(fields) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
        fields.remove(name);
    }
}

/// The parts of two values that differ, as few and as small ones as the limits allow.
pub(super) fn differing(before: &Value, after: &Value) -> Vec<FieldChange> {
    compare("", Some(before), Some(after))
}

fn compare(pointer: &str, before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    if before == after {
        return Vec::new();
    }
    let parts = match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => in_objects(pointer, before, after),
        (Some(Value::Array(before)), Some(Value::Array(after))) => in_arrays(pointer, before, after),
        _ => None,
    };
    parts.unwrap_or_else(|| {
        vec![FieldChange { pointer: pointer.to_owned(), before: before.cloned(), after: after.cloned() }]
    })
}

/// `None` when the objects are one change.
fn in_objects(pointer: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Vec<FieldChange>> {
    let only_before = before.keys().filter(|name| !after.contains_key(*name));
    let mut parts = Vec::new();
    for name in after.keys().chain(only_before) {
        // https://www.rfc-editor.org/rfc/rfc6901#section-3
        let name_in_pointer = name.replace('~', "~0").replace('/', "~1");
        add(&mut parts, &format!("{pointer}/{name_in_pointer}"), before.get(name), after.get(name))?;
    }
    Some(parts)
}

/// `None` when the arrays are one change.
fn in_arrays(pointer: &str, before: &[Value], after: &[Value]) -> Option<Vec<FieldChange>> {
    if before.len() != after.len() {
        return None;
    }
    let mut parts = Vec::new();
    for (at, (before, after)) in before.iter().zip(after).enumerate() {
        add(&mut parts, &format!("{pointer}/{at}"), Some(before), Some(after))?;
    }
    Some(parts)
}

fn add(parts: &mut Vec<FieldChange>, pointer: &str, before: Option<&Value>, after: Option<&Value>) -> Option<()> {
    if before == after {
        return Some(());
    }
    if pointer.len() > MAX_CHANGE_POINTER_BYTES {
        return None;
    }
    parts.extend(compare(pointer, before, after));
    (parts.len() <= MAX_FIELD_CHANGES).then_some(())
}
