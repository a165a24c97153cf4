//! Changes of a workflow as a whole, by simple words: its name, its model, an input.

use serde_json::json;
use sluice_types::edit::{Edit, apply};
use sluice_types::{Definition, InputField, provider_of_model, slug_from_name};

use super::clauses::{label_of, name_of};

const NAMES: [&str; 9] = [
    "rename the workflow to ",
    "rename this workflow to ",
    "rename it to ",
    "call the workflow ",
    "call this workflow ",
    "call it ",
    "name the workflow ",
    "name this workflow ",
    "name it ",
];
const MODELS: [&str; 5] =
    ["use the model ", "use model ", "set the model to ", "change the model to ", "change the default model to "];
const INPUTS: [&str; 5] =
    ["add an input called ", "add an input named ", "add an input for ", "add the input ", "add an input "];

/// The rest of a sentence after the first of these beginnings, in any case.
fn after<'t>(text: &'t str, beginnings: &[&str]) -> Option<&'t str> {
    let rest = |beginning: &&str| {
        let head = text.get(..beginning.len())?;
        head.eq_ignore_ascii_case(beginning).then(|| text.get(beginning.len()..)).flatten()
    };
    beginnings.iter().find_map(rest).map(str::trim).filter(|rest| !rest.is_empty())
}

/// The name that the workflow is to get.
pub fn new_name(text: &str) -> Option<String> {
    after(text, &NAMES).map(name_of)
}

/// The default model of the workflow.
pub fn default_model(text: &str, before: &Definition) -> Option<(Definition, String)> {
    let model = after(text, &MODELS)?.split_whitespace().next()?.trim_matches(|c: char| ".,;\"'“”".contains(c));
    let Some(provider) = provider_of_model(model) else {
        return Some((before.clone(), format!("Nothing was changed: no known provider has a model “{model}”.")));
    };
    let edit = Edit::SetDefaults { provider: Some(provider.to_owned()), model: Some(model.to_owned()) };
    let changed = apply(before, edit).ok()?.definition;
    Some((changed, format!("Steps that name no model of their own call {model} now.")))
}

/// A declared field of the input.
pub fn new_input(text: &str, before: &Definition) -> Option<(Definition, String)> {
    let label = label_of(after(text, &INPUTS)?);
    let name = slug_from_name(&label, "input").replace('-', "_");
    if before.inputs.iter().any(|field| field.name == name) {
        return Some((before.clone(), format!("Nothing was changed: there is an input “{name}” already.")));
    }
    let mut changed = before.clone();
    changed.inputs.push(serde_json::from_value::<InputField>(json!({"name": name, "label": label})).ok()?);
    Some((changed, format!("A run is asked for “{label}” now; prompts insert it as `input.{name}`.")))
}
