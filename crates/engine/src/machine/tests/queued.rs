//! Attempts whose call waits for a permit when the execution is paused, stopped or changed.

use serde_json::{Value, json};
use sluice_types::{AttemptStatus, DecideGate, ExecutionStatus, ReviewDecision, StepRunStatus, TokenUsage};

use super::world::{End, World, path, review, step};
use crate::machine::Command;

fn fan(branches: &[Value]) -> Vec<Value> {
    vec![json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": branches})]
}

fn branch(name: &str, steps: &[Value]) -> Value {
    json!({"name": name, "steps": steps})
}

/// Two branches under way: the call of `fan.b.late` waits.
fn queued() -> World {
    let steps = fan(&[branch("a", &[step("early", "x")]), branch("b", &[step("late", "y")])]);
    let mut world = World::started(&steps);
    world.queued.insert(path("fan.b.late"));
    world
}

fn under_way(world: &World) -> Vec<String> {
    world.tasks.iter().map(|task| format!("{} {}", task.path, task.attempt)).collect()
}

#[test]
fn a_pause_takes_back_what_was_not_sent() {
    let mut world = queued();
    world.command(Command::Pause).unwrap();
    assert_eq!(under_way(&world), ["fan.a.early 1"], "what was sent goes on to its end");
    let late = world.run("fan.b.late");
    assert_eq!((late.status, late.attempt, late.prompt.clone()), (StepRunStatus::Pending, 0, None));
    assert!(world.record("fan.b.late").progress.reserved_usd.abs() < f64::EPSILON);
    world.end(&path("fan.a.early"), End::Answer);
    assert!(!world.machine.journal().state.live, "nothing keeps the execution alive");
    world.command(Command::Resume).unwrap();
    assert_eq!(under_way(&world), ["fan.b.late 1"]);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    let attempts: Vec<_> =
        world.attempts.iter().map(|it| (it.path.as_str(), it.attempt.attempt, it.attempt.status)).collect();
    assert_eq!(attempts, [("fan.a.early", 1, AttemptStatus::Completed), ("fan.b.late", 1, AttemptStatus::Completed)]);
}

#[test]
fn a_retry_that_was_not_sent_keeps_its_count_of_failures() {
    let mut late = step("late", "y");
    late["max_retries"] = json!(1);
    let mut world = World::started(&[late]);
    world.end(&path("late"), End::Refused);
    world.pass(chrono::TimeDelta::hours(1));
    assert_eq!(under_way(&world), ["late 2"]);
    world.queued.insert(path("late"));
    world.command(Command::Pause).unwrap();
    assert_eq!((under_way(&world).len(), world.run("late").attempt), (0, 1));
    world.command(Command::Resume).unwrap();
    world.pass(chrono::TimeDelta::zero());
    assert_eq!(under_way(&world), ["late 2"]);
    world.end(&path("late"), End::Refused);
    assert_eq!(world.status(), ExecutionStatus::Failed, "it had one retry");
}

#[test]
fn a_cancel_charges_nothing_for_what_was_not_sent() {
    let mut world = queued();
    world.command(Command::Cancel).unwrap();
    assert_eq!(world.run("fan.b.late").status, StepRunStatus::Cancelled);
    let of = |at: &str| &world.attempts.iter().find(|it| it.path.as_str() == at).unwrap().attempt;
    let (early, late) = (of("fan.a.early"), of("fan.b.late"));
    assert!(early.usage_estimated && early.token_usage.input_tokens > 0);
    assert_eq!((late.usage_estimated, late.token_usage, late.cost_usd), (false, TokenUsage::default(), Some(0.0)));
}

#[test]
fn the_wish_of_a_reviewer_is_kept_when_its_call_is_taken_back() {
    let mut world = World::started(&[step("draft", "x"), review("look")]);
    world.end(&path("draft"), End::Answer);
    let request = DecideGate {
        decision: ReviewDecision::Revise,
        comment: Some("shorter".into()),
        content: None,
        budget_usd: None,
        opened_seq: None,
    };
    world.command(Command::Review(path("look"), request)).unwrap();
    let prompt = world.run("draft").prompt.clone();
    assert!(prompt.as_ref().is_some_and(|prompt| prompt.contains("shorter")));
    world.queued.insert(path("draft"));
    world.command(Command::Pause).unwrap();
    world.command(Command::Resume).unwrap();
    assert_eq!(world.run("draft").prompt, prompt);
}
