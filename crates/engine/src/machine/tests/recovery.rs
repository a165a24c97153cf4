//! Failures, waits and crashes, one at a time.

use chrono::TimeDelta;
use serde_json::json;
use sluice_types::{ErrorCode, ExecutionStatus, GateKind, OnExpiry, PatchStep, ReviewDecision, StepRunStatus};

use super::world::{Crash, End, World, path, review, step};
use crate::error::EngineError;
use crate::machine::Command;
use crate::work::Work;

fn writing(id: &str) -> serde_json::Value {
    let mut made = step(id, "write it");
    made["effect"] = json!("writes");
    made
}

#[test]
fn a_step_that_writes_and_may_have_acted_asks_instead_of_being_retried() {
    let mut world = World::started(&[writing("a")]);
    world.end(&path("a"), End::Lost);
    assert_eq!(world.run("a").status, StepRunStatus::OutcomeUnknown);
    assert_eq!((world.status(), world.begun.len()), (ExecutionStatus::Paused, 1));
    world.decide(&path("a"), ReviewDecision::Repeat);
    assert_eq!(world.begun.len(), 2);
}

#[test]
fn a_step_that_writes_is_retried_when_the_provider_refused_it() {
    let mut world = World::started(&[writing("a")]);
    world.end(&path("a"), End::Refused);
    assert_eq!(world.run("a").status, StepRunStatus::Running);
    world.pass(TimeDelta::minutes(1));
    assert_eq!(world.begun.len(), 2);
}

#[test]
fn a_crash_forgets_neither_the_wait_nor_the_failures_nor_the_fallback() {
    let mut with_fallback = step("a", "x");
    with_fallback["fallbacks"] = json!([{"provider": "demo", "model": "demo"}]);
    let mut world = World::started(&[with_fallback]);
    world.end(&path("a"), End::Rejected);
    assert_eq!(world.run("a").model.as_deref(), Some("demo"), "the fallback begins at once");
    world.end(&path("a"), End::Refused);
    let before = world.record("a").clone();
    assert_eq!((before.progress.candidate, before.progress.failures), (1, 1));
    let wake = world.machine.next_wake(false).unwrap();
    assert!(wake > world.now);
    world.crash();
    assert_eq!(world.record("a"), &before);
    assert_eq!((world.machine.next_wake(false), world.tasks.len()), (Some(wake), 0), "it goes on waiting");
    world.pass(wake - world.now);
    assert_eq!(world.run("a").model.as_deref(), Some("demo"));
    world.end(&path("a"), End::Refused);
    world.pass(TimeDelta::minutes(1));
    world.end(&path("a"), End::Refused);
    assert_eq!(world.status(), ExecutionStatus::Failed, "two retries in all, crash or not");
}

