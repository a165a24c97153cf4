//! Tables and properties of the machine, over trees that are drawn as a page draws them.

#![expect(clippy::float_cmp, reason = "these sums of whole px are exact")]

use std::collections::VecDeque;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sluice_types::{BlockAddress, BranchName, Definition, Slot, StepId};

use super::*;
use crate::editor::Draft;
use crate::tree::Tree;

fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "tables read better without a sign before each macro")]
fn tree(steps: Value) -> Tree {
    let definition: Definition = serde_json::from_value(json!({ "steps": steps })).unwrap();
    Tree::of(&Draft::from_definition(definition))
}

fn llm(id: &str) -> Value {
    json!({"id": id, "label": id, "type": "llm", "prompt": "x"})
}

/// Four steps in one list.
fn flat() -> Tree {
    tree(json!([llm("a"), llm("b"), llm("c"), llm("d")]))
}

/// Two branches with two steps and one, between two steps.
fn fan() -> Tree {
    tree(json!([
        llm("a"),
        {"id": "fan", "label": "Fan", "type": "parallel", "branches": [
            {"name": "x", "steps": [llm("b"), llm("c")]},
            {"name": "y", "steps": [{"id": "loop", "label": "Loop", "type": "loop", "until": "true", "max_iterations": 2, "steps": [llm("d")]}]},
        ]},
        llm("z"),
    ]))
}

const HEAD: f64 = 40.0;

/// Draws a list from a height on, as the page does; gives its end.
fn draw(
    tree: &Tree,
    list: &BlockAddress,
    from: f64,
    held: &StepId,
    drawn: &mut Vec<DrawnList>,
    hole: &mut Span,
) -> f64 {
    let (mut at, mut items) = (from, Vec::new());
    for step in tree.list(list) {
        let top = at;
        at += HEAD;
        for slot in tree.slots(step) {
            let inner = BlockAddress::Inner { parent: step.clone(), slot: slot.clone() };
            // Those inside the held step are no places to drop it.
            let (mut own, mut none) = (Vec::new(), Span::default());
            at = draw(
                tree,
                &inner,
                at + HEAD,
                held,
                if step == held { &mut own } else { drawn },
                if step == held { &mut none } else { hole },
            ) + HEAD;
        }
        let span = Span { top, height: at - top };
        if step == held {
            *hole = span;
        } else {
            items.push(span);
        }
        at += GAP_PX;
    }
    drawn.push(DrawnList { list: list.clone(), top: from, items });
    if tree.list(list).is_empty() { at } else { at - GAP_PX }
}

fn scene(tree: &Tree, held: &str) -> Scene {
    let (mut drawn, mut hole) = (Vec::new(), Span::default());
    draw(tree, &BlockAddress::Root, 0.0, &id(held), &mut drawn, &mut hole);
    let inside = tree.without(&id(held));
    drawn.retain(|drawn| match &drawn.list {
        BlockAddress::Root => true,
        BlockAddress::Inner { parent, .. } => inside.place(parent).is_some(),
    });
    Scene::new(tree, &id(held)).drawn(drawn, Vec::new(), hole)
}

fn root(position: usize) -> Spot {
    Spot { list: BlockAddress::Root, position }
}

fn branch(name: &str, position: usize) -> Spot {
    let slot = Slot::Branch(BranchName::new(name).unwrap());
    Spot { list: BlockAddress::Inner { parent: id("fan"), slot }, position }
}

fn body(position: usize) -> Spot {
    Spot { list: BlockAddress::Inner { parent: id("loop"), slot: Slot::Body }, position }
}

const fn at(y: f64) -> Point {
    Point { x: 0.0, y }
}

/// Sends events in order; returns the last state and all effects.
fn run(events: &[DragEvent], scene: &Scene) -> (Drag, Vec<Effect>) {
    let mut effects = Vec::new();
    let mut drag = Drag::Idle;
    for event in events {
        let (next, effect) = drag.step(event.clone(), scene);
        drag = next;
        effects.extend(effect);
    }
    (drag, effects)
}

/// A pointer on the top edge of a step.
fn down(held: &str, pointer: Pointer, y: f64) -> DragEvent {
    DragEvent::PointerDown { id: id(held), at: at(y), grab: 0.0, pointer }
}

fn to(y: f64) -> DragEvent {
    DragEvent::PointerMove { at: at(y) }
}

fn lift(held: &str) -> DragEvent {
    DragEvent::KeyLift { id: id(held) }
}

const fn by(places: isize) -> DragEvent {
    DragEvent::KeyMove(Stride::By(places))
}

