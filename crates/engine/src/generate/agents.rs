//! The agents that a designed workflow needs and that are not there.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sluice_store::{Store, StoreError};
use sluice_types::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};
use sluice_types::{Agent, AgentId, CreateAgent, Definition, StepKind, TenantId, slug_from_name};

/// The agents that steps name and that are to be created, each with an id that is free: steps follow it. Those that no
/// step names are left out. `told` are the existing agents that the model was told of: it means those by their ids.
pub async fn with_free_ids(
    store: &Store,
    tenant: &TenantId,
    definition: &mut Definition,
    designed: Vec<CreateAgent>,
    told: &HashSet<AgentId>,
) -> Result<Vec<CreateAgent>, StoreError> {
    let mut renamed = HashMap::new();
    let (mut agents, mut given) = (Vec::new(), BTreeSet::new());
    let named = named(definition);
    for mut agent in designed {
        let Some(asked) = agent.id.take().or_else(|| from_name(&agent.name)) else { continue };
        if told.contains(&asked) || !named.contains(&asked) || renamed.contains_key(&asked) {
            continue;
        }
        let Some(id) = free_id(store, tenant, &asked, &given).await? else { continue };
        given.insert(id.clone());
        renamed.insert(asked, id.clone());
        if agent.name.trim().is_empty() {
            agent.name = id.to_string();
        }
        agent.name = cut(&agent.name, MAX_NAME_CHARS);
        agent.description = cut(&agent.description, MAX_DESCRIPTION_CHARS);
        agents.push(CreateAgent { id: Some(id), ..agent });
    }
    definition.each_step_mut(|step| {
        if let StepKind::Agent(step) = &mut step.kind
            && let Some(id) = step.agent_id.as_ref().and_then(|asked| renamed.get(asked))
        {
            step.agent_id = Some(id.clone());
        }
    });
    Ok(agents)
}

/// The agents as if they were there already.
pub fn as_existing(agents: &[CreateAgent], now: DateTime<Utc>) -> Vec<Agent> {
    let existing = |agent: &CreateAgent| Some(Agent::new(agent.id.clone()?, agent.clone().into_fields(), now));
    agents.iter().filter_map(existing).collect()
}

fn named(definition: &Definition) -> HashSet<AgentId> {
    sluice_types::Index::of(definition).named_resources().agents.into_iter().collect()
}

fn from_name(name: &str) -> Option<AgentId> {
    AgentId::new(slug_from_name(name, "agent")).ok()
}

fn cut(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}

/// The most numbers that are tried behind an id.
const MOST_NUMBERS: usize = 200;
/// Characters of an id before its number.
const STEM_CHARS: usize = 90;

/// The id, or the first with a number behind it, that neither an agent has nor one of these.
async fn free_id(
    store: &Store,
    tenant: &TenantId,
    asked: &AgentId,
    given: &BTreeSet<AgentId>,
) -> Result<Option<AgentId>, StoreError> {
    let stem = asked.as_str().get(..STEM_CHARS).unwrap_or(asked.as_str());
    let numbered = (2..=MOST_NUMBERS).filter_map(|number| AgentId::new(format!("{stem}-{number}")).ok());
    let candidates: Vec<AgentId> = std::iter::once(asked.clone()).chain(numbered).collect();
    let taken = store.agents_by_id(tenant, candidates.clone()).await?;
    let is_free = |id: &AgentId| !given.contains(id) && taken.iter().all(|agent| agent.id != *id);
    Ok(candidates.into_iter().find(is_free))
}
