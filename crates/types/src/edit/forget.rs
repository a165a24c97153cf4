//! Takes the references to a step out of prompts.

use super::apply::place_of;
use super::error::EditError;
use crate::definition::{Definition, Step};
use crate::ids::StepId;
use crate::index::Index;
use crate::template::Reading;

/// Takes `{{ … }}` out where it only inserts something of the step, or of a step inside it. What computes with it stays as
/// it is: only a person can say what it should be.
pub(super) fn forget(definition: &mut Definition, id: &StepId) -> Result<(), EditError> {
    let index = Index::of(definition);
    let gone = place_of(&index, id)?;
    // The texts of containers are expressions, which compute.
    let others =
        index.places().iter().filter(|place| !index.is_part_of(place, gone) && !place.step.kind.is_container());
    for place in others {
        let mut step = Step::clone(&place.step);
        for text in step.templates_mut() {
            if let Ok(reading) = Reading::new(text, index.names()) {
                *text = reading.without(|reference| index.means(reference, place, gone));
            }
        }
        if step != *place.step
            && let Some(before) = definition.step_mut(&step.id)
        {
            *before = step;
        }
    }
    Ok(())
}
