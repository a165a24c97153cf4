//! Properties of the picture, over trees that edits have made.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::block::BlockAddress;
use crate::definition::{NEXT_END, StepKind};
use crate::edit::container_tests::{Drawn, any_edit, edit_of, tree};
use crate::edit::{Connection, Edit, apply, connect_all};
use crate::limits::{MAX_CANVAS_COORDINATE, MAX_NESTING};
use crate::lint::{LintContext, lint};

/// A tree after edits, as far as they can be made.
fn edited(edits: Vec<Drawn>) -> Definition {
    edits.into_iter().fold(tree(), |before, drawn| match apply(&before, edit_of(&before, drawn)) {
        Ok(applied) => applied.definition,
        Err(_) => before,
    })
}

fn any_tree() -> impl Strategy<Value = Definition> {
    prop::collection::vec(any_edit(), 0..30).prop_map(edited)
}

/// A share of the steps of a tree, with positions.
fn any_positions() -> impl Strategy<Value = Vec<(usize, f64, f64)>> {
    let coordinate = || prop_oneof![-500.0..1_500.0_f64, any::<f64>()];
    prop::collection::vec((0..40_usize, coordinate(), coordinate()), 0..12)
}

fn positions(index: &Index, drawn: &[(usize, f64, f64)]) -> Positions {
    let set = drawn.iter().filter_map(|&(at, x, y)| Some((index.places().get(at)?.step.id.clone(), Position { x, y })));
    set.collect()
}

fn parts(definition: &Definition) -> CanvasParts {
    canvas_parts(&Index::of(definition), &Positions::new())
}

fn are_apart(one: &CanvasNode, other: &CanvasNode) -> bool {
    one.x + one.width <= other.x
        || other.x + other.width <= one.x
        || one.y + one.height <= other.y
        || other.y + other.height <= one.y
}

fn are_in_one_list(one: &CanvasNode, other: &CanvasNode) -> bool {
    (&one.parent_id, &one.slot) == (&other.parent_id, &other.slot)
}

/// What holds in every picture: each step once, in its container's list, which is in the container; lanes do not overlap.
fn check(index: &Index, parts: &CanvasParts) -> Result<(), TestCaseError> {
    let ids: HashSet<&StepId> = parts.nodes.iter().map(|node| &node.id).collect();
    prop_assert_eq!(ids.len(), parts.nodes.len());
    let all: HashSet<&StepId> = index.places().iter().map(|place| &place.step.id).collect();
    prop_assert_eq!(&ids, &all);
    for node in &parts.nodes {
        let Some(parent) = &node.parent_id else { continue };
        let lane = parts.lanes.iter().find(|lane| lane.parent_id == *parent && Some(&lane.slot) == node.slot.as_ref());
        let lane = lane.ok_or_else(|| TestCaseError::fail(format!("no lane for {node:?}")))?;
        prop_assert!(node.x >= 0.0 && node.y >= 0.0, "{:?}", node);
        prop_assert!(
            node.x + node.width <= lane.width && node.y + node.height <= lane.height,
            "{:?} in {:?}",
            node,
            lane
        );
    }
    for (at, lane) in parts.lanes.iter().enumerate() {
        let container = parts.nodes.iter().find(|node| node.id == lane.parent_id).unwrap();
        prop_assert!(lane.x >= 0.0 && lane.y >= HEADER_HEIGHT);
        prop_assert!(lane.x + lane.width <= container.width && lane.y + lane.height <= container.height);
        let before = parts.lanes[..at].iter().filter(|other| other.parent_id == lane.parent_id);
        for other in before {
            prop_assert!(other.x + other.width <= lane.x, "{:?} and {:?}", other, lane);
        }
    }
    let mut edges = HashSet::new();
    for edge in &parts.edges {
        prop_assert!(edges.insert(&edge.id), "{} twice", edge.id);
        prop_assert!(ids.contains(&edge.source), "{:?}", edge);
        prop_assert!(edge.target.as_ref().is_none_or(|target| ids.contains(target)), "{:?}", edge);
    }
    Ok(())
}

/// The connections that somebody made.
fn connections(edges: &[CanvasEdge]) -> Vec<Connection> {
    let made = edges.iter().filter(|edge| {
        edge.is_explicit && matches!(edge.kind, CanvasEdgeKind::Next | CanvasEdgeKind::Case | CanvasEdgeKind::Otherwise)
    });
    made.map(|edge| Connection {
        id: edge.source.clone(),
        port: edge.source_port.parse().unwrap(),
        target: Some(edge.target.clone().unwrap_or_else(|| StepId::new(NEXT_END).unwrap())),
    })
    .collect()
}

