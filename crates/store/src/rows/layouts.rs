//! Rows of layouts.

use std::collections::BTreeMap;

use diesel::prelude::*;
use sluice_types::{CanvasViewport, Position, Positions, StepId};

use super::{read_json, write_json};
use crate::error::StoreError;
use crate::schema::workflow_layouts;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = workflow_layouts, treat_none_as_null = true)]
pub(crate) struct LayoutRow {
    pub tenant_id: String,
    pub workflow_id: String,
    pub nodes: String,
    pub viewport: Option<String>,
}

impl LayoutRow {
    /// The part that was last looked at. One that cannot be read counts as absent, as positions do.
    pub fn viewport(&self) -> Option<CanvasViewport> {
        read_json(self.viewport.as_ref()?).ok()
    }
}

/// The positions of a column. They only serve the eye: where they cannot be read, the workflow is shown without them.
pub(crate) fn read_positions(text: &str) -> Positions {
    let read = read_json::<BTreeMap<StepId, (f64, f64)>>(text);
    let read = read.inspect_err(|error| tracing::error!(%error, "a layout that cannot be read is left out"));
    read.unwrap_or_default().into_iter().map(|(id, (x, y))| (id, Position { x, y })).collect()
}

pub(crate) fn write_positions(positions: &Positions) -> Result<String, StoreError> {
    let written: BTreeMap<&StepId, (f64, f64)> = positions.iter().map(|(id, at)| (id, (at.x, at.y))).collect();
    write_json(&written)
}
