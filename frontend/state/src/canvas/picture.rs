//! The picture of a definition, as the canvas draws it and looks things up in it.

use std::collections::{BTreeMap, HashMap};

use sluice_types::edit::Port;
use sluice_types::{
    BlockAddress, CanvasEdge, CanvasEdgeKind, CanvasLane, CanvasNode, CanvasParts, Index, Positions, Slot, StepId,
    StepType, canvas_parts,
};

use super::geometry::{Point, Rect, Size};
use super::view::View;

/// Steps, lists and connections with their places. Coordinates of a step are those of its list, coordinates of a list those of
/// its container: what a container holds moves with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picture {
    nodes: HashMap<StepId, PictureNode>,
    lists: BTreeMap<BlockAddress, PictureList>,
    bounds: Rect,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureNode {
    /// The list that holds it.
    pub list: BlockAddress,
    /// Its box in the list.
    pub rect: Rect,
    /// Its type.
    pub kind: StepType,
    /// Its lists, in order; none of a step that is no container.
    pub slots: Vec<Slot>,
}

/// A list of steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PictureList {
    /// Its box in the container; the workflow's own list begins at the origin.
    pub rect: Rect,
    /// The name of a branch or a case.
    pub label: String,
    /// Its steps, in the order in which they run.
    pub steps: Vec<StepId>,
    /// The connections between its steps, and that to its first one.
    pub edges: Vec<PictureEdge>,
}

/// Where a connection begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Start {
    /// At the upper border of a list.
    List,
    /// At a step, or at one of its cases.
    Step(StepId, Port),
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PictureEdge {
    /// Its id in the picture.
    pub id: String,
    /// Where it begins.
    pub start: Start,
    /// Where it ends; `None` for the end of the list.
    pub target: Option<StepId>,
    /// Whether somebody made it.
    pub is_explicit: bool,
    /// What is written at it.
    pub label: String,
}

/// The label of a connection to the end of a list, which leads to no step.
fn ending(label: &str, list: &BlockAddress) -> String {
    let end = if *list == BlockAddress::Root { "ends the run" } else { "ends here" };
    if label.is_empty() { end.to_owned() } else { format!("{label}: {end}") }
}

impl Picture {
    /// The picture of a definition.
    #[must_use]
    pub fn of(index: &Index, positions: &Positions) -> Self {
        Self::from_parts(canvas_parts(index, positions))
    }

    fn from_parts(parts: CanvasParts) -> Self {
        let mut picture = Self::default();
        picture.lists.insert(BlockAddress::Root, PictureList::default());
        let mut slots: HashMap<StepId, Vec<Slot>> = HashMap::new();
        for lane in parts.lanes {
            let Ok(slot) = lane.slot.parse::<Slot>() else { continue };
            slots.entry(lane.parent_id.clone()).or_default().push(slot.clone());
            picture.add_list(lane, slot);
        }
        for node in parts.nodes {
            let slots = slots.remove(&node.id).unwrap_or_default();
            picture.add_node(node, slots);
        }
        for edge in parts.edges {
            picture.add_edge(edge);
        }
        let boxes = picture.nodes.values().filter(|node| node.list == BlockAddress::Root).map(|node| node.rect);
        picture.bounds = boxes.reduce(Rect::with).unwrap_or_default();
        if let Some(root) = picture.lists.get_mut(&BlockAddress::Root) {
            root.rect = Rect::new(0.0, 0.0, picture.bounds.right().max(0.0), picture.bounds.bottom().max(0.0));
        }
        picture
    }

    fn add_list(&mut self, lane: CanvasLane, slot: Slot) {
        let rect = Rect::new(lane.x, lane.y, lane.width, lane.height);
        let address = BlockAddress::Inner { parent: lane.parent_id, slot };
        self.lists.insert(address, PictureList { rect, label: lane.label, ..PictureList::default() });
    }

    fn add_node(&mut self, node: CanvasNode, slots: Vec<Slot>) {
        let slot = node.slot.and_then(|slot| slot.parse::<Slot>().ok());
        let list = match node.parent_id.zip(slot) {
            Some((parent, slot)) => BlockAddress::Inner { parent, slot },
            None => BlockAddress::Root,
        };
        if let Some(list) = self.lists.get_mut(&list) {
            list.steps.push(node.id.clone());
        }
        let rect = Rect::new(node.x, node.y, node.width, node.height);
        self.nodes.insert(node.id, PictureNode { list, rect, kind: node.step_type, slots });
    }

    fn add_edge(&mut self, edge: CanvasEdge) {
        let (list, start) = match edge.kind {
            CanvasEdgeKind::Branch | CanvasEdgeKind::Body | CanvasEdgeKind::Unknown => {
                let Ok(slot) = edge.source_port.parse::<Slot>() else { return };
                (BlockAddress::Inner { parent: edge.source, slot }, Start::List)
            }
            CanvasEdgeKind::Next | CanvasEdgeKind::Case | CanvasEdgeKind::Otherwise => {
                let Some(source) = self.nodes.get(&edge.source) else { return };
                let Ok(port) = edge.source_port.parse::<Port>() else { return };
                (source.list.clone(), Start::Step(edge.source, port))
            }
        };
        let label = match start {
            // The name of a list is written at its head.
            Start::List => String::new(),
            Start::Step(..) if edge.is_explicit && edge.target.is_none() => ending(&edge.label, &list),
            Start::Step(..) => edge.label,
        };
        if let Some(list) = self.lists.get_mut(&list) {
            let (id, target, is_explicit) = (edge.id, edge.target, edge.is_explicit);
            list.edges.push(PictureEdge { id, start, target, is_explicit, label });
        }
    }

