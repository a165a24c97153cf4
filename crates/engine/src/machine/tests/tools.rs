//! `tool` steps, and waits.

use chrono::TimeDelta;
use serde_json::json;
use sluice_types::{
    AttemptStatus, ErrorCode, ExecutionStatus, OverrideOutput, ReviewDecision, StepEffect, StepRunStatus,
};

use super::world::{End, World, path, step, tool};
use crate::machine::Command;
use crate::work::{ToolWork, Work};

fn work(world: &World) -> &ToolWork {
    let Work::Tool(work) = &world.tasks[0].work else { panic!("no tool is called") };
    work
}

#[test]
fn arguments_keep_the_types_of_their_values() {
    let arguments = json!({"n": "{{ input.n }}", "list": ["{{ input.list }}", "on {{input.topic}}", 7],
        "topic": "${input.topic}", "deep": {"a/b": "{{ input.list | length }}"}, "plain": "text", "none": null});
    let mut world = World::of(&[tool("a", "box:look", &arguments), step("b", "{{steps.A.content}}")]);
    world.set_input(&json!({"n": 7, "topic": "tea", "list": [1, {"x": true}]}));
    world.start();
    let sent = json!({"n": 7, "list": [[1, {"x": true}], "on tea", 7], "topic": "tea", "deep": {"a/b": 2},
        "plain": "text", "none": null});
    assert_eq!(json!(work(&world).arguments), sent);
    assert_eq!((work(&world).tool.to_string(), work(&world).timeout), ("box:look".to_owned(), None));
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    let run = world.run("a");
    assert_eq!(
        (run.tool.as_deref(), json!(run.arguments), run.effect.clone()),
        (Some("box:look"), sent, Some(StepEffect::Writes))
    );
    assert_eq!((run.cost_usd, run.unpriced_calls, run.token_usage.input_tokens), (0.0, 0, 0));
    assert!(world.run("b").output.as_ref().unwrap().as_str().unwrap().starts_with("<<box:look"));
}

#[test]
fn a_template_that_cannot_be_filled_in_fails_the_step_and_names_the_argument() {
    for template in ["{{ input.missing }}", "on {{ input.missing }}", "{{ input.topic | nothing }}"] {
        let mut world = World::started(&[tool("a", "box:look", &json!({"deep": {"x": template}}))]);
        world.finish();
        let error = world.run("a").error.clone().unwrap();
        assert_eq!(error.code, ErrorCode::InvalidTemplate, "{template}");
        assert!(error.message.contains("`arguments/deep/x`"), "{}", error.message);
        assert!(world.begun.is_empty());
    }
}

#[test]
fn arguments_are_bounded() {
    let half = "x".repeat(sluice_types::limits::MAX_ARGUMENTS_BYTES / 2);
    let mut world = World::of(&[tool("a", "box:look", &json!({"a": "{{ input.half }}", "b": "{{ input.half }}"}))]);
    world.set_input(&json!({ "half": half }));
    world.start();
    assert_eq!(world.run("a").error.as_ref().map(|error| error.code), Some(ErrorCode::ToolArgumentsInvalid));
}

#[test]
fn a_tool_that_writes_is_not_repeated_unasked() {
    let mut world = World::started(&[tool("a", "box:write", &json!({}))]);
    world.end(&path("a"), End::Lost);
    assert_eq!(world.run("a").status, StepRunStatus::OutcomeUnknown);
    world.decide(&path("a"), ReviewDecision::Repeat);
    world.crash();
    assert_eq!(world.run("a").status, StepRunStatus::OutcomeUnknown);
    let done = sluice_types::DecideGate {
        decision: ReviewDecision::AssumeDone,
        comment: None,
        content: Some("{\"n\": 1}".into()),
        budget_usd: None,
        opened_seq: None,
    };
    world.command(Command::Review(path("a"), done)).unwrap();
    assert_eq!(world.run("a").output, Some(json!({"n": 1})));
}

#[test]
fn a_tool_that_reads_is_retried_and_a_failure_that_it_reports_is_not() {
    let mut look = tool("a", "box:look", &json!({}));
    look["effect"] = json!("reads");
    let mut world = World::started(&[look.clone()]);
    world.end(&path("a"), End::Lost);
    assert_eq!((world.run("a").status, world.run("a").attempt), (StepRunStatus::Running, 1));
    world.finish();
    assert_eq!((world.status(), world.run("a").attempt), (ExecutionStatus::Completed, 2));
    let mut world = World::started(&[look]);
    world.end(&path("a"), End::Rejected);
    assert_eq!(world.run("a").error.as_ref().map(|error| error.code), Some(ErrorCode::ToolFailed));
}

fn wait(seconds: &serde_json::Value) -> serde_json::Value {
    tool("w", "native:wait", &json!({ "seconds": seconds }))
}

#[test]
fn a_wait_runs_no_attempt_and_survives_crashes() {
    let mut world = World::started(&[wait(&json!(90)), step("b", "{{steps.W.seconds}}")]);
    assert!(world.tasks.is_empty());
    let until = world.now + TimeDelta::seconds(90);
    assert_eq!((world.status(), world.run("w").waits_until), (ExecutionStatus::Running, Some(until)));
    // More often than a run may be interrupted without progress.
    for _ in 0..5 {
        world.now += TimeDelta::seconds(10);
        world.crash();
        assert_eq!((world.run("w").status, world.run("w").waits_until), (StepRunStatus::Running, Some(until)));
    }
    world.pass(TimeDelta::seconds(39));
    assert_eq!(world.run("w").status, StepRunStatus::Running);
    world.pass(TimeDelta::seconds(1));
    let run = world.run("w");
    assert_eq!((run.status, run.waits_until, run.duration_ms), (StepRunStatus::Completed, None, Some(90_000)));
    world.finish();
    assert_eq!(world.run("b").output, Some(json!("<90>")));
    let attempts = world.attempts.iter().filter(|record| record.path == path("w"));
    assert_eq!(attempts.map(|record| record.attempt.status).collect::<Vec<_>>(), [AttemptStatus::Completed]);
}

#[test]
fn a_wait_is_paused_and_cancelled_as_any_step() {
    let mut world = World::started(&[wait(&json!("{{ 1.5 * 2 }}"))]);
    world.command(Command::Pause).unwrap();
    world.pass(TimeDelta::seconds(60));
    assert_eq!((world.status(), world.run("w").status), (ExecutionStatus::Paused, StepRunStatus::Running));
    world.command(Command::Resume).unwrap();
    world.finish();
    assert_eq!(world.run("w").output, Some(json!({"seconds": 3})));
    let mut world = World::started(&[wait(&json!(60))]);
    world.command(Command::Cancel).unwrap();
    assert_eq!((world.status(), world.run("w").waits_until), (ExecutionStatus::Cancelled, None));
    world.command(Command::Retry(path("w"), sluice_types::PatchStep::default())).unwrap();
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    let given = OverrideOutput { content: Some("x".into()), output: None };
    world.command(Command::Override(path("w"), given)).unwrap();
}

#[test]
fn a_wait_that_is_no_time_is_refused() {
    for seconds in [json!("soon"), json!(-1), json!(1e300), json!(2_592_001), json!(null)] {
        let world = World::started(&[wait(&seconds)]);
        assert_eq!(
            world.run("w").error.as_ref().map(|error| error.code),
            Some(ErrorCode::ToolArgumentsInvalid),
            "{seconds}"
        );
    }
    assert_eq!(World::started(&[wait(&json!(2_592_000))]).run("w").status, StepRunStatus::Running);
}
