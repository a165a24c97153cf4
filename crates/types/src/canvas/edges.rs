//! The connections of a definition.

use std::collections::HashSet;

use super::{CanvasEdge, CanvasEdgeKind};
use crate::block::{BlockAddress, Slot};
use crate::definition::{ConditionalStep, NEXT_END, StepKind};
use crate::edit::Port;
use crate::ids::StepId;
use crate::index::{Index, Place};

/// The connections of the steps, in their order. A jump that does not lead to a later step of its list is left out: the lint
/// reports it.
pub(super) fn edges(index: &Index, drawn: &[super::CanvasNode]) -> Vec<CanvasEdge> {
    let mut edges = Vec::new();
    for place in drawn.iter().filter_map(|node| index.place(&node.id)) {
        inward(index, place, &mut edges);
        onward(index, place, &mut edges);
    }
    edges
}

/// From a container to the step that each of its lists begins with.
fn inward(index: &Index, place: &Place, edges: &mut Vec<CanvasEdge>) {
    let mut seen = HashSet::new();
    for inner in place.step.kind.blocks() {
        let (kind, label) = match &inner.slot {
            Slot::Body => (CanvasEdgeKind::Body, String::new()),
            Slot::Each => (CanvasEdgeKind::Branch, String::new()),
            Slot::Branch(name) | Slot::Case(name) => (CanvasEdgeKind::Branch, name.to_string()),
            Slot::Otherwise => (CanvasEdgeKind::Branch, inner.slot.to_string()),
        };
        let list = BlockAddress::Inner { parent: place.step.id.clone(), slot: inner.slot.clone() };
        let Some(first) = index.nth(&list, index.entry(&list)).filter(|_| seen.insert(inner.slot.clone())) else {
            continue;
        };
        edges.push(CanvasEdge {
            id: format!("{}/{}", place.step.id, inner.slot),
            source: place.step.id.clone(),
            source_port: inner.slot.to_string(),
            target: Some(first.step.id.clone()),
            kind,
            is_explicit: inner.block.entry_step == Some(&first.step.id),
            label,
        });
    }
}

/// To the steps that a run goes on with.
fn onward(index: &Index, place: &Place, edges: &mut Vec<CanvasEdge>) {
    if let StepKind::Conditional(conditional) = &place.step.kind {
        let mut seen = HashSet::new();
        for (port, next) in jumps(conditional) {
            if seen.insert(port.clone()) && leads_on(index, place, next) {
                edges.push(explicit(place, &port, next));
            }
        }
    }
    let next = place.step.next.as_ref().filter(|next| leads_on(index, place, next));
    let following = index.nth(&place.block, place.position.saturating_add(1));
    match (next, following) {
        (Some(next), _) => edges.push(explicit(place, &Port::Next, next)),
        (None, Some(following)) if goes_on(index, place) => {
            edges.push(CanvasEdge { is_explicit: false, ..explicit(place, &Port::Next, &following.step.id) });
        }
        (None, _) => {}
    }
}

fn explicit(place: &Place, port: &Port, next: &StepId) -> CanvasEdge {
    let (kind, label) = match port {
        Port::Next => (CanvasEdgeKind::Next, String::new()),
        Port::Case(name) => (CanvasEdgeKind::Case, name.to_string()),
        Port::Otherwise => (CanvasEdgeKind::Otherwise, port.to_string()),
    };
    CanvasEdge {
        id: format!("{}>{port}", place.step.id),
        source: place.step.id.clone(),
        source_port: port.to_string(),
        target: (next.as_str() != NEXT_END).then(|| next.clone()),
        kind,
        is_explicit: true,
        label,
    }
}

/// Whether a jump leads to the end, or to a later step of the list.
fn leads_on(index: &Index, place: &Place, next: &StepId) -> bool {
    next.as_str() == NEXT_END || index.position_in(&place.block, next).is_some_and(|to| to > place.position)
}

/// Whether some run goes on with the next step: not when each case of a condition jumps elsewhere.
fn goes_on(index: &Index, place: &Place) -> bool {
    match &place.step.kind {
        StepKind::Conditional(conditional) if place.step.enabled => {
            let otherwise = conditional.otherwise.as_ref().map(|otherwise| otherwise.next.as_ref());
            let cases = conditional.cases.iter().map(|case| case.next.as_ref());
            let mut ways = cases.chain([otherwise.flatten()]);
            ways.any(|next| !next.is_some_and(|next| leads_on(index, place, next)))
        }
        StepKind::Conditional(_)
        | StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => true,
    }
}

/// The jumps of the cases, and of `otherwise`.
fn jumps(conditional: &ConditionalStep) -> impl Iterator<Item = (Port, &StepId)> {
    let cases = conditional.cases.iter();
    let cases = cases.filter_map(|case| Some((Port::Case(case.name.clone()), case.next.as_ref()?)));
    let otherwise = conditional.otherwise.iter().filter_map(|otherwise| otherwise.next.as_ref());
    cases.chain(otherwise.map(|next| (Port::Otherwise, next)))
}
