//! A design and what a person changed in it, before it is created.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sluice_types::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};
use sluice_types::{Agent, ApplyGeneration, CreateAgent, CreateWorkflow, Generation, GenerationId, StepKind};

use crate::form::too_long;

/// The parts of a design that can be changed before it is created.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Design {
    /// Name of the workflow.
    pub name: String,
    /// The agents to create, in the order of the generation.
    pub agents: Vec<AgentEdit>,
}

/// An agent to create, as it was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentEdit {
    /// Its name.
    pub name: String,
    /// How it is to behave.
    pub instructions: String,
    /// Whether it is not created. Then its steps hold what it says.
    pub left_out: bool,
}

/// What keeps a design from being created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DesignFaults {
    /// With the name of the workflow.
    pub name: Option<String>,
    /// With the name and the instructions of each agent.
    pub agents: Vec<(Option<String>, Option<String>)>,
}

impl DesignFaults {
    /// Whether there are none.
    #[must_use]
    pub fn none(&self) -> bool {
        self.name.is_none() && self.agents.iter().all(|(name, instructions)| name.is_none() && instructions.is_none())
    }
}

impl Design {
    /// The design as the model made it.
    #[must_use]
    pub fn of(generation: &Generation) -> Self {
        let agent = |agent: &CreateAgent| AgentEdit {
            name: agent.name.clone(),
            instructions: agent.instructions.clone(),
            left_out: false,
        };
        Self {
            name: generation.workflow.as_ref().map(|workflow| workflow.name.clone()).unwrap_or_default(),
            agents: generation.agents_to_create.iter().map(agent).collect(),
        }
    }

    /// The design as it was changed in this browser, if it was. Changes of other agents are not taken.
    #[must_use]
    pub fn restored(generation: &Generation, kept: Option<&str>) -> Self {
        let made = Self::of(generation);
        let Some(kept) = kept.and_then(|text| serde_json::from_str::<Self>(text).ok()) else { return made };
        let agents = if kept.agents.len() == made.agents.len() { kept.agents } else { made.agents };
        Self { name: kept.name, agents }
    }

    /// The text to keep for the design that comes of a refinement: the model is not told the name, so it stays.
    #[must_use]
    pub fn for_refined(&self) -> Option<String> {
        serde_json::to_string(&Self { name: self.name.clone(), agents: Vec::new() }).ok()
    }

    /// Where the changes of a design are kept.
    #[must_use]
    pub fn key(id: &GenerationId) -> String {
        format!("sluice.design.{id}")
    }

    /// The text to keep; `None` when nothing was changed.
    #[must_use]
    pub fn to_json(&self, generation: &Generation) -> Option<String> {
        (*self != Self::of(generation)).then(|| serde_json::to_string(self).ok()).flatten()
    }

    /// Values that the server would refuse.
    #[must_use]
    pub fn faults(&self) -> DesignFaults {
        let named = |name: &str| {
            let empty = name.trim().is_empty().then(|| "Give it a name.".to_owned());
            empty.or_else(|| too_long(name, MAX_NAME_CHARS))
        };
        let instructed = |text: &str| {
            let empty = text.trim().is_empty().then(|| "Say how it should behave.".to_owned());
            empty.or_else(|| too_long(text, MAX_DESCRIPTION_CHARS))
        };
        let agent = |agent: &AgentEdit| {
            if agent.left_out { (None, None) } else { (named(&agent.name), instructed(&agent.instructions)) }
        };
        DesignFaults { name: named(&self.name), agents: self.agents.iter().map(agent).collect() }
    }

    /// The agents to create, as they were changed.
    #[must_use]
    pub fn agents(&self, generation: &Generation) -> Vec<CreateAgent> {
        let kept = self.changed_agents(generation).filter(|(_, left_out)| !left_out);
        kept.map(|(agent, _)| agent).collect()
    }

    fn changed_agents<'g>(&'g self, generation: &'g Generation) -> impl Iterator<Item = (CreateAgent, bool)> + 'g {
        generation.agents_to_create.iter().zip(&self.agents).map(|(agent, edit)| {
            let changed = CreateAgent {
                name: edit.name.trim().to_owned(),
                instructions: edit.instructions.clone(),
                ..agent.clone()
            };
            (changed, edit.left_out)
        })
    }

    /// The workflow as it was changed. The steps of agents that are left out hold what these say.
    #[must_use]
    pub fn workflow(&self, generation: &Generation) -> Option<CreateWorkflow> {
        let left_out: Vec<CreateAgent> =
            self.changed_agents(generation).filter(|(_, left_out)| *left_out).map(|(agent, _)| agent).collect();
        self.with_agents_inside(generation, &left_out)
    }

    /// The workflow with all new agents inside its steps: it names nothing that is not there.
    #[must_use]
    pub fn standalone(&self, generation: &Generation) -> Option<CreateWorkflow> {
        let all: Vec<CreateAgent> = self.changed_agents(generation).map(|(agent, _)| agent).collect();
        self.with_agents_inside(generation, &all)
    }

    fn with_agents_inside(&self, generation: &Generation, agents: &[CreateAgent]) -> Option<CreateWorkflow> {
        let mut workflow = generation.workflow.clone()?;
        let name = self.name.trim().to_owned();
        // The id of a new workflow follows its name.
        if generation.workflow_id.is_none() && workflow.name != name {
            workflow.id = None;
        }
        workflow.name = name;
        for agent in agents {
            let Some(id) = agent.id.clone() else { continue };
            let agent = Agent::new(id, agent.clone().into_fields(), DateTime::<Utc>::default());
            workflow.definition.each_step_mut(|step| {
                if let StepKind::Agent(own) = &mut step.kind
                    && own.agent_id.as_ref() == Some(&agent.id)
                {
                    own.fill_in(&agent);
                    own.agent_id = None;
                }
            });
        }
        Some(workflow)
    }

