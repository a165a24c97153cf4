//! The effects of tools, written into the definition of a run at its start.

use std::collections::{BTreeSet, HashMap};

use sluice_store::StoreError;
use sluice_types::{Definition, McpServerId, NATIVE_TOOLS, StepEffect, StepKind, TenantId, ToolId, ToolSource};

use super::Tools;

impl Tools {
    /// Writes the effect of each tool step that says none. What an MCP server declares counts when an admin trusts the server;
    /// a tool that is not known counts as one that writes.
    pub async fn pin_effects(&self, tenant: &TenantId, definition: &mut Definition) -> Result<(), StoreError> {
        let mut servers = BTreeSet::new();
        definition.each_step_mut(|step| {
            if step.effect.is_none()
                && let StepKind::Tool(tool) = &step.kind
                && let Ok(ToolId { source: ToolSource::Server(server), .. }) = tool.tool.parse()
            {
                servers.insert(server);
            }
        });
        let mut declared = HashMap::new();
        for server in servers {
            declared.extend(self.declared_effects(tenant, &server).await?);
        }
        definition.each_step_mut(|step| {
            if let (None, StepKind::Tool(tool)) = (&step.effect, &step.kind) {
                step.effect = effect(&tool.tool, &declared);
            }
        });
        Ok(())
    }

    /// The effects that a trusted server declares, as it was listed last.
    async fn declared_effects(
        &self,
        tenant: &TenantId,
        server: &McpServerId,
    ) -> Result<HashMap<String, StepEffect>, StoreError> {
        let is_trusted = self.servers.config(tenant, server).await.is_ok_and(|it| it.server.trusted);
        if !is_trusted {
            return Ok(HashMap::new());
        }
        let listed = self.servers.last_listed(tenant, server).await?;
        Ok(listed.into_iter().map(|tool| (tool.id, tool.effect)).collect())
    }
}

fn effect(named: &str, declared: &HashMap<String, StepEffect>) -> Option<StepEffect> {
    let id: ToolId = named.parse().ok()?;
    match id.source {
        ToolSource::Native => NATIVE_TOOLS.iter().find(|(name, _)| *name == id.name).map(|(_, effect)| effect.clone()),
        ToolSource::Server(_) => declared.get(named).cloned(),
    }
}
