//! Reads steps from their flat form, and gives ids to those that have none. Each struct keeps the fields that it does
//! not know, so that the rest of one is read by the next.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{NEXT_END, Step, StepCommon, StepKind, StepType, UnknownStep};
use crate::ids::StepId;
use crate::json;
use crate::unicode::composed;

fn read_part<T: DeserializeOwned, E: serde::de::Error>(part: Map<String, Value>) -> Result<T, E> {
    json::from_value(Value::Object(part)).map_err(|error| error.nested())
}

/// A step as it is read. The id of a step that has none depends on the ids of the others.
struct ReadStep {
    step: Step,
    has_id: bool,
}

impl<'de> Deserialize<'de> for ReadStep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut common: StepCommon = read_part(Map::deserialize(deserializer)?)?;
        let tag = common.own.remove("type").ok_or_else(|| D::Error::missing_field("type"))?;
        let Value::String(tag) = tag else { return Err(D::Error::custom("@/type: a text is expected")) };
        let kind = match tag.parse() {
            Ok(StepType::Llm) => StepKind::Llm(read_part(common.own)?),
            Ok(StepType::Review) => StepKind::Review(read_part(common.own)?),
            Ok(StepType::Unknown) | Err(_) => StepKind::Unknown(UnknownStep { step_type: tag, fields: common.own }),
        };
        let has_id = common.id.is_some();
        let id = match common.id {
            Some(id) => id,
            None => StepId::from_label(&common.label),
        };
        let step = Step {
            id,
            label: composed(common.label),
            kind,
            enabled: common.enabled,
            max_retries: common.max_retries,
            timeout: common.timeout,
            idle_timeout: common.idle_timeout,
            effect: common.effect,
            next: common.next,
        };
        Ok(Self { step, has_id })
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(ReadStep::deserialize(deserializer)?.step)
    }
}

/// Reads steps, and numbers the ids that are derived from labels when they are taken.
pub(super) fn read_steps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<Step>>, D::Error> {
    let read = Vec::<ReadStep>::deserialize(deserializer)?;
    let mut taken: HashSet<StepId> = read.iter().filter(|read| read.has_id).map(|read| read.step.id.clone()).collect();
    // As an id it would mean the end of the workflow.
    taken.extend(StepId::new(NEXT_END));
    let mut numbers: HashMap<StepId, u32> = HashMap::new();
    let steps = read.into_iter().map(|ReadStep { mut step, has_id }| {
        if !has_id {
            let base = step.id.clone();
            let number = numbers.entry(base.clone()).or_insert(1);
            while taken.contains(&step.id) {
                *number += 1;
                step.id = base.numbered(*number);
            }
            taken.insert(step.id.clone());
        }
        Arc::new(step)
    });
    Ok(steps.collect())
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