#[test]
fn a_mouse_drags_after_five_px() {
    let scene = scene(&flat(), "a");
    let (drag, effects) = run(&[down("a", Pointer::Mouse, 0.0), to(5.0)], &scene);
    assert!(matches!(drag, Drag::Pressed { .. }) && effects.is_empty());
    let (drag, effects) = run(&[down("a", Pointer::Mouse, 0.0), to(5.1)], &scene);
    assert!(matches!(drag, Drag::Dragging { to, .. } if to == root(0)));
    assert_eq!(effects, [Effect::Lifted(root(0))]);
    assert_eq!(run(&[down("a", Pointer::Mouse, 0.0), DragEvent::PointerUp], &scene), (Drag::Idle, vec![]));
    assert_eq!(run(&[down("b", Pointer::Mouse, 0.0), to(9.0)], &scene).0, Drag::Idle, "the scene of another step");
}

#[test]
fn a_finger_scrolls_unless_it_rests() {
    let scene = scene(&flat(), "a");
    assert_eq!(run(&[down("a", Pointer::Touch, 0.0), to(11.0), DragEvent::LongPress], &scene), (Drag::Idle, vec![]));
    let (_, effects) =
        run(&[down("a", Pointer::Touch, 0.0), to(9.0), DragEvent::LongPress, to(90.0), DragEvent::PointerUp], &scene);
    assert_eq!(effects, [Effect::Lifted(root(0)), Effect::Over(root(2)), Effect::Move(root(2))]);
    let (drag, _) = run(&[down("a", Pointer::Mouse, 0.0), DragEvent::LongPress], &scene);
    assert!(matches!(drag, Drag::Pressed { .. }));
}

#[test]
fn a_step_changes_places_in_the_middle_of_its_neighbour() {
    // A step and the gap to the next one take 48 px.
    let scene = scene(&flat(), "a");
    for (top, expected) in [(-900.0, 0), (23.0, 0), (25.0, 1), (71.0, 1), (73.0, 2), (9_999.0, 3)] {
        assert_eq!(scene.nearest(top), Some(&root(expected)), "{top}");
    }
    assert_eq!(scene.nearest(f64::NAN), None);
}

#[test]
fn a_step_is_dragged_into_branches_and_out_of_them() {
    let tree = fan();
    let into = scene(&tree, "a");
    let tops: Vec<(Spot, f64)> = into.gaps().to_vec();
    let top = |spot: &Spot| tops.iter().find(|(own, _)| own == spot).unwrap().1;
    for spot in
        [root(0), branch("x", 0), branch("x", 2), branch("y", 0), body(0), body(1), branch("y", 1), root(1), root(2)]
    {
        let (_, effects) = run(&[down("a", Pointer::Mouse, -50.0), to(top(&spot)), DragEvent::PointerUp], &into);
        let expected = if spot == root(0) { Effect::Stayed(root(0)) } else { Effect::Move(spot) };
        assert_eq!(effects.last(), Some(&expected));
    }
    let (_, effects) = run(&[down("d", Pointer::Mouse, 500.0), to(0.0), DragEvent::PointerUp], &scene(&tree, "d"));
    assert_eq!(effects.last(), Some(&Effect::Move(root(0))));
    // A container is not dropped into itself.
    assert_eq!(
        scene(&tree, "fan").gaps().iter().map(|(spot, _)| spot).collect::<Vec<_>>(),
        [&root(0), &root(1), &root(2)]
    );
}

#[test]
fn the_keyboard_picks_up_moves_and_drops() {
    let scene = scene(&flat(), "b");
    let (_, effects) = run(&[lift("b"), by(1), by(-9), by(-1), DragEvent::KeyMove(Stride::ToEnd), by(1)], &scene);
    let over = |position| Effect::Over(root(position));
    assert_eq!(effects, [Effect::Lifted(root(1)), over(2), over(0), over(3)]);
    assert_eq!(run(&[lift("b"), by(1), by(-1), DragEvent::KeyDrop], &scene).1.last(), Some(&Effect::Stayed(root(1))));
    for away in [DragEvent::Cancel, down("b", Pointer::Mouse, 0.0), DragEvent::PointerUp, DragEvent::TreeChanged] {
        let (drag, effects) = run(&[lift("b"), by(1), away.clone()], &scene);
        assert_eq!((drag, effects.last()), (Drag::Idle, Some(&Effect::Cancelled(root(1)))), "{away:?}");
    }
}

