//! Agents, as the steps that name them take them on.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sluice_store::{Store, StoreError};
use sluice_types::{Agent, AgentId, Definition, StepKind, TenantId};

/// The definition with the agents of its steps filled in, and the agents that exist. Those of `new` count as existing.
pub async fn with_agents<'d>(
    store: &Store,
    tenant: &TenantId,
    definition: &'d Definition,
    named: BTreeSet<AgentId>,
    new: &[Agent],
) -> Result<(Cow<'d, Definition>, Vec<AgentId>), StoreError> {
    if named.is_empty() {
        return Ok((Cow::Borrowed(definition), Vec::new()));
    }
    let mut agents = store.agents_by_id(tenant, named.into_iter().collect()).await?;
    agents.extend_from_slice(new);
    let mut filled = definition.clone();
    fill_in(&mut filled, &agents);
    Ok((Cow::Owned(filled), agents.into_iter().map(|agent| agent.id).collect()))
}

fn fill_in(definition: &mut Definition, agents: &[Agent]) {
    definition.each_step_mut(|step| {
        if let StepKind::Agent(step) = &mut step.kind
            && let Some(agent) = agents.iter().find(|agent| Some(&agent.id) == step.agent_id.as_ref())
        {
            step.fill_in(agent);
        }
    });
}
