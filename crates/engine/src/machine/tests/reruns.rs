//! Retry, revision and override inside containers.

use std::sync::Arc;

use serde_json::{Value, json};
use sluice_types::{
    DecideGate, ErrorCode, ExecutionStatus, OverrideOutput, PatchStep, RerunReason, ReviewDecision, StepRunStatus,
};

use super::world::{End, World, path, step};
use crate::error::EngineError;
use crate::machine::{Command, rerun};

fn finished(steps: &[Value]) -> World {
    let mut world = World::started(steps);
    world.finish();
    world
}

/// The step runs that a retry repeats, with reasons.
fn plan(world: &World, from: &str) -> Vec<(String, RerunReason)> {
    let repeats = rerun(world.machine.index(), world.machine.runs(), &path(from)).repeats;
    repeats.into_iter().map(|repeat| (repeat.path.to_string(), repeat.reason)).collect()
}

fn retry(world: &mut World, at: &str) {
    world.command(Command::Retry(path(at), PatchStep::default())).unwrap();
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

fn replace(world: &mut World, at: &str, content: &str) {
    let output = OverrideOutput { content: Some(content.into()), output: None };
    world.command(Command::Override(path(at), output)).unwrap();
}

fn attempts(world: &World) -> Vec<String> {
    world.begun.iter().map(|(path, attempt)| format!("{path} {attempt}")).collect()
}

fn each() -> Vec<Value> {
    vec![
        step("topics", "x"),
        json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "['a', 'b', 'c']",
            "steps": [step("draft", "{{item}}"), step("check", "{{steps.DRAFT.content}}"), step("aside", "{{item}}!")]}),
        step("after", "{{steps.Each.output}}"),
        step("apart", "apart"),
    ]
}

use RerunReason::{Requested, UsesRepeated};

#[test]
fn an_item_that_is_retried_does_not_repeat_its_siblings() {
    let mut world = finished(&each());
    let expected = [("each.1.draft", Requested), ("each.1.check", UsesRepeated), ("after", UsesRepeated)];
    assert_eq!(plan(&world, "each.1.draft"), expected.map(|(at, reason)| (at.to_owned(), reason)));
    world.begun.clear();
    retry(&mut world, "each.1.draft");
    assert_eq!(attempts(&world), ["each.1.draft 2", "each.1.check 2", "after 2"]);
    assert_eq!(world.run("each").output.as_ref().unwrap().as_array().unwrap().len(), 3);
    assert_eq!(world.run("each").choice.as_ref().unwrap().count, Some(3));
}

#[test]
fn an_item_that_failed_is_retried_with_those_that_were_stopped_for_it() {
    let mut world = World::started(&each());
    world.end(&path("topics"), End::Answer);
    world.end(&path("each.0.draft"), End::Answer);
    world.end(&path("each.1.draft"), End::Rejected);
    assert_eq!(world.status(), ExecutionStatus::Failed);
    world.begun.clear();
    retry(&mut world, "each.1.draft");
    let again = attempts(&world);
    assert!(!again.contains(&"each.0.draft 2".to_owned()), "it has completed: {again:?}");
    assert!(again.contains(&"each.1.draft 2".to_owned()) && again.contains(&"each.2.draft 2".to_owned()), "{again:?}");
    assert!(again.contains(&"each.0.check 2".to_owned()), "it was stopped: {again:?}");
}

#[test]
fn a_retried_container_decides_anew_and_runs_again_with_all_inside() {
    let mut world = finished(&each());
    world.begun.clear();
    let items = world.record("each").items.clone().unwrap();
    retry(&mut world, "each");
    assert_eq!(world.begun.len(), 3 * 3 + 1);
    assert!(!Arc::ptr_eq(&items, world.record("each").items.as_ref().unwrap()));
}

#[test]
fn a_retry_while_siblings_run_is_refused() {
    let mut world = World::started(&each()[1..]);
    world.end(&path("each.1.draft"), End::Answer);
    let refused = world.command(Command::Retry(path("each.1.draft"), PatchStep::default())).unwrap_err();
    assert!(matches!(refused, EngineError::WrongState { code: ErrorCode::ExecutionActive, .. }), "{refused}");
}

