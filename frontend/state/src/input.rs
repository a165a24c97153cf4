//! The input form of a new run: fields, one text, or JSON.
//!
//! Each mode keeps its typed text. A switch converts the text where the other mode can represent it, and never discards
//! any.

mod bare;
#[cfg(test)]
mod tests;
mod typed;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sluice_types::json::{self, SyntaxError};
use sluice_types::limits::MAX_INPUT_BYTES;
use sluice_types::template::Root;
use sluice_types::{Definition, Index, InputField, InputType, TemplateInput};

use super::format::capitalised;

pub use bare::reads_whole;
pub(crate) use typed::{text_of, value_of};

/// A field of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The field of the input: `input.<name>`.
    pub name: String,
    /// Label for people.
    pub label: String,
    /// Help text for the field.
    pub description: String,
    /// Whether the steps cannot do without it.
    pub required: bool,
    /// A text that suits; may be empty.
    pub example: String,
    /// What values it takes.
    pub kind: InputType,
    /// The values to choose from.
    pub options: Vec<String>,
}

/// The ways to write an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One text.
    Text,
    /// A text for each field.
    Form,
    /// Any JSON value.
    Json,
}

/// An error in the input, and its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputError {
    /// The fault and the remedy.
    pub message: String,
    /// The line of the JSON, from 1.
    pub line: Option<usize>,
    /// The character in the line, from 1.
    pub column: Option<usize>,
    /// The field of the form that it is about.
    pub field: Option<String>,
}

impl InputError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}

/// The fields that a workflow's steps read: those declared by its template and by itself first, in their order, then
/// others in the prompts. Disabled steps read nothing.
#[must_use]
pub fn fields(described: &[TemplateInput], definition: &Definition) -> Vec<Field> {
    let mut fields: Vec<Field> = described
        .iter()
        .map(|input| Field {
            label: input.label.clone(),
            description: input.description.clone(),
            example: input.example.clone(),
            ..found(input.name.clone(), input.required)
        })
        .collect();
    for declared in &definition.inputs {
        let field = of_declared(declared);
        match fields.iter_mut().find(|field| field.name == declared.name) {
            Some(known) => *known = field,
            None => fields.push(field),
        }
    }
    let index = Index::of(definition);
    for place in index.places().iter().filter(|place| place.step.enabled) {
        for text in place.step.texts() {
            // The lint reports texts that cannot be parsed.
            for reference in index.references_of(&text).unwrap_or_default() {
                // A declaration says whether a field is required.
                if reference.root != Root::Input || definition.input_field(&reference.name).is_some() {
                    continue;
                }
                match fields.iter_mut().find(|field| field.name == reference.name) {
                    Some(field) => field.required |= !reference.optional,
                    None => fields.push(found(reference.name, !reference.optional)),
                }
            }
        }
    }
    fields
}

fn of_declared(declared: &InputField) -> Field {
    let kind = declared.input_type.clone();
    let example = declared.example.as_ref().or(declared.default.as_ref());
    let example = example.map(|value| typed::text_of(&kind, value).unwrap_or_else(|| value.to_string()));
    let plain = found(declared.name.clone(), declared.required && declared.default.is_none());
    let label = if declared.label.is_empty() { plain.label } else { declared.label.clone() };
    let options = declared.options.clone();
    Field { label, description: declared.help.clone(), example: example.unwrap_or_default(), kind, options, ..plain }
}

/// A field of which only the name is known.
fn found(name: String, required: bool) -> Field {
    let label = capitalised(&name.replace('_', " "));
    Field {
        name,
        label,
        description: String::new(),
        required,
        example: String::new(),
        kind: InputType::Text,
        options: Vec::new(),
    }
}

/// The form and its typed values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputForm {
    /// The fields.
    pub fields: Vec<Field>,
    /// Whether a step reads the input as a whole, so that one text suits.
    pub reads_whole: bool,
    /// The current mode.
    pub mode: Mode,
    /// The typed text.
    pub text: String,
    /// The typed values of the fields, by name.
    pub values: BTreeMap<String, String>,
    /// The typed JSON.
    pub json: String,
}

