//! Evaluates templates for a machine.

use sluice_types::{Place, RunError, StepPath};

use crate::machine::{Evaluated, Evaluation, Machine};
use crate::templating::{MAX_INLINE_BYTES, Scope};

/// Evaluates templates with the outputs of the execution's steps so far. It may take a second of a processor.
pub fn evaluate(machine: &Machine, evaluations: &[Evaluation]) -> Vec<(StepPath, Evaluated)> {
    let texts = |evaluation: &Evaluation| {
        with_scope(machine, evaluation, |scope| {
            evaluation.templates.iter().map(|(field, source)| scope.fill(field, source)).collect()
        })
    };
    evaluations.iter().map(|evaluation| (evaluation.path.clone(), texts(evaluation))).collect()
}

/// The same, when it is known beforehand to take little time; `None` otherwise.
pub fn evaluate_if_quick(machine: &Machine, evaluations: &[Evaluation]) -> Option<Vec<(StepPath, Evaluated)>> {
    let mut room = MAX_INLINE_BYTES;
    let mut texts = |evaluation: &Evaluation| {
        with_scope(machine, evaluation, |scope| {
            let mut fill = |field: &str, source: &str| scope.fill_if_quick(field, source, &mut room);
            let texts: Option<Vec<Result<String, RunError>>> =
                evaluation.templates.iter().map(|(field, source)| fill(field, source)).collect();
            Some(texts?.into_iter().collect())
        })
    };
    evaluations.iter().map(|evaluation| Some((evaluation.path.clone(), texts(evaluation)?))).collect()
}

fn with_scope<T>(machine: &Machine, evaluation: &Evaluation, fill: impl FnOnce(&Scope<'_>) -> T) -> T {
    let journal = machine.journal();
    let run_of = |place: &Place| machine.seen_from(&evaluation.path, place);
    fill(&Scope::new(machine.index(), &journal.snapshot.definition.context, &journal.input, &run_of))
}
