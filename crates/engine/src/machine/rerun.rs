//! The step runs that a rerun keeps and repeats, with the reasons.

use sluice_store::SnapshotPersona;
use sluice_types::{
    AgentRun, Choice, ErrorCode, ExecutionStatus, InAgent, Index, PatchStep, Place, RerunReason, Segment, StepEffect,
    StepId, StepKind, StepPath, StepRun, StepRunStatus,
};

use super::agents::only_reads;
use super::containers::ListPath;
use super::dependents::{Uses, begun_lists};
use super::runs::Runs;
use super::{Env, Machine};
use crate::error::EngineError;

/// A step that runs again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The step run; a container runs again with all inside, and decides anew.
    pub path: StepPath,
    /// The reason.
    pub reason: RerunReason,
    /// The label of the step whose output it uses, when this is the reason.
    pub because_of: Option<String>,
}

/// What a rerun changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rerun {
    /// The step runs that run again, in their order.
    pub repeats: Vec<Repeat>,
    /// The containers that keep what they have decided, and go on with the step runs inside that run again.
    reopened: Vec<StepPath>,
    /// The loops that go on after this number of rounds.
    rewound: Vec<(StepPath, u32)>,
    /// The step runs that a case skipped; another case may lead to them.
    skipped: Vec<StepPath>,
}

/// The step runs that run again when `from` does: itself, those not completed, stale ones after it, and those that use the
/// output of another step that runs again. The others are kept: their inputs do not change. Other branches and items are
/// kept too, as they see nothing of it.
#[must_use]
pub fn rerun(index: &Index, runs: &Runs, from: &StepPath) -> Rerun {
    let mut walk = Walk { index, runs, from, uses: Uses::new(index), again: Vec::new(), rerun: Rerun::default() };
    walk.list(&ListPath::ROOT);
    walk.rerun
}

struct Walk<'a> {
    index: &'a Index,
    runs: &'a Runs,
    from: &'a StepPath,
    uses: Uses<'a>,
    /// The steps before the present one, in its list and in those around it, that run again.
    again: Vec<StepId>,
    rerun: Rerun,
}

impl Walk<'_> {
    fn list(&mut self, list: &ListPath) {
        let Some(address) = list.address(self.index) else { return };
        let outer = self.again.len();
        let mut may_jump_elsewhere = false;
        for place in self.index.block(&address) {
            let Some(path) = list.step(&place.step.id) else { continue };
            if may_jump_elsewhere && self.runs.status(&path) == StepRunStatus::Skipped {
                self.rerun.skipped.push(path.clone());
            }
            let is_inside = self.from.in_agent().is_some_and(|at| at.agent == path);
            if let Some((reason, because_of)) = self.reason(place, &path).filter(|_| !is_inside) {
                may_jump_elsewhere |=
                    matches!(&place.step.kind, StepKind::Conditional(own) if own.jumps().next().is_some());
                self.again.push(place.step.id.clone());
                self.rerun.repeats.push(Repeat { path, reason, because_of });
            } else if self.inside(place, &path) {
                self.again.push(place.step.id.clone());
                self.rerun.reopened.push(path);
            }
        }
        self.again.truncate(outer);
    }

    /// Whether a step run inside a container runs again.
    fn inside(&mut self, place: &Place, path: &StepPath) -> bool {
        let Some(run) = self.runs.get(path) else { return false };
        if let Some(at) = self.from.in_agent().filter(|at| at.agent == *path) {
            self.agent(place, &at);
            return true;
        }
        let before = self.rerun.repeats.len();
        let mut first_round = None;
        for list in begun_lists(self.runs, place, run) {
            if first_round.is_some() && matches!(place.step.kind, StepKind::Loop(_)) {
                // A later round has seen the output of this one.
                self.whole(place, &list);
                continue;
            }
            let before = self.rerun.repeats.len();
            self.list(&list);
            if self.rerun.repeats.len() > before {
                first_round = first_round.or(list.number());
            }
        }
        if let (StepKind::Loop(_), Some(round)) = (&place.step.kind, first_round) {
            self.rerun.rewound.push((path.clone(), round.saturating_sub(1)));
        }
        self.rerun.repeats.len() > before
    }

    /// Repeats a turn of an agent, or one call, and the turns after it, which have seen its result.
    fn agent(&mut self, place: &Place, at: &InAgent) {
        let (path, reason) = (self.from.clone(), RerunReason::Requested);
        self.rerun.repeats.push(Repeat { path, reason, because_of: None });
        let later = (at.turn + 1..).map_while(|turn| at.agent.child(Segment::Index(turn)));
        for path in later.take_while(|turn| self.runs.status(turn) != StepRunStatus::Pending) {
            let (reason, because_of) = (RerunReason::UsesRepeated, Some(place.step.label.clone()));
            self.rerun.repeats.push(Repeat { path, reason, because_of });
        }
    }

    /// Repeats a round because of an earlier one.
    fn whole(&mut self, container: &Place, list: &ListPath) {
        let Some(address) = list.address(self.index) else { return };
        for place in self.index.block(&address) {
            let Some(path) = list.step(&place.step.id) else { continue };
            if self.runs.status(&path) != StepRunStatus::Pending {
                let because_of = Some(container.step.label.clone());
                self.rerun.repeats.push(Repeat { path, reason: RerunReason::UsesRepeated, because_of });
            }
        }
    }

    fn reason(&mut self, place: &Place, path: &StepPath) -> Option<(RerunReason, Option<String>)> {
        if path == self.from {
            return Some((RerunReason::Requested, None));
        }
        let uses = self.uses.of(place, path);
        if let Some(used) = uses.iter().find(|used| self.again.contains(used)) {
            let label = self.index.place(used).map(|used| used.step.label.clone());
            return Some((RerunReason::UsesRepeated, label));
        }
        let run = self.runs.get(path);
        if !self.again.is_empty() && run.is_some_and(|run| run.stale) {
            return Some((RerunReason::Stale, None));
        }
        // What a container has decided is kept, and so is what has completed inside.
        let has_decided = run.is_some_and(|run| run.choice.is_some());
        let status = self.runs.status(path);
        // Another branch or item goes on meanwhile.
        let goes_on = is_active(status) && self.again.is_empty();
        let is_kept = has_result(status) || has_decided || goes_on;
        (!is_kept).then_some((RerunReason::NotCompleted, None))
    }
}

