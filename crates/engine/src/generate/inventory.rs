//! What exists: agents, MCP servers, tools, personas and providers. A model is told of it within a limit of size, the
//! likely ones first.

use std::cmp::Reverse;
use std::collections::HashSet;

use serde_json::{Map, Value, json};
use sluice_store::{StoreError, ToolFilter};
use sluice_types::limits::{MAX_INVENTORY_BYTES, MAX_INVENTORY_ITEMS};
use sluice_types::{Agent, AgentId, Candidate, McpServer, Persona, Provider, TenantId, Tool, find_model};

use super::check_prompt::without_keys;
use super::words::{score, words};
use crate::engine::Engine;
use crate::mcp_servers::native_tools;

/// Characters of a description that a model is told.
const TOLD_CHARS: usize = 300;
/// Tools of an agent, and arguments of a tool, that a model is told.
const TOLD_PARTS: usize = 20;

/// What a tenant has.
#[derive(Debug, Default)]
pub struct Inventory {
    pub agents: Vec<Agent>,
    pub servers: Vec<McpServer>,
    /// The native tools, then those of the servers, as they were listed last.
    pub tools: Vec<Tool>,
    pub personas: Vec<Persona>,
    pub providers: Vec<Provider>,
}

impl Inventory {
    /// Reads it.
    pub async fn read(engine: &Engine, tenant: &TenantId) -> Result<Self, StoreError> {
        let store = engine.store();
        let (agents, _) = store.agents(tenant, None, None, MAX_INVENTORY_ITEMS).await?;
        let (servers, _) = store.mcp_servers(tenant, None, None, MAX_INVENTORY_ITEMS).await?;
        let personas = store.personas(tenant, None, MAX_INVENTORY_ITEMS).await?.items;
        let listed = store.listed_tools(tenant, ToolFilter { limit: MAX_INVENTORY_ITEMS, ..ToolFilter::default() });
        let tools = native_tools().into_iter().chain(listed.await?).collect();
        let servers = servers.into_iter().map(|stored| stored.server).collect();
        Ok(Self { agents, servers, tools, personas, providers: engine.providers().list(tenant).await? })
    }

    /// What a model is told of it for a prompt. A model that reads little is told less.
    pub fn told(&self, prompt: &str, model: &Candidate) -> Told {
        let prompt = words(prompt);
        let reads = find_model(&model.provider, &model.model).and_then(|model| model.context_tokens);
        // A byte for each token that it reads: about a quarter of them.
        let room = reads.map_or(MAX_INVENTORY_BYTES, |tokens| usize::try_from(tokens).unwrap_or(MAX_INVENTORY_BYTES));
        let mut budget = Budget { left: room.min(MAX_INVENTORY_BYTES), left_out: Vec::new() };
        let providers: Vec<Value> = self.providers.iter().filter(|it| it.available).map(provider).collect();
        budget.left = budget.left.saturating_sub(Value::from(providers.clone()).to_string().len());
        let (native, of_servers): (Vec<&Tool>, Vec<&Tool>) = self.tools.iter().partition(|it| it.server_id.is_none());
        let native = budget.take("native tools", budget.left, ranked(native, &prompt, tool_words), tool);
        // Each kind has its share, so that none takes the room of the others.
        let personas = ranked(self.personas.iter(), &prompt, |it| (it.id.as_str(), it.name.clone(), &it.description));
        let personas = budget.take("personas", budget.left / 8, personas, persona);
        let agents = ranked(self.agents.iter(), &prompt, |it| (it.id.as_str(), it.name.clone(), &it.description));
        let agents = budget.take("agents", budget.left / 2, agents, agent);
        let servers = ranked(self.servers.iter(), &prompt, |it| (it.id.as_str(), it.name.clone(), &it.description));
        let servers = budget.take("MCP servers", budget.left / 4, servers, server);
        let tools = budget.take("tools", budget.left, ranked(of_servers, &prompt, tool_words), tool);
        let ids = agents.iter().filter_map(|agent| agent.get("id")?.as_str()?.parse().ok()).collect();
        let mut all = json!({"providers": providers, "native_tools": native, "agents": agents, "mcp_servers": servers,
            "mcp_tools": tools, "personas": personas});
        if let (Some(all), false) = (all.as_object_mut(), budget.left_out.is_empty()) {
            let more = format!("More exist that are not listed here: {}.", budget.left_out.join(", "));
            all.insert("more".into(), more.into());
        }
        Told { text: as_data(&all), agents: ids }
    }
}