    /// A step.
    #[must_use]
    pub fn node(&self, id: &StepId) -> Option<&PictureNode> {
        self.nodes.get(id)
    }

    /// All steps, in no order.
    pub fn nodes(&self) -> impl Iterator<Item = (&StepId, &PictureNode)> {
        self.nodes.iter()
    }

    /// How many steps there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no steps.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A list.
    #[must_use]
    pub fn list(&self, address: &BlockAddress) -> Option<&PictureList> {
        self.lists.get(address)
    }

    /// All lists.
    pub fn lists(&self) -> impl Iterator<Item = (&BlockAddress, &PictureList)> {
        self.lists.iter()
    }

    /// The steps of a list, in order.
    #[must_use]
    pub fn steps(&self, address: &BlockAddress) -> &[StepId] {
        self.lists.get(address).map_or(&[], |list| &list.steps)
    }

    /// The box around all steps.
    #[must_use]
    pub const fn bounds(&self) -> Rect {
        self.bounds
    }

    /// The picture as it is seen at first on a surface.
    #[must_use]
    pub fn first_view(&self, surface: Size) -> View {
        let first = self.steps(&BlockAddress::Root).first().and_then(|id| self.place(id));
        View::at_first(self.bounds, first.unwrap_or(self.bounds), surface)
    }

    /// Where a list begins in the picture.
    #[must_use]
    pub fn origin_of(&self, address: &BlockAddress) -> Point {
        match (address, self.lists.get(address)) {
            (BlockAddress::Root, _) | (_, None) => Point::default(),
            (BlockAddress::Inner { parent, .. }, Some(list)) => {
                self.place(parent).map_or(list.rect.origin(), |outer| outer.origin().plus(list.rect.origin()))
            }
        }
    }

    /// The box of a step in the picture.
    #[must_use]
    pub fn place(&self, id: &StepId) -> Option<Rect> {
        let node = self.nodes.get(id)?;
        Some(node.rect.moved(self.origin_of(&node.list)))
    }

    /// The box of a list in the picture.
    #[must_use]
    pub fn list_place(&self, address: &BlockAddress) -> Option<Rect> {
        let list = self.lists.get(address)?;
        let origin = self.origin_of(address);
        Some(Rect::new(origin.x, origin.y, list.rect.width, list.rect.height))
    }

    /// The innermost step at a point of the picture.
    #[must_use]
    pub fn node_at(&self, at: Point) -> Option<&StepId> {
        self.node_in(&BlockAddress::Root, at)
    }

    fn node_in(&self, list: &BlockAddress, at: Point) -> Option<&StepId> {
        // The later step is drawn above the earlier one.
        let id =
            self.steps(list).iter().rev().find(|id| self.nodes.get(*id).is_some_and(|node| node.rect.holds(at)))?;
        let node = self.nodes.get(id)?;
        let inner = self.inner_lists(id, node);
        let below = at.minus(node.rect.origin());
        let inside = inner.into_iter().find_map(|(address, lane)| {
            lane.rect.holds(below).then(|| self.node_in(&address, below.minus(lane.rect.origin())))?
        });
        inside.or(Some(id))
    }

    /// The innermost list at a point of the picture.
    #[must_use]
    pub fn list_at(&self, at: Point) -> BlockAddress {
        let mut list = BlockAddress::Root;
        let mut at = at;
        while let Some((address, inner)) = self.list_in(&list, at) {
            (list, at) = (address, inner);
        }
        list
    }

    fn list_in(&self, list: &BlockAddress, at: Point) -> Option<(BlockAddress, Point)> {
        let id =
            self.steps(list).iter().rev().find(|id| self.nodes.get(*id).is_some_and(|node| node.rect.holds(at)))?;
        let node = self.nodes.get(id)?;
        let below = at.minus(node.rect.origin());
        let inner = self.inner_lists(id, node).into_iter().find(|(_, lane)| lane.rect.holds(below))?;
        Some((inner.0, below.minus(inner.1.rect.origin())))
    }

    fn inner_lists(&self, id: &StepId, node: &PictureNode) -> Vec<(BlockAddress, &PictureList)> {
        let addresses = node.slots.iter().map(|slot| BlockAddress::Inner { parent: id.clone(), slot: slot.clone() });
        addresses.filter_map(|address| self.lists.get(&address).map(|list| (address, list))).collect()
    }

    /// The containers around a step, the innermost first.
    #[must_use]
    pub fn around(&self, id: &StepId) -> Vec<StepId> {
        let mut around = Vec::new();
        let mut list = self.nodes.get(id).map(|node| &node.list);
        while let Some(BlockAddress::Inner { parent, .. }) = list {
            around.push(parent.clone());
            list = self.nodes.get(parent).map(|node| &node.list);
        }
        around
    }
}
