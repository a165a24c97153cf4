//! The variables of an execution's templates.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use minijinja::Value as JinjaValue;
use minijinja::value::Serde;
use serde_json::Value;
use sluice_types::limits::MAX_TEMPLATE_WORK_BYTES;
use sluice_types::template::{Reading, Reference, Root};
use sluice_types::{ErrorCode, Index, Place, RunError, StepId, StepRun, StepRunStatus};

use super::budget::Budget;
use super::compiled::{Compiled, Filled};
use super::fault::Fault;
use super::stack::{MAX_SHALLOW, with_stack};
use super::weight::{room_beside, room_beside_context};
use crate::machine::Around;

/// The variables of a step run's templates.
pub struct Scope<'a> {
    context: &'a BTreeMap<String, Value>,
    input: &'a Value,
    index: &'a Index,
    /// The run of a step, as the step run with the template sees it.
    run_of: &'a RunOf<'a>,
    names: Names<'a>,
    /// The input and the context, converted for minijinja on first reference.
    inputs: Shared<'a>,
    /// The outputs of steps, converted on first reference.
    steps: RefCell<HashMap<&'a StepId, Option<JinjaValue>>>,
}

/// Finds the run of a step.
pub type RunOf<'a> = dyn Fn(&Place) -> Option<&'a StepRun> + 'a;

/// Finds the names that a container has of its own, besides its output.
pub type OwnNames<'a> = dyn Fn(&Place, &StepRun) -> Vec<(&'static str, Value)> + 'a;

/// The names that containers give.
#[derive(Clone, Copy, Default)]
pub struct Names<'a> {
    /// Those of a container that was completed.
    pub own: Option<&'a OwnNames<'a>>,
    /// Those of the containers around the step run, the outermost first.
    pub around: &'a [Around<'a>],
}

/// The input and the context of an execution, converted for minijinja. They are the same for all its templates.
#[derive(Debug, Default)]
pub struct Inputs {
    input: OnceLock<JinjaValue>,
    user_input: OnceLock<JinjaValue>,
    context: OnceLock<JinjaValue>,
}

enum Shared<'a> {
    Own(Inputs),
    Kept(&'a Inputs),
}

impl Shared<'_> {
    const fn get(&self) -> &Inputs {
        match self {
            Self::Own(inputs) => inputs,
            Self::Kept(inputs) => inputs,
        }
    }
}

impl<'a> Scope<'a> {
    /// The scope of a step run.
    #[must_use]
    pub fn new(
        index: &'a Index,
        context: &'a BTreeMap<String, Value>,
        input: &'a Value,
        run_of: &'a RunOf<'a>,
    ) -> Self {
        let inputs = Shared::Own(Inputs::default());
        Self { context, input, index, run_of, names: Names::default(), inputs, steps: RefCell::default() }
    }

    /// The same, with the names that containers give.
    #[must_use]
    pub fn with(self, names: Names<'a>) -> Self {
        Self { names, ..self }
    }

    /// The same, with the converted input and context of the execution.
    #[must_use]
    pub fn with_inputs(self, inputs: &'a Inputs) -> Self {
        Self { inputs: Shared::Kept(inputs), ..self }
    }

    /// Renders a template; the error contains the field and the place in it.
    pub fn fill(&self, field: &str, source: &str) -> Result<String, RunError> {
        if !source.contains(['{', '$']) {
            return Ok(source.to_owned());
        }
        self.read(source)
            .and_then(|template| self.fill_read(&template))
            .map(|filled| filled.text)
            .map_err(in_field(field))
    }

    /// The same, when it is known beforehand to take little time: the template only inserts values, and has at most `room`
    /// bytes together with them. Takes its bytes from `room`.
    pub fn fill_if_quick(&self, field: &str, source: &str, room: &mut usize) -> Option<Result<String, RunError>> {
        *room = room.checked_sub(source.len())?;
        if !source.contains(['{', '$']) {
            return Some(Ok(source.to_owned()));
        }
        let filled = match self.read(source) {
            Ok(template) => {
                *room = self.room_beside_values(*room, &template)?;
                self.fill_read(&template)
            }
            Err(fault) => Err(fault),
        };
        Some(filled.map(|filled| filled.text).map_err(in_field(field)))
    }

