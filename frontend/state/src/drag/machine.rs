//! The state machine of a drag: events in, state and effects out.

use sluice_types::StepId;

use super::layout::{Scene, Spot, Stride};

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
    /// From the top of the outermost list.
    pub y: f64,
}

impl Point {
    /// Whether the other point is more than `px` away.
    fn is_farther(self, other: Self, px: f64) -> bool {
        (self.x - other.x).powi(2) + (self.y - other.y).powi(2) > px.powi(2)
    }
}

/// An event of the tree.
#[derive(Debug, Clone, PartialEq)]
pub enum DragEvent {
    /// A pointer goes down on the handle of a step.
    PointerDown {
        /// The step.
        id: StepId,
        /// The position.
        at: Point,
        /// Px from the top of the step to the pointer.
        grab: f64,
        /// Type of the pointer.
        pointer: Pointer,
    },
    /// The pointer moved, or the page was scrolled under it.
    PointerMove {
        /// The position.
        at: Point,
    },
    /// The pointer was let go.
    PointerUp,
    /// A finger has rested for [`LONG_PRESS_MS`].
    LongPress,
    /// Space or enter on the handle of a step that is not picked up.
    KeyLift {
        /// The step.
        id: StepId,
    },
    /// An arrow key, Home or End while a step is picked up.
    KeyMove(Stride),
    /// Space or enter while a step is picked up.
    KeyDrop,
    /// Escape, `pointercancel`, a lost capture or a lost focus.
    Cancel,
    /// The tree has changed, so the scene is outdated.
    TreeChanged,
}

/// An action for the component. It concerns the step of the scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The step was picked up: show it so, and say it.
    Lifted(Spot),
    /// The step would land here now: say it.
    Over(Spot),
    /// Move the step here, or add it when it is new. It comes from elsewhere.
    Move(Spot),
    /// The step was dropped at its old place: no change.
    Stayed(Spot),
    /// Nothing is moved.
    Cancelled(Spot),
}

impl Effect {
    /// The place that it is about.
    #[must_use]
    pub const fn spot(&self) -> &Spot {
        match self {
            Self::Lifted(spot) | Self::Over(spot) | Self::Move(spot) | Self::Stayed(spot) | Self::Cancelled(spot) => {
                spot
            }
        }
    }
}

/// State of the drag.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Drag {
    /// Nothing.
    #[default]
    Idle,
    /// A pointer is down and has not dragged yet.
    Pressed {
        /// The step.
        id: StepId,
        /// The position at which the pointer was pressed.
        start: Point,
        /// Px from the top of the step to the pointer.
        grab: f64,
        /// Type of the pointer.
        pointer: Pointer,
    },
    /// A step follows the pointer.
    Dragging {
        /// The step.
        id: StepId,
        /// Where it would land.
        to: Spot,
        /// Px from the top of the step to the pointer.
        grab: f64,
        /// The position of the pointer.
        at: Point,
    },
    /// A step was picked up by key.
    Lifted {
        /// The step.
        id: StepId,
        /// Where it would land.
        to: Spot,
    },
}

