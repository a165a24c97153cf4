//! Applications of generations: a workflow and its agents, in one transaction.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::AgentId;

use super::{Connection, Result, agents, idempotency, workflows};
use crate::generations::{Application, ApplyOutcome, StoredApplication};
use crate::rows::write_json;
use crate::schema::generations;
use crate::time::to_micros;
use crate::workflows::WorkflowUpdate;

/// Writes all of it. What is refused is refused before the first write: only an error rolls back.
pub async fn apply(conn: &mut Connection, tenant: &str, application: &Application) -> Result<ApplyOutcome> {
    let Application { generation, save, agents, .. } = application;
    let workflow = &save.workflow;
    let unknown = unknown_agents(conn, tenant, application).await?;
    if !unknown.is_empty() {
        return Ok(ApplyOutcome::UnknownAgents(unknown));
    }
    if let Some((id, applications)) = generation {
        // Another application waits here until this one is written.
        let unchanged =
            generations::table.find((tenant, id.as_str())).filter(generations::applications.eq(applications));
        let held = diesel::update(unchanged).set(generations::applications.eq(applications)).execute(conn).await?;
        if held == 0 {
            return Ok(ApplyOutcome::GenerationChanged);
        }
    }
    if workflow.version == 1 {
        workflows::create(conn, tenant, save).await?;
    } else {
        let update = workflows::update(conn, tenant, save).await?;
        if update != WorkflowUpdate::Saved {
            return Ok(ApplyOutcome::WorkflowChanged(update));
        }
    }
    for agent in agents {
        agents::create(conn, tenant, agent, None).await?;
    }
    if let Some((id, applications)) = generation {
        let applied = StoredApplication {
            request_hash: application.request_hash.clone(),
            workflow_id: workflow.id.clone(),
            agent_ids: agents.iter().map(|agent| agent.id.clone()).collect(),
            applied_at: workflow.updated_at,
        };
        diesel::update(generations::table.find((tenant, id.as_str())))
            .set((
                generations::applications.eq(applications + 1),
                generations::applied_workflow_id.eq(Some(workflow.id.as_str())),
                generations::applied.eq(Some(write_json(&applied)?)),
            ))
            .execute(conn)
            .await?;
    }
    if let Some(key) = &application.key {
        idempotency::claim(conn, tenant, key, workflow.id.as_str(), to_micros(workflow.updated_at)).await?;
    }
    Ok(ApplyOutcome::Applied)
}

/// The agents that the workflow names and that do not exist.
async fn unknown_agents(conn: &mut Connection, tenant: &str, application: &Application) -> Result<Vec<AgentId>> {
    if application.named_agents.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<String> = application.named_agents.iter().map(AgentId::to_string).collect();
    let there: HashSet<AgentId> =
        agents::by_id(conn, tenant, &named).await?.into_iter().map(|agent| agent.id).collect();
    Ok(application.named_agents.iter().filter(|id| !there.contains(*id)).cloned().collect())
}
