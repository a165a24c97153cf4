//! The reuse report: what each step that calls a model, an agent or a tool uses, and what is new or missing.

use std::collections::HashMap;

use sluice_types::{
    AgentStep, Candidate, CreateAgent, Definition, Index, Provider, ReuseItem, ReuseKind, Step, StepId, StepKind,
    ToolId, ToolSource, ToolStep, candidates, pin_to_available,
};

use super::inventory::Inventory;

/// What the report looks at.
pub struct Using<'a> {
    /// The definition with its agents filled in.
    pub filled: &'a Definition,
    /// The agents that are to be created.
    pub new: &'a [CreateAgent],
    pub inventory: &'a Inventory,
    /// Why, in the model's words.
    pub reasons: &'a HashMap<StepId, String>,
}

/// The report.
pub fn reuse(using: &Using<'_>) -> Vec<ReuseItem> {
    let mut pinned = using.filled.clone();
    pin_to_available(&mut pinned, &using.inventory.providers);
    let index = Index::of(&pinned);
    index.places().iter().filter_map(|place| item(using, &pinned, &place.step)).collect()
}

fn item(using: &Using<'_>, pinned: &Definition, step: &Step) -> Option<ReuseItem> {
    let model = candidates(pinned, step).into_iter().next();
    let (kind, resource_id, reason) = match &step.kind {
        StepKind::Llm(_) => (
            ReuseKind::ModelCall,
            model.as_ref().map(named),
            "The step describes its call of a model itself.".to_owned(),
        ),
        StepKind::Agent(agent) => used_agent(using, agent, model.as_ref()),
        StepKind::Tool(tool) => used_tool(using.inventory, tool),
        StepKind::Review(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => return None,
    };
    let reason = using.reasons.get(&step.id).filter(|reason| !reason.is_empty()).cloned().unwrap_or(reason);
    let missing_key = model.and_then(|model| missing_key(&using.inventory.providers, model));
    Some(ReuseItem { step_id: step.id.clone(), kind, resource_id, reason, missing_key })
}

fn named(model: &Candidate) -> String {
    format!("{}/{}", model.provider, model.model)
}

fn missing_key(providers: &[Provider], model: Candidate) -> Option<String> {
    let is_available = providers.iter().any(|it| it.name.as_str() == model.provider && it.available);
    (!is_available).then_some(model.provider)
}

fn used_agent(using: &Using<'_>, step: &AgentStep, model: Option<&Candidate>) -> (ReuseKind, Option<String>, String) {
    let Some(id) = &step.agent_id else {
        return (ReuseKind::ModelCall, model.map(named), "The step describes its agent itself.".to_owned());
    };
    let existing = using.inventory.agents.iter().find(|agent| agent.id == *id);
    let new = using.new.iter().find(|agent| agent.id.as_ref() == Some(id));
    match (existing, new) {
        (Some(agent), _) => {
            (ReuseKind::ExistingAgent, Some(id.to_string()), format!("The agent “{}” is there.", agent.name))
        }
        (None, Some(agent)) => {
            (ReuseKind::NewAgent, Some(id.to_string()), format!("No agent fits: “{}” is new.", agent.name))
        }
        (None, None) => {
            (ReuseKind::MissingAgent, Some(id.to_string()), "There is no such agent, and none was designed.".to_owned())
        }
    }
}

fn used_tool(inventory: &Inventory, step: &ToolStep) -> (ReuseKind, Option<String>, String) {
    let id = Some(step.tool.clone()).filter(|tool| !tool.is_empty());
    let is_listed = inventory.tools.iter().any(|tool| tool.id == step.tool);
    let missing =
        || (ReuseKind::MissingTool, id.clone(), "There is no such tool: set up a server that has it.".to_owned());
    match step.tool.parse::<ToolId>().map(|tool| tool.source) {
        Ok(ToolSource::Native) if is_listed => (ReuseKind::NativeTool, id, "The tool comes with Sluice.".to_owned()),
        Ok(ToolSource::Server(server)) => {
            let Some(existing) = inventory.servers.iter().find(|existing| existing.id == server) else {
                return missing();
            };
            // A server whose tools were never listed may have it.
            let has_listing = inventory.tools.iter().any(|tool| tool.server_id.as_ref() == Some(&server));
            if is_listed || !has_listing {
                (ReuseKind::ExistingTool, id, format!("The MCP server “{}” is there.", existing.name))
            } else {
                missing()
            }
        }
        Ok(ToolSource::Native) | Err(_) => missing(),
    }
}
