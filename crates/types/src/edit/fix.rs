//! Fixes of the lint, and the sharing of steps with the definition before.

use std::sync::Arc;

use serde_json::Value;

use crate::definition::{Definition, Step};
use crate::index::Index;
use crate::json;
use crate::lint::LintFix;

/// The definition with the fix's value at the fix's pointer; `None` when that leads nowhere or makes no definition.
pub(super) fn fixed(before: &Definition, fix: LintFix) -> Option<Definition> {
    let mut definition = serde_json::to_value(before).ok()?;
    put_at(&mut definition, &fix.pointer, fix.value)?;
    let after: Definition = json::from_value(definition).ok()?;
    // A pointer that leads nowhere makes a field that nothing knows.
    after.hold_to_known_parts(Some(before)).ok()?;
    Some(sharing(after, before))
}

/// The definition, sharing each step that is as it was before.
pub(super) fn sharing(mut definition: Definition, before: &Definition) -> Definition {
    share(&mut definition.steps, &Index::of(before));
    definition
}

fn share(steps: &mut [Arc<Step>], before: &Index) {
    for step in steps {
        match before.place(&step.id).map(|place| &place.step) {
            Some(same) if same == step => *step = Arc::clone(same),
            Some(_) | None => {
                for (_, block) in Arc::make_mut(step).kind.blocks_mut() {
                    share(block.steps, before);
                }
            }
        }
    }
}

/// Sets the value at a JSON pointer (RFC 6901); an index one past the end of a list appends.
fn put_at(root: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let (parent, last) = pointer.rsplit_once('/')?;
    match root.pointer_mut(parent)? {
        Value::Object(fields) => _ = fields.insert(last.replace("~1", "/").replace("~0", "~"), value),
        Value::Array(items) => {
            let index = if last == "-" { items.len() } else { last.parse().ok()? };
            if index == items.len() {
                items.push(value);
            } else {
                *items.get_mut(index)? = value;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    }
    Some(())
}
