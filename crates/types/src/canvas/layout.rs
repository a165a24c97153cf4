//! The layout: where the steps are drawn that nobody has placed.
//!
//! Each list is a lane: its steps stand below each other, in the order in which they run, on the axis of the lane. The lanes of
//! a container stand beside each other in its box, below a strip for its label. Sizes are found from the inside to the outside,
//! each once, so that the time grows with the number of steps.

use std::collections::HashSet;

use super::{CanvasLane, CanvasNode, Position, Positions};
use crate::block::{BlockAddress, Slot};
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::limits::MAX_CANVAS_COORDINATE;

/// Width of a step that is no container, in pixels. No lane is narrower.
pub const NODE_WIDTH: f64 = 220.0;
/// Height of a step that is no container, in pixels.
pub const NODE_HEIGHT: f64 = 48.0;
/// Height of the strip with the label of a container, in pixels.
pub const HEADER_HEIGHT: f64 = 36.0;
/// Distance between steps of a list, in pixels: an arrow has room.
const STEP_GAP: f64 = 32.0;
/// Distance between the lanes of a container, and from its border, in pixels.
const LANE_GAP: f64 = 12.0;
/// Distance of the steps from the left and the right border of their lane, in pixels: a jump around steps has room.
const LANE_SIDE: f64 = 28.0;
/// Distance of the first step from the upper border of its lane, in pixels: the name of the lane and an arrow have room.
const LANE_TOP: f64 = 44.0;
/// Distance of the last step from the lower border of its lane, in pixels.
const LANE_BOTTOM: f64 = 20.0;

/// The boxes of a definition.
#[derive(Debug, Default)]
pub(super) struct Boxes {
    pub(super) nodes: Vec<CanvasNode>,
    pub(super) lanes: Vec<CanvasLane>,
}

#[derive(Debug, Clone, Copy)]
struct Size {
    width: f64,
    height: f64,
}

/// A step of a list, before it has its position.
struct Item {
    /// Its place in [`Boxes::nodes`].
    at: usize,
    size: Size,
    set: Option<Position>,
}

/// Lays a definition out.
pub(super) fn boxes(index: &Index, positions: &Positions) -> Boxes {
    let mut layout = Layout { index, positions, boxes: Boxes::default() };
    let items = layout.items(&BlockAddress::Root, None);
    // The axis of the workflow's own list is at 0, so that a wide step at its end moves no other.
    layout.put(&items, 0.0, 0.0, -MAX_CANVAS_COORDINATE);
    layout.boxes
}

struct Layout<'i> {
    index: &'i Index,
    positions: &'i Positions,
    boxes: Boxes,
}

