//! The state machine of a drag: events in, state and effects out.

use super::layout::{Layout, Slot};

/// Px that a mouse or a pen moves before it drags: less is an unsteady click.
pub const DRAG_AFTER_PX: f64 = 5.0;
/// Px that a finger may move before its long press is over: more is scrolling.
pub const TOUCH_SLOP_PX: f64 = 10.0;
/// Milliseconds that a finger rests before it drags. The component owns the timer.
pub const LONG_PRESS_MS: u32 = 350;

/// Type of the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// Drags as soon as it has moved a little.
    Mouse,
    /// Drags after a long press only, so that a list can still be scrolled by it.
    Touch,
    /// Drags as a mouse does.
    Pen,
}

/// A place in px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top of the list.
    pub y: f64,
}

impl Point {
    /// Whether the other point is more than `px` away.
    fn is_farther(self, other: Self, px: f64) -> bool {
        (self.x - other.x).powi(2) + (self.y - other.y).powi(2) > px.powi(2)
    }
}

/// Distance of a move by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    /// A number of places down, or up when negative.
    By(isize),
    /// To the first place.
    ToStart,
    /// To the last place.
    ToEnd,
}

/// An event of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DragEvent {
    /// A pointer goes down on the handle of an item.
    PointerDown {
        /// The item.
        index: usize,
        /// The position.
        at: Point,
        /// Type of the pointer.
        pointer: Pointer,
    },
    /// The pointer moved, or the list was scrolled under it.
    PointerMove {
        /// The position.
        at: Point,
    },
    /// The pointer was let go.
    PointerUp,
    /// A finger has rested for [`LONG_PRESS_MS`].
    LongPress,
    /// Space or enter on the handle of an item that is not picked up.
    KeyLift {
        /// The item.
        index: usize,
    },
    /// An arrow key, Home or End while an item is picked up.
    KeyMove(Stride),
    /// Space or enter while an item is picked up.
    KeyDrop,
    /// Escape, `pointercancel`, a lost capture or a lost focus.
    Cancel,
    /// The list has changed, so the measurements are outdated.
    ListChanged,
}

/// An action for the component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// An item was picked up: show it so, and say it.
    Lifted {
        /// Its index.
        index: usize,
    },
    /// The item would land somewhere else now: say it.
    Over {
        /// Its index.
        from: usize,
        /// Its index after a drop.
        to: usize,
    },
    /// Remove the item at `from`, then insert it at `to`. They differ.
    Move {
        /// Its index.
        from: usize,
        /// Its new index, counted without it.
        to: usize,
    },
    /// The item was dropped at its old place: no change.
    Stayed {
        /// Its index.
        index: usize,
    },
    /// Nothing is moved.
    Cancelled {
        /// Its index, still unchanged.
        index: usize,
    },
}

/// State of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Drag {
    /// Nothing.
    #[default]
    Idle,
    /// A pointer is down and has not dragged yet.
    Pressed {
        /// The item.
        index: usize,
        /// The position at which the pointer was pressed.
        start: Point,
        /// Type of the pointer.
        pointer: Pointer,
    },
    /// An item follows the pointer.
    Dragging {
        /// Its index in the list.
        from: usize,
        /// Its index after a drop.
        to: usize,
        /// The position at which the pointer was pressed.
        start: Point,
        /// The position of the pointer.
        at: Point,
    },
    /// An item was picked up by key.
    Lifted {
        /// Its index in the list.
        from: usize,
        /// Its index after a drop.
        to: usize,
    },
}

impl Drag {
    /// The state after an event. `list` has the measurements of the pick-up; events that do not apply change nothing.
    #[must_use]
    pub fn step(self, event: DragEvent, list: &Layout) -> (Self, Option<Effect>) {
        if self.source().is_some_and(|index| index >= list.len()) {
            return self.cancel();
        }
        match event {
            DragEvent::PointerDown { index, at, pointer } => self.press(index, at, pointer, list),
            DragEvent::PointerMove { at } => self.follow(at, list),
            DragEvent::PointerUp => match self {
                Self::Lifted { .. } => self.cancel(),
                Self::Idle | Self::Pressed { .. } | Self::Dragging { .. } => self.drop_here(),
            },
            DragEvent::LongPress => match self {
                Self::Pressed { index, start, pointer: Pointer::Touch } => {
                    (Self::Dragging { from: index, to: index, start, at: start }, Some(Effect::Lifted { index }))
                }
                Self::Idle | Self::Pressed { .. } | Self::Dragging { .. } | Self::Lifted { .. } => (self, None),
            },
            DragEvent::KeyLift { index } => match self {
                Self::Idle if index < list.len() => {
                    (Self::Lifted { from: index, to: index }, Some(Effect::Lifted { index }))
                }
                Self::Idle | Self::Pressed { .. } | Self::Dragging { .. } | Self::Lifted { .. } => (self, None),
            },
            DragEvent::KeyMove(stride) => self.stride(stride, list),
            DragEvent::KeyDrop => self.drop_here(),
            DragEvent::Cancel | DragEvent::ListChanged => self.cancel(),
        }
    }

