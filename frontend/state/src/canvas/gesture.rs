//! What pointers do on the canvas: they pan, zoom, move a step, or connect two.

use sluice_types::StepId;
use sluice_types::edit::Port;

use super::geometry::Point;

/// Pixels that a pointer may move until a press becomes a drag.
const SLOP_PX: f64 = 4.0;

/// What lies below a pointer that goes down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// Nothing that can be held.
    Background,
    /// A step that can be moved.
    Node(StepId),
    /// Where a connection begins.
    Handle(StepId, Port),
}

/// What a pointer does. Places are on the surface.
#[derive(Debug, Clone, PartialEq)]
pub enum PointerEvent {
    /// It goes down.
    Down {
        /// Which pointer.
        pointer: i32,
        /// Where.
        at: Point,
        /// What lies below it.
        on: On,
    },
    /// It moves.
    Move {
        /// Which pointer.
        pointer: i32,
        /// Where to.
        at: Point,
    },
    /// It is let go.
    Up {
        /// Which pointer.
        pointer: i32,
    },
    /// The browser takes it away.
    Lost {
        /// Which pointer.
        pointer: i32,
    },
    /// Escape ends what is going on.
    Cancel,
}

/// What is going on.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Gesture {
    /// Nothing.
    #[default]
    Idle,
    /// A pointer is down and has not moved.
    Pressed {
        /// Which pointer.
        pointer: i32,
        /// Where it went down.
        from: Point,
        /// What lies below it.
        on: On,
    },
    /// The picture is moved.
    Panning {
        /// By which pointer.
        pointer: i32,
        /// Where it was last.
        last: Point,
    },
    /// A step is moved.
    Moving {
        /// By which pointer.
        pointer: i32,
        /// Where it is.
        at: Point,
        /// The step.
        id: StepId,
    },
    /// A connection is drawn.
    Connecting {
        /// By which pointer.
        pointer: i32,
        /// Where it is.
        at: Point,
        /// The step that it begins at.
        id: StepId,
        /// Where at the step.
        port: Port,
    },
    /// Two fingers hold the picture.
    Pinching {
        /// The first finger, and where it is.
        one: (i32, Point),
        /// The second one.
        other: (i32, Point),
    },
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum GestureEffect {
    /// A drag begins: the pointer is captured.
    Began {
        /// Which pointer.
        pointer: i32,
    },
    /// The picture moves by pixels of the surface.
    Pan(Point),
    /// The picture moves, and becomes so many times as large around a point.
    Pinch {
        /// The way of the middle of both fingers.
        by: Point,
        /// The magnification.
        factor: f64,
        /// The middle of both fingers.
        at: Point,
    },
    /// A step follows the pointer.
    Move(StepId, Point),
    /// It is let go there.
    Drop(StepId, Point),
    /// A connection points to a place.
    Aim(StepId, Port, Point),
    /// It is let go there.
    Connect(StepId, Port, Point),
    /// The background was pressed.
    Press,
    /// Nothing is to be moved or connected after all.
    Cancelled,
}

impl Gesture {
    /// Where the pointer is that moves a step or draws a connection.
    #[must_use]
    pub const fn held_at(&self) -> Option<Point> {
        match self {
            Self::Moving { at, .. } | Self::Connecting { at, .. } => Some(*at),
            Self::Idle | Self::Pressed { .. } | Self::Panning { .. } | Self::Pinching { .. } => None,
        }
    }

    /// The pointer that has the picture, a step or a connection.
    const fn holder(&self) -> Option<i32> {
        match self {
            Self::Idle | Self::Pinching { .. } => None,
            Self::Pressed { pointer, .. }
            | Self::Panning { pointer, .. }
            | Self::Moving { pointer, .. }
            | Self::Connecting { pointer, .. } => Some(*pointer),
        }
    }

    /// The same event again, after the picture has moved below the pointer.
    #[must_use]
    pub fn again(&self) -> Option<GestureEffect> {
        match self {
            Self::Moving { at, id, .. } => Some(GestureEffect::Move(id.clone(), *at)),
            Self::Connecting { at, id, port, .. } => Some(GestureEffect::Aim(id.clone(), port.clone(), *at)),
            Self::Idle | Self::Pressed { .. } | Self::Panning { .. } | Self::Pinching { .. } => None,
        }
    }

