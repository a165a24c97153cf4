//! The step runs that depend on others, found in the order in which they run.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_types::{Index, Place, StepId, StepPath, StepRun};

use super::containers::{ListPath, lists};
use super::runs::Runs;

/// Finds what step runs use. Inside a `for_each`, each step is asked for once for each item; one with a step of its own is
/// looked at by itself.
pub struct Uses<'a> {
    index: &'a Index,
    known: HashMap<StepId, Arc<Vec<StepId>>>,
}

impl<'a> Uses<'a> {
    pub fn new(index: &'a Index) -> Self {
        Self { index, known: HashMap::new() }
    }

    /// The steps whose outputs a step uses: in its templates, and a container in its expressions.
    pub fn of(&mut self, place: &Place, path: &StepPath) -> Arc<Vec<StepId>> {
        if let Some(own) = self.index.own_at(path) {
            return Arc::new(self.used_by(own));
        }
        if let Some(known) = self.known.get(&place.step.id) {
            return known.clone();
        }
        let used = Arc::new(self.used_by(place));
        self.known.insert(place.step.id.clone(), used.clone());
        used
    }

    fn used_by(&self, place: &Place) -> Vec<StepId> {
        self.index.used_by(place).into_iter().map(|used| used.step.id.clone()).collect()
    }
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
