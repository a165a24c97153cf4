//! Results of an agent's calls that a person replaces.

use serde_json::json;
use sluice_providers::Message;
use sluice_types::{ErrorCode, ExecutionStatus, OverrideOutput, PatchStep, StepRunStatus};

use super::world::{End, World, agent, path, step};
use crate::error::EngineError;
use crate::machine::Command;
use crate::work::Work;

/// An agent of three turns, and a step that uses its answer.
fn begun() -> World {
    let mut world = World::started(&[agent("s", "l lw end"), step("b", "{{steps.S.content}}")]);
    world.end_all(End::Answer);
    world
}

fn replace(world: &mut World, at: &str) -> Result<(), EngineError> {
    let output = OverrideOutput { content: None, output: Some(json!({"n": 1})) };
    world.command(Command::Override(path(at), output)).map(|_| ())
}

fn stale(world: &World) -> Vec<String> {
    let mut stale: Vec<String> =
        world.machine.runs().iter().filter(|run| run.stale).map(|run| run.path.to_string()).collect();
    stale.sort();
    stale
}

/// The results that the model is sent in a turn under way, and whether each is an error.
fn results(world: &World, at: &str) -> Vec<(String, bool)> {
    let task = world.tasks.iter().find(|task| task.path == path(at)).expect("it is under way");
    let Work::Model(call) = &task.work else { panic!("{at} calls no model") };
    let result = |message: &Message| match message {
        Message::Tool(result) => Some((result.content.clone(), result.is_error)),
        Message::User(_) | Message::Assistant(_) => None,
    };
    call.messages.iter().filter_map(result).collect()
}

#[test]
fn what_has_read_the_old_result_is_stale_until_it_runs_again() {
    let mut world = begun();
    world.finish();
    replace(&mut world, "s.1.0").unwrap();
    let call = world.run("s.1.0");
    assert_eq!((call.status, call.overridden), (StepRunStatus::Completed, true));
    assert_eq!((call.output.clone(), call.content.as_deref()), (Some(json!({"n": 1})), Some("{\"n\":1}")));
    assert_eq!(stale(&world), ["b", "s", "s.2", "s.2.0", "s.2.1", "s.3"]);
    world.begun.clear();
    world.command(Command::Retry(path("s.2"), PatchStep::default())).unwrap();
    assert_eq!(results(&world, "s.2"), [("{\"n\":1}".into(), false)]);
    world.finish();
    assert_eq!((world.status(), stale(&world)), (ExecutionStatus::Completed, Vec::new()));
    let begun: Vec<String> = world.begun.iter().map(|(path, attempt)| format!("{path}#{attempt}")).collect();
    assert_eq!(begun, ["s.2#2", "s.2.0#2", "s.2.1#2", "s.3#2", "b#2"]);
    // The last results before the answer.
    replace(&mut world, "s.2.1").unwrap();
    assert_eq!(stale(&world), ["b", "s", "s.3"]);
}

#[test]
fn an_agent_under_way_goes_on_with_the_new_result() {
    let mut world = begun();
    world.end_all(End::Answer);
    world.command(Command::Pause).unwrap();
    world.end_all(End::Rejected);
    assert_eq!(world.run("s.1.0").status, StepRunStatus::Failed);
    replace(&mut world, "s.1.0").unwrap();
    world.command(Command::Resume).unwrap();
    assert_eq!(results(&world, "s.2"), [("{\"n\":1}".into(), false)]);
    // A turn that is under way has read it.
    world.command(Command::Pause).unwrap();
    replace(&mut world, "s.1.0").unwrap();
    assert_eq!(stale(&world), ["s", "s.2"]);
    world.command(Command::Resume).unwrap();
    world.finish();
    assert_eq!((world.status(), stale(&world)), (ExecutionStatus::Completed, vec!["s".into(), "s.2".into()]));
}

#[test]
fn an_agent_that_was_stopped_or_failed_goes_on() {
    let mut world = begun();
    world.end_all(End::Answer);
    world.command(Command::Cancel).unwrap();
    replace(&mut world, "s.1.0").unwrap();
    assert_eq!((world.status(), world.tasks.len()), (ExecutionStatus::Paused, 0));
    world.command(Command::Resume).unwrap();
    assert_eq!(results(&world, "s.2"), [("{\"n\":1}".into(), false)]);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);

    let mut world = begun();
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    world.end(&path("s.2"), End::Rejected);
    assert_eq!(world.status(), ExecutionStatus::Failed);
    replace(&mut world, "s.1.0").unwrap();
    world.command(Command::Resume).unwrap();
    assert_eq!(results(&world, "s.2"), [("{\"n\":1}".into(), false)]);
    world.finish();
    assert_eq!((world.status(), stale(&world)), (ExecutionStatus::Completed, Vec::new()));
}

#[test]
fn what_a_turn_said_cannot_be_replaced() {
    let mut world = begun();
    let refused = |outcome: Result<(), EngineError>| match outcome {
        Err(EngineError::WrongState { code, .. }) => code,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(replace(&mut world, "s.1")), ErrorCode::IllegalTransition);
    world.end_all(End::Answer);
    assert_eq!(refused(replace(&mut world, "s.1.0")), ErrorCode::IllegalTransition, "it is under way");
    world.finish();
    assert_eq!(refused(replace(&mut world, "s.1")), ErrorCode::IllegalTransition);
}
