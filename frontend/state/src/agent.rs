//! The form of an agent: its values, its validation, and its requests.

use serde::{Deserialize, Serialize};
use sluice_types::limits::{MAX_AGENT_TOOLS, MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};
use sluice_types::{Agent, Approve, CreateAgent, Fallback, OnContextFull, PersonaId, ReasoningEffort, UpdateAgent};

use crate::editor::{parse_max_tokens, parse_schema, parse_temperature, parse_turns};
use crate::form::{FormData, too_long};
use crate::format::plural;

/// The values of an agent's form, as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentForm {
    /// Display name.
    pub name: String,
    /// Purpose of the agent.
    pub description: String,
    /// How the agent is to behave.
    pub instructions: String,
    /// The tools that it may call.
    pub tools: Vec<String>,
    /// Which calls a person approves; empty for the default.
    pub approve: String,
    /// Turns at the most.
    pub max_turns: String,
    /// What happens when the conversation gets too long; empty for the default.
    pub on_context_full: String,
    /// Provider to call.
    pub provider: Option<String>,
    /// Model to call.
    pub model: Option<String>,
    /// Persona before the instructions.
    pub persona_id: Option<PersonaId>,
    /// Randomness of the answers.
    pub temperature: String,
    /// Tokens in one answer at the most.
    pub max_tokens: String,
    /// How long the model thinks; empty for its default.
    pub reasoning: String,
    /// JSON Schema of the last answer.
    pub output_schema: String,
    /// Models to try when the first one fails.
    pub fallbacks: Vec<Fallback>,
}

impl FormData for AgentForm {}

impl From<Agent> for AgentForm {
    fn from(agent: Agent) -> Self {
        let schema = agent.output_schema.as_ref().and_then(|schema| serde_json::to_string_pretty(schema).ok());
        Self {
            name: agent.name,
            description: agent.description,
            instructions: agent.instructions,
            tools: agent.tools,
            approve: agent.approve.map(String::from).unwrap_or_default(),
            max_turns: shown(agent.max_turns),
            on_context_full: agent.on_context_full.map(String::from).unwrap_or_default(),
            provider: agent.provider,
            model: agent.model,
            persona_id: agent.persona_id,
            temperature: shown(agent.temperature),
            max_tokens: shown(agent.max_tokens),
            reasoning: agent.reasoning.map(String::from).unwrap_or_default(),
            output_schema: schema.unwrap_or_default(),
            fallbacks: agent.fallbacks,
        }
    }
}

fn shown<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The error of each field; `None` for a valid one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentErrors {
    /// With the name.
    pub name: Option<String>,
    /// With the description.
    pub description: Option<String>,
    /// With the instructions.
    pub instructions: Option<String>,
    /// With the tools.
    pub tools: Option<String>,
    /// With the number of turns.
    pub max_turns: Option<String>,
    /// With the temperature.
    pub temperature: Option<String>,
    /// With the length of an answer.
    pub max_tokens: Option<String>,
    /// With the schema.
    pub output_schema: Option<String>,
}

impl AgentErrors {
    /// Whether it can be saved.
    #[must_use]
    pub fn none(&self) -> bool {
        *self == Self::default()
    }
}

impl AgentForm {
    /// Reports values that the server would refuse.
    #[must_use]
    pub fn check(&self) -> AgentErrors {
        let empty = |text: &str, wrong: &str| text.trim().is_empty().then(|| wrong.to_owned());
        let schema = parse_schema(&self.output_schema).err();
        let many = self.tools.len() > MAX_AGENT_TOOLS;
        AgentErrors {
            name: empty(&self.name, "Give it a name.").or_else(|| too_long(&self.name, MAX_NAME_CHARS)),
            description: too_long(&self.description, MAX_DESCRIPTION_CHARS),
            instructions: empty(&self.instructions, "Say what it is there for and how it works.")
                .or_else(|| too_long(&self.instructions, MAX_DESCRIPTION_CHARS)),
            tools: many.then(|| format!("At most {MAX_AGENT_TOOLS} tools.")),
            max_turns: parse_turns(&self.max_turns).err(),
            temperature: parse_temperature(&self.temperature).err(),
            max_tokens: parse_max_tokens(&self.max_tokens).err(),
            output_schema: schema
                .map(|error| format!("{} (line {}, column {})", error.message, error.line, error.column)),
        }
    }

    /// The request for a new agent. The id is derived from the name.
    #[must_use]
    pub fn to_create(&self) -> CreateAgent {
        let update = self.to_update();
        CreateAgent {
            name: update.name,
            description: update.description,
            instructions: update.instructions,
            tools: update.tools,
            approve: update.approve,
            max_turns: update.max_turns,
            on_context_full: update.on_context_full,
            provider: update.provider,
            model: update.model,
            persona_id: update.persona_id,
            temperature: update.temperature,
            max_tokens: update.max_tokens,
            reasoning: update.reasoning,
            output_schema: update.output_schema,
            fallbacks: update.fallbacks,
            ..CreateAgent::default()
        }
    }

