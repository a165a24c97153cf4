//! Evaluating the templates that a machine asks for.

use sluice_types::StepPath;

use crate::machine::{Evaluated, Evaluation, Machine};
use crate::templating::Scope;

/// Evaluates templates with what the execution's steps have given so far.
pub fn evaluate(machine: &Machine, evaluations: Vec<Evaluation>) -> Vec<(StepPath, Evaluated)> {
    evaluations.into_iter().map(|evaluation| (evaluation.path.clone(), texts(machine, &evaluation))).collect()
}

fn texts(machine: &Machine, evaluation: &Evaluation) -> Evaluated {
    let journal = machine.journal();
    let scope = Scope::new(&journal.snapshot.definition, &journal.input, machine.runs().iter());
    evaluation.templates.iter().map(|(field, source)| scope.fill(field, source)).collect()
}
