use serde_json::{Value, json};
use sluice_types::{Definition, Execution, ExecutionStatus, ReviewDecision, StepPath, StepRunStatus};

use super::{decisions, run_actions, stale_after_override, step_actions};
use crate::run::RunState;

/// A run with these steps: id, and differences from a pending `llm` step.
fn run(status: ExecutionStatus, on_hold: bool, steps: &[(&str, Value)]) -> RunState {
    let usage = json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0});
    let steps: Vec<Value> = steps
        .iter()
        .map(|(id, changes)| {
            let mut step = json!({
                "path": id, "step_id": id, "label": id, "type": "llm", "status": "pending", "attempt": 0,
                "token_usage": usage, "cost_usd": 0.0, "overridden": false,
            });
            step.as_object_mut().unwrap().extend(changes.as_object().cloned().unwrap_or_default());
            step
        })
        .collect();
    let execution: Execution = serde_json::from_value(json!({
        "id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "workflow_id": "w", "workflow_version": 1,
        "status": status, "input": {}, "token_usage": usage, "cost_usd": 0.0, "yolo": false, "triggered_by": "api",
        "created_at": "2026-01-01T00:00:00Z", "on_hold": on_hold, "steps": steps, "steps_executed": [], "last_seq": 0,
        "step_results": {},
    }))
    .unwrap();
    RunState::new(execution)
}

/// Allowed actions on a run, by letter: pause, resume, cancel, delete, yolo, budget.
fn letters(status: ExecutionStatus, on_hold: bool) -> String {
    let actions = run_actions(&run(status, on_hold, &[]));
    [
        (actions.pause, 'p'),
        (actions.resume, 'r'),
        (actions.cancel, 'c'),
        (actions.delete, 'd'),
        (actions.yolo_switch, 'y'),
        (actions.edit_budget, 'b'),
    ]
    .iter()
    .filter_map(|&(allowed, letter)| allowed.then_some(letter))
    .collect()
}

#[test]
fn a_run_allows_what_the_server_accepts() {
    for (status, on_hold, expected) in [
        (ExecutionStatus::Pending, false, "pcyb"),
        (ExecutionStatus::Running, false, "pcyb"),
        (ExecutionStatus::Paused, false, "cyb"),
        (ExecutionStatus::Paused, true, "rcyb"),
        (ExecutionStatus::Completed, false, "d"),
        (ExecutionStatus::Failed, false, "d"),
        (ExecutionStatus::Cancelled, false, "d"),
    ] {
        assert_eq!(letters(status, on_hold), expected, "{status} {on_hold}");
    }
}

/// Allowed actions on the first step, by letter: model, enabled, override, retry.
fn step_letters(state: &RunState) -> String {
    let actions = step_actions(&state.steps()[0], state);
    [(actions.edit_model, 'm'), (actions.toggle_enabled, 'e'), (actions.override_output, 'o'), (actions.retry, 'r')]
        .iter()
        .filter_map(|&(allowed, letter)| allowed.then_some(letter))
        .collect()
}

#[test]
fn a_step_allows_what_the_server_accepts() {
    // For each status of the step: in a run that runs, that is paused, and that has ended.
    for (status, expected) in [
        (StepRunStatus::Pending, ["me", "me", "mer"]),
        (StepRunStatus::Running, ["", "", ""]),
        (StepRunStatus::Waiting, ["me", "me", "me"]),
        (StepRunStatus::Completed, ["", "or", "or"]),
        (StepRunStatus::Failed, ["me", "meor", "meor"]),
        (StepRunStatus::Skipped, ["me", "mer", "mer"]),
        (StepRunStatus::Cancelled, ["me", "meor", "meor"]),
        (StepRunStatus::OutcomeUnknown, ["me", "me", "me"]),
    ] {
        let found = [ExecutionStatus::Running, ExecutionStatus::Paused, ExecutionStatus::Failed]
            .map(|of_run| step_letters(&run(of_run, false, &[("a", json!({"status": status}))])));
        assert_eq!(found, expected.map(str::to_owned), "{status}");
    }
}

#[test]
fn a_review_has_no_model_to_change() {
    let review = json!({"type": "review", "status": "failed"});
    assert_eq!(step_letters(&run(ExecutionStatus::Failed, false, &[("a", review)])), "eor");
}