    fn press(self, index: usize, start: Point, pointer: Pointer, list: &Layout) -> (Self, Option<Effect>) {
        match self {
            Self::Idle if index < list.len() => (Self::Pressed { index, start, pointer }, None),
            // Using the mouse cancels a pick-up by keyboard.
            Self::Lifted { .. } => self.cancel(),
            // A second finger has no effect.
            Self::Idle | Self::Pressed { .. } | Self::Dragging { .. } => (self, None),
        }
    }

    fn follow(self, at: Point, list: &Layout) -> (Self, Option<Effect>) {
        match self {
            Self::Pressed { start, pointer: Pointer::Touch, .. } => {
                let next = if at.is_farther(start, TOUCH_SLOP_PX) { Self::Idle } else { self };
                (next, None)
            }
            Self::Pressed { index, start, pointer: Pointer::Mouse | Pointer::Pen } => {
                if !at.is_farther(start, DRAG_AFTER_PX) {
                    return (self, None);
                }
                let to = list.target(index, at.y - start.y);
                (Self::Dragging { from: index, to, start, at }, Some(Effect::Lifted { index }))
            }
            Self::Dragging { from, to: before, start, .. } => {
                let to = list.target(from, at.y - start.y);
                (Self::Dragging { from, to, start, at }, (to != before).then_some(Effect::Over { from, to }))
            }
            Self::Idle | Self::Lifted { .. } => (self, None),
        }
    }

    fn stride(self, stride: Stride, list: &Layout) -> (Self, Option<Effect>) {
        let Self::Lifted { from, to: before } = self else { return (self, None) };
        let last = list.len().saturating_sub(1);
        let to = match stride {
            Stride::By(places) => before.saturating_add_signed(places).min(last),
            Stride::ToStart => 0,
            Stride::ToEnd => last,
        };
        (Self::Lifted { from, to }, (to != before).then_some(Effect::Over { from, to }))
    }

    fn drop_here(self) -> (Self, Option<Effect>) {
        let effect = match self {
            Self::Idle | Self::Pressed { .. } => None,
            Self::Dragging { from, to, .. } | Self::Lifted { from, to } if from == to => {
                Some(Effect::Stayed { index: from })
            }
            Self::Dragging { from, to, .. } | Self::Lifted { from, to } => Some(Effect::Move { from, to }),
        };
        (Self::Idle, effect)
    }

    fn cancel(self) -> (Self, Option<Effect>) {
        let effect = match self {
            Self::Idle | Self::Pressed { .. } => None,
            Self::Dragging { from, .. } | Self::Lifted { from, .. } => Some(Effect::Cancelled { index: from }),
        };
        (Self::Idle, effect)
    }

    /// The item that is pressed or picked up.
    #[must_use]
    pub const fn source(&self) -> Option<usize> {
        match self {
            Self::Idle => None,
            Self::Pressed { index, .. } => Some(*index),
            Self::Dragging { from, .. } | Self::Lifted { from, .. } => Some(*from),
        }
    }

    /// The old and the new index of the item that is picked up.
    #[must_use]
    pub const fn route(&self) -> Option<(usize, usize)> {
        match self {
            Self::Idle | Self::Pressed { .. } => None,
            Self::Dragging { from, to, .. } | Self::Lifted { from, to } => Some((*from, *to)),
        }
    }

    /// Px by which to draw an item below its place: the dragged one follows the pointer, one picked up by key is drawn
    /// at its target, and those between make room.
    #[must_use]
    pub fn shift(&self, index: usize, list: &Layout) -> f64 {
        match *self {
            Self::Dragging { from, start, at, .. } if index == from => at.y - start.y,
            Self::Dragging { from, to, .. } | Self::Lifted { from, to } => list.shift(index, from, to),
            Self::Idle | Self::Pressed { .. } => 0.0,
        }
    }

    /// The free place for the item, where the placeholder is drawn.
    #[must_use]
    pub fn placeholder(&self, list: &Layout) -> Option<Slot> {
        self.route().and_then(|(from, to)| list.landing(from, to))
    }
}
