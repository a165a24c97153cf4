//! What the forms of a step offer of the other steps.

use sluice_types::edit::Edit;
use sluice_types::{BlockAddress, Index, Place, Resolution, StepId};

/// A step with its label.
pub type Named = (StepId, String);

fn named(place: &Place) -> Named {
    (place.step.id.clone(), place.step.label.clone())
}

/// The steps that a step can go on with instead of the next one: those behind that one in its list.
#[must_use]
pub fn jump_targets(index: &Index, id: &StepId) -> Vec<Named> {
    let Some(place) = index.place(id) else { return Vec::new() };
    index.block(&place.block).skip(place.position.saturating_add(2)).map(named).collect()
}

/// The steps whose outputs a step can use.
#[must_use]
pub fn visible(index: &Index, id: &StepId) -> Vec<Named> {
    let Some(from) = index.place(id) else { return Vec::new() };
    let sees = |place: &&Place| matches!(index.resolve_id(&place.step.id, from), Resolution::Visible(_));
    index.places().iter().filter(sees).map(named).collect()
}

/// The steps that a list can begin with instead of its first one.
#[must_use]
pub fn entries(index: &Index, block: &BlockAddress) -> Vec<Named> {
    index.block(block).skip(1).map(named).collect()
}

/// The edit that moves a step down its list, or up when negative; `None` at the list's ends.
#[must_use]
pub fn moved_by(index: &Index, id: &StepId, by: isize) -> Option<Edit> {
    let place = index.place(id)?;
    let position = place.position.checked_add_signed(by)?;
    let to = place.block.clone();
    (position < index.len_of(&to)).then(|| Edit::MoveStep { id: id.clone(), to, position })
}
