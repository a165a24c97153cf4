//! The outputs that were made from one that a person has replaced.

use sluice_types::{InAgent, Index, StepId, StepKind, StepPath, StepRun, StepRunStatus};

use super::containers::ListPath;
use super::dependents::{Uses, begun_lists, is_inside};
use super::runs::Runs;

/// The step runs whose outputs depend on a step run's output, directly or indirectly. A running step was sent the old
/// output. The containers around the step run are not among them: their outputs are gathered again.
#[must_use]
pub fn made_from(index: &Index, runs: &Runs, changed: &StepPath) -> Vec<StepPath> {
    let mut walk = Walk { index, runs, changed, uses: Uses::new(index), sources: Vec::new(), stale: Vec::new() };
    walk.list(&ListPath::ROOT);
    walk.stale
}

/// The turns of an agent after the one of a call, and their calls.
pub fn later_turns<'r>(runs: &'r Runs, at: &InAgent) -> impl Iterator<Item = &'r StepRun> {
    let turn = at.turn;
    runs.below(&at.agent).filter(move |run| run.path.in_agent().is_some_and(|it| it.turn > turn))
}

struct Walk<'a> {
    index: &'a Index,
    runs: &'a Runs,
    changed: &'a StepPath,
    uses: Uses<'a>,
    /// The steps, in this list and in those around it, whose outputs are no longer what they were.
    sources: Vec<StepId>,
    stale: Vec<StepPath>,
}

impl Walk<'_> {
    /// Whether an output in the list depends on the changed one.
    fn list(&mut self, list: &ListPath) -> bool {
        let Some(address) = list.address(self.index) else { return false };
        let outer = self.sources.len();
        for place in self.index.block(&address) {
            let Some(path) = list.step(&place.step.id) else { continue };
            let Some(run) = self.runs.get(&path) else { continue };
            let is_made =
                self.uses.of(place, &path).iter().any(|used| self.sources.contains(used)) || self.has_read(&path);
            let mut is_source = path == *self.changed;
            let is_loop = matches!(place.step.kind, StepKind::Loop(_));
            for inner in begun_lists(self.runs, place, run) {
                if is_loop && is_source {
                    // A later round has seen the output of this one.
                    self.whole(&inner);
                } else {
                    is_source |= self.list(&inner);
                }
            }
            let is_around = is_inside(self.changed, &path);
            if is_made || (is_source && path != *self.changed && !is_around) {
                match run.status {
                    StepRunStatus::Completed | StepRunStatus::Running | StepRunStatus::OutcomeUnknown => {
                        self.stale.push(path);
                        is_source = true;
                    }
                    // A skipped review passes on the outputs that it would have shown.
                    StepRunStatus::Skipped => is_source = true,
                    StepRunStatus::Pending
                    | StepRunStatus::Waiting
                    | StepRunStatus::Failed
                    | StepRunStatus::Cancelled
                    | StepRunStatus::Unknown => is_source &= is_around,
                }
            }
            if is_source {
                self.sources.push(place.step.id.clone());
            }
        }
        let found = self.sources.len() > outer;
        self.sources.truncate(outer);
        found
    }

    /// Whether the model of an agent has read the changed result of one of its calls. What it said and did since is stale.
    fn has_read(&mut self, agent: &StepPath) -> bool {
        let Some(at) = self.changed.in_agent().filter(|at| at.agent == *agent) else { return false };
        let has_read = |run: &&StepRun| {
            matches!(run.status, StepRunStatus::Completed | StepRunStatus::Running | StepRunStatus::OutcomeUnknown)
        };
        let before = self.stale.len();
        self.stale.extend(later_turns(self.runs, &at).filter(has_read).map(|run| run.path.clone()));
        self.stale.len() > before
    }

    /// All outputs of a list are stale.
    fn whole(&mut self, list: &ListPath) {
        let Some(path) = list.path() else { return };
        let completed = self.runs.below(path).filter(|run| run.status == StepRunStatus::Completed);
        self.stale.extend(completed.map(|run| run.path.clone()));
    }
}
