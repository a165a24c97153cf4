//! What the templates of a step can refer to.

use serde_json::Value;
use sluice_types::template::{Root, references};
use sluice_types::{LlmStep, Step, StepId, StepKind, TemplateInput};

use crate::editor::Draft;

/// How templates call a step, and what it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepNames {
    /// Its id.
    pub id: StepId,
    /// Its label.
    pub label: String,
    /// What it gives, `content` first, each with a word on what that is.
    pub fields: Vec<(String, String)>,
}

/// What the templates of one step can refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// All steps, in the order in which they run.
    pub steps: Vec<StepNames>,
    /// Where the step stands whose templates are meant: those before it have run.
    pub current: usize,
    /// Fields of the input that are known or used elsewhere, each with a word on what that is.
    pub input: Vec<(String, String)>,
    /// Keys of `context`.
    pub keys: Vec<String>,
}

impl Context {
    /// What the step at `current` can refer to. `inputs` are those that the workflow's template
    /// asks for, where it is made from one.
    #[must_use]
    pub fn of(draft: &Draft, current: usize, inputs: &[TemplateInput]) -> Self {
        let mut input: Vec<(String, String)> =
            inputs.iter().map(|input| (input.name.clone(), input.label.clone())).collect();
        for name in inputs_used(draft) {
            if !input.iter().any(|(known, _)| *known == name) {
                input.push((name, "input".into()));
            }
        }
        Self {
            steps: draft.steps.iter().map(|step| names_of(step)).collect(),
            current,
            input,
            keys: draft.context.keys().cloned().collect(),
        }
    }

    /// The steps that have run before.
    pub fn earlier(&self) -> impl DoubleEndedIterator<Item = &StepNames> {
        self.steps.iter().take(self.current)
    }

    /// Where the step stands that a template calls so: labels come before ids.
    #[must_use]
    pub fn index_named(&self, name: &str) -> Option<usize> {
        let by_label = self.steps.iter().position(|step| step.label == name);
        by_label.or_else(|| self.steps.iter().position(|step| step.id.as_str() == name))
    }

    /// All that templates can call the steps.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.steps.iter().flat_map(|step| [step.label.as_str(), step.id.as_str()]).collect()
    }
}

fn names_of(step: &Step) -> StepNames {
    let fields = match &step.kind {
        StepKind::Llm(llm) => llm_fields(llm),
        StepKind::Review(_) => {
            [("content", "text as approved"), ("decision", "approve or reject"), ("comment", "what the reviewer wrote")]
                .map(|(name, detail)| (name.to_owned(), detail.to_owned()))
                .to_vec()
        }
    };
    StepNames { id: step.id.clone(), label: step.label.clone(), fields }
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
fn inputs_used(draft: &Draft) -> Vec<String> {
    let texts = draft.steps.iter().flat_map(|step| step.templates());
    let references = texts.flat_map(|(_, text)| references(text, &[]).unwrap_or_default());
    let mut names = Vec::new();
    for reference in references.filter(|reference| reference.root == Root::Input) {
        if let Err(at) = names.binary_search(&reference.name) {
            names.insert(at, reference.name);
        }
    }
    names
}
