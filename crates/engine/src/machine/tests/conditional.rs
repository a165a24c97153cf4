//! Conditionals: which case runs, and what is recorded of it.

use serde_json::{Value, json};
use sluice_types::{ErrorCode, EventType, ExecutionStatus, StepRunStatus};

use super::world::{Crash, End, World, path, step};

/// A step that says `kind`, and a conditional with the cases `bug` and `big` on it.
fn routed(kind: &str, otherwise: Option<Value>) -> Vec<Value> {
    let mut route = json!({"id": "route", "label": "Route", "type": "conditional", "cases": [
        {"name": "bug", "when": "steps.Kind.content == '<bug>'", "steps": [step("fix", "fix {{steps.Kind.content}}"), step("note", "noted {{steps.FIX.content}}")]},
        {"name": "big", "when": "steps.kind.output in ['<big>', '<huge>'] and input.topic == 'tea'", "steps": [step("plan", "plan")]},
    ]});
    if let Some(otherwise) = otherwise {
        route["otherwise"] = otherwise;
    }
    let mut first = step("kind", kind);
    first["label"] = json!("Kind");
    vec![first, route, step("after", "{{steps.Route.case}}: {{steps.Route.content}}")]
}

fn finished(steps: &[Value]) -> World {
    let mut world = World::started(steps);
    world.finish();
    world
}

#[test]
fn the_first_case_that_holds_runs_and_its_last_output_is_that_of_the_conditional() {
    let world = finished(&routed("bug", None));
    assert_eq!(world.status(), ExecutionStatus::Completed);
    let route = world.run("route");
    assert_eq!(route.output, Some(json!("<noted <fix <bug>>>")));
    assert_eq!(route.content.as_deref(), Some("<noted <fix <bug>>>"));
    assert_eq!(world.run("route.bug.note").status, StepRunStatus::Completed);
    assert!(!world.has_run("route.big.plan"), "the other case is not reached");
    assert_eq!(world.run("after").prompt.as_deref(), Some("bug: <noted <fix <bug>>>"));
}

#[test]
fn a_conditional_records_its_case_and_the_values_at_the_time() {
    let world = finished(&routed("huge", None));
    let choice = serde_json::to_value(world.run("route").choice.as_ref().unwrap()).unwrap();
    let kind = json!({"name": "steps.Kind.content", "value": "<huge>"});
    assert_eq!(
        choice,
        json!({"case": "big", "tested": [
            {"case": "bug", "held": false, "values": [kind]},
            {"case": "big", "held": true, "values": [{"name": "steps.kind.output", "value": "<huge>"}, {"name": "input.topic", "value": "tea"}]},
        ]})
    );
    let told = world.events.iter().find(|event| event.path == Some(path("route"))).unwrap();
    assert_eq!((told.event_type, told.message.as_deref()), (EventType::Progress, Some("Case “big”.")));
    assert_eq!(told.step_status, Some(StepRunStatus::Running));
}

#[test]
fn without_a_case_that_holds_otherwise_runs_or_nothing() {
    let world = finished(&routed("odd", Some(json!({"steps": [step("ask", "ask")]}))));
    assert_eq!(world.run("after").prompt.as_deref(), Some("otherwise: <ask>"));
    assert_eq!(world.run("route.otherwise.ask").status, StepRunStatus::Completed);
    let world = finished(&routed("odd", None));
    assert_eq!((world.status(), world.run("route").status), (ExecutionStatus::Completed, StepRunStatus::Completed));
    assert_eq!(world.run("route").output, Some(Value::Null));
    assert_eq!(world.run("after").prompt.as_deref(), Some("null: null"));
}

