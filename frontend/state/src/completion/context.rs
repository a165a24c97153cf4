//! The names that templates of a step can refer to.

use std::collections::BTreeMap;

use serde_json::Value;
use sluice_types::template::{Locals, Root};
use sluice_types::{
    AgentStep, BlockAddress, Index, InputField, LlmStep, Place, Resolution, Slot, Step, StepId, StepKind,
};

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
    /// Whether it stands in the list of the step that refers to it.
    pub is_beside: bool,
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
    /// It is a container around the step, which may give its item or round.
    Around,
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
    /// `item`, `index`, `iteration` and `previous`, where containers around the step give them.
    pub locals: Locals,
    /// Whether the step stands in a container.
    pub is_inside: bool,
}

impl Context {
    /// The names that a field of a step can refer to. `context` has the values of the workflow, `inputs` its declared
    /// fields.
    #[must_use]
    pub fn of(
        index: &Index,
        id: &StepId,
        field: &str,
        context: &BTreeMap<String, Value>,
        inputs: &[InputField],
    ) -> Self {
        let mut input: Vec<(String, String)> =
            inputs.iter().map(|input| (input.name.clone(), detail_of_input(input))).collect();
        for name in inputs_used(index) {
            if !input.iter().any(|(known, _)| *known == name) {
                input.push((name, "input".into()));
            }
        }
        let keys = context.keys().cloned().collect();
        let Some(from) = index.place(id) else { return Self { input, keys, ..Self::default() } };
        let after_round = field == "until" && matches!(from.step.kind, StepKind::Loop(_));
        let scope = if after_round { index.scope_after_round(from) } else { index.scope(from) };
        let beside =
            if after_round { BlockAddress::Inner { parent: id.clone(), slot: Slot::Body } } else { from.block.clone() };
        let names = |place: &Place| {
            let reach = match scope.resolve_place(place) {
                Resolution::Visible(_) => Reach::Visible,
                Resolution::Later(_) => Reach::Later,
                Resolution::Around(_) => Reach::Around,
                Resolution::Hidden(_) | Resolution::Unknown => Reach::Hidden,
            };
            let mut names = names_of(index, place, reach, place.block == beside);
            if reach == Reach::Around {
                let given = scope.fields_of(place).names();
                names.fields = given.map(|name| (name.to_owned(), local_detail(name).to_owned())).collect();
            }
            names
        };
        let steps = index.places().iter().map(names).collect();
        Self { steps, input, keys, locals: scope.locals(), is_inside: beside != BlockAddress::Root }
    }

    /// The steps whose outputs are visible.
    pub fn earlier(&self) -> impl DoubleEndedIterator<Item = &StepNames> {
        self.steps.iter().filter(|step| step.reach == Reach::Visible)
    }

    /// The same with the containers around, whose item or round has a name.
    pub fn with_fields(&self) -> impl Iterator<Item = &StepNames> {
        self.steps.iter().filter(|step| matches!(step.reach, Reach::Visible | Reach::Around))
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

fn names_of(index: &Index, place: &Place, reach: Reach, is_beside: bool) -> StepNames {
    let known = index.output_fields(place);
    // Where the output is a text, `content` is the same.
    let has_json = match &place.step.kind {
        StepKind::Llm(LlmStep { output_schema, .. }) | StepKind::Agent(AgentStep { output_schema, .. }) => {
            output_schema.is_some()
        }
        StepKind::Tool(_) | StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) => true,
        StepKind::Review(_) | StepKind::Unknown(_) => false,
    };
    let own = known.own.iter().filter(|name| has_json || **name != "output");
    let json = known.json.iter().flatten().filter(|name| !known.own.contains(&name.as_str()));
    let fields = own.copied().chain(json.map(String::as_str));
    let fields = fields.map(|name| (name.to_owned(), detail_of(&place.step, name))).collect();
    StepNames { id: place.step.id.clone(), label: place.step.label.clone(), fields, reach, is_beside }
}

fn detail_of_input(input: &InputField) -> String {
    if input.label.is_empty() { "input".into() } else { input.label.clone() }
}

/// A short description of a field.
fn detail_of(step: &Step, field: &str) -> String {
    let text = match (&step.kind, field) {
        (
            StepKind::Llm(LlmStep { output_schema: Some(_), .. })
            | StepKind::Agent(AgentStep { output_schema: Some(_), .. }),
            "content",
        ) => "JSON as text",
        (StepKind::Tool(_), "content") => "the result as text",
        (StepKind::Tool(_), "output") => "the result",
        (StepKind::Review(_), "content") => "the approved text",
        (StepKind::Review(_), "decision") => "approve or reject",
        (StepKind::Review(_), "comment") => "the reviewer's comment",
        (StepKind::Conditional(_), "case") => "the case that was taken",
        (StepKind::Loop(_), "iterations") => "the number of rounds",
        (StepKind::Loop(_), "outputs") => "the outputs of all rounds",
        (StepKind::Parallel(_), "errors") => "the errors of what failed",
        (StepKind::Parallel(parallel), "output") if parallel.branches.is_empty() => "a list, in the order of the items",
        (StepKind::Parallel(_), "output") => "a map by branch",
        (StepKind::Parallel(_), field) if field != "content" => "the output of the branch",
        (_, "output") => "JSON",
        (_, "content") => "text",
        (StepKind::Llm(llm), field) => {
            let properties = llm.output_schema.as_ref().and_then(|schema| schema.get("properties"));
            let property = properties.and_then(|properties| properties.get(field));
            return property
                .and_then(|property| property.get("type"))
                .and_then(Value::as_str)
                .unwrap_or("field")
                .to_owned();
        }
        _ => "field",
    };
    text.to_owned()
}

/// A short description of a name that a container gives.
pub(super) fn local_detail(name: &str) -> &'static str {
    match name {
        "item" => "the item",
        "index" => "the number of the item, from 0",
        "iteration" => "the number of the round, from 1",
        _ => "the output of the round before",
    }
}

/// The fields of the input that prompts use, by name; half typed prompts do not count.
fn inputs_used(index: &Index) -> Vec<String> {
    let texts = index.places().iter().flat_map(|place| place.step.texts());
    let references = texts.flat_map(|text| index.references_of(&text).unwrap_or_default());
    let mut names = Vec::new();
    for reference in references.filter(|reference| reference.root == Root::Input) {
        if let Err(at) = names.binary_search(&reference.name) {
            names.insert(at, reference.name);
        }
    }
    names
}
