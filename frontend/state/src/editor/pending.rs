//! Input that is typed and not valid. It stays in its field and is not saved.

use sluice_types::edit::label_problem;
use sluice_types::{Index, InputField, Place, StepKind, json};

use super::findings::FieldAt;
use super::inputs::{InputKey, input_problem};
use super::parse::{
    parse_concurrency, parse_expires_in, parse_idle_timeout, parse_max_tokens, parse_retries, parse_rounds,
    parse_schema, parse_temperature, parse_timeout, parse_turns,
};
use crate::arguments::parse_arguments;
use crate::draft::{Pending, pending_field, pending_step};

/// What is wrong with the input of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingProblem {
    /// The field, as findings name it.
    pub at: FieldAt,
    /// What is wrong.
    pub message: String,
}

/// The problems of the pending input: those of the declared fields, then those of the steps in their order.
#[must_use]
pub fn pending_problems(index: &Index, inputs: &[InputField], pending: &Pending) -> Vec<PendingProblem> {
    let of_input = |(key, text): (&String, &String)| {
        let (key, part) = InputKey::of_pending(key)?;
        let position = key.position(inputs)?;
        let message = input_problem(inputs, position, part, text)?;
        Some((position, PendingProblem { at: FieldAt::Input(key, part.to_owned()), message }))
    };
    let mut of_inputs: Vec<(usize, PendingProblem)> = pending.iter().filter_map(of_input).collect();
    of_inputs.sort_by_key(|(position, _)| *position);
    let of_step = |place: &Place| {
        let step = place.step.id.clone();
        let own = pending.iter().filter(move |(key, _)| pending_step(key).as_ref() == Some(&step));
        let problem = |(key, text): (&String, &String)| {
            let (field, message) = problem_of(index, place, pending_field(key), text)?;
            Some(PendingProblem { at: FieldAt::Step(place.step.id.clone(), field.to_owned()), message })
        };
        own.filter_map(problem).collect::<Vec<_>>()
    };
    let of_inputs = of_inputs.into_iter().map(|(_, problem)| problem);
    of_inputs.chain(index.places().iter().flat_map(of_step)).collect()
}

/// What is wrong with a text in a field. The fields of another kind of step are not shown, so nothing is said of them.
fn problem_of(index: &Index, place: &Place, input: &str, text: &str) -> Option<(&'static str, String)> {
    let (field, problem) = match (input, &place.step.kind) {
        ("label", _) => ("label", label_problem(index, &place.step.id, text)),
        ("retries", _) => ("max_retries", parse_retries(text).err()),
        ("timeout", _) => ("timeout", parse_timeout(text).err()),
        ("idle_timeout", _) => ("idle_timeout", parse_idle_timeout(text).err()),
        ("temperature", StepKind::Llm(_) | StepKind::Agent(_)) => ("temperature", parse_temperature(text).err()),
        ("max_tokens", StepKind::Llm(_) | StepKind::Agent(_)) => ("max_tokens", parse_max_tokens(text).err()),
        ("schema", StepKind::Llm(_) | StepKind::Agent(_)) => {
            ("output_schema", parse_schema(text).err().map(|error| error.message))
        }
        ("max_turns", StepKind::Agent(_)) => ("max_turns", parse_turns(text).err()),
        (input, StepKind::Tool(_)) if input.starts_with("arguments") => ("arguments", json_problem(input, text)),
        ("expires_in", StepKind::Review(_)) => ("expires_in", parse_expires_in(text).err()),
        ("max_concurrency", StepKind::Parallel(_)) => ("max_concurrency", parse_concurrency(text).err()),
        ("max_iterations", StepKind::Loop(_)) => ("max_iterations", parse_rounds(text).err()),
        _ => return None,
    };
    Some((field, problem?))
}

/// What is wrong with JSON that is typed for all arguments of a tool, or for one of them.
fn json_problem(input: &str, text: &str) -> Option<String> {
    match input {
        "arguments" => parse_arguments(text).err(),
        _ => json::parse(text).err().map(|_| "An argument is not JSON yet.".to_owned()),
    }
}