#[test]
fn the_keyboard_goes_into_blocks_and_out_of_them() {
    use Stride::{By, Into, OutOf, ToEnd};
    let tree = fan();
    let spots = |held: &str, strides: &[Stride]| -> Vec<Spot> {
        let events: Vec<_> =
            [lift(held)].into_iter().chain(strides.iter().map(|stride| DragEvent::KeyMove(*stride))).collect();
        run(&events, &scene(&tree, held)).1.into_iter().skip(1).map(|effect| effect.spot().clone()).collect()
    };
    // From above, the block below is entered at its beginning.
    assert_eq!(
        spots("a", &[Into, By(2), By(1), Into, OutOf, OutOf, By(1), Into]),
        [branch("x", 0), branch("x", 2), branch("y", 0), body(0), branch("y", 1), root(1), root(2)]
    );
    // From below, the block above is entered at its end.
    assert_eq!(spots("z", &[Into, Into, By(-1)]), [branch("y", 1), body(1), body(0)]);
    assert_eq!(spots("c", &[By(-1), By(-1), By(1), ToEnd, OutOf]), [branch("x", 0), branch("x", 1), root(2)]);
    assert_eq!(spots("fan", &[Into, OutOf, By(1)]), [root(2)]);
}

#[test]
fn a_closed_block_is_met_where_it_is_without_the_step() {
    let closed = vec![
        ("above".to_owned(), Span { top: 0.0, height: 40.0 }),
        ("below".to_owned(), Span { top: 96.0, height: 40.0 }),
    ];
    let scene = Scene::new(&flat(), &id("b")).drawn(Vec::new(), closed, Span { top: 48.0, height: 40.0 });
    let met = [-1.0, 0.0, 39.0, 40.0, 48.0, 87.0, 88.0].map(|y| scene.closed_at(y, None));
    assert_eq!(met, [None, Some("above"), Some("above"), None, Some("below"), Some("below"), None]);
}

#[test]
fn a_closed_block_is_met_where_it_is_drawn_below_the_mark() {
    let closed = ["first", "second"].map(str::to_owned).into_iter().zip([96.0, 144.0]);
    let closed = closed.map(|(name, top)| (name, Span { top, height: 40.0 })).collect();
    let lists = vec![DrawnList { list: BlockAddress::Root, top: 0.0, items: Vec::new() }];
    let scene = Scene::new(&flat(), &id("b")).drawn(lists, closed, Span { top: 48.0, height: 40.0 });
    // The mark is above both, and moves them by its room.
    let met = [60.0, 96.0, 135.0, 144.0, 184.0].map(|y| scene.closed_at(y, Some(&root(0))));
    assert_eq!(met, [Some("first"), Some("first"), Some("first"), Some("second"), None]);
}

#[test]
fn the_mark_stands_where_the_step_would_land() {
    for (home, to, expected) in
        [(root(1), root(0), 0), (root(1), root(1), 2), (root(1), root(2), 6), (branch("x", 0), root(2), 4)]
    {
        assert_eq!(mark_order(&home, &to), expected);
        // Items before it have a lower order.
        assert!((0..4).all(|item| item_order(item) != expected));
    }
}