impl InputForm {
    /// An empty form in the mode that fits the steps.
    #[must_use]
    pub fn new(described: &[TemplateInput], definition: &Definition) -> Self {
        let fields = fields(described, definition);
        Self {
            mode: if fields.is_empty() { Mode::Text } else { Mode::Form },
            reads_whole: reads_whole(definition),
            fields,
            text: String::new(),
            values: BTreeMap::new(),
            json: String::new(),
        }
    }

    /// Whether the steps read no input, so that a run can start without it.
    #[must_use]
    pub fn needs_nothing(&self) -> bool {
        self.fields.is_empty() && !self.reads_whole
    }

    /// Fills the form with an input that there is already, as that of an earlier run, in the plainest
    /// way that holds all of it.
    pub fn fill(&mut self, input: &Value) {
        self.json = serde_json::to_string_pretty(input).unwrap_or_default();
        match input {
            Value::Null => self.json.clear(),
            Value::String(text) => {
                self.text.clone_from(text);
                self.mode = Mode::Text;
            }
            Value::Object(object) if self.load_fields(object).is_ok() && self.extra_fields().is_empty() => {
                self.mode = Mode::Form;
            }
            Value::Object(_) | Value::Array(_) | Value::Bool(_) | Value::Number(_) => self.mode = Mode::Json,
        }
    }

    /// Switches the mode; an error when the other mode cannot represent the typed input.
    pub fn switch(&mut self, to: Mode) -> Result<(), InputError> {
        match (self.mode, to) {
            (Mode::Json, Mode::Form) if !self.json.trim().is_empty() => match parsed(&self.json)? {
                Value::Object(object) => self.load_fields(&object)?,
                _ => return Err(InputError::new("Only a JSON object has fields to fill a form with.")),
            },
            (Mode::Json, Mode::Text) => match parsed(&self.json) {
                Ok(Value::String(text)) => self.text = text,
                // Update the form from the JSON. Other JSON stays as it is.
                Ok(Value::Object(object)) => drop(self.load_fields(&object)),
                Ok(_) | Err(_) => {}
            },
            (Mode::Form, Mode::Json | Mode::Text) => {
                if let Some(object) = self.merged() {
                    self.json = if object.is_empty() { String::new() } else { pretty(&Value::Object(object)) };
                }
            }
            (Mode::Text, Mode::Json) => {
                let free = self.json.trim().is_empty() || matches!(parsed(&self.json), Ok(Value::String(_)));
                if free && !self.text.is_empty() {
                    self.json = pretty(&Value::String(self.text.clone()));
                }
            }
            // A text has no fields, and fields are no text: each keeps its own.
            (Mode::Text, Mode::Form | Mode::Text)
            | (Mode::Form, Mode::Form)
            | (Mode::Json, Mode::Form | Mode::Json) => {}
        }
        self.mode = to;
        Ok(())
    }

    /// Fields that were written as JSON and that the form does not show; they are sent along.
    #[must_use]
    pub fn extra_fields(&self) -> Vec<String> {
        let Ok(Value::Object(object)) = parsed(&self.json) else { return Vec::new() };
        object.keys().filter(|name| !self.has_field(name)).cloned().collect()
    }

    /// Whether only the text is sent, though something is written in the form or as JSON.
    #[must_use]
    pub fn keeps_other_input(&self) -> bool {
        let in_form = self.fields.iter().any(|field| self.typed(field).is_some());
        let in_json = !self.json.trim().is_empty() && !matches!(parsed(&self.json), Ok(Value::String(_)));
        self.mode == Mode::Text && (in_form || in_json)
    }

    /// The input of the run, or the error in it.
    pub fn value(&self) -> Result<Value, InputError> {
        let value = match self.mode {
            Mode::Text => self.text_value()?,
            Mode::Form => {
                self.check_typed()?;
                Value::Object(self.merged().unwrap_or_else(|| self.merged_into(Map::new())))
            }
            Mode::Json if self.json.trim().is_empty() => Value::Null,
            Mode::Json => parsed(&self.json)?,
        };
        if !(value.is_object() || value.is_string() || value.is_null()) {
            return Err(InputError::new("An input is an object, as {\"topic\": \"…\"}, or a text in quotes."));
        }
        self.check_fields(&value)?;
        let size = json::size(&value);
        if size > MAX_INPUT_BYTES {
            let message = format!("The input is too long: {size} bytes as JSON; the limit is {MAX_INPUT_BYTES}.");
            return Err(InputError::new(message));
        }
        Ok(value)
    }

