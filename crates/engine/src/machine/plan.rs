//! The planner: selects the next actions of an execution.
//!
//! [`plan`] is a pure function of the definition's index and the step runs. It reads no clock, database or network, and
//! evaluates no template or expression: what a container has decided is in its step run. It looks only at the lists and
//! containers that have changed since the last plan ([`Frontier`](super::containers::Frontier)). Start, recovery, resume
//! and retry all call it.

use sluice_types::limits::{DEFAULT_CONCURRENCY, MAX_CONCURRENCY};
use sluice_types::{
    BranchName, Choice, Index, OTHERWISE, ParallelStep, Place, Segment, Slot, StepKind, StepPath, StepRunStatus,
};

use super::agents::plan_agent;
use super::containers::{Lanes, ListPath, Node};
use super::runs::{Runs, is_agent_inside};

/// Mode of an execution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mode {
    /// Whether review steps are skipped.
    pub yolo: bool,
    /// Whether starts are blocked: a person paused it, or the server is stopping.
    pub on_hold: bool,
}

/// One thing that happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Start the first attempt of a step.
    Start(StepPath),
    /// Open a review gate.
    OpenGate(StepPath),
    /// Skip a step.
    Skip(StepPath, SkipReason),
    /// Decide what runs inside a container.
    Decide(StepPath),
    /// Go on inside a container that has decided.
    Enter(StepPath),
    /// Open the next list of a container.
    Open(StepPath, ListPath),
    /// Test whether a loop ends after the round that has ended.
    Judge(StepPath),
    /// Complete a container from its lists, which have all ended.
    Gather(StepPath),
    /// Go on with the next turn of an agent: all calls of the present one have ended.
    NextTurn(StepPath),
    /// Complete an agent with what its present turn has said.
    Answer(StepPath),
    /// End an agent: its present turn failed for good.
    FailAgent(StepPath),
    /// End a list: every step that was to run has run. The workflow's own list ends the execution.
    Complete(ListPath),
    /// End a list: this step run of it failed for good.
    Fail(ListPath, StepPath),
}

/// The reason why a step is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// It is disabled.
    Disabled,
    /// A `next` or the entry step leads past it.
    JumpedOver,
    /// It is a review, and reviews are skipped.
    Yolo,
    /// It ran inside a container that has decided otherwise since.
    NotTaken,
}

/// The next actions. None while everything is running or waits for a person: its result brings the next turn.
#[must_use]
pub fn plan(index: &Index, runs: &Runs, mode: Mode) -> Vec<Action> {
    let mut actions = Vec::new();
    for node in runs.frontier().stirred() {
        match node {
            Node::List(list) if runs.frontier().is_open(list) => plan_list(index, runs, mode, list, &mut actions),
            // It has ended, or its container has not been entered.
            Node::List(_) => {}
            Node::Container(path) => plan_container(index, runs, mode, path, &mut actions),
        }
    }
    actions
}

/// The next action in a list: that of the first step that has not ended.
fn plan_list(index: &Index, runs: &Runs, mode: Mode, list: &ListPath, actions: &mut Vec<Action>) {
    let Some(block) = list.address(index) else { return };
    let mut position = 0;
    let mut target = index.entry(&block);
    loop {
        // Skip every step between the last step and its successor.
        for place in (position..target).filter_map(|position| index.nth(&block, position)) {
            if let Some(path) = list.step(&place.step.id)
                && runs.status(&path) == StepRunStatus::Pending
            {
                actions.push(Action::Skip(path, SkipReason::JumpedOver));
            }
        }
        let Some(place) = index.nth(&block, target) else {
            actions.push(Action::Complete(list.clone()));
            return;
        };
        let Some(path) = list.step(&place.step.id) else { return };
        position = target + 1;
        let run = runs.get(&path);
        match runs.status(&path) {
            // A cancelled step run is only reached after a retry of the execution.
            StepRunStatus::Pending | StepRunStatus::Cancelled => {
                if let Some(reason) = skip_reason(place, mode) {
                    actions.push(Action::Skip(path, reason));
                    target = index.after_skip(place);
                    continue;
                }
                if !mode.on_hold {
                    actions.push(beginning(place, path, runs));
                }
                return;
            }
            // After a crash, or a change that reaches its lists.
            StepRunStatus::Running if place.step.kind.is_container() => {
                if runs.frontier().lanes(&path).is_none() {
                    actions.push(Action::Enter(path));
                }
                return;
            }
            StepRunStatus::Running if runs.record(&path).is_some_and(is_agent_inside) => {
                if runs.frontier().turn(&path).is_none() {
                    actions.push(Action::Enter(path));
                }
                return;
            }
            StepRunStatus::Running
            | StepRunStatus::Waiting
            | StepRunStatus::OutcomeUnknown
            | StepRunStatus::Unknown => return,
            StepRunStatus::Failed => {
                actions.push(Action::Fail(list.clone(), path));
                return;
            }
            StepRunStatus::Completed => {
                target = index.after_case(place, run.and_then(|run| taken(run.choice.as_ref()?)).as_ref());
            }
            StepRunStatus::Skipped => target = index.after_skip(place),
        }
    }
}