#[test]
fn paths_that_cannot_be_are_not_found() {
    let mut world = finished(&each());
    for at in ["each.3.draft", "each.draft", "each.a.draft", "draft", "each.0.after", "each.1", "topics.0.draft"] {
        let refused = world.command(Command::Retry(path(at), PatchStep::default())).unwrap_err();
        assert!(matches!(refused, EngineError::StepRunNotFound), "{at}: {refused}");
    }
}

fn route(kind: &str) -> Vec<Value> {
    let mut last = step("last", "last");
    last["label"] = json!("Last");
    vec![
        step("kind", kind),
        json!({"id": "route", "label": "Route", "type": "conditional", "cases": [
            {"name": "bug", "when": "steps.KIND.content == 'bug'", "steps": [step("fix", "fix"), step("note", "note")], "next": "last"},
        ], "otherwise": {"steps": [step("ask", "ask")]}}),
        step("between", "between"),
        last,
        step("after", "{{steps.Route.case}}"),
    ]
}

#[test]
fn an_override_of_what_a_condition_reads_decides_it_anew() {
    let mut world = finished(&route("x"));
    assert_eq!(world.run("route").choice.as_ref().unwrap().case.as_deref(), Some("otherwise"));
    replace(&mut world, "kind", "bug");
    assert!(world.run("route").stale && world.run("after").stale && !world.run("last").stale);
    let expected = [("route", Requested), ("after", UsesRepeated)];
    assert_eq!(plan(&world, "route"), expected.map(|(at, reason)| (at.to_owned(), reason)));
    world.begun.clear();
    retry(&mut world, "route");
    assert_eq!(attempts(&world), ["route.bug.fix 1", "route.bug.note 1", "after 2"]);
    assert_eq!(world.run("after").prompt.as_deref(), Some("bug"));
    assert_eq!(world.run("route.otherwise.ask").status, StepRunStatus::Skipped, "the case before is not taken now");
    assert!(!world.run("route").stale);
    // And back: the step between was completed before, and is kept.
    replace(&mut world, "kind", "x");
    world.begun.clear();
    retry(&mut world, "route");
    assert_eq!(attempts(&world), ["route.otherwise.ask 2", "after 3"]);
    assert_eq!(world.run("route.bug.fix").status, StepRunStatus::Skipped);
}

#[test]
fn a_step_that_a_case_jumped_over_runs_when_another_case_leads_to_it() {
    let mut steps = route("x");
    steps[1]["cases"][0]["when"] = json!("steps.KIND.content == '<x>'");
    let mut world = finished(&steps);
    assert_eq!(world.run("between").status, StepRunStatus::Skipped);
    replace(&mut world, "kind", "other");
    world.begun.clear();
    retry(&mut world, "route");
    assert_eq!(attempts(&world), ["route.otherwise.ask 1", "between 1", "after 2"]);
}

#[test]
fn a_step_of_a_case_is_retried_with_its_case_kept() {
    let mut world = finished(&route("x"));
    world.begun.clear();
    retry(&mut world, "route.otherwise.ask");
    assert_eq!(attempts(&world), ["route.otherwise.ask 2", "after 2"]);
    let refused = world.command(Command::Retry(path("route.bug.fix"), PatchStep::default())).unwrap_err();
    assert!(matches!(refused, EngineError::StepRunNotFound), "the case was not taken: {refused}");
}

fn polish() -> Vec<Value> {
    vec![
        json!({"id": "polish", "label": "Polish", "type": "loop", "until": "iteration == 3", "max_iterations": 3,
            "steps": [step("draft", "{{iteration}} {{previous}}"), step("look", "{{steps.DRAFT.content}}")]}),
        step("after", "{{steps.Polish.content}}"),
    ]
}