    fn text_value(&self) -> Result<Value, InputError> {
        if !self.text.trim().is_empty() {
            return Ok(Value::String(self.text.clone()));
        }
        if self.reads_whole { Err(InputError::new("Write the input: a step reads it.")) } else { Ok(Value::Null) }
    }

    /// Checks that each typed text stands for a value of its field.
    fn check_typed(&self) -> Result<(), InputError> {
        for field in &self.fields {
            let Some(text) = self.typed(field) else { continue };
            if let Err(message) = typed::value_of(&field.kind, text) {
                return Err(InputError { field: Some(field.name.clone()), ..InputError::new(message) });
            }
        }
        Ok(())
    }

    /// What was typed into a field.
    fn typed(&self, field: &Field) -> Option<&str> {
        self.values.get(&field.name).map(String::as_str).filter(|text| !text.trim().is_empty())
    }

    fn check_fields(&self, value: &Value) -> Result<(), InputError> {
        let missing = |field: &&Field| field.required && value.get(&field.name).is_none();
        let Some(field) = self.fields.iter().find(missing) else { return Ok(()) };
        let message = match (self.mode, value) {
            (Mode::Form, _) => format!("“{}” is required.", field.label),
            (Mode::Json, Value::Object(_)) => format!("The field `{}` is required.", field.name),
            (Mode::Text | Mode::Json, _) => {
                format!("A step reads the field `{}`: fill in the form, or write an object with it.", field.name)
            }
        };
        Err(InputError { field: Some(field.name.clone()), ..InputError::new(message) })
    }

    fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// Loads the fields of an object into the form, all or none.
    fn load_fields(&mut self, object: &Map<String, Value>) -> Result<(), InputError> {
        let mut values = self.values.clone();
        for field in &self.fields {
            let name = &field.name;
            match object.get(name).map(|value| typed::text_of(&field.kind, value)) {
                Some(Some(text)) => values.insert(name.clone(), text),
                None => values.remove(name),
                Some(None) => {
                    let what = match field.kind {
                        InputType::Number => "a number",
                        InputType::YesNo => "true or false",
                        InputType::List => "a list",
                        _ => "a text",
                    };
                    let message = format!("The field `{name}` is not {what}, so the form cannot show it.");
                    return Err(InputError { field: Some(name.clone()), ..InputError::new(message) });
                }
            };
        }
        self.values = values;
        Ok(())
    }

    /// The typed fields, merged with the further fields of the JSON; `None` when the JSON does not fit the form and
    /// must not be overwritten.
    fn merged(&self) -> Option<Map<String, Value>> {
        let is_shown = |(name, value): (&String, &Value)| {
            let field = self.fields.iter().find(|field| field.name == *name);
            field.is_none_or(|field| typed::text_of(&field.kind, value).is_some())
        };
        let base = match parsed(&self.json) {
            Ok(Value::Object(object)) if object.iter().all(is_shown) => object,
            _ if self.json.trim().is_empty() => Map::new(),
            Ok(_) | Err(_) => return None,
        };
        Some(self.merged_into(base))
    }

    fn merged_into(&self, mut object: Map<String, Value>) -> Map<String, Value> {
        for field in &self.fields {
            match self.typed(field) {
                Some(text) => {
                    let value = typed::value_of(&field.kind, text).unwrap_or_else(|_| text.into());
                    object.insert(field.name.clone(), value)
                }
                // Absent, so that a template's own default applies.
                None => object.shift_remove(&field.name),
            };
        }
        object
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Parses JSON; the error contains the place.
fn parsed(text: &str) -> Result<Value, InputError> {
    json::parse(text).map_err(|SyntaxError { message, line, column }| InputError {
        message: format!("This is not JSON: {message}."),
        line: Some(line),
        column: Some(column),
        field: None,
    })
}