/// Whether a step run is under way or waits for a person.
fn is_active(status: StepRunStatus) -> bool {
    status == StepRunStatus::Running || status.is_gate()
}

/// Whether a step run can be kept. A skipped one stays skipped: enabling the
/// step makes it pending.
fn has_result(status: StepRunStatus) -> bool {
    match status {
        StepRunStatus::Completed | StepRunStatus::Skipped => true,
        StepRunStatus::Pending
        | StepRunStatus::Running
        | StepRunStatus::Waiting
        | StepRunStatus::Failed
        | StepRunStatus::Cancelled
        | StepRunStatus::OutcomeUnknown
        | StepRunStatus::Unknown => false,
    }
}

/// Whether a step acts on something elsewhere when it runs again.
#[must_use]
pub fn acts_again(index: &Index, runs: &Runs, path: &StepPath) -> bool {
    if let Some(at) = path.in_agent() {
        return at.call.is_some() && runs.get(path).is_some_and(|call| call.attempt > 0 && !only_reads(call));
    }
    index.at(path).is_some_and(|place| place.step.enabled && place.step.effect() == StepEffect::Writes)
}

impl Machine {
    /// Runs again from a step, changed or not.
    pub(super) fn retry(
        &mut self,
        path: &StepPath,
        patch: &PatchStep,
        persona: Option<SnapshotPersona>,
        env: &Env<'_>,
    ) -> Result<(), EngineError> {
        let status = self.step_status(path)?;
        self.check_retry(path, patch, status)?;
        self.change_step(path, patch, persona)?;
        self.run_again_from(path, env);
        self.journal.state.on_hold = false;
        self.journal.state.interruptions = 0;
        if self.journal.state.status.is_terminal() {
            self.set_status(ExecutionStatus::Running);
        }
        Ok(())
    }

    /// Resets the step runs that run again when one does. The containers around them go on.
    pub(super) fn run_again_from(&mut self, path: &StepPath, env: &Env<'_>) {
        let Rerun { repeats, reopened, rewound, skipped } = rerun(&self.index, &self.runs, path);
        for Repeat { path, .. } in &repeats {
            let below: Vec<StepPath> = self.runs.below(path).map(|run| run.path.clone()).collect();
            for path in below.iter().chain([path]) {
                self.stop_attempt(path, env);
                self.back_to_pending(path);
            }
        }
        for path in &skipped {
            self.back_to_pending(path);
        }
        for (path, rounds) in rewound {
            self.change(&path, |record| {
                let choice = record.run.choice.get_or_insert_default();
                choice.finished = None;
                choice.iterations = choice.iterations.map(|ended| ended.min(rounds));
                choice.tested.retain(|tested| tested.iteration.is_some_and(|round| round <= rounds));
            });
        }
        for path in reopened {
            self.reopen(&path);
        }
    }

