//! Sorts a list by mouse, touch, pen or keyboard: a state machine without a browser.
//!
//! The component measures the items once per pick-up, sends events, sets the transforms of [`Drag::shift`], and carries
//! out each [`Effect`]. All positions are px from the top of the list, so scrolling changes the pointer's y: the
//! component sends a [`DragEvent::PointerMove`] then too.

mod layout;
mod machine;
mod speech;

#[cfg(test)]
pub use layout::moved;
pub use layout::{Layout, Slot, auto_scroll};
pub use machine::{DRAG_AFTER_PX, Drag, DragEvent, Effect, LONG_PRESS_MS, Point, Pointer, Stride, TOUCH_SLOP_PX};
pub use speech::{announcement, instructions};

#[cfg(test)]
mod tests;