#[test]
fn a_round_that_is_retried_repeats_the_later_rounds() {
    let mut world = finished(&polish());
    world.begun.clear();
    let planned: Vec<String> = plan(&world, "polish.2.look").into_iter().map(|(at, _)| at).collect();
    assert_eq!(planned, ["polish.2.look", "polish.3.draft", "polish.3.look", "after"]);
    retry(&mut world, "polish.2.look");
    assert_eq!(attempts(&world), ["polish.2.look 2", "polish.3.draft 2", "polish.3.look 2", "after 2"]);
    let choice = world.run("polish").choice.clone().unwrap();
    assert_eq!(choice.iterations, Some(3));
    assert_eq!(choice.tested.iter().filter_map(|tested| tested.iteration).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn rounds_that_a_retried_loop_does_not_come_to_are_skipped() {
    let mut steps = polish();
    steps[0]["until"] = json!("steps.LOOK.content == '<done>'");
    let mut world = finished(&steps);
    assert_eq!(world.run("polish").choice.as_ref().unwrap().iterations, Some(3));
    let patch = PatchStep { prompt: Some("done".into()), ..PatchStep::default() };
    world.command(Command::Retry(path("polish.1.look"), patch)).unwrap();
    world.finish();
    assert_eq!(world.run("polish").choice.as_ref().unwrap().iterations, Some(1));
    assert_eq!(world.run("polish").output, Some(json!("<done>")));
    assert_eq!(world.run("polish.2.look").status, StepRunStatus::Skipped);
    assert_eq!(world.run("polish.3.draft").status, StepRunStatus::Skipped);
}

#[test]
fn an_override_in_a_round_makes_the_later_rounds_stale() {
    let mut world = finished(&polish());
    replace(&mut world, "polish.2.look", "by hand");
    let stale = |at: &str| world.run(at).stale;
    assert!(stale("polish.3.draft") && stale("polish.3.look") && stale("after"));
    assert!(!stale("polish.2.draft") && !stale("polish.1.look"));
}

#[test]
fn an_override_inside_goes_into_the_output_of_the_container() {
    let mut world = finished(&each());
    replace(&mut world, "each.2.aside", "by hand");
    assert_eq!(world.run("each").output.as_ref().unwrap()[2], "by hand");
    assert!(world.run("after").stale && !world.run("each").stale && !world.run("apart").stale);
    assert!(!world.run("each.1.aside").stale);
    // One step earlier in the item: what was made from it is stale, and so is the output.
    replace(&mut world, "each.0.draft", "draft by hand");
    assert!(world.run("each.0.check").stale && !world.run("each.1.check").stale);
    assert_eq!(plan(&world, "each.0.check")[0], ("each.0.check".to_owned(), Requested));
    assert!(plan(&world, "each.0.check").contains(&("after".to_owned(), UsesRepeated)));
}

#[test]
fn an_override_of_the_step_that_failed_lets_the_container_go_on() {
    let mut world = World::started(&each());
    world.end(&path("topics"), End::Answer);
    world.end(&path("each.1.draft"), End::Rejected);
    replace(&mut world, "each.1.draft", "by hand");
    assert_eq!(world.status(), ExecutionStatus::Paused);
    world.command(Command::Resume).unwrap();
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    assert_eq!(world.run("each.1.check").prompt.as_deref(), Some("by hand"));
}

#[test]
fn a_revision_of_a_step_before_a_fan_repeats_only_what_uses_it() {
    let branch = |name: &str, prompt: &str| json!({"name": name, "steps": [step(&format!("{name}_draft"), prompt), {"id": format!("{name}_look"), "label": format!("look {name}"), "type": "review", "shows": ["plan"]}]});
    let steps = [
        step("plan", "plan"),
        json!({"id": "fan", "label": "Fan", "type": "parallel",
            "branches": [branch("a", "on {{steps.PLAN.content}}"), branch("b", "alone")]}),
    ];
    let mut world = World::started(&steps);
    world.end(&path("plan"), End::Answer);
    world.end(&path("fan.b.b_draft"), End::Answer);
    assert_eq!(world.run("fan.b.b_look").status, StepRunStatus::Waiting);
    world.begun.clear();
    let request = DecideGate {
        decision: ReviewDecision::Revise,
        comment: Some("shorter".into()),
        content: None,
        budget_usd: None,
        opened_seq: None,
    };
    // `fan.a.a_draft` is under way with the plan as it was: it is stopped, and its text is kept.
    world.command(Command::Review(path("fan.b.b_look"), request)).unwrap();
    assert_eq!(world.tasks.iter().map(|task| task.path.as_str()).collect::<Vec<_>>(), ["plan"]);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    assert_eq!(attempts(&world), ["plan 2", "fan.a.a_draft 2"]);
}