    /// The part of `room` bytes that is left beside a template and the values that it inserts; `None` when it also
    /// computes, or they take more.
    pub fn room_beside(&self, room: usize, source: &str) -> Option<usize> {
        let room = room.checked_sub(source.len())?;
        if !source.contains(['{', '$']) {
            return Some(room);
        }
        match self.read(source) {
            Ok(template) => self.room_beside_values(room, &template),
            // It will not be filled in.
            Err(_) => Some(room),
        }
    }

    fn room_beside_values(&self, room: usize, template: &Read) -> Option<usize> {
        let insertions = template.insertions.filter(|_| template.depth <= MAX_SHALLOW)?;
        // Each expression may insert the whole input or context.
        let room = (0..insertions)
            .try_fold(room, |room, _| room_beside_context(room_beside(room, self.input)?, self.context))?;
        let steps = template.references.iter().filter(|reference| reference.root == Root::Steps);
        let outputs = steps.filter_map(|reference| self.output(self.index.named(&reference.name)?));
        let room = outputs.into_iter().try_fold(room, |room, (run, output)| {
            room_beside(room.checked_sub(run.content.as_ref().map_or(0, String::len))?, output)
        })?;
        // Each expression may insert the item.
        let values = self.names.around.iter().flat_map(|around| around.values.iter().map(|(_, value)| value.as_ref()));
        (0..insertions).try_fold(room, |room, _| values.clone().try_fold(room, room_beside))
    }

    /// Reads a template, and rewrites it for minijinja.
    pub(super) fn read(&self, source: &str) -> Result<Read, Fault> {
        let reading = Reading::new(source, self.index.names()).map_err(|error| Fault::certain(error.to_string()))?;
        let jinja = reading.to_jinja();
        Ok(Read::new(reading, jinja))
    }

    /// Reads an expression, and rewrites it to a template that only holds the expression.
    pub(super) fn read_expression(&self, source: &str) -> Result<Read, Fault> {
        if source.trim().is_empty() {
            return Err(Fault::certain("it is empty".into()));
        }
        let names = self.index.names();
        let reading = Reading::expression(source, names).map_err(|error| Fault::certain(error.to_string()))?;
        let jinja = format!("{{{{ {} }}}}", reading.to_jinja());
        Ok(Read::new(reading, jinja))
    }

    /// Fills in a template that was read.
    pub(super) fn fill_read(&self, template: &Read) -> Result<Filled, Fault> {
        let context = self.context(template)?;
        with_stack(template.depth, || Compiled::template(&template.jinja)?.fill(context))
    }

    /// The variables of a template that was read, with the outputs of the steps that it refers to.
    pub(super) fn context(&self, template: &Read) -> Result<JinjaValue, Fault> {
        let mut steps = HashMap::new();
        let mut budget = Budget::default();
        for reference in template.references.iter().filter(|reference| reference.root == Root::Steps) {
            if steps.contains_key(reference.name.as_str()) {
                continue;
            }
            if let Some(value) = self.step_value(&reference.name) {
                budget.pay_value(&value).map_err(|_| too_much())?;
                steps.insert(reference.name.as_str(), value);
            } else if template.reads_only_fields_of(&reference.name) {
                // A field of nothing cannot have a `default`; a missing field of an object can.
                steps.insert(reference.name.as_str(), JinjaValue::from_pairs(HashMap::<&str, JinjaValue>::new()));
            }
        }
        let inputs = self.inputs.get();
        let mut names: HashMap<&str, JinjaValue> = HashMap::new();
        // An inner container hides the names of an outer one.
        for around in self.names.around {
            names.extend(around.values.iter().map(|(name, value)| (*name, JinjaValue::from(Serde(value)))));
        }
        names.insert("input", inputs.input.get_or_init(|| input_value(self.input)).clone());
        names.insert("user_input", inputs.user_input.get_or_init(|| JinjaValue::from(user_input(self.input))).clone());
        names.insert("context", inputs.context.get_or_init(|| JinjaValue::from(Serde(self.context))).clone());
        names.insert("steps", JinjaValue::from_pairs(steps));
        Ok(JinjaValue::from_pairs(names))
    }