#[test]
fn a_hold_between_attempts_lets_a_running_step_be_changed() {
    let between = json!({"status": "running", "attempt": 1, "completed_at": "2026-01-01T00:00:01Z"});
    assert_eq!(step_letters(&run(ExecutionStatus::Paused, true, &[("a", between.clone())])), "mer");
    assert_eq!(step_letters(&run(ExecutionStatus::Running, false, &[("a", between)])), "");
}

#[test]
fn nothing_is_retried_beside_what_is_under_way_or_unknown() {
    let done = json!({"status": "completed"});
    for (status, expected) in [("running", "o"), ("outcome_unknown", "o"), ("waiting", "or"), ("failed", "or")] {
        let state = run(ExecutionStatus::Paused, false, &[("a", done.clone()), ("b", json!({"status": status}))]);
        assert_eq!(step_letters(&state), expected, "{status}");
    }
}

#[test]
fn a_gate_offers_only_decisions_that_are_possible() {
    let decide = |gate: Value| {
        let state = run(ExecutionStatus::Paused, false, &[("a", json!({"status": "waiting", "gate": gate}))]);
        decisions(&state.steps()[0])
    };
    let review = |shows: &[&str]| json!({"kind": "review", "message": "?", "shows": shows, "decisions": ["approve", "reject", "revise"]});
    assert_eq!(decide(review(&["x"])), [ReviewDecision::Approve, ReviewDecision::Reject, ReviewDecision::Revise]);
    assert_eq!(decide(review(&[])), [ReviewDecision::Approve, ReviewDecision::Reject]);
    let budget = |needed: Value| {
        json!({"kind": "budget", "message": "?", "needed_usd": needed,
            "decisions": ["raise_budget", "repeat", "stop"]})
    };
    assert_eq!(decide(budget(json!(1.0))).len(), 3);
    assert_eq!(decide(budget(Value::Null)), [ReviewDecision::Repeat, ReviewDecision::Stop]);
    assert!(decide(Value::Null).is_empty());
}

#[test]
fn an_override_leaves_stale_what_was_made_from_the_old_output() {
    let definition: Definition = serde_json::from_value(json!({"steps": [
        {"id": "a", "label": "A", "type": "llm", "prompt": "x"},
        {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.A.content}}"},
        {"id": "c", "label": "C", "type": "llm", "prompt": "alone"},
        {"id": "r", "label": "R", "type": "review", "shows": ["b"]},
        {"id": "d", "label": "D", "type": "llm", "prompt": "x", "system_prompt": "${steps.R.content}"},
        {"id": "e", "label": "E", "type": "llm", "prompt": "{{steps.d.output}}"},
    ]}))
    .unwrap();
    let done = || json!({"status": "completed"});
    let steps = |last: &str| {
        [
            ("a", done()),
            ("b", done()),
            ("c", done()),
            ("r", json!({"status": "skipped"})),
            ("d", done()),
            ("e", json!({"status": last})),
        ]
    };
    let stale = |last: &str, path: &str| {
        let state = run(ExecutionStatus::Paused, true, &steps(last));
        stale_after_override(&definition, &state, &StepPath::new(path).unwrap())
    };
    assert_eq!(stale("pending", "a"), ["B", "D"]);
    assert_eq!(stale("completed", "a"), ["B", "D", "E"]);
    assert_eq!(stale("completed", "d"), ["E"]);
    assert!(stale("completed", "c").is_empty() && stale("completed", "gone").is_empty());
}

#[test]
fn a_turn_keeps_what_it_said_and_an_agent_is_switched_off_as_a_whole() {
    let failed = json!({"step_id": "scout", "status": "failed"});
    let of = |path: &str| {
        let run = run(ExecutionStatus::Failed, false, &[(path, failed.clone())]);
        let may = step_actions(run.step(&StepPath::new(path).unwrap()).unwrap(), &run);
        (may.toggle_enabled, may.override_output, may.edit_model, may.retry)
    };
    assert_eq!(of("scout"), (true, true, true, true));
    assert_eq!(of("scout.2"), (false, false, true, true));
    assert_eq!(of("scout.2.0"), (false, true, true, true));
}