#[test]
fn the_jump_of_a_case_leads_on_in_the_list_around() {
    let mut steps = routed("bug", None);
    steps[1]["cases"][0]["next"] = json!("last");
    steps[1]["cases"][1]["next"] = json!("end");
    steps.push(step("last", "last"));
    let world = finished(&steps);
    assert_eq!(
        (world.run("after").status, world.run("last").status),
        (StepRunStatus::Skipped, StepRunStatus::Completed)
    );
    steps[0]["prompt"] = json!("big");
    let world = finished(&steps);
    assert_eq!((world.run("after").status, world.run("last").status), (StepRunStatus::Skipped, StepRunStatus::Skipped));
    steps[0]["prompt"] = json!("odd");
    let world = finished(&steps);
    assert_eq!(
        (world.run("after").status, world.run("last").status),
        (StepRunStatus::Completed, StepRunStatus::Completed)
    );
}

#[test]
fn a_condition_that_is_no_boolean_fails_the_conditional_by_name() {
    for (when, code, words) in [
        ("steps.Kind.content", ErrorCode::ConditionNotBoolean, "`when` of the case `bug` is a text"),
        ("1", ErrorCode::ConditionNotBoolean, "a number"),
        ("input", ErrorCode::ConditionNotBoolean, "an object"),
        ("input.nothing", ErrorCode::ConditionNotBoolean, "not there"),
        ("none", ErrorCode::ConditionNotBoolean, "null"),
        ("input.a.b == 1", ErrorCode::InvalidTemplate, "`when` of the case `bug`"),
        ("true }} text {{ true", ErrorCode::InvalidTemplate, "not one expression"),
        ("true == ", ErrorCode::InvalidTemplate, "`when` of the case `bug`"),
        ("", ErrorCode::InvalidTemplate, "empty"),
    ] {
        let mut steps = routed("bug", None);
        steps[1]["cases"][0]["when"] = json!(when);
        let world = finished(&steps);
        assert_eq!(world.status(), ExecutionStatus::Failed, "{when}");
        let error = world.run("route").error.clone().unwrap();
        assert_eq!(error.code, code, "{when}: {}", error.message);
        assert!(error.message.contains(words), "{when}: {}", error.message);
        assert!(!world.has_run("route.bug.fix"), "{when}");
    }
}

#[test]
fn a_step_that_fails_inside_fails_the_conditional_and_the_error_says_where() {
    let mut world = World::of(&routed("bug", None));
    world.script.insert(path("route.bug.fix"), vec![End::Rejected]);
    world.start();
    world.finish();
    let error = world.machine.journal().state.error.clone().unwrap();
    assert_eq!((error.code, error.path), (ErrorCode::ProviderRejected, Some(path("route.bug.fix"))));
    assert_eq!(world.run("route").status, StepRunStatus::Failed);
    assert_eq!(world.run("route").error.as_ref().and_then(|error| error.path.clone()), Some(path("route.bug.fix")));
    assert!(!world.has_run("route.bug.note"));
}

#[test]
fn a_case_is_decided_once_however_often_the_server_stops() {
    // The turn that ends `kind` decides: a crash before its commit decides anew, one after it does not.
    for crash in [Crash::BeforeCommit, Crash::AfterCommit] {
        for turn in 0..4 {
            let mut world = World::of(&routed("bug", None));
            world.crashes.insert(turn, crash);
            world.start();
            world.finish();
            assert_eq!(world.status(), ExecutionStatus::Completed, "{crash:?} {turn}");
            let decisions = world.events.iter().filter(|event| event.message.as_deref() == Some("Case “bug”."));
            assert!(decisions.count() <= 1, "{crash:?} {turn}");
            assert_eq!(world.run("route").output, Some(json!("<noted <fix <bug>>>")), "{crash:?} {turn}");
        }
    }
}

#[test]
fn a_disabled_conditional_is_skipped_with_all_inside() {
    let mut steps = routed("bug", None);
    steps[1]["enabled"] = json!(false);
    steps[2]["prompt"] = json!("alone");
    let world = finished(&steps);
    assert_eq!(world.run("route").status, StepRunStatus::Skipped);
    assert!(!world.has_run("route.bug.fix"));
}