    /// The request that creates it. What was not changed is taken from the generation.
    #[must_use]
    pub fn request(&self, generation: &Generation) -> ApplyGeneration {
        let (workflow, agents) = (self.workflow(generation), self.agents(generation));
        ApplyGeneration {
            generation_id: Some(generation.id.clone()),
            workflow: workflow.filter(|workflow| Some(workflow) != generation.workflow.as_ref()),
            agents: Some(agents).filter(|agents| *agents != generation.agents_to_create),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::generation::preview::tests::generation;

    fn with_agents() -> Generation {
        let step = |label: &str, own: Value| {
            let mut step = json!({"label": label, "type": "agent", "prompt": "x", "agent_id": "critic"});
            step.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            step
        };
        let inner = step("Judge", json!({"instructions": "Own words"}));
        let steps = json!([
            step("Look", json!({})),
            {"label": "Each", "type": "parallel", "for_each": "input.all", "steps": [inner]},
            {"label": "Old", "type": "agent", "prompt": "x", "agent_id": "scout"},
        ]);
        let agents = json!([{"id": "critic", "name": "Critic", "instructions": "Be strict", "tools": ["native:*"]}]);
        let agents = serde_json::from_value(agents).unwrap();
        Generation { agents_to_create: agents, ..generation(&steps, &json!([]), &json!([])) }
    }

    #[test]
    fn an_unchanged_design_is_created_by_its_id_alone() {
        let generation = with_agents();
        let request = Design::of(&generation).request(&generation);
        let expected = ApplyGeneration { generation_id: Some(generation.id.clone()), workflow: None, agents: None };
        assert_eq!(request, expected);
        assert_eq!(Design::of(&generation).to_json(&generation), None);
    }

    #[test]
    fn a_changed_name_gets_an_id_of_its_own() {
        let generation = with_agents();
        let changed = Design { name: " Other ".into(), ..Design::of(&generation) };
        let workflow = changed.request(&generation).workflow.unwrap();
        assert_eq!((workflow.name.as_str(), workflow.id), ("Other", None));
        let of_saved = Generation { workflow_id: Some("brief".parse().unwrap()), ..generation };
        let workflow = changed.request(&of_saved).workflow.unwrap();
        assert_eq!(workflow.id, of_saved.workflow.unwrap().id, "a saved workflow keeps its id");
    }

    #[test]
    fn a_changed_agent_is_sent() {
        let generation = with_agents();
        let mut design = Design::of(&generation);
        design.agents[0].instructions = "Be kind".into();
        let request = design.request(&generation);
        assert_eq!(request.workflow, None);
        let agents = request.agents.unwrap();
        assert_eq!((agents[0].instructions.as_str(), agents[0].tools.len()), ("Be kind", 1));
    }

    #[test]
    fn the_steps_of_an_agent_that_is_left_out_hold_what_it_says() {
        let generation = with_agents();
        let mut design = Design::of(&generation);
        design.agents[0].left_out = true;
        let request = design.request(&generation);
        assert_eq!(request.agents.as_deref(), Some(&[][..]));
        let definition = serde_json::to_value(&request.workflow.unwrap().definition).unwrap();
        let at = |pointer: &str| definition.pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(at("/steps/0/agent_id"), Value::Null);
        assert_eq!((at("/steps/0/instructions"), at("/steps/0/tools/0")), (json!("Be strict"), json!("native:*")));
        assert_eq!(at("/steps/1/steps/0/instructions"), json!("Own words"), "a step keeps its own words");
        assert_eq!(at("/steps/2/agent_id"), json!("scout"), "an agent that is there stays");
        let standalone = Design::of(&generation).standalone(&generation).unwrap();
        assert!(!serde_json::to_string(&standalone).unwrap().contains("critic"));
    }

    #[test]
    fn what_was_changed_survives_a_reload_of_the_same_design() {
        let generation = with_agents();
        let changed = Design { name: "Other".into(), ..Design::of(&generation) };
        let kept = changed.to_json(&generation);
        assert_eq!(Design::restored(&generation, kept.as_deref()), changed);
        let another = Generation { agents_to_create: Vec::new(), ..generation };
        let named = Design { name: "Other".into(), agents: Vec::new() };
        assert_eq!(Design::restored(&another, kept.as_deref()), named);
        for broken in [None, Some(""), Some("[]"), Some("{}")] {
            assert_eq!(Design::restored(&another, broken), Design::of(&another));
        }
    }

    #[test]
    fn a_refined_design_keeps_the_name() {
        let generation = with_agents();
        let kept = Design { name: "Other".into(), ..Design::of(&generation) }.for_refined();
        let refined = Design::restored(&generation, kept.as_deref());
        assert_eq!((refined.name.as_str(), refined.agents), ("Other", Design::of(&generation).agents));
    }

    #[test]
    fn faults_are_told_at_their_fields() {
        let generation = with_agents();
        let mut design = Design::of(&generation);
        assert!(design.faults().none());
        design.agents[0].instructions = " ".into();
        design.name = "n".repeat(MAX_NAME_CHARS + 1);
        let faults = design.faults();
        assert!(faults.name.is_some() && faults.agents[0].1.is_some() && faults.agents[0].0.is_none());
        design.agents[0].left_out = true;
        assert_eq!(design.faults().agents[0], (None, None), "who is left out needs no words");
    }
}