#[test]
fn a_run_that_is_interrupted_three_times_without_progress_waits_for_a_person() {
    let mut world = World::started(&[step("a", "x"), step("b", "y")]);
    for _ in 0..2 {
        world.crash();
        world.pass(TimeDelta::minutes(1));
        assert_eq!(world.tasks.len(), 1);
    }
    world.crash();
    let gate = world.run("a").gate.clone().unwrap();
    assert_eq!((gate.kind, world.status()), (GateKind::InterruptedOften, ExecutionStatus::Paused));
    assert!(!world.machine.journal().state.live, "no engine adopts it again");
    world.decide(&path("a"), ReviewDecision::Repeat);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

#[test]
fn a_step_that_kills_the_process_when_it_is_started_waits_for_a_person() {
    let mut world = World::started(&[step("a", "x"), step("b", "y")]);
    // Every turn but those of recovery kills the process, as that which completes `a` and starts `b`.
    world.crashes = (1..20).step_by(2).map(|turn| (turn, Crash::BeforeCommit)).collect();
    while world.status() == ExecutionStatus::Running {
        if world.tasks.is_empty() {
            world.pass(TimeDelta::minutes(1));
        } else {
            world.end(&path("a"), End::Answer);
        }
    }
    assert_eq!(world.run("a").gate.as_ref().map(|gate| gate.kind), Some(GateKind::InterruptedOften));
}

#[test]
fn what_completes_ends_the_count_of_interruptions() {
    let mut world = World::started(&[step("a", "x"), step("b", "y")]);
    world.crash();
    world.end(&path("a"), End::Answer);
    assert_eq!(world.machine.journal().state.interruptions, 0);
}

#[test]
fn a_step_disabled_between_two_attempts_does_not_run() {
    let mut world = World::started(&[step("a", "x"), step("b", "y")]);
    world.end(&path("a"), End::Refused);
    world.command(Command::Pause).unwrap();
    let disable = PatchStep { enabled: Some(false), ..PatchStep::default() };
    world.command(Command::PatchStep(path("a"), disable)).unwrap();
    world.command(Command::Resume).unwrap();
    assert_eq!(world.run("a").status, StepRunStatus::Skipped);
    assert_eq!(world.begun.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn a_hold_keeps_a_next_attempt_from_beginning() {
    let mut world = World::started(&[step("a", "x")]);
    world.end(&path("a"), End::Refused);
    world.command(Command::Pause).unwrap();
    assert_eq!(world.machine.next_wake(false), None);
    world.pass(TimeDelta::minutes(5));
    assert_eq!(world.begun.len(), 1);
    world.command(Command::Resume).unwrap();
    assert_eq!(world.begun.len(), 2, "its wait is over");
}

#[test]
fn a_step_that_the_run_jumps_over_is_not_retried() {
    let mut first = step("a", "x");
    first["next"] = json!("c");
    let mut world = World::started(&[first, step("b", "y"), step("c", "z")]);
    world.finish();
    let refused = world.command(Command::Retry(path("b"), PatchStep::default())).unwrap_err();
    assert!(matches!(refused, EngineError::WrongState { code: ErrorCode::IllegalTransition, .. }), "{refused}");
}

#[test]
fn a_review_expires_also_when_the_server_was_away() {
    for (on_expiry, status) in
        [(OnExpiry::Approve, ExecutionStatus::Completed), (OnExpiry::Reject, ExecutionStatus::Failed)]
    {
        let mut asks = review("r");
        asks["expires_in"] = json!(60);
        asks["on_expiry"] = serde_json::to_value(on_expiry).unwrap();
        let mut world = World::started(&[step("a", "x"), asks]);
        world.end(&path("a"), End::Answer);
        world.pass(TimeDelta::seconds(59));
        assert_eq!(world.run("r").status, StepRunStatus::Waiting);
        world.crash();
        world.pass(TimeDelta::seconds(1));
        assert_eq!(world.status(), status);
    }
}

fn paid(id: &str) -> serde_json::Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "llm", "provider": "anthropic", "model": "claude-sonnet-4-5", "prompt": "x"})
}

#[test]
fn a_run_whose_answers_take_all_they_may_stays_within_its_budget() {
    let mut world = World::with_budget(&[paid("a"), paid("b")], 0.25);
    world.start();
    let Work::Model(call) = &world.tasks[0].work else { panic!() };
    assert!(call.max_tokens.is_some_and(|tokens| tokens > 10_000), "{:?}", call.max_tokens);
    let reserved = world.record("a").progress.reserved_usd;
    assert!((0.24..=0.25).contains(&reserved), "{reserved}");
    world.end(&path("a"), End::Spent);
    let spent = world.machine.journal().state.cost_usd;
    assert!((0.24..=0.25).contains(&spent), "{spent}");
    // The rest pays for no usual answer.
    assert_eq!(world.run("b").gate.as_ref().map(|gate| gate.kind), Some(GateKind::Budget));
    assert!(world.record("a").progress.reserved_usd.abs() < f64::EPSILON);
}

#[test]
fn an_attempt_after_a_crash_is_reserved_again() {
    let mut world = World::with_budget(&[paid("a")], 0.25);
    world.start();
    world.end(&path("a"), End::Refused);
    let wake = world.machine.next_wake(false).unwrap();
    world.crash();
    world.pass(wake - world.now);
    let reserved = world.record("a").progress.reserved_usd;
    assert!((0.24..=0.25).contains(&reserved), "{reserved}");
}

#[test]
fn a_step_of_a_newer_version_fails_with_a_message_that_says_so() {
    let agent = json!({"id": "b", "label": "B", "type": "dream", "goal": "x"});
    let mut world = World::started(&[step("a", "x"), agent, step("c", "y")]);
    world.end(&path("a"), End::Answer);
    assert_eq!((world.status(), world.run("b").status), (ExecutionStatus::Failed, StepRunStatus::Failed));
    let error = world.run("b").error.clone().unwrap();
    assert_eq!(error.code, ErrorCode::InvalidDefinition);
    assert!(error.message.contains("does not know steps of type `dream`"), "{}", error.message);
}

#[test]
fn an_unknown_decision_on_expiry_is_not_taken_for_an_approval() {
    let mut asks = review("r");
    asks["expires_in"] = json!(60);
    asks["on_expiry"] = json!("ask again");
    let mut world = World::started(&[step("a", "x"), asks]);
    world.end(&path("a"), End::Answer);
    world.pass(TimeDelta::seconds(60));
    assert_eq!(world.status(), ExecutionStatus::Failed);
}
