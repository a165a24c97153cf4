//! Which workflows name which agents, MCP servers and tools.

use diesel::dsl::{count_star, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::{Index, Workflow};

use super::{Connection, Result};
use crate::resources::ResourceKind;
use crate::schema::{workflow_resources, workflows};

/// Names of one workflow that are noted. A workflow has at most 1,000 steps, and few name more than one resource.
const MAX_NOTED: usize = 2_000;

/// Notes what a workflow names, in place of what it named before.
pub async fn note(conn: &mut Connection, tenant: &str, workflow: &Workflow) -> Result<()> {
    let id = workflow.id.as_str();
    let noted = workflow_resources::tenant_id.eq(tenant).and(workflow_resources::workflow_id.eq(id));
    diesel::delete(workflow_resources::table.filter(noted)).execute(conn).await?;
    let named = Index::of(&workflow.definition).named_resources();
    let agents = named.agents.iter().map(|agent| (ResourceKind::Agent, agent.as_str()));
    let servers = named.mcp_servers.iter().map(|server| (ResourceKind::McpServer, server.as_str()));
    let tools = named.tools.iter().map(|tool| (ResourceKind::Tool, tool.as_str()));
    for (kind, resource) in agents.chain(servers).chain(tools).take(MAX_NOTED) {
        diesel::insert_into(workflow_resources::table)
            .values((
                workflow_resources::tenant_id.eq(tenant),
                workflow_resources::kind.eq(kind.as_str()),
                workflow_resources::resource_id.eq(resource),
                workflow_resources::workflow_id.eq(id),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// How many workflows name each of these.
pub async fn counts(
    conn: &mut Connection,
    tenant: &str,
    kind: ResourceKind,
    ids: &[String],
) -> Result<Vec<(String, i64)>> {
    let of_workflow =
        workflow_resources::tenant_id.eq(workflows::tenant_id).and(workflow_resources::workflow_id.eq(workflows::id));
    Ok(workflow_resources::table
        .inner_join(workflows::table.on(of_workflow))
        .filter(workflow_resources::tenant_id.eq(tenant).and(workflow_resources::kind.eq(kind.as_str())))
        .filter(workflow_resources::resource_id.eq_any(ids))
        .filter(not(workflows::deleting))
        .group_by(workflow_resources::resource_id)
        .select((workflow_resources::resource_id, count_star()))
        .load(conn)
        .await?)
}
