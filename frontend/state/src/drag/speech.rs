//! Screen reader texts for sorting a list.

use super::Effect;

/// Instructions for sorting by keyboard: the description of every handle.
#[must_use]
pub const fn instructions() -> &'static str {
    "Press space to pick up. Use the arrow keys to move, space to drop, escape to cancel."
}

/// The announcement after an effect. `label` is the item's label, `count` the number of items.
#[must_use]
pub fn announcement(effect: Effect, label: &str, count: usize) -> String {
    match effect {
        Effect::Lifted { index } => format!(
            "Picked up {label}, {} of {count}. Use the arrow keys to move, space to drop, escape to cancel.",
            index + 1
        ),
        Effect::Over { to, .. } => format!("{label} is now {} of {count}.", to + 1),
        Effect::Move { to, .. } => format!("Dropped {label} at {} of {count}.", to + 1),
        Effect::Stayed { index } => format!("Dropped {label} where it was, at {} of {count}.", index + 1),
        Effect::Cancelled { index } => format!("Move cancelled. {label} is back at {} of {count}.", index + 1),
    }
}
