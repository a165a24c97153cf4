//! Reads steps from their flat form, and gives ids to those that have none. Each struct keeps the fields that it does
//! not know, so that the rest of one is read by the next.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{NEXT_END, Step, StepCommon, StepKind, StepType, UnknownStep};
use crate::ids::StepId;
use crate::json::{self, ReadError};
use crate::limits::MAX_READ_NESTING;
use crate::unicode::composed;

fn read_part<T: DeserializeOwned, E: serde::de::Error>(part: Map<String, Value>) -> Result<T, E> {
    json::from_value(Value::Object(part)).map_err(|error| error.nested())
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut common: StepCommon = read_part(Map::deserialize(deserializer)?)?;
        let tag = common.own.remove("type").ok_or_else(|| D::Error::missing_field("type"))?;
        let Value::String(tag) = tag else { return Err(D::Error::custom("@/type: a text is expected")) };
        let kind = match tag.parse() {
            Ok(StepType::Llm) => StepKind::Llm(read_part(common.own)?),
            Ok(StepType::Agent) => StepKind::Agent(read_part(common.own)?),
            Ok(StepType::Tool) => StepKind::Tool(read_part(common.own)?),
            Ok(StepType::Review) => StepKind::Review(read_part(common.own)?),
            Ok(StepType::Parallel) => StepKind::Parallel(read_part(common.own)?),
            Ok(StepType::Conditional) => StepKind::Conditional(read_part(common.own)?),
            Ok(StepType::Loop) => StepKind::Loop(read_part(common.own)?),
            Ok(StepType::Unknown) | Err(_) => StepKind::Unknown(UnknownStep { step_type: tag, fields: common.own }),
        };
        Ok(Self {
            id: common.id.unwrap_or_else(|| StepId::from_label(&common.label)),
            label: composed(common.label),
            kind,
            enabled: common.enabled,
            max_retries: common.max_retries,
            timeout: common.timeout,
            idle_timeout: common.idle_timeout,
            effect: common.effect,
            next: common.next,
        })
    }
}

/// Reads a list of steps. Steps without an id get one from their label, numbered when it is taken in the list or in a
/// container of it. The ids are written into the JSON of the outermost list, so the lists inside find them there.
pub(super) fn read_steps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<Step>>, D::Error> {
    let mut values = Vec::<Value>::deserialize(deserializer)?;
    let mut ids = Ids::default();
    ids.collect(&values, 0).map_err(|error| error.nested::<D::Error>())?;
    if ids.missing {
        ids.fill(&mut values);
    }
    let read = values.into_iter().enumerate().map(|(position, value)| {
        let step = json::from_value(value).map_err(|error| {
            ReadError { pointer: format!("/{position}{}", error.pointer), ..error }.nested::<D::Error>()
        });
        step.map(Arc::new)
    });
    read.collect()
}

/// The ids of steps that are not read yet.
#[derive(Default)]
struct Ids {
    taken: HashSet<String>,
    numbers: HashMap<StepId, u32>,
    missing: bool,
}

impl Ids {
    /// Collects the ids that are given.
    fn collect(&mut self, steps: &[Value], level: usize) -> Result<(), ReadError> {
        // Each level takes room on the stack when it is read.
        if level > MAX_READ_NESTING {
            let message = format!("steps are nested in more than {MAX_READ_NESTING} containers");
            return Err(ReadError { pointer: String::new(), message });
        }
        for (position, step) in steps.iter().enumerate() {
            match step.get("id") {
                Some(Value::String(id)) => _ = self.taken.insert(id.clone()),
                Some(Value::Null) | None => self.missing = true,
                // Reading the step reports it.
                Some(_) => {}
            }
            for (pointer, inner) in lists(step) {
                self.collect(inner, level + 1).map_err(|error| ReadError {
                    pointer: format!("/{position}{pointer}{}", error.pointer),
                    ..error
                })?;
            }
        }
        Ok(())
    }

