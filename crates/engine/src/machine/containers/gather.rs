//! The output of a container, from its lists.

use serde_json::{Map, Value};
use sluice_types::{Choice, Index, Place, RunError, Segment, StepKind, StepPath, StepRun, StepRunStatus, StepType};

use super::list::ListPath;
use crate::machine::runs::Runs;

/// The output of a list: that of its last step that completed. It is kept where the list failed, and is not its output then.
#[must_use]
pub fn last_output(index: &Index, runs: &Runs, list: &ListPath) -> Option<Value> {
    result_of(made_output(index, runs, list)?)
}

/// The step run that made the output of a list: the last one that completed with an output.
#[must_use]
pub fn made_output<'r>(index: &Index, runs: &'r Runs, list: &ListPath) -> Option<&'r StepRun> {
    let places: Vec<&Place> = index.block(&list.address(index)?).collect();
    let mut runs = places.into_iter().rev().filter_map(|place| runs.get(&list.step(&place.step.id)?));
    runs.find(|run| result_of(run).is_some())
}

/// The output of a step run as that of its list: of a review, the text as approved.
fn result_of(run: &StepRun) -> Option<Value> {
    if run.status != StepRunStatus::Completed {
        return None;
    }
    match run.step_type {
        StepType::Llm
        | StepType::Agent
        | StepType::Tool
        | StepType::Parallel
        | StepType::Conditional
        | StepType::Loop
        | StepType::Unknown => run.output.clone(),
        StepType::Review => run.content.clone().map(Value::String),
    }
}

/// The error of a list that failed, with the path of the step run that caused it.
#[must_use]
pub fn error_of(index: &Index, runs: &Runs, list: &ListPath) -> Option<RunError> {
    let address = list.address(index)?;
    let mut failed = index.block(&address).filter_map(|place| runs.get(&list.step(&place.step.id)?));
    let failed = failed.find(|run| run.status == StepRunStatus::Failed)?;
    let error = failed.error.clone()?;
    Some(RunError { path: Some(error.path.unwrap_or_else(|| failed.path.clone())), ..error })
}

/// The lists of a container that were opened, in their order, with their names.
pub fn lists<'i>(place: &'i Place, path: &'i StepPath, choice: &'i Choice) -> Box<dyn Iterator<Item = ListPath> + 'i> {
    let inside = |segment| ListPath::inside(path, segment);
    match &place.step.kind {
        StepKind::Parallel(parallel) if parallel.branches.is_empty() => {
            Box::new((0..choice.count.unwrap_or(0)).filter_map(move |number| inside(Segment::Index(number))))
        }
        StepKind::Parallel(parallel) => {
            let names = parallel.branches.iter().map(|branch| branch.name.as_str());
            Box::new(names.filter_map(move |name| inside(Segment::Branch(name))))
        }
        StepKind::Conditional(_) => Box::new(choice.case.iter().filter_map(move |case| inside(Segment::Branch(case)))),
        StepKind::Loop(_) => {
            Box::new((1..=choice.iterations.unwrap_or(0)).filter_map(move |round| inside(Segment::Index(round))))
        }
        StepKind::Llm(_) | StepKind::Review(_) | StepKind::Tool(_) | StepKind::Agent(_) | StepKind::Unknown(_) => {
            Box::new(std::iter::empty())
        }
    }
}

/// The output of a container whose lists have ended.
#[must_use]
pub fn output(index: &Index, runs: &Runs, place: &Place, path: &StepPath, choice: &Choice) -> Value {
    let of_list = |list: ListPath| {
        let failed = error_of(index, runs, &list).is_some();
        if failed { None } else { last_output(index, runs, &list) }
    };
    let mut outputs = lists(place, path, choice).map(|list| (list.clone(), of_list(list).unwrap_or_default()));
    match &place.step.kind {
        StepKind::Parallel(parallel) if !parallel.branches.is_empty() => Value::Object(by_name(outputs)),
        StepKind::Parallel(_) => Value::Array(outputs.map(|(_, output)| output).collect()),
        StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Unknown(_) => {
            let last = choice.iterations.filter(|rounds| *rounds > 0).and_then(|_| lists(place, path, choice).last());
            match last {
                Some(last) => of_list(last).unwrap_or_default(),
                None => outputs.next().map(|(_, output)| output).unwrap_or_default(),
            }
        }
    }
}

fn by_name(lists: impl Iterator<Item = (ListPath, Value)>) -> Map<String, Value> {
    lists.filter_map(|(list, value)| Some((list.segment()?.to_string(), value))).collect()
}

/// The output of each round of a loop.
#[must_use]
pub fn rounds(index: &Index, runs: &Runs, place: &Place, path: &StepPath, choice: &Choice) -> Value {
    lists(place, path, choice).map(|list| last_output(index, runs, &list).unwrap_or_default()).collect()
}

/// The errors of the branches or items that failed while the others went on, by name or number.
#[must_use]
pub fn errors(index: &Index, runs: &Runs, place: &Place, path: &StepPath, choice: &Choice) -> Value {
    if choice.failed == Some(0) {
        return Value::Object(Map::new());
    }
    let failed = lists(place, path, choice).filter_map(|list| {
        let error = error_of(index, runs, &list)?;
        Some((list, serde_json::to_value(error).unwrap_or_default()))
    });
    Value::Object(by_name(failed))
}