    /// The value of `steps.<name>`: `content`, `output`, and the fields of an object output. Of a container around the step
    /// run: the values that it gives.
    fn step_value(&self, name: &str) -> Option<JinjaValue> {
        let place = self.index.named(name)?;
        if let Some(around) = self.names.around.iter().find(|around| *around.step == place.step.id) {
            let values = around.values.iter().map(|(name, value)| (*name, JinjaValue::from(Serde(value))));
            return Some(JinjaValue::from_pairs(values));
        }
        self.steps.borrow_mut().entry(&place.step.id).or_insert_with(|| self.output_value(place)).clone()
    }

    /// The run of a step and its output, when it has one.
    fn output(&self, place: &Place) -> Option<(&'a StepRun, &'a Value)> {
        let run = (self.run_of)(place)?;
        let has_output = matches!(run.status, StepRunStatus::Completed | StepRunStatus::Skipped);
        Some((run, run.output.as_ref().filter(|_| has_output)?))
    }

    fn output_value(&self, place: &Place) -> Option<JinjaValue> {
        let (run, output) = self.output(place)?;
        let value = JinjaValue::from(Serde(output));
        let content = match &run.content {
            // One copy of a text is enough.
            Some(content) if output.as_str() != Some(content) => JinjaValue::from(content.as_str()),
            Some(_) => value.clone(),
            None => JinjaValue::from(text_of(output)),
        };
        let fields = output.as_object().into_iter().flat_map(|fields| fields.keys());
        let fields = fields.map(|key| (key.clone(), value.get_attr(key).unwrap_or_default()));
        let own = [("content".to_owned(), content), ("output".to_owned(), value.clone())];
        let named = self.names.own.map(|own| own(place, run)).unwrap_or_default();
        let named = named.into_iter().map(|(name, value)| (name.to_owned(), JinjaValue::from(Serde(value))));
        Some(JinjaValue::from_pairs(fields.chain(own).chain(named)))
    }
}

/// A template that was read and rewritten for minijinja.
pub(super) struct Read {
    jinja: String,
    depth: usize,
    /// The number of its expressions, when it only inserts values.
    insertions: Option<usize>,
    references: Vec<Reference>,
}

impl Read {
    fn new(reading: Reading<'_>, jinja: String) -> Self {
        let (depth, insertions) = (reading.depth(), reading.insertions());
        Self { jinja, depth, insertions, references: reading.into_references() }
    }

    /// Whether each reference to a step names a field: none asks whether the step has an output.
    fn reads_only_fields_of(&self, step: &str) -> bool {
        let mut of_step =
            self.references.iter().filter(|reference| reference.root == Root::Steps && reference.name == step);
        of_step.all(|reference| reference.field.is_some())
    }

    /// The template in the spelling of minijinja.
    pub fn jinja(&self) -> &str {
        &self.jinja
    }

    /// Upper bound of the recursion depth of its parser.
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// Whether it refers to the output of a step.
    pub fn uses_steps(&self) -> bool {
        self.references.iter().any(|reference| reference.root == Root::Steps)
    }

    /// Checks a template without rendering it.
    pub fn compile(&self) -> Result<(), Fault> {
        with_stack(self.depth, || Compiled::template(&self.jinja).map(|_| ()))
    }
}

/// Names the field in the error of its template.
pub(super) fn in_field(field: &str) -> impl Fn(Fault) -> RunError {
    move |fault| RunError::new(ErrorCode::InvalidTemplate, format!("`{field}`: {}", fault.message))
}

fn too_much() -> Fault {
    let mib = MAX_TEMPLATE_WORK_BYTES / (1024 * 1024);
    Fault { message: format!("the outputs that it refers to have more than {mib} MiB together"), is_certain: false }
}

/// The input as templates see it: a run without one has an empty text.
fn input_value(input: &Value) -> JinjaValue {
    if input.is_null() { JinjaValue::from("") } else { JinjaValue::from(Serde(input)) }
}

/// The input as one text: the text itself, its field `user_input`, or its JSON.
fn user_input(input: &Value) -> String {
    match input.get("user_input").unwrap_or(input) {
        Value::Null => String::new(),
        other => text_of(other),
    }
}

/// A value as text: a text as it is, anything else as JSON.
#[must_use]
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
