//! Branches and items at once.

use serde_json::{Value, json};
use sluice_types::{
    AttemptStatus, ErrorCode, ExecutionStatus, GateKind, PatchExecution, ReviewDecision, StepRunStatus,
};

use super::world::{Crash, End, World, path, review, step};
use crate::machine::Command;

/// Three branches, and a step that uses them.
fn fan(extra: &Value) -> Vec<Value> {
    let mut fan = json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [
        {"name": "eu", "steps": [step("eu_draft", "eu"), step("eu_check", "check {{steps.EU_DRAFT.content}}")]},
        {"name": "us", "steps": [step("us_draft", "us")]},
        {"name": "asia", "steps": [step("asia_draft", "asia")]},
    ]});
    fan.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    vec![fan, step("after", "{{steps.Fan.us}} {{steps.Fan.errors}}")]
}

/// A step for each item of a list in the input, and a step that uses them.
fn each(items: &str, extra: &Value) -> Vec<Value> {
    let mut each = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": items,
        "steps": [step("draft", "{{index}}: {{item}} of {{input.topic}}"), step("check", "{{steps.DRAFT.content}} {{steps.Each.item}}")]});
    each.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    vec![each, step("after", "{{ steps.Each.output | length }}")]
}

fn under_way(world: &World) -> Vec<String> {
    let mut paths: Vec<String> = world.tasks.iter().map(|task| task.path.to_string()).collect();
    paths.sort();
    paths
}

fn finished(steps: &[Value]) -> World {
    let mut world = World::started(steps);
    world.finish();
    world
}

#[test]
fn branches_run_at_once_and_join() {
    let mut world = World::started(&fan(&json!({})));
    assert_eq!(under_way(&world), ["fan.asia.asia_draft", "fan.eu.eu_draft", "fan.us.us_draft"]);
    world.end(&path("fan.us.us_draft"), End::Answer);
    world.end(&path("fan.eu.eu_draft"), End::Answer);
    assert_eq!(under_way(&world), ["fan.asia.asia_draft", "fan.eu.eu_check"]);
    world.finish();
    let output = json!({"eu": "<check <eu>>", "us": "<us>", "asia": "<asia>"});
    assert_eq!(world.run("fan").output, Some(output));
    assert_eq!(world.run("fan").choice.as_ref().unwrap().count, Some(3));
    assert_eq!(world.run("after").prompt.as_deref(), Some("<us> {}"));
}

