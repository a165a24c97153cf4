//! Evaluates templates and expressions for a machine.

use std::sync::Arc;

use serde_json::{Map, Value};
use sluice_types::json::escape;
use sluice_types::limits::{MAX_ARGUMENTS_BYTES, MAX_GATHERED_DEPTH};
use sluice_types::{ErrorCode, Place, RunError, StepPath, StepRun};

use crate::machine::{Answer, Evaluated, Evaluation, Machine, Question, Verdict, size_of};
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
            Question::Arguments(arguments) => filled(scope, arguments).map(Answer::Arguments),
            Question::Items(source) => scope.list("`for_each`", source).map(|items| Answer::Items(Arc::new(items))),
        })
    };
    evaluations.iter().map(|evaluation| (evaluation.path.clone(), answer(evaluation))).collect()
}

/// The arguments of a tool with their templates filled in. They stay within the limit of arguments on the way, too.
fn filled(scope: &Scope<'_>, arguments: &Map<String, Value>) -> Result<Map<String, Value>, RunError> {
    let mut room = MAX_ARGUMENTS_BYTES;
    let mut filled = Map::new();
    for (name, value) in arguments {
        let field = format!("arguments/{}", escape(name));
        filled.insert(name.clone(), filled_value(scope, &field, value, &mut room)?);
    }
    Ok(filled)
}

fn filled_value(scope: &Scope<'_>, field: &str, value: &Value, room: &mut usize) -> Result<Value, RunError> {
    let inner = |at: &str| format!("{field}/{}", escape(at));
    Ok(match value {
        Value::String(source) => {
            let value = scope.value(field, source)?;
            let size = size_of(&value);
            let fault = if size.depth > MAX_GATHERED_DEPTH {
                format!("nests lists or objects deeper than {MAX_GATHERED_DEPTH} levels")
            } else if size.bytes > *room {
                format!("makes the arguments longer than {MAX_ARGUMENTS_BYTES} bytes")
            } else {
                *room -= size.bytes;
                return Ok(value);
            };
            return Err(RunError::new(
                ErrorCode::ToolArgumentsInvalid,
                format!("`{field}` {fault}: pass a part of it."),
            ));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(at, item)| filled_value(scope, &inner(&at.to_string()), item, room));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, it)| Ok((name.clone(), filled_value(scope, &inner(name), it, room)?)));
            Value::Object(fields.collect::<Result<_, RunError>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
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
