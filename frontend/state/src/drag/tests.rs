//! Tables and properties of the machine.

#![expect(clippy::float_cmp, reason = "these sums of whole px are exact")]

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn list(heights: &[f64], gap: f64) -> Layout {
    let mut top = 0.0;
    let slot = |height: &f64| {
        let slot = Slot { top, height: *height };
        top += height + gap;
        slot
    };
    Layout::new(heights.iter().map(slot).collect())
}

const fn at(y: f64) -> Point {
    Point { x: 0.0, y }
}

/// Sends events in order; returns the last state and all effects.
fn run(events: &[DragEvent], list: &Layout) -> (Drag, Vec<Effect>) {
    let mut effects = Vec::new();
    let mut drag = Drag::Idle;
    for event in events {
        let (next, effect) = drag.step(*event, list);
        drag = next;
        effects.extend(effect);
    }
    (drag, effects)
}

const fn down(index: usize, pointer: Pointer) -> DragEvent {
    DragEvent::PointerDown { index, at: at(0.0), pointer }
}

const fn to(y: f64) -> DragEvent {
    DragEvent::PointerMove { at: at(y) }
}

#[test]
fn a_mouse_drags_after_five_px() {
    let list = list(&[40.0; 3], 10.0);
    let (drag, effects) = run(&[down(0, Pointer::Mouse), to(5.0)], &list);
    assert!(matches!(drag, Drag::Pressed { .. }) && effects.is_empty());
    let (drag, effects) = run(&[down(0, Pointer::Mouse), to(5.1)], &list);
    assert!(matches!(drag, Drag::Dragging { from: 0, to: 0, .. }));
    assert_eq!(effects, [Effect::Lifted { index: 0 }]);
    assert_eq!(run(&[down(0, Pointer::Mouse), DragEvent::PointerUp], &list), (Drag::Idle, vec![]));
}

#[test]
fn a_finger_scrolls_unless_it_rests() {
    let list = list(&[40.0; 3], 10.0);
    assert_eq!(run(&[down(0, Pointer::Touch), to(11.0), DragEvent::LongPress], &list), (Drag::Idle, vec![]));
    let (_, effects) =
        run(&[down(0, Pointer::Touch), to(9.0), DragEvent::LongPress, to(90.0), DragEvent::PointerUp], &list);
    assert_eq!(
        effects,
        [Effect::Lifted { index: 0 }, Effect::Over { from: 0, to: 2 }, Effect::Move { from: 0, to: 2 }]
    );
    let (drag, _) = run(&[down(0, Pointer::Mouse), DragEvent::LongPress], &list);
    assert!(matches!(drag, Drag::Pressed { .. }));
}

#[test]
fn an_item_makes_room_when_the_edge_passes_its_middle() {
    let list = list(&[40.0, 40.0, 200.0, 40.0], 10.0);
    for (from, by, expected) in [
        (0, 0.0, 0),
        (0, 30.0, 0),
        (0, 30.1, 1),
        (0, 160.0, 1),
        (0, 160.1, 2),
        (0, 9_999.0, 3),
        (2, -29.9, 2),
        (2, -30.1, 1),
        (2, 30.1, 3),
        (3, -9_999.0, 0),
        (3, f64::NAN, 3),
        (9, 1.0, 0),
    ] {
        assert_eq!(list.target(from, by), expected, "{from} by {by}");
    }
}

#[test]
fn what_stands_between_makes_room() {
    let list = list(&[40.0, 60.0, 200.0], 10.0);
    let (drag, _) = run(&[down(0, Pointer::Mouse), to(300.0)], &list);
    let shifts: Vec<f64> = (0..3).map(|index| drag.shift(index, &list)).collect();
    assert_eq!(shifts, [300.0, -50.0, -50.0]);
    assert_eq!(drag.placeholder(&list), Some(Slot { top: 280.0, height: 40.0 }));
    let (drag, _) = run(&[DragEvent::KeyLift { index: 2 }, DragEvent::KeyMove(Stride::ToStart)], &list);
    let shifts: Vec<f64> = (0..4).map(|index| drag.shift(index, &list)).collect();
    assert_eq!(shifts, [210.0, 210.0, -120.0, 0.0]);
    assert_eq!(Drag::Idle.shift(0, &list).to_bits(), 0.0_f64.to_bits());
}