    /// Writes an id into each step that has none, in the order of the definition.
    fn fill(&mut self, steps: &mut [Value]) {
        // As an id it would mean the end of the workflow.
        self.taken.insert(NEXT_END.to_owned());
        for step in steps {
            let has_id = step.get("id").is_some_and(|id| !id.is_null());
            if !has_id
                && let Some(fields) = step.as_object_mut()
                && let Some(label) = fields.get("label").and_then(Value::as_str)
            {
                let id = self.free(&StepId::from_label(label));
                fields.insert("id".into(), id.as_str().into());
            }
            let pointers: Vec<String> = lists(step).into_iter().map(|(pointer, _)| pointer).collect();
            for pointer in pointers {
                if let Some(Value::Array(inner)) = step.pointer_mut(&pointer) {
                    self.fill(inner);
                }
            }
        }
    }

    fn free(&mut self, base: &StepId) -> StepId {
        let mut id = base.clone();
        let number = self.numbers.entry(base.clone()).or_insert(1);
        while self.taken.contains(id.as_str()) {
            *number += 1;
            id = base.numbered(*number);
        }
        self.taken.insert(id.to_string());
        id
    }
}

/// The lists of steps inside a step that is not read yet, with their JSON pointers relative to it.
fn lists(step: &Value) -> Vec<(String, &Vec<Value>)> {
    let tag = step.get("type").and_then(Value::as_str).and_then(|tag| tag.parse().ok());
    let many = |name: &str| {
        let count = step.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).map(|at| format!("/{name}/{at}/steps")).collect::<Vec<_>>()
    };
    let mut pointers = match tag {
        Some(StepType::Parallel) => many("branches"),
        Some(StepType::Conditional) => many("cases"),
        Some(
            StepType::Loop | StepType::Llm | StepType::Agent | StepType::Tool | StepType::Review | StepType::Unknown,
        )
        | None => Vec::new(),
    };
    match tag {
        Some(StepType::Parallel | StepType::Loop) => pointers.push("/steps".into()),
        Some(StepType::Conditional) => pointers.push("/otherwise/steps".into()),
        Some(StepType::Llm | StepType::Agent | StepType::Tool | StepType::Review | StepType::Unknown) | None => {}
    }
    pointers
        .into_iter()
        .filter_map(|pointer| Some((step.pointer(&pointer)?.as_array()?, pointer)))
        .map(|(list, pointer)| (pointer, list))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Definition;
    use serde_json::json;

    #[test]
    fn an_id_comes_from_the_label_when_left_out() {
        let step: Step = serde_json::from_value(json!({"label": "Review 1", "type": "review"})).unwrap();
        assert_eq!(step.id.as_str(), "review-1");
    }

    #[test]
    fn ids_from_labels_are_numbered_when_they_are_taken() {
        let ids = |labels: &[&str]| {
            let steps: Vec<Value> = labels.iter().map(|label| json!({"label": label, "type": "review"})).collect();
            let definition: Definition = serde_json::from_value(json!({"steps": steps})).unwrap();
            definition.steps.into_iter().map(|step| step.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&["翻译", "润色", "🎉"]), ["step", "step-2", "step-3"]);
        assert_eq!(ids(&["C", "C++", "c 2", "C#"]), ["c", "c-2", "c-2-2", "c-3"]);
        assert_eq!(ids(&["End"]), ["end-2"]);
        let long = "x".repeat(150);
        assert_eq!(ids(&[&long, &long])[1], format!("{}-2", "x".repeat(98)));
        // An id that is given is kept, wherever it stands.
        let given: Definition = serde_json::from_value(json!({"steps": [
            {"label": "A", "type": "review"}, {"id": "a", "label": "B", "type": "review"}, {"id": "a", "label": "C", "type": "review"},
        ]}))
        .unwrap();
        assert_eq!(given.steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>(), ["a-2", "a", "a"]);
    }
}