#[test]
fn it_is_said_in_words() {
    let said = |effect| announcement(&effect, "Research", None, 9);
    assert_eq!(
        said(Effect::Lifted(root(1))),
        "Picked up Research, 2 of 9. Use the arrow keys to move, space to drop, escape to cancel."
    );
    assert_eq!(said(Effect::Over(root(2))), "Research is now 3 of 9.");
    assert_eq!(said(Effect::Move(root(2))), "Dropped Research at 3 of 9.");
    assert_eq!(said(Effect::Stayed(root(1))), "Dropped Research where it was, at 2 of 9.");
    assert_eq!(said(Effect::Cancelled(root(1))), "Move cancelled. Research is back at 2 of 9.");
    let said = |effect| announcement(&effect, "Research", Some("branch B of Look at it"), 2);
    assert_eq!(said(Effect::Over(root(0))), "Research is now in branch B of Look at it, 1 of 2.");
    assert_eq!(said(Effect::Move(root(0))), "Dropped Research at 1 of 2 in branch B of Look at it.");
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

/// Trees of containers up to a depth of three; the steps get their ids afterwards.
fn any_steps() -> impl Strategy<Value = Vec<Value>> {
    let leaf = Just(json!({"type": "llm", "prompt": "x"}));
    let step = leaf.prop_recursive(3, 12, 3, |inner| {
        let list = prop::collection::vec(inner, 0..3);
        prop_oneof![
            prop::collection::vec(list.clone(), 1..3).prop_map(|lists| {
                let branches: Vec<Value> = lists
                    .into_iter()
                    .enumerate()
                    .map(|(at, steps)| json!({"name": format!("b{at}"), "steps": steps}))
                    .collect();
                json!({"type": "parallel", "branches": branches})
            }),
            list.clone().prop_map(
                |steps| json!({"type": "conditional", "cases": [{"name": "yes", "when": "true", "steps": steps}]})
            ),
            list.prop_map(|steps| json!({"type": "loop", "until": "true", "max_iterations": 2, "steps": steps})),
        ]
    });
    prop::collection::vec(step, 1..4)
}

fn name(steps: &mut [Value], count: &mut usize) {
    for step in steps {
        *count += 1;
        step["id"] = format!("s{count}").into();
        step["label"] = format!("S{count}").into();
        for pointer in ["/steps", "/branches/0/steps", "/branches/1/steps", "/cases/0/steps"] {
            if let Some(inner) = step.pointer_mut(pointer).and_then(Value::as_array_mut) {
                name(inner, count);
            }
        }
    }
}

/// A tree, and one of its steps.
fn any_tree() -> impl Strategy<Value = (Tree, String)> {
    (any_steps(), any::<Index>()).prop_map(|(mut steps, of)| {
        let mut count = 0;
        name(&mut steps, &mut count);
        (tree(Value::Array(steps)), format!("s{}", of.index(count) + 1))
    })
}

fn any_event(held: &str) -> impl Strategy<Value = DragEvent> + use<> {
    let number = prop_oneof![8 => -900.0..900.0_f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)];
    let point = (number.clone(), number).prop_map(|(x, y)| Point { x, y });
    let pointer = prop_oneof![Just(Pointer::Mouse), Just(Pointer::Touch), Just(Pointer::Pen)];
    let stride = prop_oneof![
        any::<isize>().prop_map(Stride::By),
        (-3..4_isize).prop_map(Stride::By),
        Just(Stride::ToStart),
        Just(Stride::ToEnd),
        Just(Stride::Into),
        Just(Stride::OutOf),
    ];
    let id = prop_oneof![6 => Just(id(held)), 1 => Just(id("another"))];
    prop_oneof![
        3 => (id.clone(), point.clone(), pointer)
            .prop_map(|(id, at, pointer)| DragEvent::PointerDown { id, at, grab: 3.0, pointer }),
        6 => point.prop_map(|at| DragEvent::PointerMove { at }),
        2 => Just(DragEvent::PointerUp),
        2 => Just(DragEvent::LongPress),
        3 => id.prop_map(|id| DragEvent::KeyLift { id }),
        4 => stride.prop_map(DragEvent::KeyMove),
        2 => Just(DragEvent::KeyDrop),
        1 => Just(DragEvent::Cancel),
        1 => Just(DragEvent::TreeChanged),
    ]
}

fn any_drag() -> impl Strategy<Value = (Tree, String, Vec<DragEvent>)> {
    any_tree().prop_flat_map(|(tree, held)| {
        let events = prop::collection::vec(any_event(&held), 0..40);
        (Just(tree), Just(held), events)
    })
}

/// Whether a spot is a place of the tree without the held step.
fn is_there(tree: &Tree, held: &str, spot: &Spot) -> bool {
    let rest = tree.without(&id(held));
    let exists = match &spot.list {
        BlockAddress::Root => true,
        BlockAddress::Inner { parent, slot } => rest.slots(parent).contains(slot),
    };
    exists && spot.position <= rest.list(&spot.list).len()
}

