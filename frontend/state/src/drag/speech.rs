//! What a screen reader says while a list is sorted.

use super::Effect;

/// How to sort by keyboard: the description of every handle.
#[must_use]
pub const fn instructions() -> &'static str {
    "Press space to pick up. Use the arrow keys to move, space to drop, escape to cancel."
}

/// What to announce after an effect. `label` is that of the item, `count` how many items there are.
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