/// What a model is told.
#[derive(Debug)]
pub struct Told {
    /// JSON in one line, without angle brackets.
    pub text: String,
    /// The agents in it.
    pub agents: HashSet<AgentId>,
}

/// JSON that a prompt holds between tags. It has no angle brackets, so that a text in it cannot end the tag.
pub fn as_data(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e")
}

/// Room that is left, and what found none.
struct Budget {
    left: usize,
    left_out: Vec<String>,
}

impl Budget {
    /// The first of these that fit into a share of the room.
    fn take<T>(&mut self, kind: &str, share: usize, from: Vec<&T>, write: impl Fn(&T) -> Value) -> Vec<Value> {
        let (mut taken, mut room, all) = (Vec::new(), share.min(self.left), from.len());
        for item in from {
            let item = write(item);
            let Some(rest) = room.checked_sub(as_data(&item).len() + 1) else { break };
            (room, self.left) = (rest, self.left.saturating_sub(room - rest));
            taken.push(item);
        }
        if taken.len() < all {
            self.left_out.push(format!("{} {kind}", all - taken.len()));
        }
        taken
    }
}

/// The things that have most words in common with the prompt first; of equal ones in the order of their ids.
fn ranked<'t, T>(
    things: impl IntoIterator<Item = &'t T>,
    prompt: &HashSet<String>,
    named: impl for<'a> Fn(&'a T) -> (&'a str, String, &'a str),
) -> Vec<&'t T> {
    let key = |thing: &&T| {
        let (id, name, description) = named(thing);
        let description: String = description.chars().take(TOLD_CHARS).collect();
        (Reverse(score(prompt, &format!("{id} {name}"), &description)), id.to_owned())
    };
    let mut things: Vec<&T> = things.into_iter().collect();
    things.sort_by_cached_key(key);
    things
}

fn tool_words(tool: &Tool) -> (&str, String, &str) {
    (&tool.id, tool.title.clone().unwrap_or_default(), &tool.description)
}

/// A text of a person or of a server, short and without keys.
fn told_text(text: &str) -> String {
    without_keys(text).chars().take(TOLD_CHARS).collect()
}

fn provider(provider: &Provider) -> Value {
    json!({"name": provider.name, "default_model": provider.default_model, "simulated": provider.simulated})
}

fn agent(agent: &Agent) -> Value {
    let tools: Vec<&String> = agent.tools.iter().take(TOLD_PARTS).collect();
    json!({"id": agent.id, "name": told_text(&agent.name), "description": told_text(&agent.description), "tools": tools})
}

fn server(server: &McpServer) -> Value {
    json!({"id": server.id, "name": told_text(&server.name), "description": told_text(&server.description)})
}

fn persona(persona: &Persona) -> Value {
    json!({"id": persona.id, "name": told_text(&persona.name), "description": told_text(&persona.description)})
}

fn tool(tool: &Tool) -> Value {
    json!({"tool": tool.id, "description": told_text(&tool.description), "arguments": arguments(&tool.input_schema)})
}

/// The arguments of a tool with their types.
fn arguments(schema: &Value) -> Map<String, Value> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let told = |(name, property): (&String, &Value)| {
        let kind = property.get("type").and_then(Value::as_str).unwrap_or("any");
        let optional = if required.contains(&name.as_str()) { "" } else { ", optional" };
        (name.clone(), Value::String(format!("{kind}{optional}")))
    };
    properties.into_iter().flatten().take(TOLD_PARTS).map(told).collect()
}

#[cfg(test)]
#[path = "inventory_tests.rs"]
mod tests;