#[test]
fn a_new_step_is_dropped_anywhere_and_is_held_under_an_id_of_its_own() {
    let tree = tree(json!([llm("new-0"), llm("b")]));
    let items = vec![Span { top: 0.0, height: 40.0 }, Span { top: 48.0, height: 40.0 }];
    let list = DrawnList { list: BlockAddress::Root, top: 0.0, items };
    let hole = Span { top: f64::INFINITY, height: 0.0 };
    let scene = Scene::incoming(&tree).drawn(vec![list], Vec::new(), hole);
    let held = scene.held().unwrap().clone();
    assert_eq!(held.as_str(), "new-1");
    let spot = |position| Spot { list: BlockAddress::Root, position };
    let begun = [down(held.as_str(), Pointer::Mouse, 300.0), to(200.0)];
    let (drag, effects) = run(&begun, &scene);
    assert_eq!(effects, [Effect::Lifted(spot(2))]);
    // The end of the list is no place that it comes from.
    assert_eq!(drag.clone().step(DragEvent::PointerUp, &scene).1, Some(Effect::Move(spot(2))));
    let (over, effect) = drag.step(to(1.0), &scene);
    assert_eq!(effect, Some(Effect::Over(spot(0))));
    assert_eq!(over.clone().step(DragEvent::PointerUp, &scene).1, Some(Effect::Move(spot(0))));
    let cancelled = over.step(DragEvent::Cancel, &scene).1.unwrap();
    assert_eq!(announcement_of_new(&cancelled, "Loop", None, 3), "Loop was not added.");
    assert_eq!(announcement_of_new(&Effect::Lifted(spot(2)), "Loop", None, 3), "Picked up Loop. Escape puts it back.");
    assert_eq!(announcement_of_new(&Effect::Move(spot(0)), "Loop", None, 3), "Dropped Loop at 1 of 3.");
}

proptest! {
    #[test]
    fn any_events_stay_in_the_tree_and_end((tree, held, events) in any_drag()) {
        let scene = scene(&tree, &held);
        let mut drag = Drag::Idle;
        for event in events {
            let was_up = drag.route().is_some();
            let (next, effect) = drag.step(event.clone(), &scene);
            if let Some((_, to)) = next.route() {
                prop_assert!(is_there(&tree, &held, to));
            }
            if let Some(effect) = &effect {
                prop_assert!(is_there(&tree, &held, effect.spot()));
            }
            if matches!(effect, Some(Effect::Move(_) | Effect::Stayed(_))) {
                prop_assert!(matches!(event, DragEvent::PointerUp | DragEvent::KeyDrop));
            }
            if matches!(event, DragEvent::PointerUp | DragEvent::KeyDrop | DragEvent::Cancel) {
                prop_assert_eq!(&next, &Drag::Idle);
            }
            // Every announced pick-up has an announced end.
            let ended = was_up && next.route().is_none();
            let told = matches!(effect, Some(Effect::Move(_) | Effect::Stayed(_) | Effect::Cancelled(_)));
            prop_assert_eq!(ended, told);
            drag = next;
        }
    }

    #[test]
    fn pointer_and_keyboard_move_alike((tree, held) in any_tree(), target in any::<Index>()) {
        let scene = scene(&tree, &held);
        let (spot, top) = scene.gaps()[target.index(scene.gaps().len())].clone();
        let (dragging, _) = run(&[down(&held, Pointer::Mouse, top - 9.0), to(top)], &scene);
        // The keys lead to each place that the pointer can reach.
        let home = scene.home().unwrap().clone();
        let mut seen = vec![home.clone()];
        let mut open = VecDeque::from([run(&[lift(&held)], &scene).0]);
        let mut lifted = None;
        while let Some(drag) = open.pop_front() {
            if drag.route().unwrap().1 == &spot {
                lifted = Some(drag);
                break;
            }
            for stride in [Stride::By(1), Stride::By(-1), Stride::ToStart, Stride::ToEnd, Stride::Into, Stride::OutOf] {
                let (next, _) = drag.clone().step(DragEvent::KeyMove(stride), &scene);
                let at = next.route().unwrap().1.clone();
                if !seen.contains(&at) {
                    seen.push(at);
                    open.push_back(next);
                }
            }
        }
        let lifted = lifted.unwrap();
        prop_assert_eq!(dragging.step(DragEvent::PointerUp, &scene), lifted.step(DragEvent::KeyDrop, &scene));
    }

    #[test]
    fn a_move_is_a_permutation((tree, held) in any_tree(), target in any::<Index>()) {
        let scene = scene(&tree, &held);
        let (spot, _) = scene.gaps()[target.index(scene.gaps().len())].clone();
        let mut list = tree.without(&id(&held)).list(&spot.list).to_vec();
        let before = list.len();
        list.insert(spot.position, id(&held));
        prop_assert_eq!((list.len(), scene.count(&spot.list)), (before + 1, before + 1));
        // Drawn by their order, the mark stands among the items where the step will stand.
        let home = scene.home().unwrap();
        let items = tree.list(&spot.list).iter().enumerate().map(|(at, step)| (item_order(at), step.clone()));
        let mut drawn: Vec<_> = items.filter(|(_, step)| *step != id(&held)).collect();
        drawn.push((mark_order(home, &spot), id(&held)));
        drawn.sort();
        prop_assert_eq!(drawn.into_iter().map(|(_, step)| step).collect::<Vec<_>>(), list);
    }
}
