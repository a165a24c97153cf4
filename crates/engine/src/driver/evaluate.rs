//! Evaluates templates and expressions for a machine.

use std::sync::Arc;

use sluice_types::{Place, RunError, StepPath, StepRun};

use crate::machine::{Answer, Evaluated, Evaluation, Machine, Question, Verdict};
use crate::templating::{MAX_INLINE_BYTES, Names, Scope};

/// Evaluates with the outputs of the execution's steps so far. It may take a second of a processor.
pub fn evaluate(machine: &Machine, evaluations: &[Evaluation]) -> Vec<(StepPath, Evaluated)> {
    let answer = |evaluation: &Evaluation| {
        with_scope(machine, evaluation, |scope| match &evaluation.question {
            Question::Texts(templates) => {
                let texts = templates.iter().map(|(field, source)| scope.fill(field, source));
                texts.collect::<Result<_, _>>().map(Answer::Texts)
            }
            Question::Conditions(conditions) => {
                let mut verdicts: Vec<Verdict> = Vec::new();
                for condition in conditions {
                    let verdict = scope.test(&condition.field, &condition.source)?;
                    let held = verdict.held;
                    verdicts.push(verdict);
                    if held {
                        break;
                    }
                }
                Ok(Answer::Verdicts(verdicts))
            }
            Question::Items(source) => scope.list("`for_each`", source).map(|items| Answer::Items(Arc::new(items))),
        })
    };
    evaluations.iter().map(|evaluation| (evaluation.path.clone(), answer(evaluation))).collect()
}

/// The same, when it is known beforehand to take little time; `None` otherwise.
pub fn evaluate_if_quick(machine: &Machine, evaluations: &[Evaluation]) -> Option<Vec<(StepPath, Evaluated)>> {
    let mut room = MAX_INLINE_BYTES;
    let mut answer = |evaluation: &Evaluation| -> Option<Evaluated> {
        // An expression computes.
        let Question::Texts(templates) = &evaluation.question else { return None };
        with_scope(machine, evaluation, |scope| {
            let mut fill = |field: &str, source: &str| scope.fill_if_quick(field, source, &mut room);
            let texts: Option<Vec<Result<String, RunError>>> =
                templates.iter().map(|(field, source)| fill(field, source)).collect();
            Some(texts?.into_iter().collect::<Result<_, _>>().map(Answer::Texts))
        })
    };
    evaluations.iter().map(|evaluation| Some((evaluation.path.clone(), answer(evaluation)?))).collect()
}

fn with_scope<T>(machine: &Machine, evaluation: &Evaluation, evaluate: impl FnOnce(&Scope<'_>) -> T) -> T {
    let journal = machine.journal();
    let run_of = |place: &Place| machine.seen_from(&evaluation.at, place);
    let own_names = |place: &Place, run: &StepRun| machine.own_names(place, run);
    let around = machine.around(&evaluation.at);
    let names = Names { own: Some(&own_names), around: &around };
    let scope = Scope::new(machine.index(), &journal.snapshot.definition.context, &journal.input, &run_of);
    evaluate(&scope.with(names).with_inputs(machine.inputs()))
}