#[test]
fn no_more_than_max_concurrency_run_at_once() {
    let mut world = World::started(&fan(&json!({"max_concurrency": 2})));
    assert_eq!(under_way(&world), ["fan.eu.eu_draft", "fan.us.us_draft"]);
    // The branch is not over: the next one waits.
    world.end(&path("fan.eu.eu_draft"), End::Answer);
    assert_eq!(under_way(&world), ["fan.eu.eu_check", "fan.us.us_draft"]);
    world.end(&path("fan.us.us_draft"), End::Answer);
    assert_eq!(under_way(&world), ["fan.asia.asia_draft", "fan.eu.eu_check"]);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

#[test]
fn items_see_themselves_and_their_output_is_a_list_in_their_order() {
    let mut world = World::started(&each("['a', {'b': 1}, 3]", &json!({})));
    assert_eq!(under_way(&world), ["each.0.draft", "each.1.draft", "each.2.draft"]);
    for item in [2, 0, 1] {
        world.end(&path(&format!("each.{item}.draft")), End::Answer);
    }
    assert_eq!(world.run("each.1.draft").prompt.as_deref(), Some("1: {\"b\":1} of tea"));
    assert_eq!(world.run("each.2.check").prompt.as_deref(), Some("<2: 3 of tea> 3"));
    world.finish();
    let output = world.run("each").output.clone().unwrap();
    assert_eq!(output[0], "<<0: a of tea> a>");
    assert_eq!((output.as_array().unwrap().len(), &output[2]), (3, &json!("<<2: 3 of tea> 3>")));
    assert_eq!(world.run("after").prompt.as_deref(), Some("3"));
    let record = world.record("each");
    assert_eq!(record.items.as_deref(), Some(&vec![json!("a"), json!({"b": 1}), json!(3)]));
    assert!(record.order_key < world.record("each.0.draft").order_key);
    assert!(world.record("each.0.check").order_key < world.record("each.1.draft").order_key);
}

#[test]
fn no_item_is_an_empty_list() {
    let world = finished(&each("[]", &json!({})));
    assert_eq!(world.run("each").output, Some(json!([])));
    assert_eq!(world.run("after").prompt.as_deref(), Some("0"));
}

#[test]
fn what_is_no_list_or_too_long_fails_by_name() {
    for (items, code, words) in [
        ("input", ErrorCode::NotAList, "an object"),
        ("input.topic", ErrorCode::NotAList, "a text"),
        ("none", ErrorCode::NotAList, "null"),
        ("input.gone", ErrorCode::NotAList, "not there"),
        ("7", ErrorCode::NotAList, "a number"),
        ("input.topic.gone.more", ErrorCode::InvalidTemplate, "`for_each`"),
        ("range(10001)", ErrorCode::TooManyItems, "10001 items"),
        ("['x' * 1048577]", ErrorCode::ItemTooLarge, "Item 0"),
        ("[1, ['y' * 1048577]]", ErrorCode::ItemTooLarge, "Item 1"),
    ] {
        let world = finished(&each(items, &json!({})));
        let error = world.run("each").error.clone().unwrap();
        assert_eq!((world.status(), error.code), (ExecutionStatus::Failed, code), "{items}: {}", error.message);
        assert!(error.message.contains(words), "{items}: {}", error.message);
        assert!(world.begun.is_empty(), "{items}");
    }
}

#[test]
fn a_failure_stops_the_siblings_and_keeps_their_text_and_cost() {
    let mut world = World::started(&fan(&json!({})));
    world.end(&path("fan.us.us_draft"), End::Answer);
    world.end(&path("fan.eu.eu_draft"), End::Rejected);
    assert_eq!(world.status(), ExecutionStatus::Failed);
    let stopped = world.run("fan.asia.asia_draft");
    assert_eq!((stopped.status, stopped.content.as_deref()), (StepRunStatus::Cancelled, Some("half")));
    let attempt = world.attempts.iter().find(|record| record.path == path("fan.asia.asia_draft")).unwrap();
    assert_eq!((attempt.attempt.status, attempt.attempt.usage_estimated), (AttemptStatus::Cancelled, true));
    assert!(attempt.attempt.token_usage.output_tokens > 0);
    assert!(world.tasks.is_empty(), "the call is aborted");
    let error = world.machine.journal().state.error.clone().unwrap();
    assert_eq!((error.code, error.path), (ErrorCode::ProviderRejected, Some(path("fan.eu.eu_draft"))));
    assert_eq!(world.run("fan.us.us_draft").status, StepRunStatus::Completed);
    assert!(world.run("fan").token_usage.output_tokens > 0, "the container adds up what it has cost");
}

#[test]
fn with_continue_the_others_end_and_the_error_stands_in_the_place_of_the_output() {
    let mut world = World::started(&fan(&json!({"on_error": "continue"})));
    world.end(&path("fan.eu.eu_draft"), End::Rejected);
    assert_eq!(world.status(), ExecutionStatus::Running);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    assert_eq!(world.run("fan").output, Some(json!({"eu": null, "us": "<us>", "asia": "<asia>"})));
    assert_eq!(world.run("fan").choice.as_ref().unwrap().failed, Some(1));
    let prompt = world.run("after").prompt.clone().unwrap();
    assert!(prompt.contains("provider_rejected") && prompt.contains("fan.eu.eu_draft"), "{prompt}");
}

#[test]
fn gates_in_several_branches_are_decided_each_on_its_own_while_others_go_on() {
    let branch = |name: &str| json!({"name": name, "steps": [step(&format!("{name}_draft"), name), review(&format!("{name}_look"))]});
    let steps = [
        json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [branch("a"), branch("b"), branch("c")]}),
        step("after", "{{steps.Fan.output}}"),
    ];
    let mut world = World::started(&steps);
    world.end(&path("fan.a.a_draft"), End::Answer);
    world.end(&path("fan.b.b_draft"), End::Answer);
    assert_eq!(world.machine.runs().at_gates().count(), 2);
    assert_eq!(world.status(), ExecutionStatus::Running, "`c` is under way");
    world.decide(&path("fan.b.b_look"), ReviewDecision::Approve);
    assert_eq!(world.run("fan.a.a_look").status, StepRunStatus::Waiting);
    world.end(&path("fan.c.c_draft"), End::Answer);
    assert_eq!(world.status(), ExecutionStatus::Paused, "nothing is under way");
    // Revising one draft leaves the other gate alone.
    let request = sluice_types::DecideGate {
        decision: ReviewDecision::Revise,
        comment: Some("shorter".into()),
        content: None,
        budget_usd: None,
        opened_seq: None,
    };
    world.command(Command::Review(path("fan.c.c_look"), request)).unwrap();
    assert_eq!(under_way(&world), ["fan.c.c_draft"]);
    assert_eq!(world.run("fan.a.a_look").status, StepRunStatus::Waiting);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    let completed = |at: &str| world.attempts.iter().filter(|record| record.path == path(at)).count();
    assert_eq!((completed("fan.a.a_draft"), completed("fan.c.c_draft")), (1, 2));
}

