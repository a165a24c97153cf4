//! Agents: the store's side of them.

use sluice_types::{Agent, AgentId, TenantId};

use crate::cursor::{Cursor, page};
use crate::error::StoreError;
use crate::idempotency::IdempotencyKey;
use crate::resources::ResourceUpdate;
use crate::store::{Store, read, write};

impl Store {
    /// An agent.
    pub async fn agent(&self, tenant: &TenantId, id: &AgentId) -> Result<Option<Agent>, StoreError> {
        Ok(self.agents_by_id(tenant, vec![id.clone()]).await?.pop())
    }

    /// The agents of these that exist, in any order.
    pub async fn agents_by_id(&self, tenant: &TenantId, ids: Vec<AgentId>) -> Result<Vec<Agent>, StoreError> {
        let tenant = tenant.clone();
        let ids: Vec<String> = ids.iter().map(AgentId::to_string).collect();
        read!(self, |conn| queries::agents::by_id(conn, tenant.as_str(), &ids))
    }

    /// A page of agents, by id, whose id, name or description contains the words.
    pub async fn agents(
        &self,
        tenant: &TenantId,
        words: Option<String>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<Agent>, Option<String>), StoreError> {
        let (tenant, after) = (tenant.clone(), cursor.map(|cursor| cursor.id));
        let rows = read!(self, |conn| queries::agents::list(conn, tenant.as_str(), words.as_deref(), after, limit))?;
        Ok(page(rows, limit, |last| Cursor { sort: "id".into(), key: String::new(), id: last.id.to_string() }))
    }

    /// Writes a new agent; `Duplicate` when its id is taken, and `KeyUsed` when the key is.
    pub async fn create_agent(
        &self,
        tenant: &TenantId,
        agent: Agent,
        key: Option<IdempotencyKey>,
    ) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::agents::create(conn, tenant.as_str(), &agent, key.as_ref()))
    }

    /// Saves an agent over the version before the one that it holds.
    pub async fn update_agent(&self, tenant: &TenantId, agent: Agent) -> Result<ResourceUpdate, StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::agents::update(conn, tenant.as_str(), &agent))
    }

    /// Deletes an agent, if it has the given version.
    pub async fn delete_agent(
        &self,
        tenant: &TenantId,
        id: &AgentId,
        version: Option<i64>,
    ) -> Result<ResourceUpdate, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        write!(self, |conn| queries::agents::delete(conn, tenant.as_str(), id.as_str(), version))
    }
}