fn without_jumps(definition: &Definition) -> Definition {
    let mut without = definition.clone();
    without.each_step_mut(|step| {
        step.next = None;
        if let StepKind::Conditional(conditional) = &mut step.kind {
            conditional.jumps_mut().for_each(|next| *next = None);
        }
    });
    without
}

proptest! {
    #[test]
    fn computed_steps_never_overlap(definition in any_tree()) {
        let parts = parts(&definition);
        check(&Index::of(&definition), &parts)?;
        for (at, one) in parts.nodes.iter().enumerate() {
            for other in parts.nodes[at + 1..].iter().filter(|other| are_in_one_list(one, other)) {
                prop_assert!(are_apart(one, other), "{:?} and {:?}", one, other);
            }
        }
    }

    #[test]
    fn set_positions_hold_and_computed_steps_give_way(definition in any_tree(), drawn in any_positions()) {
        let index = Index::of(&definition);
        let set = positions(&index, &drawn);
        let parts = canvas_parts(&index, &set);
        check(&index, &parts)?;
        for (at, one) in parts.nodes.iter().enumerate() {
            prop_assert_eq!(one.is_placed, set.contains_key(&one.id));
            prop_assert!(one.x.is_finite() && one.y.is_finite() && one.width.is_finite() && one.height.is_finite());
            for other in parts.nodes[at + 1..].iter().filter(|other| are_in_one_list(one, other)) {
                prop_assert!(one.is_placed && other.is_placed || are_apart(one, other), "{:?} and {:?}", one, other);
            }
        }
        // What is drawn can be set: the picture stays as it is.
        let within = |node: &&CanvasNode| node.x.abs().max(node.y.abs()) <= MAX_CANVAS_COORDINATE;
        if parts.nodes.iter().all(|node| within(&node)) {
            let all = parts.nodes.iter().map(|node| (node.id.clone(), Position { x: node.x, y: node.y })).collect();
            let again = canvas_parts(&index, &all);
            for (one, other) in parts.nodes.iter().zip(&again.nodes) {
                prop_assert_eq!((one.x, one.y, one.width, one.height), (other.x, other.y, other.width, other.height));
            }
        }
    }

    #[test]
    fn a_step_at_the_end_moves_none_before_it(definition in any_tree(), drawn in any_positions(), wide in any::<bool>()) {
        let set = positions(&Index::of(&definition), &drawn);
        let before = canvas_parts(&Index::of(&definition), &set);
        let step = if wide {
            json!({"label": "new", "type": "parallel", "branches": [{"name": "a"}, {"name": "b"}, {"name": "c"}]})
        } else {
            json!({"label": "new", "type": "llm", "prompt": "x"})
        };
        let step = serde_json::from_value(step).unwrap();
        let position = definition.steps.len();
        let edit = Edit::AddStep { step: Box::new(step), to: BlockAddress::Root, position };
        let after = canvas_parts(&Index::of(&apply(&definition, edit).unwrap().definition), &set);
        for node in &before.nodes {
            prop_assert!(after.nodes.contains(node), "{:?}", node);
        }
    }

    #[test]
    fn the_connections_of_the_picture_make_the_definition(definition in any_tree()) {
        // A move within a list may turn a jump round: such a jump is not drawn.
        let report = lint(&definition, &LintContext::default(), None);
        prop_assume!(!report.findings.iter().any(|finding| finding.code == "backward_next"));
        let before = parts(&definition);
        let connected = connect_all(&without_jumps(&definition), &connections(&before.edges)).unwrap();
        prop_assert_eq!(&connected, &definition);
        prop_assert_eq!(parts(&connected), before);
    }
}

fn definition(steps: &Value) -> Definition {
    serde_json::from_value(json!({ "steps": steps })).unwrap()
}

