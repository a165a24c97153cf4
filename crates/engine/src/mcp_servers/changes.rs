//! Changes of MCP servers: their secrets are sealed before they are stored.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sluice_store::{IdempotencyKey, Listing, ResourceUpdate, StoredMcpServer, to_micros};
use sluice_types::{McpServer, McpServerId, SetMcpTransport, TenantId};

use super::error::McpServerError;
use super::secrets::{Secrets, purpose, seal};
use super::service::McpServers;
use super::transport::{Settled, settle};

impl McpServers {
    /// Stores a new server with this transport; `Duplicate` when its id is taken. The transport of `server` is not read.
    pub async fn create(
        &self,
        tenant: &TenantId,
        server: McpServer,
        transport: SetMcpTransport,
        key: Option<IdempotencyKey>,
    ) -> Result<McpServer, McpServerError> {
        let Settled { transport, new, .. } = settle(transport, None).map_err(McpServerError::Invalid)?;
        self.check_transport(&transport)?;
        let sealed_secrets = self.sealed(tenant, &server.id, with_values(Secrets::new(), new)).await?;
        let revision = to_micros(server.created_at);
        let server = McpServer { transport, ..server };
        let stored = StoredMcpServer { server, sealed_secrets, revision, listing: Listing::default() };
        let server = stored.server.clone();
        self.store.create_mcp_server(tenant, stored, key).await?;
        self.changed(tenant, &server.id, true);
        Ok(server)
    }

    /// Saves the fields of `changed` over the version that was read, and this transport, if there is one. A save that
    /// changes nothing makes no version.
    pub async fn update(
        &self,
        tenant: &TenantId,
        before: StoredMcpServer,
        changed: McpServer,
        transport: Option<SetMcpTransport>,
        now: DateTime<Utc>,
    ) -> Result<(McpServer, ResourceUpdate), McpServerError> {
        let mut stored = StoredMcpServer { server: changed, ..before.clone() };
        stored.server.transport = before.server.transport.clone();
        if let Some(transport) = transport {
            let settled = settle(transport, Some(&before.server.transport)).map_err(McpServerError::Invalid)?;
            if settled.transport != before.server.transport || !settled.new.is_empty() {
                self.check_transport(&settled.transport)?;
                stored.sealed_secrets = self.resealed(tenant, &before, &settled).await?;
                stored.server.transport = settled.transport;
                stored.revision = to_micros(now).max(before.revision + 1);
            }
        }
        if stored == before {
            return Ok((before.server, ResourceUpdate::Saved));
        }
        stored.server.version = before.server.version + 1;
        stored.server.updated_at = now;
        let (server, is_moved) = (stored.server.clone(), stored.revision != before.revision);
        let update = self.store.update_mcp_server(tenant, stored).await?;
        if update == ResourceUpdate::Saved {
            self.changed(tenant, &server.id, is_moved);
        }
        Ok((server, update))
    }

    /// Deletes a server, if it has the given version, and ends its connections.
    pub async fn delete(
        &self,
        tenant: &TenantId,
        id: &McpServerId,
        version: Option<i64>,
    ) -> Result<ResourceUpdate, McpServerError> {
        let update = self.store.delete_mcp_server(tenant, id, version).await?;
        if update == ResourceUpdate::Saved {
            self.changed(tenant, id, true);
        }
        Ok(update)
    }

    /// The stored values that stay and the new ones, sealed.
    async fn resealed(
        &self,
        tenant: &TenantId,
        before: &StoredMcpServer,
        settled: &Settled,
    ) -> Result<Option<Vec<u8>>, McpServerError> {
        // Values that do not stay need not be readable: the master key may be lost.
        let mut secrets = if settled.kept.is_empty() { Secrets::new() } else { self.secrets(tenant, before).await? };
        secrets.retain(|name, _| settled.kept.contains(name));
        self.sealed(tenant, &before.server.id, with_values(secrets, settled.new.clone())).await
    }

    async fn sealed(
        &self,
        tenant: &TenantId,
        id: &McpServerId,
        secrets: Secrets,
    ) -> Result<Option<Vec<u8>>, McpServerError> {
        let purpose = purpose(tenant, id);
        Ok(self.providers.with_vault(move |vault| seal(vault, &purpose, &secrets)).await?)
    }
}

fn with_values(mut secrets: Secrets, new: impl IntoIterator<Item = (String, String)>) -> Secrets {
    secrets.extend(new.into_iter().map(|(name, value)| (name, SecretString::from(value))));
    secrets
}
