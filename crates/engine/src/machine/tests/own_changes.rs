//! Changes of a step for one of its runs alone.

use serde_json::{Value, json};
use sluice_types::limits::MAX_OWN_CHANGES;
use sluice_types::{ErrorCode, ExecutionStatus, OverrideOutput, PatchStep};

use super::world::{End, World, path, step};
use crate::error::EngineError;
use crate::machine::{Command, changed_snapshot, rerun};

fn each() -> Vec<Value> {
    vec![
        step("topics", "x"),
        json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "['a', 'b', 'c']",
            "steps": [step("draft", "{{item}}")]}),
    ]
}

fn finished(steps: &[Value]) -> World {
    let mut world = World::started(steps);
    world.finish();
    world
}

fn prompt(text: &str) -> PatchStep {
    PatchStep { prompt: Some(text.into()), ..PatchStep::default() }
}

fn only_here(patch: PatchStep) -> PatchStep {
    PatchStep { only_here: true, ..patch }
}

fn retry(world: &mut World, at: &str, patch: PatchStep) {
    world.command(Command::Retry(path(at), patch)).unwrap();
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

fn prompts(world: &World) -> Vec<String> {
    [0, 1, 2].map(|item| world.run(&format!("each.{item}.draft")).prompt.clone().unwrap()).to_vec()
}

#[test]
fn a_change_for_one_item_stays_with_it() {
    let mut world = finished(&each());
    retry(&mut world, "each.1.draft", only_here(prompt("only {{item}}")));
    assert_eq!(prompts(&world), ["a", "only b", "c"]);
    world.crash();
    retry(&mut world, "each", PatchStep::default());
    assert_eq!(prompts(&world), ["a", "only b", "c"], "the items run again, each with its own step");
    // The same without `only_here` is for all that run from then on.
    retry(&mut world, "each.0.draft", prompt("all {{item}}"));
    assert_eq!(prompts(&world), ["all a", "only b", "c"]);
    retry(&mut world, "each", PatchStep::default());
    assert_eq!(prompts(&world), ["all a", "only b", "all c"]);
}

#[test]
fn what_a_change_leaves_out_follows_the_definition() {
    let mut world = finished(&each());
    let model = |name: &str| PatchStep { model: Some(Some(name.into())), ..PatchStep::default() };
    retry(&mut world, "each.1.draft", only_here(prompt("only {{item}}")));
    retry(&mut world, "each.0.draft", model("demo-think"));
    retry(&mut world, "each.1.draft", only_here(PatchStep { max_tokens: Some(Some(99)), ..PatchStep::default() }));
    let own = world.run("each.1.draft");
    assert_eq!((own.model.as_deref(), own.prompt.as_deref()), (Some("demo-think"), Some("only b")));
    // `null` is the workflow's default, and a change for all wins at the step run that it is sent to.
    retry(&mut world, "each.1.draft", prompt("all {{item}}"));
    assert_eq!(world.run("each.1.draft").prompt.as_deref(), Some("all b"));
    let snapshot = &world.machine.journal().snapshot;
    let own = serde_json::to_value(&snapshot.own_changes).unwrap();
    assert_eq!(own, json!({"each.1.draft": {"max_tokens": 99, "prompt": "all {{item}}"}}));
}

#[test]
fn a_round_may_have_a_step_of_its_own() {
    let polish = json!({"id": "polish", "label": "Polish", "type": "loop", "until": "iteration == 3", "max_iterations": 3,
        "steps": [step("draft", "{{iteration}}")]});
    let mut world = finished(&[polish]);
    retry(&mut world, "polish.2.draft", only_here(prompt("second")));
    let prompts = [1, 2, 3].map(|round| world.run(&format!("polish.{round}.draft")).prompt.clone().unwrap());
    assert_eq!(prompts, ["1", "second", "3"]);
}

#[test]
fn outside_of_items_and_rounds_a_step_has_one_run() {
    let mut world = finished(&each());
    retry(&mut world, "topics", only_here(prompt("y")));
    assert_eq!(world.run("topics").prompt.as_deref(), Some("y"));
    assert!(world.machine.journal().snapshot.own_changes.is_empty());
}

#[test]
fn what_an_own_prompt_uses_counts_for_its_run_alone() {
    let mut world = finished(&each());
    retry(&mut world, "each.1.draft", only_here(prompt("{{steps.TOPICS.content}} {{item}}")));
    let repeats = rerun(world.machine.index(), world.machine.runs(), &path("topics")).repeats;
    let repeats: Vec<&str> = repeats.iter().map(|repeat| repeat.path.as_str()).collect();
    assert_eq!(repeats, ["topics", "each.1.draft"]);
    let output = OverrideOutput { content: Some("by hand".into()), output: None };
    world.command(Command::Override(path("topics"), output)).unwrap();
    let stale = [0, 1, 2].map(|item| world.run(&format!("each.{item}.draft")).stale);
    assert_eq!(stale, [false, true, false]);
}

#[test]
fn a_change_before_an_item_runs_waits_for_it() {
    let mut steps = each();
    steps[1]["max_concurrency"] = json!(1);
    let mut world = World::started(&steps);
    world.end(&path("topics"), End::Answer);
    world.command(Command::PatchStep(path("each.2.draft"), only_here(prompt("later {{item}}")))).unwrap();
    world.finish();
    assert_eq!(prompts(&world), ["a", "b", "later c"]);
}

#[test]
fn changes_of_single_runs_are_checked_and_bounded() {
    let mut world = finished(&each());
    let mut refused = |patch: PatchStep| match world.command(Command::Retry(path("each.1.draft"), only_here(patch))) {
        Err(EngineError::Invalid(code, fields)) => (code, fields[0].pointer.clone()),
        other => panic!("{other:?}"),
    };
    let switched = PatchStep { enabled: Some(true), ..prompt("x") };
    assert_eq!(refused(switched), (ErrorCode::InvalidRequest, "/only_here".to_owned()));
    assert_eq!(refused(prompt("{{steps.Nobody.content}}")), (ErrorCode::InvalidDefinition, "/prompt".to_owned()));
    let mut journal = world.machine.journal().clone();
    for item in 0..MAX_OWN_CHANGES {
        let at = path(&format!("each.{item}.draft"));
        journal.snapshot = changed_snapshot(&journal, &at, &only_here(prompt("own")), None).unwrap().0;
    }
    let again = changed_snapshot(&journal, &path("each.0.draft"), &only_here(prompt("again")), None);
    assert!(again.is_ok(), "it has a change already");
    let one_more = path(&format!("each.{MAX_OWN_CHANGES}.draft"));
    let refused = changed_snapshot(&journal, &one_more, &only_here(prompt("own")), None).unwrap_err();
    assert!(matches!(refused, EngineError::Invalid(ErrorCode::InvalidRequest, _)), "{refused}");
}
