//! What requests for single steps name: steps, lists, positions and ports.

use serde_json::{Value, json};
use sluice_types::edit::{EditError, Port};
use sluice_types::json::ReadError;
use sluice_types::{
    BlockAddress, Definition, ErrorCode, FieldError, Index, Place, PlacedStep, Slot, Step, StepId, StepType,
};

use crate::error::{ApiError, ApiResult};

/// An error of one field of the request.
pub fn wrong(pointer: &str, message: impl Into<String>) -> ApiError {
    ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new(pointer, message.into())])
}

/// A step of a request. An id that is left out is made from the label, and numbered when it is taken. With an `id`, the request
/// may leave it out and may give no other.
pub fn read_step(index: &Index, step: &Value, id: Option<&StepId>) -> ApiResult<Step> {
    let mut step = step.clone();
    if let (Some(id), Some(fields)) = (id, step.as_object_mut()) {
        let given = fields.entry("id").or_insert_with(|| id.as_str().into());
        if given.is_null() {
            *given = id.as_str().into();
        }
        if given.as_str().is_some_and(|given| given != id.as_str()) {
            return Err(wrong("/step/id", format!("the address names `{id}`: the id of a step does not change")));
        }
    }
    // The ids that are taken stand beside it.
    let replaced = id.and_then(|id| index.place(id));
    let is_replaced = |place: &Place| {
        replaced.is_some_and(|replaced| {
            place.step.id == replaced.step.id || index.around(place).any(|around| around.step.id == replaced.step.id)
        })
    };
    let others = index.places().iter().filter(|place| !is_replaced(place));
    let others = others.map(|place| json!({"id": place.step.id, "label": place.step.label, "type": StepType::Review}));
    let steps: Vec<Value> = std::iter::once(step).chain(others).collect();
    let read = Definition::of_value(&json!({ "steps": steps })).map_err(|ReadError { pointer, message }| {
        let rest = pointer.strip_prefix("/steps/0").unwrap_or_default();
        wrong(&format!("/step{rest}"), message)
    })?;
    let step = read.steps.into_iter().next().ok_or_else(|| wrong("/step", "a step is expected"))?;
    Ok(Step::clone(&step))
}

/// The list that a request names by a container and one of its lists.
pub fn list_of(index: &Index, parent: Option<&StepId>, slot: Option<&str>) -> ApiResult<BlockAddress> {
    let Some(parent) = parent else {
        return match slot {
            Some(_) => Err(wrong("/slot", "it names a list of a container: give `parent`, too")),
            None => Ok(BlockAddress::Root),
        };
    };
    let place = index.place(parent).ok_or_else(|| wrong("/parent", format!("there is no step `{parent}`")))?;
    let lists = place.step.kind.blocks();
    let there = || lists.iter().map(|list| format!("`{}`", list.slot)).collect::<Vec<_>>().join(", ");
    let slot = match (slot, lists.as_slice()) {
        (_, []) if !place.step.kind.is_container() => {
            return Err(wrong("/parent", format!("`{parent}` is no container")));
        }
        (Some(slot), _) => slot.parse::<Slot>().map_err(|message| wrong("/slot", message))?,
        (None, [only]) => only.slot.clone(),
        (None, _) => return Err(wrong("/slot", format!("name the list of `{parent}`: {}", there()))),
    };
    if !lists.iter().any(|list| list.slot == slot) {
        return Err(wrong("/slot", format!("`{parent}` has no list `{slot}`; it has {}", there())));
    }
    Ok(BlockAddress::Inner { parent: parent.clone(), slot })
}

/// Refuses a list inside the step that is to be moved there.
pub fn check_outside(index: &Index, list: &BlockAddress, moved: &StepId) -> ApiResult<()> {
    let BlockAddress::Inner { parent, .. } = list else { return Ok(()) };
    let is_inside = index.place(parent).is_some_and(|place| index.around(place).any(|around| around.step.id == *moved));
    if parent == moved || is_inside {
        return Err(wrong(
            "/parent",
            format!("`{parent}` is the step itself or stands inside it: a step cannot hold itself"),
        ));
    }
    Ok(())
}

/// The list that a new order is for: the one that is named, else the one that holds the steps.
pub fn reordered_list(
    index: &Index,
    parent: Option<&StepId>,
    slot: Option<&str>,
    order: &[StepId],
) -> ApiResult<BlockAddress> {
    if let Some(unknown) = order.iter().position(|id| index.place(id).is_none()) {
        let message = format!("there is no step `{}`", order.get(unknown).map_or("", StepId::as_str));
        return Err(wrong(&format!("/step_ids/{unknown}"), message));
    }
    list_of(index, parent, slot)
}