#[test]
fn the_keyboard_picks_up_moves_and_drops() {
    let list = list(&[40.0; 9], 0.0);
    let lift = DragEvent::KeyLift { index: 1 };
    let by = |places| DragEvent::KeyMove(Stride::By(places));
    let (_, effects) = run(&[lift, by(1), by(-9), by(-1), DragEvent::KeyMove(Stride::ToEnd), by(1)], &list);
    let over = |to| Effect::Over { from: 1, to };
    assert_eq!(effects, [Effect::Lifted { index: 1 }, over(2), over(0), over(8)]);
    assert_eq!(run(&[lift, by(1), by(-1), DragEvent::KeyDrop], &list).1.last(), Some(&Effect::Stayed { index: 1 }));
    for away in [DragEvent::Cancel, down(0, Pointer::Mouse), DragEvent::PointerUp, DragEvent::ListChanged] {
        let (drag, effects) = run(&[lift, by(1), away], &list);
        assert_eq!((drag, effects.last()), (Drag::Idle, Some(&Effect::Cancelled { index: 1 })), "{away:?}");
    }
}

#[test]
fn it_is_said_in_words() {
    let said = |effect| announcement(effect, "Research", 9);
    assert_eq!(
        said(Effect::Lifted { index: 1 }),
        "Picked up Research, 2 of 9. Use the arrow keys to move, space to drop, escape to cancel."
    );
    assert_eq!(said(Effect::Over { from: 1, to: 2 }), "Research is now 3 of 9.");
    assert_eq!(said(Effect::Move { from: 1, to: 2 }), "Dropped Research at 3 of 9.");
    assert_eq!(said(Effect::Stayed { index: 1 }), "Dropped Research where it was, at 2 of 9.");
    assert_eq!(said(Effect::Cancelled { index: 1 }), "Move cancelled. Research is back at 2 of 9.");
}

#[test]
fn the_view_scrolls_near_its_edges() {
    let scroll = |y| auto_scroll(y, &(0.0..800.0));
    assert_eq!([scroll(-50.0), scroll(0.0), scroll(32.0)], [-16.0, -16.0, -8.0]);
    assert_eq!([scroll(64.0), scroll(400.0), scroll(736.0)], [0.0, 0.0, 0.0]);
    assert_eq!([scroll(768.0), scroll(800.0), scroll(999.0)], [8.0, 16.0, 16.0]);
    let calm = [auto_scroll(50.0, &(0.0..100.0)), auto_scroll(5.0, &(0.0..0.0)), auto_scroll(f64::NAN, &(0.0..800.0))];
    assert_eq!(calm, [0.0; 3]);
}

#[test]
fn bars_at_the_edges_move_where_scrolling_begins() {
    let scroll = |y| auto_scroll(y, &(48.0..850.0));
    assert_eq!([scroll(835.0), scroll(850.0), scroll(786.0)], [12.25, 16.0, 0.0]);
    assert_eq!([scroll(80.0), scroll(48.0), scroll(112.0)], [-8.0, -16.0, 0.0]);
}

fn any_list(lengths: Range<usize>) -> impl Strategy<Value = Layout> {
    (prop::collection::vec(1.0..300.0_f64, lengths), 0.0..20.0_f64).prop_map(|(heights, gap)| list(&heights, gap))
}

fn any_event() -> impl Strategy<Value = DragEvent> {
    let number = prop_oneof![8 => -900.0..900.0_f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)];
    let point = (number.clone(), number).prop_map(|(x, y)| Point { x, y });
    let pointer = prop_oneof![Just(Pointer::Mouse), Just(Pointer::Touch), Just(Pointer::Pen)];
    let stride = prop_oneof![
        any::<isize>().prop_map(Stride::By),
        (-3..4_isize).prop_map(Stride::By),
        Just(Stride::ToStart),
        Just(Stride::ToEnd)
    ];
    prop_oneof![
        3 => (0..9_usize, point.clone(), pointer).prop_map(|(index, at, pointer)| DragEvent::PointerDown { index, at, pointer }),
        6 => point.prop_map(|at| DragEvent::PointerMove { at }),
        2 => Just(DragEvent::PointerUp),
        2 => Just(DragEvent::LongPress),
        3 => (0..9_usize).prop_map(|index| DragEvent::KeyLift { index }),
        4 => stride.prop_map(DragEvent::KeyMove),
        2 => Just(DragEvent::KeyDrop),
        1 => Just(DragEvent::Cancel),
        1 => Just(DragEvent::ListChanged),
    ]
}

