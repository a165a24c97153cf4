//! What templates see of containers.

use std::borrow::Cow;

use serde_json::Value;
use sluice_types::{Index, Place, StepId, StepKind, StepPath, StepRun};

use super::gather;
use super::list::{ListPath, around};
use crate::machine::runs::Runs;

/// The values that a container gives to the steps inside, by name.
#[derive(Debug)]
pub struct Around<'a> {
    /// The container.
    pub step: &'a StepId,
    /// `item` and `index`, or `iteration` and `previous`; nothing in branches and cases.
    pub values: Vec<(&'static str, Cow<'a, Value>)>,
}

/// The values that the containers around a step run give it, the outermost first.
#[must_use]
pub fn values_around<'a>(index: &'a Index, runs: &'a Runs, path: &StepPath) -> Vec<Around<'a>> {
    let mut all: Vec<Around<'a>> = around(path)
        .filter_map(|(container, list)| {
            let place = index.at(&container)?;
            Some(Around { step: &place.step.id, values: values(index, runs, place, &container, &list) })
        })
        .collect();
    all.reverse();
    all
}

fn values<'a>(
    index: &Index,
    runs: &'a Runs,
    place: &Place,
    container: &StepPath,
    list: &ListPath,
) -> Vec<(&'static str, Cow<'a, Value>)> {
    let Some(number) = list.number() else { return Vec::new() };
    let own = |value: Value| Cow::Owned(value);
    match &place.step.kind {
        StepKind::Parallel(_) => {
            let items = runs.record(container).and_then(|record| record.items.as_ref());
            let item = items.and_then(|items| items.get(usize::try_from(number).ok()?));
            let item = item.map(|item| ("item", Cow::Borrowed(item)));
            item.into_iter().chain([("index", own(number.into()))]).collect()
        }
        StepKind::Loop(_) => {
            let before = number.checked_sub(1).and_then(|before| {
                let list = ListPath::inside(container, sluice_types::Segment::Index(before))?;
                gather::last_output(index, runs, &list)
            });
            vec![("iteration", own(number.into())), ("previous", own(before.unwrap_or_default()))]
        }
        StepKind::Conditional(_)
        | StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Unknown(_) => Vec::new(),
    }
}

/// The names that a container has of its own, besides its output. They win over fields of the output.
#[must_use]
pub fn own_names(index: &Index, runs: &Runs, place: &Place, run: &StepRun) -> Vec<(&'static str, Value)> {
    let Some(choice) = &run.choice else { return Vec::new() };
    match &place.step.kind {
        StepKind::Conditional(_) => vec![("case", choice.case.clone().into())],
        StepKind::Loop(_) => vec![
            ("iterations", choice.iterations.into()),
            ("outputs", gather::rounds(index, runs, place, &run.path, choice)),
        ],
        StepKind::Parallel(_) => vec![("errors", gather::errors(index, runs, place, &run.path, choice))],
        // Only the stand-in for a container has decided something: its steps are not there.
        StepKind::Tool(_) => {
            let case = choice.case.clone().map(|case| ("case", case.into()));
            case.into_iter().chain(choice.iterations.map(|rounds| ("iterations", rounds.into()))).collect()
        }
        StepKind::Llm(_) | StepKind::Review(_) | StepKind::Agent(_) | StepKind::Unknown(_) => Vec::new(),
    }
}
