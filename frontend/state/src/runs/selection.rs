//! Runs that were chosen together.

use std::collections::HashSet;

use sluice_types::{ExecutionId, ExecutionSummary};

use super::BulkAction;

/// The chosen runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunSelection(HashSet<ExecutionId>);

impl RunSelection {
    /// Whether a run is chosen.
    #[must_use]
    pub fn holds(&self, id: &ExecutionId) -> bool {
        self.0.contains(id)
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Chooses a run, or no more.
    pub fn put(&mut self, id: &ExecutionId, is_chosen: bool) {
        if is_chosen {
            self.0.insert(id.clone());
        } else {
            self.0.remove(id);
        }
    }

    /// Chooses all of these, or none.
    pub fn put_all(&mut self, shown: &[ExecutionSummary], is_chosen: bool) {
        self.0.clear();
        if is_chosen {
            self.0.extend(shown.iter().map(|run| run.id.clone()));
        }
    }

    /// The chosen runs among those that are shown, in their order: what is not seen is not acted on.
    #[must_use]
    pub fn among(&self, shown: &[ExecutionSummary]) -> Vec<ExecutionSummary> {
        shown.iter().filter(|run| self.holds(&run.id)).cloned().collect()
    }

    /// The same, as far as a command is possible for them.
    #[must_use]
    pub fn for_action(&self, action: BulkAction, shown: &[ExecutionSummary]) -> Vec<ExecutionSummary> {
        self.among(shown).into_iter().filter(|run| action.is_possible(run)).collect()
    }
}