    /// What is going on after an event, and what is to be done.
    #[must_use]
    pub fn step(self, event: PointerEvent) -> (Self, Option<GestureEffect>) {
        match event {
            PointerEvent::Down { pointer, at, on } => self.down(pointer, at, on),
            PointerEvent::Move { pointer, at } => self.moved(pointer, at),
            PointerEvent::Up { pointer } => self.up(pointer),
            // It is told of each pointer that is let go, too.
            PointerEvent::Lost { pointer } if self.holder() != Some(pointer) => (self, None),
            PointerEvent::Lost { .. } | PointerEvent::Cancel => {
                let held = matches!(self, Self::Moving { .. } | Self::Connecting { .. });
                (Self::Idle, held.then_some(GestureEffect::Cancelled))
            }
        }
    }

    fn down(self, pointer: i32, at: Point, on: On) -> (Self, Option<GestureEffect>) {
        match self {
            Self::Pressed { pointer: first, from, .. } if first != pointer => {
                (Self::Pinching { one: (first, from), other: (pointer, at) }, None)
            }
            Self::Panning { pointer: first, last } if first != pointer => {
                (Self::Pinching { one: (first, last), other: (pointer, at) }, None)
            }
            Self::Idle | Self::Pressed { .. } | Self::Panning { .. } => (Self::Pressed { pointer, from: at, on }, None),
            // A further finger has no effect.
            held @ (Self::Moving { .. } | Self::Connecting { .. } | Self::Pinching { .. }) => (held, None),
        }
    }

    fn moved(self, by: i32, to: Point) -> (Self, Option<GestureEffect>) {
        match self {
            Self::Pressed { pointer, from, on } if pointer == by && to.minus(from).length() >= SLOP_PX => {
                let began = Some(GestureEffect::Began { pointer });
                let next = match on {
                    On::Background => Self::Panning { pointer, last: from },
                    On::Node(id) => Self::Moving { pointer, at: from, id },
                    On::Handle(id, port) => Self::Connecting { pointer, at: from, id, port },
                };
                (next, began)
            }
            Self::Panning { pointer, last } if pointer == by => {
                (Self::Panning { pointer, last: to }, Some(GestureEffect::Pan(to.minus(last))))
            }
            Self::Moving { pointer, id, .. } if pointer == by => {
                (Self::Moving { pointer, at: to, id: id.clone() }, Some(GestureEffect::Move(id, to)))
            }
            Self::Connecting { pointer, id, port, .. } if pointer == by => {
                let effect = GestureEffect::Aim(id.clone(), port.clone(), to);
                (Self::Connecting { pointer, at: to, id, port }, Some(effect))
            }
            Self::Pinching { one, other } => pinched(one, other, by, to),
            other => (other, None),
        }
    }

    fn up(self, by: i32) -> (Self, Option<GestureEffect>) {
        match self {
            Self::Pressed { pointer, on, .. } if pointer == by => {
                (Self::Idle, (on == On::Background).then_some(GestureEffect::Press))
            }
            Self::Panning { pointer, .. } if pointer == by => (Self::Idle, None),
            Self::Moving { pointer, at, id } if pointer == by => (Self::Idle, Some(GestureEffect::Drop(id, at))),
            Self::Connecting { pointer, at, id, port } if pointer == by => {
                (Self::Idle, Some(GestureEffect::Connect(id, port, at)))
            }
            // The finger that stays pans on.
            Self::Pinching { one, other } if by == one.0 => (Self::Panning { pointer: other.0, last: other.1 }, None),
            Self::Pinching { one, other } if by == other.0 => (Self::Panning { pointer: one.0, last: one.1 }, None),
            other => (other, None),
        }
    }
}