impl Drag {
    /// The state after an event. `scene` is that of the pick-up; events that do not apply change nothing.
    #[must_use]
    pub fn step(self, event: DragEvent, scene: &Scene) -> (Self, Option<Effect>) {
        if self.source().is_some_and(|id| !scene.holds(id)) {
            return (Self::Idle, None);
        }
        match event {
            DragEvent::PointerDown { id, at, grab, pointer } => match self {
                Self::Idle if scene.holds(&id) => (Self::Pressed { id, start: at, grab, pointer }, None),
                // Using the mouse cancels a pick-up by keyboard.
                Self::Lifted { .. } => self.cancel(scene),
                // A second finger has no effect.
                Self::Idle | Self::Pressed { .. } | Self::Dragging { .. } => (self, None),
            },
            DragEvent::PointerMove { at } => self.follow(at, scene),
            DragEvent::PointerUp => match self {
                Self::Lifted { .. } => self.cancel(scene),
                Self::Idle | Self::Pressed { .. } | Self::Dragging { .. } => self.drop_here(scene),
            },
            DragEvent::LongPress => match self {
                Self::Pressed { id, start, grab, pointer: Pointer::Touch } => {
                    Self::begin(id, start, grab, scene, |home| home)
                }
                Self::Idle | Self::Pressed { .. } | Self::Dragging { .. } | Self::Lifted { .. } => (self, None),
            },
            DragEvent::KeyLift { id } => match (self, scene.home()) {
                (Self::Idle, Some(home)) if scene.holds(&id) => {
                    (Self::Lifted { id, to: home.clone() }, Some(Effect::Lifted(home.clone())))
                }
                (other, _) => (other, None),
            },
            DragEvent::KeyMove(stride) => {
                let Self::Lifted { id, to: before } = self else { return (self, None) };
                let to = scene.stride(&before, stride);
                let effect = (to != before).then(|| Effect::Over(to.clone()));
                (Self::Lifted { id, to }, effect)
            }
            DragEvent::KeyDrop => self.drop_here(scene),
            DragEvent::Cancel | DragEvent::TreeChanged => self.cancel(scene),
        }
    }

    /// A step begins to follow the pointer.
    fn begin(id: StepId, at: Point, grab: f64, scene: &Scene, to: impl FnOnce(Spot) -> Spot) -> (Self, Option<Effect>) {
        let Some(home) = scene.home().cloned() else { return (Self::Idle, None) };
        (Self::Dragging { id, to: to(home.clone()), grab, at }, Some(Effect::Lifted(home)))
    }

    fn follow(self, at: Point, scene: &Scene) -> (Self, Option<Effect>) {
        let nearest = |grab: f64, before: Spot| scene.nearest(at.y - grab).cloned().unwrap_or(before);
        match self {
            Self::Pressed { start, pointer: Pointer::Touch, .. } => {
                let next = if at.is_farther(start, TOUCH_SLOP_PX) { Self::Idle } else { self };
                (next, None)
            }
            Self::Pressed { id, start, grab, pointer: pointer @ (Pointer::Mouse | Pointer::Pen) } => {
                if !at.is_farther(start, DRAG_AFTER_PX) {
                    return (Self::Pressed { id, start, grab, pointer }, None);
                }
                Self::begin(id, at, grab, scene, |home| nearest(grab, home))
            }
            Self::Dragging { id, to: before, grab, .. } => {
                let to = nearest(grab, before.clone());
                let effect = (to != before).then(|| Effect::Over(to.clone()));
                (Self::Dragging { id, to, grab, at }, effect)
            }
            Self::Idle | Self::Lifted { .. } => (self, None),
        }
    }

    fn drop_here(self, scene: &Scene) -> (Self, Option<Effect>) {
        let effect = match self {
            Self::Idle | Self::Pressed { .. } => None,
            Self::Dragging { to, .. } | Self::Lifted { to, .. } if scene.home() == Some(&to) && !scene.is_new() => {
                Some(Effect::Stayed(to))
            }
            Self::Dragging { to, .. } | Self::Lifted { to, .. } => Some(Effect::Move(to)),
        };
        (Self::Idle, effect)
    }

    fn cancel(self, scene: &Scene) -> (Self, Option<Effect>) {
        let effect = match self {
            Self::Idle | Self::Pressed { .. } => None,
            Self::Dragging { .. } | Self::Lifted { .. } => scene.home().cloned().map(Effect::Cancelled),
        };
        (Self::Idle, effect)
    }

    /// The step that is pressed or picked up.
    #[must_use]
    pub const fn source(&self) -> Option<&StepId> {
        match self {
            Self::Idle => None,
            Self::Pressed { id, .. } | Self::Dragging { id, .. } | Self::Lifted { id, .. } => Some(id),
        }
    }

    /// The step that is picked up, and where it would land.
    #[must_use]
    pub const fn route(&self) -> Option<(&StepId, &Spot)> {
        match self {
            Self::Idle | Self::Pressed { .. } => None,
            Self::Dragging { id, to, .. } | Self::Lifted { id, to } => Some((id, to)),
        }
    }
}
