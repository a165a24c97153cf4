//! Joins two drafts that began from the same version.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};
use sluice_types::{BlockAddress, Definition, Positions, Step, StepId, json};

use super::fields::{addresses, common_order, ids_in, names, of_step, of_workflow, to_draft};
use crate::editor::{Draft, List};

/// Both changed the same thing in different ways.
struct Conflict;

/// The draft with the changes of both, when no field, no step and no order was changed by both in
/// different ways. One side may have removed a step that the other refers to: lint the result before the save.
#[must_use]
pub fn merge(base: &Draft, mine: &Draft, theirs: &Draft) -> Option<Draft> {
    let fields = merge_fields(&of_workflow(base), &of_workflow(mine), &of_workflow(theirs)).ok()?;
    let extra = merge_fields(&base.extra, &mine.extra, &theirs.extra).ok()?;
    let mut nodes = BTreeMap::new();
    for id in mine.nodes().keys().chain(theirs.nodes().keys()) {
        if let Some(step) = merge_step(base.step(id), mine.step(id), theirs.step(id)).ok()? {
            nodes.insert(id.clone(), step);
        }
    }
    let mut lists = BTreeMap::new();
    for address in addresses(mine, theirs) {
        let entry = |draft: &Draft| draft.list(address).and_then(|list| list.entry_step.clone());
        let entry_step = choose(&entry(base), entry(mine), entry(theirs)).ok()?;
        let order = merged_order(base, mine, theirs, address)?;
        let steps = order.into_iter().filter(|id| nodes.contains_key(*id)).cloned().collect();
        lists.insert(address.clone(), Arc::new(List { entry_step, steps }));
    }
    // A step that both moved to different lists would be in both.
    let listed: usize = lists.values().map(|list| list.steps.len()).sum();
    if listed != nodes.len() {
        return None;
    }
    let layout = Arc::new(merged_layout(base, mine, theirs));
    let merged = Draft { extra, layout, nodes, lists, ..to_draft(fields)? };
    let definition = merged.to_definition();
    let merged = merged.with_definition(definition);
    // One side may have renamed or removed a branch that the other put steps into, or each may have put a container into
    // one that the other moved.
    (merged.nodes().len() == listed).then_some(merged)
}

/// The result of a three-way merge of one value.
fn choose<T: PartialEq>(base: &T, mine: T, theirs: T) -> Result<T, Conflict> {
    if mine == theirs || *base == theirs {
        Ok(mine)
    } else if *base == mine {
        Ok(theirs)
    } else {
        Err(Conflict)
    }
}

fn merge_fields(
    base: &Map<String, Value>,
    mine: &Map<String, Value>,
    theirs: &Map<String, Value>,
) -> Result<Map<String, Value>, Conflict> {
    let mut merged = Map::new();
    for name in names(mine, theirs) {
        if let Some(value) = choose(&base.get(name), mine.get(name), theirs.get(name))? {
            merged.insert(name.to_owned(), value.clone());
        }
    }
    Ok(merged)
}

/// The positions of both; where both moved a step, mine.
fn merged_layout(base: &Draft, mine: &Draft, theirs: &Draft) -> Positions {
    let ids: BTreeSet<&StepId> = mine.layout().keys().chain(theirs.layout().keys()).collect();
    let position = |id: &StepId| {
        let [base, mine, theirs] = [base, mine, theirs].map(|draft| draft.layout().get(id).copied());
        choose(&base, mine, theirs).unwrap_or(mine)
    };
    ids.into_iter().filter_map(|id| Some((id.clone(), position(id)?))).collect()
}

/// Merges one step of the three versions; `None` when it was removed.
fn merge_step(
    base: Option<&Arc<Step>>,
    mine: Option<&Arc<Step>>,
    theirs: Option<&Arc<Step>>,
) -> Result<Option<Arc<Step>>, Conflict> {
    if let Ok(step) = choose(&base, mine, theirs) {
        return Ok(step.cloned());
    }
    // Both changed it, perhaps in different fields.
    let (Some(mine), Some(theirs)) = (mine, theirs) else { return Err(Conflict) };
    let base = base.map(|step| of_step(step)).unwrap_or_default();
    let fields = merge_fields(&base, &of_step(mine), &of_step(theirs))?;
    let step: Step = json::from_value(Value::Object(fields)).map_err(|_| Conflict)?;
    let of_steps = |steps| Definition { steps, ..Definition::default() };
    let (merged, both) = (of_steps(vec![Arc::new(step)]), of_steps(vec![Arc::clone(mine), Arc::clone(theirs)]));
    // A mix of fields of two step types is not a step.
    merged.hold_to_known_parts(Some(&both)).map_err(|_| Conflict)?;
    Ok(merged.steps.into_iter().next())
}

/// The ids in a list of both, in the order of the side that moved steps; a step that the other side added keeps its
/// predecessor.
fn merged_order<'a>(
    base: &'a Draft,
    mine: &'a Draft,
    theirs: &'a Draft,
    address: &BlockAddress,
) -> Option<Vec<&'a StepId>> {
    let common = |draft: &'a Draft, others: &[&Draft]| common_order(draft, others, address);
    let (my_order, their_order) = (common(mine, &[theirs]), common(theirs, &[mine]));
    let base_order = common(base, &[mine, theirs]);
    let they_moved = my_order == base_order && their_order != base_order;
    if !they_moved && my_order != their_order && their_order != base_order {
        return None;
    }
    let (leading, other) = if they_moved { (theirs, mine) } else { (mine, theirs) };
    let mut order: Vec<&StepId> = ids_in(leading, address).iter().collect();
    let mut behind: Option<&StepId> = None;
    for id in ids_in(other, address) {
        if !order.contains(&id) {
            let at = behind.and_then(|before| order.iter().position(|step| *step == before)).map_or(0, |at| at + 1);
            order.insert(at, id);
        }
        behind = Some(id);
    }
    Some(order)
}
