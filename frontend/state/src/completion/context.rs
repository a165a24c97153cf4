//! The names that templates of a step can refer to.

use std::collections::BTreeMap;

use serde_json::Value;
use sluice_types::template::{Root, references};
use sluice_types::{Index, LlmStep, Resolution, Step, StepId, StepKind, TemplateInput};

/// A step's name in templates, and its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepNames {
    /// Its id.
    pub id: StepId,
    /// Its label.
    pub label: String,
    /// Its fields, `content` first, each with a short description.
    pub fields: Vec<(String, String)>,
    /// Whether its output can be used.
    pub reach: Reach,
}

/// Whether the templates of one step can use the output of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It has run before.
    Visible,
    /// It is the step itself, or a later step.
    Later,
    /// It is inside another container, so not visible.
    Hidden,
}

/// The names that the templates of one step can refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// All steps, in the order of the definition.
    pub steps: Vec<StepNames>,
    /// Fields of the input that are declared or used elsewhere, each with a short description.
    pub input: Vec<(String, String)>,
    /// Keys of `context`.
    pub keys: Vec<String>,
}

impl Context {
    /// The names that a step can refer to. `context` has the values of the workflow; `inputs` are the declared fields
    /// of the workflow's template, if it was made from one.
    #[must_use]
    pub fn of(index: &Index, id: &StepId, context: &BTreeMap<String, Value>, inputs: &[TemplateInput]) -> Self {
        let mut input: Vec<(String, String)> =
            inputs.iter().map(|input| (input.name.clone(), input.label.clone())).collect();
        for name in inputs_used(index) {
            if !input.iter().any(|(known, _)| *known == name) {
                input.push((name, "input".into()));
            }
        }
        let from = index.place(id);
        let reach = |step: &Step| match from.map(|from| index.resolve_id(&step.id, from)) {
            Some(Resolution::Visible(_)) => Reach::Visible,
            Some(Resolution::Later(_)) => Reach::Later,
            Some(Resolution::Hidden(_) | Resolution::Unknown) | None => Reach::Hidden,
        };
        let steps = index.places().iter().map(|place| names_of(&place.step, reach(&place.step))).collect();
        Self { steps, input, keys: context.keys().cloned().collect() }
    }

    /// The steps whose outputs are visible.
    pub fn earlier(&self) -> impl DoubleEndedIterator<Item = &StepNames> {
        self.steps.iter().filter(|step| step.reach == Reach::Visible)
    }

    /// The step that a template calls so: labels come before ids.
    #[must_use]
    pub fn step_named(&self, name: &str) -> Option<&StepNames> {
        let by_label = self.steps.iter().find(|step| step.label == name);
        by_label.or_else(|| self.steps.iter().find(|step| step.id.as_str() == name))
    }

    /// All that templates can call the steps.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.steps.iter().flat_map(|step| [step.label.as_str(), step.id.as_str()]).collect()
    }
}

fn names_of(step: &Step, reach: Reach) -> StepNames {
    let fields = match &step.kind {
        StepKind::Llm(llm) => llm_fields(llm),
        StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) | StepKind::Unknown(_) => {
            vec![("content".into(), "text".into())]
        }
        StepKind::Review(_) => {
            [("content", "the approved text"), ("decision", "approve or reject"), ("comment", "the reviewer's comment")]
                .map(|(name, detail)| (name.to_owned(), detail.to_owned()))
                .to_vec()
        }
    };
    StepNames { id: step.id.clone(), label: step.label.clone(), fields, reach }
}

fn llm_fields(llm: &LlmStep) -> Vec<(String, String)> {
    let Some(schema) = &llm.output_schema else { return vec![("content".into(), "text".into())] };
    let mut fields = vec![("content".into(), "JSON as text".into()), ("output".into(), "JSON".into())];
    let properties = schema.get("properties").and_then(Value::as_object);
    fields.extend(properties.into_iter().flatten().map(|(name, property)| {
        let detail = property.get("type").and_then(Value::as_str).unwrap_or("field");
        (name.clone(), detail.to_owned())
    }));
    fields
}

/// The fields of the input that prompts use, by name; half typed prompts do not count.
fn inputs_used(index: &Index) -> Vec<String> {
    let texts = index.places().iter().flat_map(|place| place.step.templates());
    let references = texts.flat_map(|(_, text)| references(text, &[]).unwrap_or_default());
    let mut names = Vec::new();
    for reference in references.filter(|reference| reference.root == Root::Input) {
        if let Err(at) = names.binary_search(&reference.name) {
            names.insert(at, reference.name);
        }
    }
    names
}
