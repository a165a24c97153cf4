//! Input that is typed and not valid. It stays in its field and is not saved.

use sluice_types::edit::label_problem;
use sluice_types::{Index, StepId, StepKind};

use super::parse::{parse_expires_in, parse_max_tokens, parse_retries, parse_schema, parse_temperature, parse_timeout};
use crate::draft::{Pending, pending_field, pending_step};

/// What is wrong with the input of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingProblem {
    /// The step.
    pub step: StepId,
    /// Its field, as findings name it.
    pub field: &'static str,
    /// What is wrong.
    pub message: String,
}

/// The problems of the pending input, in the order of the steps.
#[must_use]
pub fn pending_problems(index: &Index, pending: &Pending) -> Vec<PendingProblem> {
    let problem = |(key, text): (&String, &String)| {
        let step = pending_step(key)?;
        let (field, message) = problem_of(index, &step, pending_field(key), text)?;
        Some(PendingProblem { step, field, message })
    };
    let mut found: Vec<PendingProblem> = pending.iter().filter_map(problem).collect();
    let order = |id: &StepId| index.places().iter().position(|place| place.step.id == *id);
    found.sort_by_key(|problem| order(&problem.step));
    found
}

/// What is wrong with a text in a field. The fields of another kind of step are not shown, so nothing is said of them.
fn problem_of(index: &Index, step: &StepId, input: &str, text: &str) -> Option<(&'static str, String)> {
    let kind = &index.place(step)?.step.kind;
    let (field, problem) = match (input, kind) {
        ("label", _) => ("label", label_problem(index, step, text)),
        ("retries", _) => ("max_retries", parse_retries(text).err()),
        ("timeout", _) => ("timeout", parse_timeout(text).err()),
        ("temperature", StepKind::Llm(_)) => ("temperature", parse_temperature(text).err()),
        ("max_tokens", StepKind::Llm(_)) => ("max_tokens", parse_max_tokens(text).err()),
        ("schema", StepKind::Llm(_)) => ("output_schema", parse_schema(text).err().map(|error| error.message)),
        ("expires_in", StepKind::Review(_)) => ("expires_in", parse_expires_in(text).err()),
        _ => return None,
    };
    Some((field, problem?))
}
