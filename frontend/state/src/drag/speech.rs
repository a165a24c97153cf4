//! Screen reader texts for sorting steps.

use super::Effect;

/// Instructions for sorting by keyboard: the description of every handle.
#[must_use]
pub const fn instructions(has_containers: bool) -> &'static str {
    if has_containers {
        "Press space to pick up. Use the arrow keys to move, right and left to go into a block and out of it, space to drop, escape to cancel."
    } else {
        "Press space to pick up. Use the arrow keys to move, space to drop, escape to cancel."
    }
}

/// The announcement after an effect. `label` is the step's label, `list` says which list it would be in, as `branch B of
/// Look at it`, and `count` is the number of steps there.
#[must_use]
pub fn announcement(effect: &Effect, label: &str, list: Option<&str>, count: usize) -> String {
    let number = effect.spot().position + 1;
    let of = match list {
        Some(list) => format!("{number} of {count} in {list}"),
        None => format!("{number} of {count}"),
    };
    match effect {
        Effect::Lifted(_) => {
            let keys = if list.is_some() {
                "Use the arrow keys to move, right and left to go into a block and out of it, space to drop, escape to cancel."
            } else {
                "Use the arrow keys to move, space to drop, escape to cancel."
            };
            format!("Picked up {label}, {of}. {keys}")
        }
        Effect::Over(_) => match list {
            Some(list) => format!("{label} is now in {list}, {number} of {count}."),
            None => format!("{label} is now {of}."),
        },
        Effect::Move(_) => format!("Dropped {label} at {of}."),
        Effect::Stayed(_) => format!("Dropped {label} where it was, at {of}."),
        Effect::Cancelled(_) => format!("Move cancelled. {label} is back at {of}."),
    }
}

/// The same for a step that is not in the tree yet.
#[must_use]
pub fn announcement_of_new(effect: &Effect, label: &str, list: Option<&str>, count: usize) -> String {
    match effect {
        Effect::Lifted(_) => format!("Picked up {label}. Escape puts it back."),
        Effect::Cancelled(_) => format!("{label} was not added."),
        Effect::Over(_) | Effect::Move(_) | Effect::Stayed(_) => announcement(effect, label, list, count),
    }
}
