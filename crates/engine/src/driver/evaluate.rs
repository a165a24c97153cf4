//! Evaluates templates for a machine.

use sluice_types::{Place, StepPath};

use crate::machine::{Evaluated, Evaluation, Machine};
use crate::templating::Scope;

/// Evaluates templates with the outputs of the execution's steps so far.
pub fn evaluate(machine: &Machine, evaluations: Vec<Evaluation>) -> Vec<(StepPath, Evaluated)> {
    evaluations.into_iter().map(|evaluation| (evaluation.path.clone(), texts(machine, &evaluation))).collect()
}

fn texts(machine: &Machine, evaluation: &Evaluation) -> Evaluated {
    let journal = machine.journal();
    let run_of = |place: &Place| machine.seen_from(&evaluation.path, place);
    let scope = Scope::new(machine.index(), &journal.snapshot.definition.context, &journal.input, &run_of);
    evaluation.templates.iter().map(|(field, source)| scope.fill(field, source)).collect()
}
