//! The picture of a workflow: where its steps are drawn, and how they are connected.

mod edges;
pub(crate) mod given;
mod layout;

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::definition::{Definition, StepType};
use crate::ids::StepId;
use crate::index::Index;
use crate::lint::{LintFinding, Severity};
use crate::status::status;
pub use layout::{HEADER_HEIGHT, NODE_HEIGHT, NODE_WIDTH};

/// The picture of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Canvas {
    /// The steps: a container before those inside it.
    pub nodes: Vec<CanvasNode>,
    /// The lists of the containers, in the order of the containers.
    pub lanes: Vec<CanvasLane>,
    /// The connections.
    pub edges: Vec<CanvasEdge>,
    /// The part that was last looked at; `null` for all of it.
    pub viewport: Option<CanvasViewport>,
    /// The version of the workflow that is drawn.
    pub version: i64,
}

/// A step in the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CanvasNode {
    /// Its id in the picture: the id of the step.
    pub id: StepId,
    /// The type of the step.
    pub step_type: StepType,
    /// The label of the step.
    pub label: String,
    /// Distance of its left border from the axis of the picture, or from the left border of the list that holds it, in pixels.
    pub x: f64,
    /// Distance of its upper border from the top of the picture, or from the upper border of the list that holds it, in pixels.
    pub y: f64,
    /// Its width in pixels; that of a container holds the steps inside it.
    pub width: f64,
    /// Its height in pixels.
    pub height: f64,
    /// Whether somebody set the position; otherwise it comes from the layout.
    pub is_placed: bool,
    /// The container that holds it.
    pub parent_id: Option<StepId>,
    /// The list of the container: `branch:NAME`, `case:NAME`, `otherwise`, `each` or `body`.
    pub slot: Option<String>,
    /// Whether the step is enabled.
    pub enabled: bool,
    /// The worst that the lint finds at the step.
    pub lint: Option<Severity>,
}

/// A list of a container in the picture: the box that its steps stand in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CanvasLane {
    /// The container.
    pub parent_id: StepId,
    /// The list of the container: `branch:NAME`, `case:NAME`, `otherwise`, `each` or `body`.
    pub slot: String,
    /// What is written at it: the name of a branch or a case. Empty for the only list of a container.
    pub label: String,
    /// Distance of its left border from that of the container, in pixels.
    pub x: f64,
    /// Distance of its upper border from that of the container, in pixels.
    pub y: f64,
    /// Its width in pixels.
    pub width: f64,
    /// Its height in pixels.
    pub height: f64,
}

status!(
    /// What a connection stands for.
    CanvasEdgeKind {
        /// The step that follows.
        Next = "next",
        /// A case of a `conditional` step goes on elsewhere.
        Case = "case",
        /// The steps for no case go on elsewhere.
        Otherwise = "otherwise",
        /// From a container to the first step of a branch, a case, or the steps for each item.
        Branch = "branch",
        /// From a loop to its first step.
        Body = "body",
    }
);

/// A connection between two steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CanvasEdge {
    /// Its id in the picture.
    pub id: String,
    /// The step where it begins.
    pub source: StepId,
    /// Where at the step: `next`, `case:NAME` or `otherwise`, as in `ConnectStep`; for `branch` and `body`, the list of the
    /// container.
    pub source_port: String,
    /// The step where it ends; `null` for the end of the list.
    pub target: Option<StepId>,
    /// What it stands for.
    pub kind: CanvasEdgeKind,
    /// Whether somebody made it. The others come from the order of the list.
    pub is_explicit: bool,
    /// What is written at it: the name of a case or a branch.
    pub label: String,
}

/// The part of the picture that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CanvasViewport {
    /// Distance of its left border from the axis of the picture, in pixels.
    pub x: f64,
    /// Distance of its upper border from the top of the picture, in pixels.
    pub y: f64,
    /// Magnification; 1 for none.
    pub zoom: f64,
}

/// A position in the picture, or in the list that holds the step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Distance from the axis of the picture, or from the left border of the list, in pixels.
    pub x: f64,
    /// Distance from the top of the picture, or from the upper border of the list, in pixels.
    pub y: f64,
}

/// A position for one step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveNode {
    /// Distance from the axis of the picture, or from the left border of the list that holds the step, in pixels.
    pub x: f64,
    /// Distance from the top of the picture, or from the upper border of the list, in pixels.
    pub y: f64,
}

/// The position of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodePosition {
    /// The step.
    pub id: StepId,
    /// Distance from the axis of the picture, or from the left border of the list that holds it, in pixels.
    pub x: f64,
    /// Distance from the top of the picture, or from the upper border of the list, in pixels.
    pub y: f64,
}

/// A connection to make or to remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EdgeChange {
    /// The step where it begins.
    pub source: StepId,
    /// Where at the step: `next`, `case:NAME` or `otherwise`; `next` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_port: Option<String>,
    /// A later step of the same list, or `end`. `null` removes the connection, so that the next step follows.
    #[schema(required = true)]
    pub target: Option<StepId>,
}

/// Positions and connections to set. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCanvas {
    /// All positions: a step that is left out comes from the layout again. They stay as they are when this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given::positions")]
    pub nodes: Option<Vec<NodePosition>>,
    /// Connections to change, each as by `connect_step`. They make one version of the workflow together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edges: Option<Vec<EdgeChange>>,
    /// The part to look at.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given::viewport")]
    pub viewport: Option<CanvasViewport>,
}

/// Positions that somebody set, by step.
pub type Positions = BTreeMap<StepId, Position>;

/// What is drawn of a definition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CanvasParts {
    /// The steps: a container before those inside it.
    pub nodes: Vec<CanvasNode>,
    /// The lists of the containers, in the order of the containers.
    pub lanes: Vec<CanvasLane>,
    /// The connections.
    pub edges: Vec<CanvasEdge>,
}

/// The picture of a definition, with the positions that somebody set and those of the layout. Positions of unknown steps are
/// ignored.
#[must_use]
pub fn canvas_parts(index: &Index, positions: &Positions) -> CanvasParts {
    let boxes = layout::boxes(index, positions);
    let edges = edges::edges(index, &boxes.nodes);
    CanvasParts { nodes: boxes.nodes, lanes: boxes.lanes, edges }
}

impl CanvasParts {
    /// Writes the worst finding at each step into its node. What is found inside a container is not found at it.
    pub fn mark_findings(&mut self, index: &Index, findings: &[LintFinding]) {
        let mut worst: HashMap<&StepId, Severity> = HashMap::new();
        for finding in findings {
            let Some((place, _)) = index.at_pointer(&finding.pointer) else { continue };
            let found = worst.entry(&place.step.id).or_insert(finding.severity);
            *found = (*found).min(finding.severity);
        }
        for node in &mut self.nodes {
            node.lint = worst.get(&node.id).copied();
        }
    }
}

/// The positions of a list, by step. Of two for one step, the last counts.
#[must_use]
pub fn positions_of(nodes: &[NodePosition]) -> Positions {
    nodes.iter().map(|node| (node.id.clone(), Position { x: node.x, y: node.y })).collect()
}

/// The same the other way round, for the steps that a definition has, in the order of their ids.
#[must_use]
pub fn layout_of(definition: &Definition, positions: &Positions) -> Vec<NodePosition> {
    if positions.is_empty() {
        return Vec::new();
    }
    let index = Index::of(definition);
    let known = positions.iter().filter(|(id, _)| index.place(id).is_some());
    known.map(|(id, Position { x, y })| NodePosition { id: id.clone(), x: *x, y: *y }).collect()
}

#[cfg(test)]
mod tests;