#[test]
fn a_rejection_in_a_branch_fails_the_step_and_closes_the_other_gates() {
    let branch = |name: &str| json!({"name": name, "steps": [review(&format!("{name}_look"))]});
    let fan = json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [branch("a"), branch("b")]});
    let mut world = World::started(&[fan]);
    world.decide(&path("fan.a.a_look"), ReviewDecision::Reject);
    assert_eq!((world.status(), world.run("fan").status), (ExecutionStatus::Failed, StepRunStatus::Failed));
    let other = world.run("fan.b.b_look");
    assert_eq!((other.status, other.gate.is_none()), (StepRunStatus::Cancelled, true));
}

#[test]
fn siblings_share_the_budget_and_wait_for_each_other_before_they_ask() {
    let dear = |id: &str| {
        let mut step = step(id, "x");
        (step["provider"], step["model"]) = (json!("openai"), json!("gpt-5.4"));
        step
    };
    let branch = |name: &str| json!({"name": name, "steps": [dear(name)]});
    let fan =
        json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [branch("a"), branch("b"), branch("c")]});
    let mut rich = World::with_budget(std::slice::from_ref(&fan), 3.0);
    rich.start();
    let reserved = |world: &World, at: &str| world.record(at).progress.reserved_usd;
    let all: Vec<f64> = ["fan.a.a", "fan.b.b", "fan.c.c"].iter().map(|at| reserved(&rich, at)).collect();
    assert!(all.iter().all(|usd| *usd > 0.9 && *usd <= 1.0 + 1e-4), "{all:?}");
    // A budget for one usual answer: the others wait, and nobody is asked.
    let usual = World::with_budget(std::slice::from_ref(&fan), 1e-9).needed();
    let mut poor = World::with_budget(&[fan], usual * 1.5);
    poor.start();
    assert_eq!(under_way(&poor), ["fan.a.a"]);
    assert_eq!(poor.machine.runs().at_gates().count(), 0);
    poor.end(&path("fan.a.a"), End::Answer);
    assert_eq!(under_way(&poor), ["fan.b.b"]);
    poor.finish();
    assert_eq!(poor.status(), ExecutionStatus::Completed);
}

#[test]
fn a_budget_that_covers_no_sibling_asks_and_a_larger_one_lets_all_go_on() {
    let mut dear = step("a", "x");
    (dear["provider"], dear["model"]) = (json!("openai"), json!("gpt-5.4"));
    let each = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "[1, 2]", "steps": [dear]});
    let mut world = World::with_budget(&[each], 1e-6);
    world.start();
    let gates = world.machine.runs().at_gates().map(|run| run.gate.as_ref().unwrap().kind);
    assert_eq!(gates.collect::<Vec<_>>(), [GateKind::Budget, GateKind::Budget]);
    let patch = PatchExecution { budget_usd: Some(Some(10.0)), ..PatchExecution::default() };
    world.command(Command::Patch(patch)).unwrap();
    assert_eq!(under_way(&world), ["each.0.a", "each.1.a"]);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

