//! The values that a step is tried with, as they are typed, and the request that they make.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sluice_types::json::escape;
use sluice_types::{Definition, Execution, ExecutionId, Index, InputField, InputType, StepId, StepKind, TryStep};

use super::needs::Needs;
use super::pins::Pins;

/// Where values come from that are not typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Source {
    /// The newest run, or nothing when there is none.
    #[default]
    Newest,
    /// A run.
    Run(ExecutionId),
    /// Nowhere: all is typed.
    Typed,
}

/// What is typed for the tries of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TryValues {
    /// Where the other values come from.
    pub source: Source,
    /// Outputs, by step.
    pub outputs: BTreeMap<StepId, String>,
    /// Fields of the input; the input as a whole is under the empty name.
    pub input: BTreeMap<String, String>,
    /// The item.
    pub item: String,
}

/// The pointer of an output in a request, as errors name it.
#[must_use]
pub fn pointer_of(id: &StepId) -> String {
    format!("/outputs/{}", escape(id.as_str()))
}

impl TryValues {
    /// The run that values are taken from.
    #[must_use]
    pub fn run<'r>(&'r self, newest: Option<&'r ExecutionId>) -> Option<&'r ExecutionId> {
        match &self.source {
            Source::Newest => newest,
            Source::Run(id) => Some(id),
            Source::Typed => None,
        }
    }

    /// Fills in from a run what is not typed.
    pub fn fill_from(&mut self, needs: &Needs, run: &Execution) {
        for need in &needs.outputs {
            let output = run.step_results.as_ref().and_then(|results| results.get(need.id.as_str()));
            fill(self.outputs.entry(need.id.clone()).or_default(), output);
        }
        if needs.whole_input {
            fill(self.input.entry(String::new()).or_default(), Some(&run.input));
        }
        for name in &needs.fields {
            fill(self.input.entry(name.clone()).or_default(), run.input.get(name));
        }
    }

    /// The request for a try.
    #[must_use]
    pub fn request(&self, definition: Definition, needs: &Needs, pins: &Pins, newest: Option<&ExecutionId>) -> TryStep {
        let index = Index::of(&definition);
        let kind_of = |id: &StepId| index.place(id).map(|place| place.step.kind.clone());
        let read = |id: &&StepId| needs.outputs.iter().any(|need| need.id == **id);
        let typed = self.outputs.iter().filter(|(_, text)| !text.is_empty());
        // What is typed for this step wins over what is pinned for all.
        let texts: BTreeMap<&StepId, &String> = pins.0.iter().chain(typed).collect();
        let texts = texts.into_iter().filter(|(id, _)| read(id));
        let outputs = texts.filter_map(|(id, text)| Some((id.clone(), output_of(&kind_of(id)?, text))));
        let outputs = outputs.collect();
        let run = self.run(newest).cloned();
        let input = run.is_none().then(|| self.input_of(needs, &definition.inputs));
        let item = (needs.item_of.is_some() && !self.item.is_empty()).then(|| any_of(&self.item));
        TryStep {
            definition: Some(definition),
            execution_id: run,
            input,
            outputs,
            item,
            triggered_by: Some("builder".into()),
            ..TryStep::default()
        }
    }

    fn input_of(&self, needs: &Needs, declared: &[InputField]) -> Value {
        if needs.whole_input {
            return self.input.get("").map(|text| any_of(text)).unwrap_or_default();
        }
        let given = needs.fields.iter().filter_map(|name| {
            let text = self.input.get(name).filter(|text| !text.is_empty())?;
            let field = declared.iter().find(|field| field.name == *name);
            Some((name.clone(), field_of(field, text)))
        });
        Value::Object(given.collect::<Map<_, _>>())
    }
}

fn fill(text: &mut String, value: Option<&Value>) {
    if let Some(value) = value.filter(|value| text.is_empty() && !value.is_null()) {
        *text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    }
}

/// The value of a field of the input. One that does not fit stays a text: the server says what is wrong.
fn field_of(field: Option<&InputField>, text: &str) -> Value {
    match field.map(|field| &field.input_type) {
        None | Some(InputType::Text | InputType::LongText | InputType::Choice) => text.into(),
        Some(InputType::Number | InputType::YesNo | InputType::List | InputType::Json | InputType::Unknown(_)) => {
            any_of(text)
        }
    }
}

/// The output of a step: a text for a step that makes texts, and JSON where it is JSON otherwise.
fn output_of(kind: &StepKind, text: &str) -> Value {
    match kind {
        StepKind::Llm(_) | StepKind::Agent(_) | StepKind::Review(_) => text.into(),
        StepKind::Tool(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => any_of(text),
    }
}

fn any_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn typed_values_win_over_pins_and_pins_over_the_run() {
        let definition: Definition =
            serde_json::from_value(json!({"inputs": [{"name": "count", "type": "number"}], "steps": [
            {"id": "plan", "label": "Plan", "type": "llm", "prompt": "x"},
            {"id": "list", "label": "List", "type": "tool", "tool": "native:current_time"},
            {"id": "last", "label": "Last", "type": "llm",
                "prompt": "{{steps.Plan.content}} {{steps.List.output}} {{input.count}} {{input.topic}}"}]}))
            .unwrap();
        let id = |id: &str| StepId::new(id).unwrap();
        let needs = Needs::of(&Index::of(&definition), &id("last"));
        let pins = Pins(BTreeMap::from([
            (id("plan"), "pinned".to_owned()),
            (id("list"), "[1]".to_owned()),
            (id("last"), "not read".to_owned()),
        ]));
        let run: ExecutionId = "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11".parse().unwrap();
        let mut values = TryValues::default();
        let request = |values: &TryValues| values.request(definition.clone(), &needs, &pins, Some(&run));
        let sent = request(&values);
        assert_eq!((sent.execution_id, sent.input), (Some(run.clone()), None));
        assert_eq!(sent.outputs, BTreeMap::from([(id("plan"), json!("pinned")), (id("list"), json!([1]))]));
        values.outputs.insert(id("plan"), "[typed]".into());
        values.input = BTreeMap::from([("count".into(), "7".into()), ("topic".into(), "7".into())]);
        values.source = Source::Typed;
        let sent = request(&values);
        assert_eq!((sent.execution_id, sent.input), (None, Some(json!({"count": 7, "topic": "7"}))));
        assert_eq!(sent.outputs.get(&id("plan")), Some(&json!("[typed]")));
        // A run fills in what is not typed.
        let usage = json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0});
        let execution: Execution = serde_json::from_value(json!({
            "id": run, "workflow_id": "w", "workflow_version": 1, "temporal_workflow_id": null, "status": "completed",
            "input": {"count": 9, "topic": "tea"}, "error": null, "token_usage": usage, "cost_usd": 0.0, "budget_usd": null,
            "yolo": false, "triggered_by": "api", "created_at": "2026-01-01T00:00:00Z", "duration_ms": null,
            "on_hold": false, "steps": [], "steps_executed": [], "last_seq": 0, "step_results": {"plan": "P", "list": [2]}
        }))
        .unwrap();
        values.input.remove("topic");
        values.fill_from(&needs, &execution);
        assert_eq!(values.input, BTreeMap::from([("count".into(), "7".into()), ("topic".into(), "tea".into())]));
        assert_eq!(values.outputs.get(&id("list")).map(String::as_str), Some("[2]"));
        assert_eq!(values.outputs.get(&id("plan")).map(String::as_str), Some("[typed]"));
    }
}