    /// Lets a container go on that has ended, with what it has decided.
    pub(super) fn reopen(&mut self, path: &StepPath) {
        if self.runs.status(path) == StepRunStatus::Running {
            return;
        }
        let Some(before) = self.runs.record(path).cloned() else { return };
        self.back_to_pending(path);
        self.change(path, |record| {
            record.run.choice = before.run.choice.map(|choice| Choice { failed: None, ..choice });
            record.items = before.items;
            // An agent goes on with the tools that it has.
            record.memory = before.memory;
            record.run.agent = before.run.agent.map(|agent| AgentRun { tools: agent.tools, ..AgentRun::default() });
            if record.memory.tools.is_some() {
                record.run.prompt = before.run.prompt;
            }
        });
    }

    fn check_retry(&self, path: &StepPath, patch: &PatchStep, status: StepRunStatus) -> Result<(), EngineError> {
        let under_way = self.runs.running().any(|record| !self.is_held_between_attempts(&record.run.path));
        if under_way || matches!(self.journal.state.status, ExecutionStatus::Pending | ExecutionStatus::Running) {
            let message = "It is running: pause it and let the step end, or cancel it, then retry.";
            return Err(self.wrong_state(ErrorCode::ExecutionActive, Some(status), message));
        }
        let unknown = |run: &&StepRun| run.status == StepRunStatus::OutcomeUnknown && run.path != *path;
        if let Some(open) = self.runs.at_gates().find(unknown) {
            let message = format!("“{}” may have acted already: decide there first whether it runs again.", open.label);
            return Err(self.wrong_state(ErrorCode::GateOpen, Some(status), &message));
        }
        if self.is_given(path) {
            let message = "Its output was given for this try: try the step again with another one.";
            return Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), message));
        }
        let place = self.place(path).ok_or(EngineError::StepRunNotFound)?;
        if !patch.enabled.unwrap_or(place.step.enabled) {
            let message = "The step is switched off: send `enabled: true` along to run it.";
            return Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), message));
        }
        if !self.index.leads_to(place) {
            let message = "The run goes to a later step and skips this one: change `next` or the entry step in the workflow, and start a new run.";
            return Err(self.wrong_state(ErrorCode::IllegalTransition, Some(status), message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::runs::pending_run;
    use serde_json::json;
    use sluice_store::{AgentMemory, AttemptProgress, StepRecord};
    use sluice_types::Definition;

    #[test]
    fn only_what_uses_a_repeated_step_is_repeated() {
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "a", "label": "A", "type": "llm", "prompt": "x"},
            {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.A.content}}"},
            {"id": "c", "label": "C", "type": "llm", "prompt": "alone"},
            {"id": "r", "label": "R", "type": "review", "shows": ["b"]},
            {"id": "d", "label": "D", "type": "llm", "prompt": "{{steps.R.content}}"},
            {"id": "e", "label": "E", "type": "llm", "prompt": "{{steps.C.content}}"},
        ]}))
        .unwrap();
        let completed = |step: &std::sync::Arc<sluice_types::Step>| StepRecord {
            run: StepRun { status: StepRunStatus::Completed, ..pending_run(&StepPath::top(&step.id), step) },
            order_key: Vec::new(),
            progress: AttemptProgress::default(),
            items: None,
            memory: AgentMemory::default(),
        };
        let runs = Runs::new(definition.steps.iter().take(5).map(completed).collect());
        let found: Vec<(String, RerunReason, Option<String>)> =
            rerun(&Index::of(&definition), &runs, &StepPath::new("b").unwrap())
                .repeats
                .into_iter()
                .map(|repeat| (repeat.path.to_string(), repeat.reason, repeat.because_of))
                .collect();
        assert_eq!(
            found,
            [
                ("b".into(), RerunReason::Requested, None),
                ("r".into(), RerunReason::UsesRepeated, Some("B".into())),
                ("d".into(), RerunReason::UsesRepeated, Some("R".into())),
                ("e".into(), RerunReason::NotCompleted, None),
            ]
        );
    }
}
