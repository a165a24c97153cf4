//! Plans an agent: its next turn, or its next calls. It looks at the present turn alone, so that the effort grows with the
//! number of turns.

use sluice_types::limits::MAX_TURN_CALLS;
use sluice_types::{AgentStep, StepEffect, StepPath, StepRun, StepRunStatus};

use crate::machine::plan::{Action, Mode};
use crate::machine::runs::Runs;

/// The next actions of an agent that was entered. None while a turn, a call or a person is awaited.
pub fn plan_agent(step: &AgentStep, runs: &Runs, mode: Mode, agent: &StepPath, actions: &mut Vec<Action>) {
    let Some(number) = runs.frontier().turn(agent) else { return };
    let Some(turn) = turn_of(agent, number) else { return };
    match runs.status(&turn) {
        StepRunStatus::Pending | StepRunStatus::Cancelled => {
            if !mode.on_hold {
                actions.push(Action::Start(turn));
            }
        }
        StepRunStatus::Running
        | StepRunStatus::Waiting
        | StepRunStatus::OutcomeUnknown
        | StepRunStatus::Skipped
        | StepRunStatus::Unknown => {}
        StepRunStatus::Failed => actions.push(Action::FailAgent(agent.clone())),
        StepRunStatus::Completed => match calls_of(runs, &turn) {
            0 => actions.push(Action::Answer(agent.clone())),
            _ if number >= step.turns() => actions.push(Action::Answer(agent.clone())),
            calls => plan_calls(runs, mode, agent, &turn, calls, actions),
        },
    }
}

/// Calls that only read begin at once. One that writes waits for all before it, and those after it wait for it.
fn plan_calls(runs: &Runs, mode: Mode, agent: &StepPath, turn: &StepPath, calls: usize, actions: &mut Vec<Action>) {
    let (mut is_any_open, mut is_write_open) = (false, false);
    for number in 0..calls {
        let Some(path) = call_of(turn, number) else { return };
        let run = runs.get(&path);
        let is_read = run.is_some_and(only_reads);
        match runs.status(&path) {
            StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Skipped => continue,
            StepRunStatus::Pending | StepRunStatus::Cancelled => {
                let may_begin = if is_read { !is_write_open } else { !is_any_open };
                if may_begin && !mode.on_hold {
                    actions.push(Action::Start(path));
                }
            }
            StepRunStatus::Running
            | StepRunStatus::Waiting
            | StepRunStatus::OutcomeUnknown
            | StepRunStatus::Unknown => {}
        }
        is_any_open = true;
        is_write_open |= !is_read;
    }
    if !is_any_open {
        actions.push(Action::NextTurn(agent.clone()));
    }
}

/// Whether a call changes nothing elsewhere.
pub fn only_reads(call: &StepRun) -> bool {
    match call.effect {
        Some(StepEffect::Pure | StepEffect::Reads) => true,
        Some(StepEffect::Writes | StepEffect::Unknown(_)) | None => false,
    }
}

/// Number of the calls of a turn that are made.
pub fn calls_of(runs: &Runs, turn: &StepPath) -> usize {
    runs.record(turn).map_or(0, |record| record.memory.calls.len().min(MAX_TURN_CALLS))
}

/// The step run of a turn.
pub fn turn_of(agent: &StepPath, number: u32) -> Option<StepPath> {
    agent.child(sluice_types::Segment::Index(number))
}

/// The step run of a call.
pub fn call_of(turn: &StepPath, number: usize) -> Option<StepPath> {
    turn.child(sluice_types::Segment::Index(u32::try_from(number).ok()?))
}

/// The turn that an agent is at, from its step runs: the first that has not ended with all its calls.
pub fn present_turn(runs: &Runs, agent: &StepPath) -> u32 {
    let is_over = |number: u32| {
        let Some(turn) = turn_of(agent, number) else { return false };
        let has_ended =
            |status| matches!(status, StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Skipped);
        let calls = calls_of(runs, &turn);
        // A turn without calls is the last one.
        runs.status(&turn) == StepRunStatus::Completed
            && calls > 0
            && (0..calls).all(|call| call_of(&turn, call).is_some_and(|call| has_ended(runs.status(&call))))
    };
    let mut number = 1;
    while is_over(number) {
        number += 1;
    }
    number
}
