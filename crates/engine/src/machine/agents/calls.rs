//! Calls of tools that the model of an agent asks for.

use serde_json::{Map, Value};
use sluice_store::{AgentMemory, AskedCall, AttemptProgress, ListedTool};
use sluice_types::limits::{MAX_ARGUMENTS_BYTES, MAX_GATHERED_DEPTH, MAX_TURN_CALLS};
use sluice_types::{Approve, ErrorCode, InAgent, RunError, StepPath};

use super::plan::{call_of, only_reads, turn_of};
use crate::machine::Machine;
use crate::machine::containers::size_of;

impl Machine {
    /// Makes the step runs of a turn's calls. A call that cannot be made fails at once: its error is the result.
    pub(in crate::machine) fn make_calls(&mut self, turn: &StepPath, at: &InAgent, calls: &[AskedCall]) {
        let tools = self.runs.record(&at.agent).and_then(|record| record.memory.tools.clone()).unwrap_or_default();
        for (number, call) in calls.iter().take(MAX_TURN_CALLS).enumerate() {
            let Some(path) = call_of(turn, number) else { return };
            let tool = tools.iter().find(|tool| tool.name == call.name);
            let arguments = arguments_of(&call.arguments);
            self.change(&path, |record| {
                record.progress = AttemptProgress::default();
                record.memory = AgentMemory::default();
                record.run.label = tool.map_or_else(|| call.name.clone(), |tool| tool.id.clone());
                record.run.tool = tool.map(|tool| tool.id.clone());
                record.run.effect = tool.map(|tool| tool.effect.clone());
                record.run.arguments = arguments.as_ref().ok().cloned();
            });
            match (tool, arguments) {
                (Some(_), Ok(_)) => {}
                (None, _) => self.fail_step(&path, unknown_tool(&call.name, &tools)),
                (Some(_), Err(error)) => self.fail_step(&path, error),
            }
        }
    }

    /// The arguments of a call, as the model wrote them.
    pub(in crate::machine) fn asked_arguments(&self, path: &StepPath) -> Option<Map<String, Value>> {
        let at = path.in_agent()?;
        let turn = self.runs.record(&turn_of(&at.agent, at.turn)?)?;
        arguments_of(&turn.memory.calls.get(usize::try_from(at.call?).ok()?)?.arguments).ok()
    }

    /// Whether a person is asked before a call is made.
    pub(in crate::machine) fn needs_approval(&self, path: &StepPath) -> bool {
        let Some(record) = self.runs.record(path).filter(|record| !record.memory.approved) else { return false };
        let rule = self.agent_step(path).and_then(|agent| agent.approve.as_ref());
        match rule {
            Some(Approve::Never) => false,
            Some(Approve::Writes) | None => !only_reads(&record.run),
            // The most careful reading of a word that a newer version has added.
            Some(Approve::Always | Approve::Unknown(_)) => true,
        }
    }
}

/// The arguments of a call, when they are an object within the limits.
pub fn arguments_of(written: &Value) -> Result<Map<String, Value>, RunError> {
    let refused = |message: String| Err(RunError::new(ErrorCode::ToolArgumentsInvalid, message));
    let size = size_of(written);
    if size.bytes > MAX_ARGUMENTS_BYTES || size.depth > MAX_GATHERED_DEPTH {
        return refused(format!(
            "The arguments have more than {MAX_ARGUMENTS_BYTES} bytes, or nest deeper than {MAX_GATHERED_DEPTH} levels."
        ));
    }
    match written {
        Value::Object(arguments) => Ok(arguments.clone()),
        // Some models write nothing for a tool without arguments.
        Value::Null => Ok(Map::new()),
        Value::String(text) if text.trim().is_empty() => Ok(Map::new()),
        Value::String(_) => refused("The arguments are not valid JSON. Write them as one JSON object.".into()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            refused("The arguments are no object. Write them as one JSON object.".into())
        }
    }
}

fn unknown_tool(name: &str, tools: &[ListedTool]) -> RunError {
    let name: String = name.chars().take(100).collect();
    let there: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    let message = if there.is_empty() {
        format!("There is no tool `{name}`: no tools can be called.")
    } else {
        format!("There is no tool `{name}`. There are: {}.", there.join(", "))
    };
    RunError::new(ErrorCode::UnknownTool, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_are_an_object_or_nothing() {
        for (written, is_usable) in [
            (json!({"a": 1}), true),
            (Value::Null, true),
            (json!(" "), true),
            (json!("{\"a\": "), false),
            (json!([1]), false),
            (json!(1), false),
        ] {
            assert_eq!(arguments_of(&written).is_ok(), is_usable, "{written}");
        }
        let deep = (0..MAX_GATHERED_DEPTH).fold(json!({}), |inner, _| json!({"a": inner}));
        assert!(arguments_of(&deep).is_err());
        assert!(arguments_of(&json!({"a": "x".repeat(MAX_ARGUMENTS_BYTES)})).is_err());
    }
}
