//! The events of gates: each gate is told as `paused` once, with its `opened_seq`.

use sluice_types::{EventType, ExecutionStatus, PatchExecution, PatchStep, ReviewDecision, StepRunStatus};

use super::world::{World, path, review, step};
use crate::machine::Command;

/// The step label and `opened_seq` of each `paused` event.
fn pauses(world: &World) -> Vec<(Option<String>, Option<i64>)> {
    let paused = world.events.iter().filter(|event| event.event_type == EventType::Paused);
    paused.map(|event| (event.step_label.clone(), event.opened_seq)).collect()
}

fn opened_seq(world: &World, at: &str) -> Option<i64> {
    world.run(at).gate.as_ref().map(|gate| gate.opened_seq)
}

#[test]
fn a_change_at_a_gate_is_told_as_progress() {
    let mut world = World::started(&[review("r"), step("a", "x")]);
    let told = vec![(Some("R".to_owned()), opened_seq(&world, "r"))];
    assert_eq!(pauses(&world), told);
    let seq = world.events.len();
    let change = PatchStep { prompt: Some("y".into()), ..PatchStep::default() };
    world.command(Command::PatchStep(path("a"), change)).unwrap();
    let budget = PatchExecution { budget_usd: Some(Some(1.0)), ..PatchExecution::default() };
    world.command(Command::Patch(budget)).unwrap();
    world.command(Command::Patch(PatchExecution::default())).unwrap();
    assert_eq!(pauses(&world), told);
    let changes: Vec<_> = world.events[seq..].iter().map(|event| (event.event_type, event.status)).collect();
    assert_eq!(changes, [(EventType::Progress, Some(ExecutionStatus::Paused)); 3]);
}

#[test]
fn a_gate_behind_a_gate_is_told_too() {
    let mut world = World::started(&[review("r"), review("s")]);
    let first = opened_seq(&world, "r");
    world.decide(&path("r"), ReviewDecision::Approve);
    let second = opened_seq(&world, "s");
    assert!(second > first);
    assert_eq!(pauses(&world), [(Some("R".to_owned()), first), (Some("S".to_owned()), second)]);
    // The events of the gates themselves: opened, decided, opened.
    let of_gates = world.events.iter().filter(|event| event.step_status.is_some());
    let of_gates: Vec<_> = of_gates.map(|event| (event.step_status.unwrap(), event.opened_seq)).collect();
    let expected =
        [(StepRunStatus::Waiting, first), (StepRunStatus::Completed, first), (StepRunStatus::Waiting, second)];
    assert_eq!(of_gates, expected);
}

#[test]
fn a_pause_by_a_person_names_no_gate() {
    let mut world = World::started(&[step("a", "x"), step("b", "y")]);
    world.command(Command::Pause).unwrap();
    world.command(Command::Patch(PatchExecution::default())).unwrap();
    assert_eq!(pauses(&world), [(None, None)]);
}
