//! Loops: rounds, their verdicts, and what a round sees of the one before.

use serde_json::{Value, json};
use sluice_types::{ErrorCode, ExecutionStatus, LoopEnd, StepRunStatus};

use super::world::{Crash, End, World, path, review, step};

/// A loop of a draft and a critique, followed by a step that uses it.
fn polished(until: &str, most: u32) -> Vec<Value> {
    vec![
        json!({"id": "polish", "label": "Polish", "type": "loop", "until": until, "max_iterations": most, "steps": [
            step("draft", "{{iteration}} of {{ previous | default('nothing', true) }}"),
            step("critique", "on {{steps.DRAFT.content}}"),
        ]}),
        step("after", "{{steps.Polish.iterations}} {{steps.Polish.content}} {{ steps.Polish.outputs | length }}"),
    ]
}

fn finished(steps: &[Value]) -> World {
    let mut world = World::started(steps);
    world.finish();
    world
}

#[test]
fn a_loop_runs_in_rounds_until_its_condition_holds() {
    let world = finished(&polished("iteration == 2 and 'on' in steps.CRITIQUE.content", 5));
    assert_eq!(world.run("polish.1.draft").prompt.as_deref(), Some("1 of nothing"));
    assert_eq!(world.run("polish.2.draft").prompt.as_deref(), Some("2 of <on <1 of nothing>>"));
    assert!(!world.has_run("polish.3.draft"));
    let choice = world.run("polish").choice.clone().unwrap();
    assert_eq!((choice.iterations, choice.finished), (Some(2), Some(LoopEnd::Until)));
    let verdicts: Vec<(Option<u32>, bool)> =
        choice.tested.iter().map(|tested| (tested.iteration, tested.held)).collect();
    assert_eq!(verdicts, [(Some(1), false), (Some(2), true)]);
    assert_eq!(choice.tested[1].values[0].value, "2");
    let last = "<on <2 of <on <1 of nothing>>>>";
    assert_eq!(world.run("polish").output, Some(json!(last)));
    assert_eq!(world.run("after").prompt.as_deref(), Some(format!("2 {last} 2").as_str()));
}

#[test]
fn a_loop_whose_condition_never_holds_ends_and_says_so() {
    let world = finished(&polished("false", 3));
    assert_eq!(world.status(), ExecutionStatus::Completed);
    let choice = world.run("polish").choice.clone().unwrap();
    assert_eq!((choice.iterations, choice.finished), (Some(3), Some(LoopEnd::MaxIterations)));
    let ended = world.events.iter().rfind(|event| event.path == Some(path("polish"))).unwrap();
    assert!(ended.message.as_deref().unwrap().contains("after 3 rounds"), "{:?}", ended.message);
}

#[test]
fn an_end_that_is_no_boolean_fails_the_loop_after_the_round() {
    let world = finished(&polished("steps.CRITIQUE.content", 3));
    let error = world.run("polish").error.clone().unwrap();
    assert_eq!((world.status(), error.code), (ExecutionStatus::Failed, ErrorCode::ConditionNotBoolean));
    assert!(error.message.starts_with("`until` is a text"), "{}", error.message);
    assert_eq!(world.run("polish.1.critique").status, StepRunStatus::Completed);
}

#[test]
fn rounds_of_skipped_steps_end_in_one_turn() {
    let mut steps = polished("false", 1_000);
    steps[0]["steps"] = json!([{"id": "r", "label": "R", "type": "review", "enabled": false}]);
    steps[1]["prompt"] = json!("{{steps.Polish.iterations}}");
    let world = finished(&steps);
    assert_eq!(world.run("after").prompt.as_deref(), Some("1000"));
    assert_eq!(world.run("polish").choice.as_ref().unwrap().tested.len(), 100, "the newest are kept");
}

#[test]
fn a_loop_goes_on_with_its_round_after_a_crash() {
    for crash in [Crash::BeforeCommit, Crash::AfterCommit] {
        let undisturbed = finished(&polished("iteration == 3", 5));
        for turn in 0..9 {
            let mut world = World::of(&polished("iteration == 3", 5));
            world.crashes.insert(turn, crash);
            world.start();
            world.finish();
            assert_eq!(world.essence(), undisturbed.essence(), "{crash:?} {turn}");
            assert_eq!(world.run("polish").choice, undisturbed.run("polish").choice, "{crash:?} {turn}");
        }
    }
}

#[test]
fn a_review_in_a_round_shows_the_draft_of_its_round_and_is_skipped_in_yolo() {
    let mut steps = polished("iteration == 2", 2);
    steps[0]["steps"] = json!([step("draft", "{{iteration}}"), review("look")]);
    let mut world = World::started(&steps);
    world.end(&path("polish.1.draft"), End::Answer);
    let gate = world.run("polish.1.look").gate.clone().unwrap();
    assert_eq!((gate.content.as_deref(), gate.shows), (Some("<1>"), vec![path("polish.1.draft")]));
    assert_eq!(world.status(), ExecutionStatus::Paused);
    world.decide(&path("polish.1.look"), sluice_types::ReviewDecision::Approve);
    world.end(&path("polish.2.draft"), End::Answer);
    assert_eq!(world.run("polish.2.look").gate.clone().unwrap().content.as_deref(), Some("<2>"));
    world.decide(&path("polish.2.look"), sluice_types::ReviewDecision::Approve);
    assert_eq!(world.run("polish").output, Some(json!("<2>")), "the text as approved");
    let mut yolo = World::of(&steps);
    yolo.set_yolo();
    yolo.start();
    yolo.finish();
    assert_eq!(yolo.run("polish.2.look").status, StepRunStatus::Skipped);
}