impl Layout<'_> {
    /// Adds the steps of a list, with all that stands inside them. They have sizes and no positions yet.
    fn items(&mut self, address: &BlockAddress, lane: Option<(&StepId, &Slot)>) -> Vec<Item> {
        let index = self.index;
        // Of two steps with one id, the first is drawn: the lint reports the other.
        let steps =
            index.block(address).filter(|place| index.place(&place.step.id).is_some_and(|first| is_same(first, place)));
        steps.map(|place| self.item(place, lane)).collect()
    }

    fn item(&mut self, place: &Place, lane: Option<(&StepId, &Slot)>) -> Item {
        let step = &place.step;
        let set = self.positions.get(&step.id).copied();
        let at = self.boxes.nodes.len();
        self.boxes.nodes.push(CanvasNode {
            id: step.id.clone(),
            step_type: step.step_type(),
            label: step.label.clone(),
            x: 0.0,
            y: 0.0,
            width: NODE_WIDTH,
            height: NODE_HEIGHT,
            is_placed: set.is_some(),
            parent_id: lane.map(|(parent, _)| parent.clone()),
            slot: lane.map(|(_, slot)| slot.to_string()),
            enabled: step.enabled,
            lint: None,
        });
        let size = self.inside(place);
        if let Some(node) = self.boxes.nodes.get_mut(at) {
            (node.width, node.height) = (size.width, size.height);
        }
        Item { at, size, set }
    }

    /// The size of a step, with its lanes beside each other.
    fn inside(&mut self, place: &Place) -> Size {
        let parent = &place.step.id;
        let (mut right, mut lane_height) = (LANE_GAP, 0.0_f64);
        let first = self.boxes.lanes.len();
        let mut own = Vec::new();
        let mut seen = HashSet::new();
        for inner in place.step.kind.blocks() {
            if !seen.insert(inner.slot.clone()) {
                continue;
            }
            let at = self.boxes.lanes.len();
            let label = match &inner.slot {
                Slot::Branch(name) | Slot::Case(name) => name.to_string(),
                Slot::Otherwise => inner.slot.to_string(),
                Slot::Each | Slot::Body => String::new(),
            };
            let slot = inner.slot.to_string();
            let (x, y) = (right, HEADER_HEIGHT);
            self.boxes.lanes.push(CanvasLane { parent_id: parent.clone(), slot, label, x, y, width: 0.0, height: 0.0 });
            let size = self.lane(
                &BlockAddress::Inner { parent: parent.clone(), slot: inner.slot.clone() },
                parent,
                &inner.slot,
            );
            if let Some(lane) = self.boxes.lanes.get_mut(at) {
                lane.width = size.width;
            }
            own.push(at);
            right += size.width + LANE_GAP;
            lane_height = lane_height.max(size.height);
        }
        if first == self.boxes.lanes.len() {
            return Size { width: NODE_WIDTH, height: NODE_HEIGHT };
        }
        // The lanes of a container are of one height.
        for at in own {
            if let Some(lane) = self.boxes.lanes.get_mut(at) {
                lane.height = lane_height;
            }
        }
        Size { width: right, height: HEADER_HEIGHT + lane_height + LANE_GAP }
    }

    /// Lays a list of a container out, and gives the size of its lane.
    fn lane(&mut self, address: &BlockAddress, parent: &StepId, slot: &Slot) -> Size {
        let items = self.items(address, Some((parent, slot)));
        let widest = items.iter().map(|item| item.size.width).fold(NODE_WIDTH, f64::max);
        let axis = LANE_SIDE + widest / 2.0;
        let extent = self.put(&items, axis, LANE_TOP, 0.0);
        Size {
            width: extent.width.max(LANE_SIDE + widest) + LANE_SIDE,
            height: extent.height.max(LANE_TOP + NODE_HEIGHT) + LANE_BOTTOM,
        }
    }

    /// Gives the steps of a list their positions: the set ones where they were set, not beyond `least`, and the others below
    /// each other on the axis. A set step keeps its room on the axis, so that to drag one moves no other but those that it covers.
    fn put(&mut self, items: &[Item], axis: f64, top: f64, least: f64) -> Size {
        let mut fixed: Vec<(Position, Size)> = Vec::new();
        let mut extent = Size { width: 0.0, height: 0.0 };
        for item in items {
            if let Some(set) = item.set {
                let at = Position { x: bounded(set.x, least), y: bounded(set.y, least) };
                fixed.push((at, item.size));
                self.place(item, at, &mut extent);
            }
        }
        fixed.sort_by(|(one, _), (other, _)| one.y.total_cmp(&other.y));
        let mut y = top;
        for item in items {
            if item.set.is_none() {
                let x = (axis - item.size.width / 2.0).floor();
                y = free_below(&fixed, Position { x, y }, item.size);
                self.place(item, Position { x, y }, &mut extent);
            }
            y += item.size.height + STEP_GAP;
        }
        extent
    }

    fn place(&mut self, item: &Item, at: Position, extent: &mut Size) {
        if let Some(node) = self.boxes.nodes.get_mut(item.at) {
            (node.x, node.y) = (at.x, at.y);
        }
        extent.width = extent.width.max(at.x + item.size.width);
        extent.height = extent.height.max(at.y + item.size.height);
    }
}

/// The first height, from a position downwards, at which a step covers none of the set ones. These are in the order of their
/// upper borders: what one of them pushes down meets only those after it.
fn free_below(fixed: &[(Position, Size)], from: Position, size: Size) -> f64 {
    let mut y = from.y;
    for (at, set) in fixed {
        let beside = from.x >= at.x + set.width || at.x >= from.x + size.width;
        if !beside && y < at.y + set.height + STEP_GAP && at.y < y + size.height + STEP_GAP {
            y = at.y + set.height + STEP_GAP;
        }
    }
    y
}

/// A coordinate within the bounds, whatever is stored.
fn bounded(coordinate: f64, least: f64) -> f64 {
    if coordinate.is_finite() { coordinate.clamp(least, MAX_CANVAS_COORDINATE) } else { least.max(0.0) }
}

fn is_same(one: &Place, other: &Place) -> bool {
    one.pointer == other.pointer
}
