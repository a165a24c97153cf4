//! Agents and MCP servers that a workflow file brings along.

use serde_json::Value;
use sluice_engine::Engine;
use sluice_store::StoreError;
use sluice_types::json::{self, ReadError};
use sluice_types::{
    Agent, AgentId, CreateAgent, CreateMcpServer, Definition, McpServer, McpServerId, McpTransport, SetMcpTransport,
    StdioTransport, StepKind, TenantId, slug_from_name,
};

use crate::error::ApiError;
use crate::validate::Check;

/// The agents and MCP servers of a workflow file.
#[derive(Debug, Default)]
pub struct FileResources {
    agents: Vec<CreateAgent>,
    mcp_servers: Vec<CreateMcpServer>,
}

impl FileResources {
    /// Reads `agents` and `mcp_servers` of a file: lists of what the API takes.
    pub fn read(file: &mut Value) -> Result<Self, ReadError> {
        Ok(Self { agents: list(file, "agents")?, mcp_servers: list(file, "mcp_servers")? })
    }

    /// Fills the agents into the steps that name them, for checks.
    pub fn fill_in(&self, definition: &mut Definition) {
        let now = chrono::DateTime::UNIX_EPOCH;
        let agents = self.agents.iter().filter_map(|agent| agent_of(agent.clone(), now).ok());
        let agents: Vec<Agent> = agents.collect();
        definition.each_step_mut(|step| {
            if let StepKind::Agent(step) = &mut step.kind
                && let Some(agent) = agents.iter().find(|agent| Some(&agent.id) == step.agent_id.as_ref())
            {
                step.fill_in(agent);
            }
        });
    }

    /// Saves them in the folder of the run. One that is there with the same id is replaced.
    pub async fn save(self, engine: &Engine, tenant: &TenantId) -> Result<(), String> {
        for (at, server) in self.mcp_servers.into_iter().enumerate() {
            let saved = save_server(engine, tenant, server).await;
            saved.map_err(|error| format!("the file: at /mcp_servers/{at}: {error}"))?;
        }
        for (at, agent) in self.agents.into_iter().enumerate() {
            let saved = save_agent(engine, tenant, agent).await;
            saved.map_err(|error| format!("the file: at /agents/{at}: {error}"))?;
        }
        Ok(())
    }
}

fn list<T: serde::de::DeserializeOwned>(file: &mut Value, field: &str) -> Result<Vec<T>, ReadError> {
    let Some(value) = file.get_mut(field).map(Value::take) else { return Ok(Vec::new()) };
    json::from_value(value).map_err(|error| ReadError { pointer: format!("/{field}{}", error.pointer), ..error })
}

fn agent_of(agent: CreateAgent, now: chrono::DateTime<chrono::Utc>) -> Result<Agent, String> {
    let id = match agent.id.clone() {
        Some(id) => id,
        None => AgentId::new(slug_from_name(&agent.name, "agent")).map_err(|error| error.to_string())?,
    };
    Ok(Agent::new(id, agent.into_fields(), now))
}

/// The error without the code before it.
fn told(error: &ApiError) -> String {
    let text = error.to_string();
    text.split_once(": ").map_or(text.clone(), |(_, detail)| detail.to_owned())
}

async fn save_agent(engine: &Engine, tenant: &TenantId, agent: CreateAgent) -> Result<(), String> {
    let agent = agent_of(agent, engine.outside().clock.now())?;
    Check::default().agent(&agent).done().map_err(|error| told(&error))?;
    let store = engine.store();
    let failed = |error: StoreError| error.to_string();
    match store.agent(tenant, &agent.id).await.map_err(failed)? {
        Some(before) => {
            let agent = Agent { version: before.version + 1, created_at: before.created_at, ..agent };
            store.update_agent(tenant, agent).await.map_err(failed)?;
        }
        None => store.create_agent(tenant, agent, None).await.map_err(failed)?,
    }
    Ok(())
}

async fn save_server(engine: &Engine, tenant: &TenantId, request: CreateMcpServer) -> Result<(), String> {
    let id = match request.id.clone() {
        Some(id) => id,
        None => McpServerId::new(slug_from_name(&request.name, "mcp-server")).map_err(|error| error.to_string())?,
    };
    let now = engine.outside().clock.now();
    let transport = with_environment(request.transport)?;
    let server = McpServer {
        id,
        name: request.name,
        description: request.description,
        transport: McpTransport::Stdio(StdioTransport::default()),
        allowed_tools: request.allowed_tools,
        trusted: request.trusted,
        timeout: request.timeout,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    Check::default().mcp_server(&server, Some(&transport)).done().map_err(|error| told(&error))?;
    let servers = engine.mcp_servers();
    let done = match engine.store().mcp_server(tenant, &server.id).await.map_err(|error| error.to_string())? {
        Some(before) => {
            let created_at = before.server.created_at;
            let changed = McpServer { version: before.server.version, created_at, updated_at: created_at, ..server };
            servers.update(tenant, before, changed, Some(transport), now).await.map(|_| ())
        }
        None => servers.create(tenant, server, transport, None).await.map(|_| ()),
    };
    done.map_err(|error| told(&error.into()))
}

/// Takes the values of variables that are named without one from the environment of the command: secrets do not belong
/// into files.
fn with_environment(transport: SetMcpTransport) -> Result<SetMcpTransport, String> {
    let SetMcpTransport::Stdio(mut stdio) = transport else { return Ok(transport) };
    for name in stdio.env_names.take().unwrap_or_default() {
        if !stdio.env.contains_key(&name) {
            let value =
                std::env::var(&name).map_err(|_| format!("set `{name}` in the environment, or give it in `env`"))?;
            stdio.env.insert(name, value);
        }
    }
    stdio.env_names = Some(stdio.env.keys().cloned().collect());
    Ok(SetMcpTransport::Stdio(stdio))
}
