//! The step runs that depend on others, found in the order in which they run.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_types::template::Root;
use sluice_types::{Index, Place, StepId, StepKind, StepPath, StepRun};

use super::containers::{ListPath, lists};
use super::runs::Runs;

/// Finds what step runs use. Inside a `for_each`, each step is asked for once for each item.
pub struct Uses<'a> {
    index: &'a Index,
    known: HashMap<StepId, Arc<Vec<StepId>>>,
}

impl<'a> Uses<'a> {
    pub fn new(index: &'a Index) -> Self {
        Self { index, known: HashMap::new() }
    }

    /// The steps whose outputs a step uses: in its templates, and a container in its expressions.
    pub fn of(&mut self, place: &Place) -> Arc<Vec<StepId>> {
        if let Some(known) = self.known.get(&place.step.id) {
            return known.clone();
        }
        let used = self.index.used_by(place).into_iter().map(|used| used.step.id.clone());
        let used: Vec<StepId> = used.chain(in_expressions(self.index, place)).collect();
        let used = Arc::new(used);
        self.known.insert(place.step.id.clone(), used.clone());
        used
    }
}

fn in_expressions(index: &Index, place: &Place) -> Vec<StepId> {
    let sources: Vec<&str> = match &place.step.kind {
        StepKind::Conditional(conditional) => conditional.cases.iter().map(|case| case.when.as_str()).collect(),
        StepKind::Parallel(parallel) => parallel.for_each.iter().map(String::as_str).collect(),
        StepKind::Loop(body) => vec![&body.until],
        StepKind::Llm(_) | StepKind::Review(_) | StepKind::Unknown(_) => Vec::new(),
    };
    // An expression that cannot be read has no references: the lint reports it, and the step fails when it runs.
    let references = sources
        .into_iter()
        .flat_map(|source| index.references(&format!("{{{{ {source} }}}}")).unwrap_or_default().into_iter());
    let steps = references.filter(|reference| reference.root == Root::Steps);
    steps.filter_map(|reference| Some(index.named(&reference.name)?.step.id.clone())).collect()
}

/// The lists of a container that have a step run, in their order.
pub fn begun_lists(runs: &Runs, place: &Place, run: &StepRun) -> Vec<ListPath> {
    let Some(choice) = &run.choice else { return Vec::new() };
    let mut choice = choice.clone();
    // The round under way.
    choice.iterations = choice.iterations.map(|rounds| rounds + 1);
    let begun = |list: &ListPath| list.path().is_some_and(|path| runs.below(path).next().is_some());
    lists(place, &run.path, &choice).filter(begun).collect()
}

/// Whether a step run lies inside a container.
pub fn is_inside(path: &StepPath, container: &StepPath) -> bool {
    path.as_str().strip_prefix(container.as_str()).is_some_and(|rest| rest.starts_with('.'))
}