    /// The request that saves over an agent.
    #[must_use]
    pub fn to_update(&self) -> UpdateAgent {
        let word = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
        UpdateAgent {
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            instructions: self.instructions.clone(),
            tools: self.tools.clone(),
            approve: word(&self.approve).map(Approve::from),
            max_turns: parse_turns(&self.max_turns).unwrap_or_default(),
            on_context_full: word(&self.on_context_full).map(OnContextFull::from),
            provider: self.provider.clone(),
            model: self.model.clone(),
            persona_id: self.persona_id.clone(),
            temperature: parse_temperature(&self.temperature).unwrap_or_default(),
            max_tokens: parse_max_tokens(&self.max_tokens).unwrap_or_default(),
            reasoning: word(&self.reasoning).map(ReasoningEffort::from),
            output_schema: parse_schema(&self.output_schema).unwrap_or_default(),
            fallbacks: self.fallbacks.clone(),
            ..UpdateAgent::default()
        }
    }

    /// The whole as one text, to compare two of them line by line.
    #[must_use]
    pub fn text(&self) -> String {
        let model =
            [self.provider.as_deref(), self.model.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let persona = self.persona_id.as_ref().map(PersonaId::as_str).unwrap_or_default();
        let fallbacks: Vec<&str> = self.fallbacks.iter().map(|fallback| fallback.model.as_str()).collect();
        let lines = [
            ("Name", self.name.as_str()),
            ("Description", &self.description),
            ("Tools", &self.tools.join(" ")),
            ("Asks before", &self.approve),
            ("Max. turns", &self.max_turns),
            ("Long conversation", &self.on_context_full),
            ("Model", &model),
            ("Fallbacks", &fallbacks.join(" ")),
            ("Persona", persona),
            ("Temperature", &self.temperature),
            ("Max. answer length", &self.max_tokens),
            ("Reasoning", &self.reasoning),
        ];
        let head: Vec<String> = lines.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{}\n\n{}\n\n{}", head.join("\n"), self.instructions, self.output_schema).trim_end().to_owned()
    }
}

/// What a step without tools of its own may call.
#[must_use]
pub fn inherited_tools(agent: &Agent) -> String {
    match agent.tools.as_slice() {
        [] => format!("{} has no tools. Choose some for this step.", agent.name),
        tools => format!("Those of {}: {}", agent.name, tools.join(", ")),
    }
}

/// How many workflows name something.
#[must_use]
pub fn used_by(count: i64) -> String {
    match u64::try_from(count).unwrap_or(0) {
        0 => "No workflow uses it.".to_owned(),
        count => format!("{} it.", plural(count, "workflow uses", "workflows use")),
    }
}

/// How many workflows and agents name a server.
#[must_use]
pub fn server_used_by(workflows: i64, agents: i64) -> String {
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    match (count(workflows), count(agents)) {
        (0, 0) => "No workflow and no agent uses it.".to_owned(),
        (_, 0) => used_by(workflows),
        (0, agents) => format!("{} it.", plural(agents, "agent uses", "agents use")),
        (workflows, agents) => {
            let workflows = plural(workflows, "workflow", "workflows");
            format!("{workflows} and {} use it.", plural(agents, "agent", "agents"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form() -> AgentForm {
        AgentForm { name: " Scout ".into(), instructions: "Look around.".into(), ..AgentForm::default() }
    }

    #[test]
    fn what_is_stored_is_what_was_typed() {
        let agent: Agent = serde_json::from_value(json!({
            "id": "scout", "name": "Scout", "description": "", "instructions": "Look around.", "tools": ["files:*"],
            "approve": "always", "max_turns": 4, "temperature": 0.5, "provider": "demo", "output_schema": {"type": "object"},
            "fallbacks": [{"model": "demo"}], "version": 3,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        }))
        .unwrap();
        let form = AgentForm::from(agent.clone());
        assert!(form.check().none(), "{:?}", form.check());
        let sent = serde_json::to_value(form.to_update()).unwrap();
        let stored = serde_json::to_value(agent).unwrap();
        for (field, value) in sent.as_object().unwrap() {
            assert_eq!(Some(value), stored.get(field), "{field}");
        }
        assert_eq!(serde_json::to_value(form.to_create()).unwrap(), sent);
    }

    #[test]
    fn what_the_server_would_refuse_is_told_at_its_field() {
        assert!(form().check().none());
        assert!(AgentForm::default().check().name.is_some() && AgentForm::default().check().instructions.is_some());
        assert!(AgentForm { max_turns: "0".into(), ..form() }.check().max_turns.is_some());
        assert!(AgentForm { temperature: "9".into(), ..form() }.check().temperature.is_some());
        assert!(AgentForm { output_schema: "{".into(), ..form() }.check().output_schema.is_some());
        let tools = vec!["a:b".to_owned(); MAX_AGENT_TOOLS + 1];
        assert!(AgentForm { tools, ..form() }.check().tools.is_some());
        assert_eq!(form().to_create().name, "Scout");
    }

    #[test]
    fn use_is_counted_in_words() {
        assert_eq!((used_by(0).as_str(), used_by(1).as_str()), ("No workflow uses it.", "1 workflow uses it."));
        assert_eq!(used_by(3), "3 workflows use it.");
        let both = |workflows, agents| server_used_by(workflows, agents);
        assert_eq!(
            (both(0, 0).as_str(), both(2, 0).as_str()),
            ("No workflow and no agent uses it.", "2 workflows use it.")
        );
        assert_eq!((both(0, 1).as_str(), both(1, 2).as_str()), ("1 agent uses it.", "1 workflow and 2 agents use it."));
    }
}