/// The position in a list that a request names; behind the others when it names none. A step that is moved does not count.
pub fn position_of(
    index: &Index,
    list: &BlockAddress,
    position: Option<u32>,
    after: Option<&StepId>,
    moved: Option<&StepId>,
) -> ApiResult<usize> {
    let others: Vec<&StepId> = index.block(list).map(|place| &place.step.id).filter(|id| Some(*id) != moved).collect();
    match (position, after) {
        (Some(_), Some(_)) => Err(wrong("/after", "give `position` or `after`, one of the two")),
        (Some(position), None) => usize::try_from(position)
            .ok()
            .filter(|position| *position <= others.len())
            .ok_or_else(|| wrong("/position", format!("from 0 to {}", others.len()))),
        (None, Some(after)) => match others.iter().position(|id| *id == after) {
            Some(at) => Ok(at + 1),
            None => Err(wrong("/after", format!("the list has no other step `{after}`"))),
        },
        (None, None) => Ok(others.len()),
    }
}

/// Where a step goes on: `next`, `case:NAME` or `otherwise`.
pub fn port_of(text: Option<&str>) -> ApiResult<Port> {
    text.map_or(Ok(Port::Next), str::parse).map_err(|message: String| wrong("/from_port", message))
}

/// A step and where it stands; `None` when there is no such step.
pub fn place_of(index: &Index, id: &StepId, version: i64) -> Option<PlacedStep> {
    let place = index.place(id)?;
    let (parent, slot) = match &place.block {
        BlockAddress::Root => (None, None),
        BlockAddress::Inner { parent, slot } => (Some(parent.clone()), Some(slot.to_string())),
    };
    let position = u32::try_from(place.position).unwrap_or(u32::MAX);
    Some(PlacedStep { step: Step::clone(&place.step), parent, slot, position, version })
}

/// An edit that was refused, with the field of the request that is the cause.
pub fn refused(error: &EditError) -> ApiError {
    let pointer = match error {
        EditError::IdTaken(_) => "/step/id",
        EditError::LabelTaken(_) | EditError::Label(_) => "/step/label",
        // The lists that requests name are there: only the case of a connection may not be.
        EditError::NoSuchList(_) | EditError::NoSuchField { .. } | EditError::NoSuchBranch(_) => "/from_port",
        EditError::NoSuchPosition { .. } => "/position",
        EditError::NotTheSteps { .. } => "/step_ids",
        EditError::NotLater(_) => "/target",
        EditError::NoSuchStep(_)
        | EditError::TooManySteps
        | EditError::TooDeep
        | EditError::TooManyBranches { .. }
        | EditError::BranchName(_)
        | EditError::BranchesAndItems
        | EditError::NotOneAfterAnother
        | EditError::NoSuchInput
        | EditError::InputName(_)
        | EditError::TooManyInputs
        | EditError::FixDoesNotFit => "",
    };
    wrong(pointer, error.to_string())
}

#[cfg(test)]
mod tests {
    use sluice_types::BranchName;

    use super::*;

    fn index() -> Index {
        let definition = serde_json::from_value(json!({"steps": [
            {"id": "a", "label": "A", "type": "llm", "prompt": "x"},
            {"id": "fan", "label": "Fan", "type": "parallel", "branches": [{"name": "eu", "steps": []}, {"name": "us", "steps": []}]},
            {"id": "again", "label": "Again", "type": "loop", "until": "true", "max_iterations": 2, "steps": []},
        ]}))
        .unwrap();
        Index::of(&definition)
    }

    #[test]
    fn a_list_is_named_by_its_container_and_its_slot() {
        let id = |text: &str| StepId::new(text).unwrap();
        let list = |parent: Option<&str>, slot: Option<&str>| {
            let named = list_of(&index(), parent.map(id).as_ref(), slot);
            named.map_err(|error| error.to_string()).map(|list| match list {
                BlockAddress::Root => "root".to_owned(),
                BlockAddress::Inner { parent, slot } => format!("{parent} {slot}"),
            })
        };
        assert_eq!(list(None, None).unwrap(), "root");
        assert_eq!(list(Some("fan"), Some("branch:us")).unwrap(), "fan branch:us");
        assert_eq!(list(Some("again"), None).unwrap(), "again body");
        for (parent, slot, told) in [
            (None, Some("body"), "give `parent`"),
            (Some("gone"), None, "no step `gone`"),
            (Some("a"), None, "`a` is no container"),
            (Some("fan"), None, "`branch:eu`, `branch:us`"),
            (Some("fan"), Some("branch:asia"), "has no list `branch:asia`"),
            (Some("fan"), Some("eu"), "is no list"),
        ] {
            assert!(list(parent, slot).unwrap_err().contains(told), "{parent:?} {slot:?}");
        }
    }

    #[test]
    fn a_port_is_the_step_or_a_case_of_it() {
        assert_eq!(port_of(None).unwrap(), Port::Next);
        assert_eq!(port_of(Some("case:big")).unwrap(), Port::Case(BranchName::new("big").unwrap()));
        assert!(port_of(Some("case:")).is_err() && port_of(Some("body")).is_err());
    }
}