/// Two fingers, one of which has moved.
fn pinched(one: (i32, Point), other: (i32, Point), by: i32, to: Point) -> (Gesture, Option<GestureEffect>) {
    let (after_one, after_other) = if by == one.0 {
        ((one.0, to), other)
    } else if by == other.0 {
        (one, (other.0, to))
    } else {
        return (Gesture::Pinching { one, other }, None);
    };
    let spread = |one: Point, other: Point| one.minus(other).length().max(1.0);
    let at = after_one.1.middle(after_other.1);
    let by = at.minus(one.1.middle(other.1));
    let factor = spread(after_one.1, after_other.1) / spread(one.1, other.1);
    (Gesture::Pinching { one: after_one, other: after_other }, Some(GestureEffect::Pinch { by, factor, at }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id() -> StepId {
        StepId::new("a").unwrap()
    }

    fn at(x: f64) -> Point {
        Point::new(x, 0.0)
    }

    fn down(pointer: i32, x: f64, on: On) -> PointerEvent {
        PointerEvent::Down { pointer, at: at(x), on }
    }

    const fn to(pointer: i32, x: f64) -> PointerEvent {
        PointerEvent::Move { pointer, at: Point::new(x, 0.0) }
    }

    fn run(events: &[PointerEvent]) -> (Gesture, Vec<GestureEffect>) {
        let mut gesture = Gesture::default();
        let mut effects = Vec::new();
        for event in events {
            let (next, effect) = gesture.step(event.clone());
            effects.extend(effect);
            gesture = next;
        }
        (gesture, effects)
    }

    #[test]
    fn a_press_that_hardly_moves_is_no_drag() {
        let up = PointerEvent::Up { pointer: 1 };
        assert_eq!(run(&[down(1, 0.0, On::Node(id())), to(1, 3.0), up.clone()]), (Gesture::Idle, vec![]));
        assert_eq!(run(&[down(1, 0.0, On::Background), to(1, 3.0), up]).1, [GestureEffect::Press]);
    }

    #[test]
    fn a_step_follows_the_pointer_and_is_let_go_where_it_is() {
        let began = GestureEffect::Began { pointer: 1 };
        let moved = |x| GestureEffect::Move(id(), at(x));
        let drag = [down(1, 5.0, On::Node(id())), to(1, 10.0), to(1, 25.0), to(1, 45.0)];
        let (gesture, effects) = run(&drag);
        assert_eq!(effects, [began, moved(25.0), moved(45.0)]);
        let (after, effect) = gesture.clone().step(PointerEvent::Up { pointer: 1 });
        assert_eq!((after, effect), (Gesture::Idle, Some(GestureEffect::Drop(id(), at(45.0)))));
        // Another finger changes nothing, Escape takes the step back.
        assert_eq!(gesture.clone().step(to(2, 400.0)).1, None);
        assert_eq!(gesture.step(PointerEvent::Cancel), (Gesture::Idle, Some(GestureEffect::Cancelled)));
    }

    #[test]
    fn a_connection_is_drawn_from_a_handle() {
        let handle = On::Handle(id(), Port::Otherwise);
        let (_, effects) = run(&[down(1, 0.0, handle), to(1, 9.0), to(1, 20.0), PointerEvent::Up { pointer: 1 }]);
        assert_eq!(effects.last(), Some(&GestureEffect::Connect(id(), Port::Otherwise, at(20.0))));
        assert_eq!(effects.get(1), Some(&GestureEffect::Aim(id(), Port::Otherwise, at(20.0))));
    }

    #[test]
    fn two_fingers_zoom_and_the_one_that_stays_pans() {
        let (gesture, effects) = run(&[down(1, 0.0, On::Background), down(2, 100.0, On::Node(id())), to(2, 200.0)]);
        assert_eq!(effects, [GestureEffect::Pinch { by: at(50.0), factor: 2.0, at: at(100.0) }]);
        let (gesture, _) = gesture.step(PointerEvent::Up { pointer: 1 });
        let (gesture, _) = gesture.step(PointerEvent::Lost { pointer: 1 });
        assert_eq!(gesture.step(to(2, 210.0)).1, Some(GestureEffect::Pan(at(10.0))));
    }

    fn any_event() -> impl Strategy<Value = PointerEvent> {
        let pointer = 1..4_i32;
        let place = (-500.0..500.0_f64, -500.0..500.0_f64).prop_map(|(x, y)| Point::new(x, y));
        let on = prop_oneof![Just(On::Background), Just(On::Node(id())), Just(On::Handle(id(), Port::Next))];
        prop_oneof![
            3 => (pointer.clone(), place.clone(), on).prop_map(|(pointer, at, on)| PointerEvent::Down { pointer, at, on }),
            6 => (pointer.clone(), place).prop_map(|(pointer, at)| PointerEvent::Move { pointer, at }),
            3 => pointer.prop_map(|pointer| PointerEvent::Up { pointer }),
            1 => (1..4_i32).prop_map(|pointer| PointerEvent::Lost { pointer }),
            1 => Just(PointerEvent::Cancel),
        ]
    }

    proptest! {
        #[test]
        fn each_drag_of_a_step_ends_once(events in prop::collection::vec(any_event(), 0..60)) {
            let mut gesture = Gesture::default();
            for event in events {
                let held = matches!(gesture, Gesture::Moving { .. } | Gesture::Connecting { .. });
                let (next, effect) = gesture.step(event);
                let holds = matches!(next, Gesture::Moving { .. } | Gesture::Connecting { .. });
                let ended = matches!(
                    effect,
                    Some(GestureEffect::Drop(..) | GestureEffect::Connect(..) | GestureEffect::Cancelled)
                );
                prop_assert_eq!(held && !holds, ended);
                gesture = next;
            }
        }
    }
}
