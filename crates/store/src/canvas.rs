//! The layout of workflows: where their steps stand on the canvas, beside the definition and its versions.

use sluice_types::{CanvasViewport, NodePosition, TenantId, Workflow, WorkflowId};

use crate::error::StoreError;
use crate::store::{Store, read, write};
use crate::versions::WorkflowSave;
use crate::workflows::WorkflowUpdate;

/// A change of a layout.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LayoutChange {
    /// The positions.
    pub nodes: NodesChange,
    /// The part to look at; it stays as it is when `None`.
    pub viewport: Option<CanvasViewport>,
}

/// A change of the positions of a layout.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum NodesChange {
    /// They stay as they are.
    #[default]
    Keep,
    /// These take the place of all.
    Replace(Vec<NodePosition>),
    /// One step gets a position.
    Move(NodePosition),
}

impl LayoutChange {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes == NodesChange::Keep && self.viewport.is_none()
    }
}

impl Store {
    /// A workflow, and the part of its canvas that was last looked at.
    pub async fn workflow_with_viewport(
        &self,
        tenant: &TenantId,
        id: &WorkflowId,
    ) -> Result<Option<(Workflow, Option<CanvasViewport>)>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::canvas::get(conn, tenant.as_str(), id.as_str()))
    }

    /// Whether somebody placed a step of a workflow.
    pub async fn has_layout(&self, tenant: &TenantId, id: &WorkflowId) -> Result<bool, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::canvas::has_layout(conn, tenant.as_str(), id.as_str()))
    }

    /// Changes the layout of a workflow, and saves the workflow with it, if one is given, over the version before the one
    /// that it holds: both or nothing.
    pub async fn save_layout(
        &self,
        tenant: &TenantId,
        id: &WorkflowId,
        save: Option<WorkflowSave>,
        change: LayoutChange,
    ) -> Result<WorkflowUpdate, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        write!(self, |conn| queries::canvas::save(conn, tenant.as_str(), id.as_str(), save.as_ref(), &change))
    }
}
