//! Checks of what requests say about the canvas.

use std::collections::HashSet;

use sluice_types::limits::{MAX_CANVAS_COORDINATE, MAX_EDGE_CHANGES, MAX_STEPS, MAX_ZOOM, MIN_ZOOM};
use sluice_types::{CanvasViewport, EdgeChange, FieldError, NodePosition, Position};

use super::Check;

impl Check {
    /// Positions of steps: not too many, each step once, none too far away.
    pub fn positions(&mut self, pointer: &str, nodes: Option<&[NodePosition]>) -> &mut Self {
        let nodes = nodes.unwrap_or_default();
        if nodes.len() > MAX_STEPS {
            let message =
                format!("at most {MAX_STEPS} positions, as a workflow has no more steps, not {}", nodes.len());
            self.0.push(FieldError::new(pointer, message));
            return self;
        }
        let mut seen = HashSet::new();
        for (at, node) in nodes.iter().enumerate() {
            if !seen.insert(&node.id) {
                let message = format!("`{}` has a position already: give one for each step", node.id);
                self.0.push(FieldError::new(format!("{pointer}/{at}/id"), message));
            }
            self.position(&format!("{pointer}/{at}"), Position { x: node.x, y: node.y });
        }
        self
    }

    /// A position on the canvas: not too far away.
    pub fn position(&mut self, pointer: &str, position: Position) -> &mut Self {
        self.coordinate(&format!("{pointer}/x"), position.x).coordinate(&format!("{pointer}/y"), position.y)
    }

    /// The part of the canvas to look at.
    pub fn viewport(&mut self, pointer: &str, viewport: Option<CanvasViewport>) -> &mut Self {
        let Some(CanvasViewport { x, y, zoom }) = viewport else { return self };
        if !(MIN_ZOOM..=MAX_ZOOM).contains(&zoom) {
            self.0.push(FieldError::new(format!("{pointer}/zoom"), format!("a number from {MIN_ZOOM} to {MAX_ZOOM}")));
        }
        self.position(pointer, Position { x, y })
    }

    /// Connections to change: not too many, each once.
    pub fn edges(&mut self, pointer: &str, edges: &[EdgeChange]) -> &mut Self {
        if edges.len() > MAX_EDGE_CHANGES {
            let message = format!("at most {MAX_EDGE_CHANGES} connections, not {}", edges.len());
            self.0.push(FieldError::new(pointer, message));
            return self;
        }
        let mut seen = HashSet::new();
        for (at, edge) in edges.iter().enumerate() {
            let port = edge.source_port.as_deref().unwrap_or("next");
            if !seen.insert((&edge.source, port)) {
                let message = format!("the connection from `{}` at `{port}` is given already", edge.source);
                self.0.push(FieldError::new(format!("{pointer}/{at}"), message));
            }
        }
        self
    }

    fn coordinate(&mut self, pointer: &str, coordinate: f64) -> &mut Self {
        if !(-MAX_CANVAS_COORDINATE..=MAX_CANVAS_COORDINATE).contains(&coordinate) {
            let message = format!("a number from -{MAX_CANVAS_COORDINATE} to {MAX_CANVAS_COORDINATE}");
            self.0.push(FieldError::new(pointer, message));
        }
        self
    }
}
