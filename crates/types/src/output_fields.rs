//! The fields that templates find on a step: `steps.<label>.<field>`.

use std::collections::HashSet;

use serde_json::Value;

use crate::block::BlockAddress;
use crate::definition::{AgentStep, StepKind};
use crate::index::{Index, Place};

/// The fields of a step's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFields {
    /// The fields that every step of this kind has. They come before those of its JSON.
    pub own: &'static [&'static str],
    /// The fields of its JSON, each once; `None` when it may have any.
    pub json: Option<Vec<String>>,
}

const TEXT: &[&str] = &["content", "output"];
const CONDITIONAL: &[&str] = &["content", "output", "case"];
const LOOP: &[&str] = &["content", "output", "iterations", "outputs"];
const PARALLEL: &[&str] = &["content", "output", "errors"];

impl Index {
    /// The fields that templates after a step find on it.
    #[must_use]
    pub fn output_fields(&self, place: &Place) -> OutputFields {
        let own = match &place.step.kind {
            StepKind::Llm(_) | StepKind::Review(_) | StepKind::Tool(_) | StepKind::Agent(_) | StepKind::Unknown(_) => {
                TEXT
            }
            StepKind::Conditional(_) => CONDITIONAL,
            StepKind::Loop(_) => LOOP,
            StepKind::Parallel(_) => PARALLEL,
        };
        OutputFields { own, json: self.json_fields(place) }
    }

    fn json_fields(&self, place: &Place) -> Option<Vec<String>> {
        match &place.step.kind {
            StepKind::Llm(llm) => match &llm.output_schema {
                None => Some(Vec::new()),
                Some(schema) => schema_fields(schema),
            },
            StepKind::Agent(AgentStep { output_schema: None, .. }) => Some(Vec::new()),
            StepKind::Agent(AgentStep { output_schema: Some(schema), .. }) => schema_fields(schema),
            StepKind::Review(_) => Some(["decision", "comment"].map(str::to_owned).to_vec()),
            StepKind::Parallel(parallel) if parallel.branches.is_empty() => Some(Vec::new()),
            StepKind::Parallel(parallel) => {
                Some(parallel.branches.iter().map(|branch| branch.name.to_string()).collect())
            }
            // The output is that of the last step to run, which may be any of the list.
            StepKind::Conditional(_) | StepKind::Loop(_) => {
                let (mut fields, mut known) = (Vec::new(), HashSet::new());
                for inner in place.step.kind.blocks() {
                    let address = BlockAddress::Inner { parent: place.step.id.clone(), slot: inner.slot };
                    for step in self.block(&address) {
                        for field in self.json_fields(step)? {
                            if known.insert(field.clone()) {
                                fields.push(field);
                            }
                        }
                    }
                }
                Some(fields)
            }
            // A tool may give any field.
            StepKind::Tool(_) | StepKind::Unknown(_) => None,
        }
    }
}

/// The fields that a schema names. One without named properties allows any field.
fn schema_fields(schema: &Value) -> Option<Vec<String>> {
    Some(schema.get("properties").and_then(Value::as_object)?.keys().cloned().collect())
}