proptest! {
    #[test]
    fn any_events_stay_in_the_list_and_end(list in any_list(0..8), events in prop::collection::vec(any_event(), 0..40)) {
        let mut drag = Drag::Idle;
        for event in events {
            let (next, effect) = drag.step(event, &list);
            if let Some((from, to)) = next.route() {
                prop_assert!(from < list.len() && to < list.len());
            }
            if let Some(Effect::Move { from, to } | Effect::Over { from, to }) = effect {
                prop_assert!(from < list.len() && to < list.len());
            }
            if matches!(effect, Some(Effect::Move { .. } | Effect::Stayed { .. })) {
                prop_assert!(matches!(event, DragEvent::PointerUp | DragEvent::KeyDrop));
            }
            if matches!(event, DragEvent::PointerUp | DragEvent::KeyDrop | DragEvent::Cancel) {
                prop_assert_eq!(next, Drag::Idle);
            }
            // Every announced pick-up has an announced end.
            let ended = drag.route().is_some() && next.route().is_none();
            let told = matches!(effect, Some(Effect::Move { .. } | Effect::Stayed { .. } | Effect::Cancelled { .. }));
            prop_assert_eq!(ended, told);
            drag = next;
        }
    }

    #[test]
    fn a_move_is_a_permutation(len in 0..9_usize, from in 0..10_usize, to in 0..10_usize) {
        let before: Vec<usize> = (0..len).collect();
        let after = moved(&before, from, to);
        let mut sorted = after.clone();
        sorted.sort_unstable();
        prop_assert_eq!(&sorted, &before);
        if from < len && to < len {
            prop_assert_eq!(after.get(to), Some(&from));
            prop_assert_eq!(moved(&after, to, from), before);
        } else {
            prop_assert_eq!(after, before);
        }
    }

    #[test]
    fn pointer_and_keyboard_move_alike(list in any_list(1..8), from in any::<Index>(), by in prop_oneof![-900.0..-5.1_f64, 5.1..900.0_f64]) {
        let from = from.index(list.len());
        let (dragging, _) = run(&[down(from, Pointer::Mouse), to(by)], &list);
        let (_, target) = dragging.route().unwrap();
        let places = isize::try_from(target).unwrap() - isize::try_from(from).unwrap();
        let (lifted, _) = run(&[DragEvent::KeyLift { index: from }, DragEvent::KeyMove(Stride::By(places))], &list);
        prop_assert_eq!(dragging.step(DragEvent::PointerUp, &list), lifted.step(DragEvent::KeyDrop, &list));
        prop_assert_eq!(dragging.placeholder(&list), lifted.placeholder(&list));
    }

    #[test]
    fn no_two_items_overlap_where_they_land(list in any_list(1..8), from in any::<Index>(), to in any::<Index>()) {
        let (from, to) = (from.index(list.len()), to.index(list.len()));
        let drag = Drag::Lifted { from, to };
        let indices: Vec<usize> = (0..list.len()).collect();
        let drawn: Vec<Slot> = moved(&indices, from, to)
            .into_iter()
            .map(|index| {
                let at_rest = list.landing(index, index).unwrap();
                Slot { top: at_rest.top + drag.shift(index, &list), ..at_rest }
            })
            .collect();
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        prop_assert!(near(drawn[0].top, 0.0));
        prop_assert!(near(drawn[list.len() - 1].bottom(), list.landing(list.len() - 1, list.len() - 1).unwrap().bottom()));
        let gaps: Vec<f64> = drawn.windows(2).map(|pair| pair[1].top - pair[0].bottom()).collect();
        prop_assert!(gaps.iter().all(|gap| *gap > -1e-6 && near(*gap, gaps[0])), "{gaps:?}");
    }
}
