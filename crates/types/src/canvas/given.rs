//! Positions and viewports of requests: unknown fields are refused. Answers hold the same types, which are open: a newer server
//! may add fields.

use serde::{Deserialize, Deserializer};

use super::{CanvasViewport, NodePosition};
use crate::ids::StepId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenPosition {
    id: StepId,
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenViewport {
    x: f64,
    y: f64,
    zoom: f64,
}

/// Reads positions (`serde(deserialize_with)`, with `serde(default)`).
pub(crate) fn positions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<NodePosition>>, D::Error> {
    let given = Option::<Vec<GivenPosition>>::deserialize(deserializer)?;
    Ok(given.map(|nodes| nodes.into_iter().map(|GivenPosition { id, x, y }| NodePosition { id, x, y }).collect()))
}

/// The same for a field that distinguishes `null` from absent.
#[expect(clippy::option_option, reason = "absent, `null` and a value are three things")]
pub(crate) fn some_positions<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<Vec<NodePosition>>>, D::Error> {
    positions(deserializer).map(Some)
}

/// Reads a viewport.
pub(super) fn viewport<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CanvasViewport>, D::Error> {
    let given = Option::<GivenViewport>::deserialize(deserializer)?;
    Ok(given.map(|GivenViewport { x, y, zoom }| CanvasViewport { x, y, zoom }))
}
