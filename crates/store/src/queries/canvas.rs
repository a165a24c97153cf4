//! The layout of workflows.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::limits::MAX_STEPS;
use sluice_types::{CanvasViewport, NodePosition, Position, Positions, Workflow, layout_of, positions_of};

use super::{Connection, Result, lock_workflow, workflows as workflow_queries};
use crate::canvas::{LayoutChange, NodesChange};
use crate::rows::{LayoutRow, WorkflowRow, read_json, read_positions, write_json, write_positions};
use crate::schema::{workflow_layouts, workflows};
use crate::versions::WorkflowSave;
use crate::workflows::WorkflowUpdate;

/// A workflow, and the part of its canvas that was last looked at.
pub async fn get(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<(Workflow, Option<CanvasViewport>)>> {
    let of_workflow =
        workflow_layouts::tenant_id.eq(workflows::tenant_id).and(workflow_layouts::workflow_id.eq(workflows::id));
    let row: Option<(WorkflowRow, Option<LayoutRow>)> = workflows::table
        .left_join(workflow_layouts::table.on(of_workflow))
        .filter(workflows::tenant_id.eq(tenant).and(workflows::id.eq(id)).and(not(workflows::deleting)))
        .select((WorkflowRow::as_select(), Option::<LayoutRow>::as_select()))
        .first(conn)
        .await
        .optional()?;
    let Some((workflow, layout)) = row else { return Ok(None) };
    let viewport = layout.as_ref().and_then(LayoutRow::viewport);
    Ok(Some((workflow.into_workflow(layout.as_ref())?, viewport)))
}

pub async fn has_layout(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool> {
    let none = write_positions(&positions_of(&[]))?;
    let some = workflow_layouts::table.find((tenant, id)).filter(workflow_layouts::nodes.ne(none));
    Ok(diesel::select(exists(some)).get_result(conn).await?)
}

/// Changes a layout, and saves its workflow with it, if one is given.
pub async fn save(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
    save: Option<&WorkflowSave>,
    change: &LayoutChange,
) -> Result<WorkflowUpdate> {
    // A change at the same time waits here, and then reads what this one has written.
    if lock_workflow(conn, tenant, id).await?.is_none() {
        return Ok(WorkflowUpdate::NotFound);
    }
    if let Some(save) = save {
        let update = workflow_queries::update(conn, tenant, save).await?;
        if update != WorkflowUpdate::Saved {
            return Ok(update);
        }
    }
    if !change.is_empty() {
        write(conn, tenant, id, change).await?;
    }
    Ok(WorkflowUpdate::Saved)
}

/// Writes the layout of a new workflow.
pub async fn create(conn: &mut Connection, tenant: &str, id: &str, nodes: &[NodePosition]) -> Result<()> {
    if nodes.is_empty() {
        return Ok(());
    }
    let change = LayoutChange { nodes: NodesChange::Replace(nodes.to_vec()), viewport: None };
    write(conn, tenant, id, &change).await
}

async fn write(conn: &mut Connection, tenant: &str, workflow_id: &str, change: &LayoutChange) -> Result<()> {
    let place = workflow_layouts::table.find((tenant, workflow_id));
    let before: Option<LayoutRow> = place.select(LayoutRow::as_select()).first(conn).await.optional()?;
    let kept = || before.as_ref().map(|row| read_positions(&row.nodes)).unwrap_or_default();
    let positions = match &change.nodes {
        NodesChange::Keep => kept(),
        NodesChange::Replace(nodes) => positions_of(nodes),
        NodesChange::Move(NodePosition { id, x, y }) => {
            let mut positions = kept();
            positions.insert(id.clone(), Position { x: *x, y: *y });
            known(conn, tenant, workflow_id, positions).await?
        }
    };
    let viewport = match &change.viewport {
        Some(viewport) => Some(write_json(viewport)?),
        None => before.and_then(|row| row.viewport),
    };
    let row = LayoutRow {
        tenant_id: tenant.to_owned(),
        workflow_id: workflow_id.to_owned(),
        nodes: write_positions(&positions)?,
        viewport,
    };
    diesel::insert_into(workflow_layouts::table)
        .values(&row)
        .on_conflict((workflow_layouts::tenant_id, workflow_layouts::workflow_id))
        .do_update()
        .set(&row)
        .execute(conn)
        .await?;
    Ok(())
}

/// The positions of steps that the workflow has. They are looked up when there are more than it can have: steps that were
/// deleted leave theirs behind.
async fn known(conn: &mut Connection, tenant: &str, workflow_id: &str, positions: Positions) -> Result<Positions> {
    if positions.len() <= MAX_STEPS {
        return Ok(positions);
    }
    let definition: String =
        workflows::table.find((tenant, workflow_id)).select(workflows::definition).first(conn).await?;
    Ok(positions_of(&layout_of(&read_json(&definition)?, &positions)))
}