#[test]
fn a_pause_holds_all_branches_and_a_resume_starts_them() {
    let mut world = World::started(&fan(&json!({})));
    world.command(Command::Pause).unwrap();
    world.end(&path("fan.eu.eu_draft"), End::Answer);
    world.end(&path("fan.us.us_draft"), End::Answer);
    assert_eq!(under_way(&world), ["fan.asia.asia_draft"]);
    assert_eq!(world.status(), ExecutionStatus::Paused);
    world.command(Command::Resume).unwrap();
    assert_eq!(under_way(&world), ["fan.asia.asia_draft", "fan.eu.eu_check"]);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

#[test]
fn a_cancel_stops_500_branches_with_their_texts() {
    let mut world = World::started(&each("range(500)", &json!({"max_concurrency": 1000})));
    assert_eq!(world.tasks.len(), 500);
    world.command(Command::Cancel).unwrap();
    assert_eq!((world.status(), world.tasks.len()), (ExecutionStatus::Cancelled, 0));
    let kept = world.attempts.iter().filter(|record| {
        record.attempt.status == AttemptStatus::Cancelled && record.attempt.content.as_deref() == Some("half")
    });
    assert_eq!(kept.count(), 500);
    assert_eq!(world.run("each").status, StepRunStatus::Cancelled);
    assert!(world.machine.runs().running().next().is_none() && world.machine.runs().containers().next().is_none());
    // A retry goes on with the items that were stopped.
    world.command(Command::Retry(path("each.7.draft"), sluice_types::PatchStep::default())).unwrap();
    assert_eq!(world.tasks.len(), 500);
}

#[test]
fn an_interruption_of_many_attempts_asks_once() {
    let mut world = World::started(&each("range(5)", &json!({})));
    for _ in 0..3 {
        world.crash();
        world.pass(chrono::TimeDelta::minutes(1));
    }
    assert_eq!(world.status(), ExecutionStatus::Paused);
    assert!(!world.machine.journal().state.live);
    let gates: Vec<String> = world.machine.runs().at_gates().map(|run| run.path.to_string()).collect();
    assert_eq!(gates, ["each.0.draft"]);
    world.decide(&path("each.0.draft"), ReviewDecision::Repeat);
    assert_eq!(world.tasks.len(), 5);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

#[test]
fn a_crash_between_the_decision_and_the_first_item_repeats_no_decision() {
    for crash in [Crash::BeforeCommit, Crash::AfterCommit] {
        for turn in 0..8 {
            let mut world = World::of(&each("['a', 'b']", &json!({"max_concurrency": 1})));
            world.crashes.insert(turn, crash);
            world.start();
            world.finish();
            assert_eq!(world.status(), ExecutionStatus::Completed, "{crash:?} {turn}");
            let decisions = world.events.iter().filter(|event| event.message.as_deref() == Some("2 items"));
            assert!(decisions.count() <= 1, "{crash:?} {turn}");
            assert_eq!(world.run("each").output.as_ref().unwrap()[1], "<<1: b of tea> b>");
        }
    }
}

#[test]
fn a_step_that_writes_in_a_branch_asks_after_a_crash_while_the_others_go_on() {
    let mut steps = fan(&json!({}));
    steps[0]["branches"][0]["steps"][0]["effect"] = json!("writes");
    let mut world = World::started(&steps);
    world.crash();
    assert_eq!(world.run("fan.eu.eu_draft").status, StepRunStatus::OutcomeUnknown);
    assert_eq!(under_way(&world), ["fan.asia.asia_draft", "fan.us.us_draft"]);
    assert_eq!(world.status(), ExecutionStatus::Running);
}

#[test]
fn containers_stand_inside_containers() {
    let inner = json!({"id": "polish", "label": "Polish", "type": "loop", "until": "iteration == item", "max_iterations": 5,
        "steps": [step("say", "{{item}}.{{iteration}} after {{ previous }}")]});
    let route = json!({"id": "route", "label": "Route", "type": "conditional",
        "cases": [{"name": "odd", "when": "item % 2 == 1", "steps": [inner]}],
        "otherwise": {"steps": [step("even", "even {{steps.Each.item}}")]}});
    let each = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "[1, 2, 3]", "steps": [route]});
    let world = finished(&[each]);
    assert_eq!(world.status(), ExecutionStatus::Completed);
    let three = "<3.3 after <3.2 after <3.1 after null>>>";
    assert_eq!(world.run("each").output, Some(json!(["<1.1 after null>", "<even 2>", three])));
    assert_eq!(world.run("each.2.route.odd.polish.3.say").status, StepRunStatus::Completed);
    assert_eq!(world.machine.journal().state.output, world.run("each").output);
}

#[test]
fn an_answer_holds_what_is_under_way_and_not_all_items() {
    let mut world = World::started(&each("range(1000)", &json!({"max_concurrency": 300})));
    for item in 0..50 {
        world.end(&path(&format!("each.{item}.draft")), End::Answer);
    }
    let execution = world.machine.execution();
    assert_eq!(execution.steps.len(), 2 + 200);
    let paths: Vec<&str> = execution.steps.iter().map(|run| run.path.as_str()).collect();
    assert_eq!((paths[0], paths[1], paths[201]), ("each", "each.0.check", "after"));
}

/// The number of turns and the number of step runs written.
fn effort(items: usize) -> (usize, usize) {
    let mut world = World::started(&each(&format!("range({items})"), &json!({})));
    while !world.tasks.is_empty() {
        world.end_all(End::Answer);
    }
    assert_eq!(world.status(), ExecutionStatus::Completed);
    (world.turns(), world.written)
}

#[test]
fn ten_thousand_items_take_linear_effort() {
    let (small, large) = (effort(100), effort(10_000));
    // A hundred times the items: a hundred times the turns and rows, and the few of the steps around them.
    assert!(large.0 <= 100 * small.0, "turns: {small:?} {large:?}");
    assert!(large.1 <= 100 * small.1, "rows: {small:?} {large:?}");
    // The ends of 20 items share a turn.
    assert!(large.0 <= 2 * 10_000 / 20 + 10, "{large:?}");
}