/// How a step begins.
fn beginning(place: &Place, path: StepPath, runs: &Runs) -> Action {
    let run = runs.get(&path);
    match place.step.kind {
        // Some of its turns run again.
        StepKind::Agent(_) if runs.record(&path).is_some_and(is_agent_inside) => Action::Enter(path),
        // A step of an unknown kind fails when it is started, with a message that says why.
        StepKind::Llm(_) | StepKind::Agent(_) | StepKind::Tool(_) | StepKind::Unknown(_) => Action::Start(path),
        StepKind::Review(_) => Action::OpenGate(path),
        // Some of its steps run again, and it keeps what it has decided.
        StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_)
            if run.is_some_and(|run| run.choice.is_some()) =>
        {
            Action::Enter(path)
        }
        StepKind::Parallel(_) | StepKind::Conditional(_) | StepKind::Loop(_) => Action::Decide(path),
    }
}

/// The next action of a container that was entered: open lists, or end.
fn plan_container(index: &Index, runs: &Runs, mode: Mode, path: &StepPath, actions: &mut Vec<Action>) {
    let Some(place) = index.at(path) else { return };
    if let StepKind::Agent(agent) = &place.step.kind {
        plan_agent(agent, runs, mode, path, actions);
    }
    let Some(lanes) = runs.frontier().lanes(path) else { return };
    let Some(choice) = runs.get(path).and_then(|run| run.choice.as_ref()) else { return };
    match &place.step.kind {
        StepKind::Parallel(parallel) => plan_parallel(parallel, path, lanes, choice, actions),
        StepKind::Conditional(_) => match &choice.case {
            Some(case) if lanes.opened == 0 => actions.extend(open(path, Segment::Branch(case))),
            Some(_) if lanes.open() > 0 => {}
            Some(_) | None => actions.push(Action::Gather(path.clone())),
        },
        StepKind::Loop(_) => {
            let judged = choice.iterations.unwrap_or(0);
            if lanes.open() > 0 {
                // The round is under way.
            } else if choice.finished.is_some() {
                actions.push(Action::Gather(path.clone()));
            } else if lanes.opened > judged {
                actions.push(Action::Judge(path.clone()));
            } else {
                actions.extend(open(path, Segment::Index(lanes.opened + 1)));
            }
        }
        StepKind::Llm(_) | StepKind::Review(_) | StepKind::Tool(_) | StepKind::Agent(_) | StepKind::Unknown(_) => {}
    }
}

/// Opens branches or items in their order, as many at once as the step allows.
fn plan_parallel(parallel: &ParallelStep, path: &StepPath, lanes: &Lanes, choice: &Choice, actions: &mut Vec<Action>) {
    let count = choice.count.unwrap_or(0);
    if lanes.open() == 0 && lanes.opened >= count {
        actions.push(Action::Gather(path.clone()));
        return;
    }
    let room = width(parallel).saturating_sub(lanes.open());
    for number in (lanes.opened..count).take(room) {
        let branch = usize::try_from(number).ok().and_then(|at| parallel.branches.get(at));
        let segment = branch.map_or(Segment::Index(number), |branch| Segment::Branch(branch.name.as_str()));
        actions.extend(open(path, segment));
    }
}

/// The number of branches or items that run at once.
fn width(parallel: &ParallelStep) -> usize {
    let of_step = parallel.max_concurrency.unwrap_or(if parallel.branches.is_empty() {
        DEFAULT_CONCURRENCY
    } else {
        // Each branch was drawn: a person expects them all at once.
        MAX_CONCURRENCY
    });
    usize::try_from(of_step.clamp(1, MAX_CONCURRENCY)).unwrap_or(usize::MAX)
}

fn open(container: &StepPath, segment: Segment<'_>) -> Option<Action> {
    Some(Action::Open(container.clone(), ListPath::inside(container, segment)?))
}

/// The case that a `conditional` took.
fn taken(choice: &Choice) -> Option<Slot> {
    match choice.case.as_deref()? {
        OTHERWISE => Some(Slot::Otherwise),
        case => BranchName::new(case).ok().map(Slot::Case),
    }
}

fn skip_reason(place: &Place, mode: Mode) -> Option<SkipReason> {
    match place.step.kind {
        _ if !place.step.enabled => Some(SkipReason::Disabled),
        StepKind::Review(_) if mode.yolo => Some(SkipReason::Yolo),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