#[test]
fn a_definition_as_it_is_drawn() {
    let parts = parts(&tree());
    let node = |node: &CanvasNode| {
        let list = node.parent_id.as_ref().map(|parent| format!(" in {parent} {}", node.slot.clone().unwrap()));
        format!("{} {}x{} at {},{}{}", node.id, node.width, node.height, node.x, node.y, list.unwrap_or_default())
    };
    let lane = |lane: &CanvasLane| {
        format!(
            "{} {} “{}” {}x{} at {},{}",
            lane.parent_id, lane.slot, lane.label, lane.width, lane.height, lane.x, lane.y
        )
    };
    let edge = |edge: &CanvasEdge| {
        let target = edge.target.as_ref().map_or(NEXT_END, StepId::as_str);
        format!("{} {} to {target}{}", edge.id, edge.kind, if edge.is_explicit { " made" } else { "" })
    };
    let all: Vec<String> =
        parts.nodes.iter().map(node).chain(parts.lanes.iter().map(lane)).chain(parts.edges.iter().map(edge)).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_condition_that_always_jumps_has_no_way_to_the_next_step() {
    let route = |next: Value| {
        json!([
            {"label": "Route", "type": "conditional", "cases": [{"name": "a", "when": "true", "next": "last"}], "otherwise": {"next": next}},
            {"label": "Middle", "type": "llm", "prompt": "x"},
            {"label": "Last", "type": "llm", "prompt": "x"},
        ])
    };
    let edges = |next: Value| {
        let edges = parts(&definition(&route(next))).edges;
        edges.iter().filter(|edge| edge.source.as_str() == "route").map(|edge| edge.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(edges(json!("end")), ["route>case:a", "route>otherwise"]);
    assert_eq!(edges(json!(null)), ["route>case:a", "route>next"]);
    assert_eq!(edges(json!("route")), ["route>case:a", "route>next"], "a jump backwards counts as absent");
}

#[test]
fn a_finding_is_shown_at_the_innermost_step() {
    let definition =
        definition(&json!([{"label": "Again", "type": "loop", "until": "true", "max_iterations": 2, "steps": [
        {"label": "A", "type": "llm", "prompt": "{{ steps.Gone.content }}"}]}]));
    let index = Index::of(&definition);
    let mut parts = canvas_parts(&index, &Positions::new());
    parts.mark_findings(&index, &lint(&definition, &LintContext::default(), None).findings);
    let marks: Vec<(&str, Option<Severity>)> = parts.nodes.iter().map(|node| (node.id.as_str(), node.lint)).collect();
    assert_eq!(marks, [("again", Some(Severity::Warning)), ("a", Some(Severity::Error))]);
}

#[test]
fn steps_with_one_id_or_branches_with_one_name_are_drawn_once() {
    let twice = json!({"id": "a", "label": "A", "type": "llm", "prompt": "x"});
    let fan = json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [
        {"name": "b", "steps": [{"id": "c", "label": "C", "type": "llm", "prompt": "x"}]},
        {"name": "b", "steps": [{"id": "d", "label": "D", "type": "llm", "prompt": "x"}]}]});
    let parts = parts(&definition(&json!([twice, twice, fan])));
    let ids: Vec<&str> = parts.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!((ids, parts.lanes.len()), (vec!["a", "fan", "c"], 1));
}

/// Lists of `count` steps, nested as deep as they may be.
fn nested(count: usize) -> Definition {
    let step = |at: usize, level: usize| json!({"label": format!("S{level}-{at}"), "type": "llm", "prompt": "x"});
    let each = count / (MAX_NESTING + 1);
    let mut steps: Vec<Value> = (0..each).map(|at| step(at, 0)).collect();
    for level in 1..=MAX_NESTING {
        let inner =
            json!({"label": format!("L{level}"), "type": "loop", "until": "true", "max_iterations": 2, "steps": steps});
        steps = (0..each).map(|at| step(at, level)).chain([inner]).collect();
    }
    definition(&json!(steps))
}

#[test]
fn the_time_grows_with_the_steps() {
    for count in [500, 10_000] {
        let definition = nested(count);
        let index = Index::of(&definition);
        let begun = std::time::Instant::now();
        let computed = canvas_parts(&index, &Positions::new());
        // Half of them in one column, so that the others look for room.
        let half = computed.nodes.iter().step_by(2);
        let set: Positions = half.map(|node| (node.id.clone(), Position { x: node.x, y: 0.0 })).collect();
        let moved = canvas_parts(&index, &set);
        assert_eq!(computed.nodes.len(), moved.nodes.len());
        assert!(begun.elapsed().as_secs() < 30, "a guard against squares: {:?} for {count}", begun.elapsed());
    }
}
