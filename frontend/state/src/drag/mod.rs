//! Sorts a tree of steps by mouse, touch, pen or keyboard: a state machine without a browser.
//!
//! The component makes a [`Scene`] at each pick-up, sends events, draws the step at the pointer and a mark where it
//! would land, and carries out each [`Effect`]. All positions are px from the top of the outermost list, so scrolling
//! changes the pointer's y: the component sends a [`DragEvent::PointerMove`] then too.

mod layout;
mod machine;
mod speech;

pub use layout::{DrawnList, GAP_PX, Scene, Span, Spot, Stride, auto_scroll, item_order, mark_order};
pub use machine::{DRAG_AFTER_PX, Drag, DragEvent, Effect, LONG_PRESS_MS, Point, Pointer, TOUCH_SLOP_PX};
pub use speech::{announcement, announcement_of_new, instructions};

#[cfg(test)]
mod tests;
