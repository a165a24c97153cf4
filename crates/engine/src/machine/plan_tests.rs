//! Tables and properties of the planner.

use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_store::{AgentMemory, AttemptProgress, StepRecord};
use sluice_types::{Definition, Step, StepRun};

use super::*;
use crate::machine::pending_run;

fn definition(steps: &[Value]) -> Definition {
    serde_json::from_value(json!({ "steps": steps })).unwrap()
}

fn llm(id: &str) -> Value {
    json!({"id": id, "label": id, "type": "llm", "prompt": "x"})
}

fn record(step: &Step, status: StepRunStatus) -> StepRecord {
    let run = StepRun { status, ..pending_run(&StepPath::top(&step.id), step) };
    StepRecord {
        run,
        order_key: Vec::new(),
        progress: AttemptProgress::default(),
        items: None,
        memory: AgentMemory::default(),
    }
}

fn runs(definition: &Definition, statuses: &[(&str, StepRunStatus)]) -> Vec<StepRecord> {
    statuses
        .iter()
        .map(|(id, status)| {
            let step = definition.steps.iter().find(|step| step.id.as_str() == *id).unwrap();
            record(step, *status)
        })
        .collect()
}

fn planned(definition: &Definition, statuses: &[(&str, StepRunStatus)], yolo: bool, on_hold: bool) -> Vec<Action> {
    plan(&Index::of(definition), &Runs::new(runs(definition, statuses)), Mode { yolo, on_hold })
}

fn path(id: &str) -> StepPath {
    StepPath::new(id).unwrap()
}

use StepRunStatus::{Completed, Failed, OutcomeUnknown, Running, Skipped, Waiting};

#[test]
fn steps_run_one_after_the_other() {
    let two = definition(&[llm("a"), llm("b")]);
    assert_eq!(planned(&two, &[], false, false), [Action::Start(path("a"))]);
    assert_eq!(planned(&two, &[("a", Running)], false, false), []);
    assert_eq!(planned(&two, &[("a", Completed)], false, false), [Action::Start(path("b"))]);
    assert_eq!(planned(&two, &[("a", Completed), ("b", Completed)], false, false), [Action::Complete(ListPath::ROOT)]);
    assert_eq!(planned(&two, &[("a", Failed)], false, false), [Action::Fail(ListPath::ROOT, path("a"))]);
    assert_eq!(planned(&two, &[("a", OutcomeUnknown)], false, false), []);
}

#[test]
fn a_hold_starts_nothing_and_still_ends() {
    let two = definition(&[llm("a"), llm("b")]);
    assert_eq!(planned(&two, &[("a", Completed)], false, true), []);
    assert_eq!(planned(&two, &[("a", Completed), ("b", Completed)], false, true), [Action::Complete(ListPath::ROOT)]);
}

#[test]
fn reviews_open_gates_unless_yolo() {
    let review = definition(&[llm("a"), json!({"id": "r", "label": "r", "type": "review"}), llm("b")]);
    assert_eq!(planned(&review, &[("a", Completed)], false, false), [Action::OpenGate(path("r"))]);
    assert_eq!(planned(&review, &[("a", Completed), ("r", Waiting)], false, false), []);
    assert_eq!(
        planned(&review, &[("a", Completed)], true, false),
        [Action::Skip(path("r"), SkipReason::Yolo), Action::Start(path("b"))]
    );
}

#[test]
fn jumps_and_switches_skip() {
    let jump = definition(&[
        json!({"id": "a", "label": "a", "type": "llm", "prompt": "x", "next": "c"}),
        llm("b"),
        json!({"id": "c", "label": "c", "type": "llm", "prompt": "x", "enabled": false}),
        json!({"id": "d", "label": "d", "type": "llm", "prompt": "x", "next": "end"}),
        llm("e"),
    ]);
    assert_eq!(
        planned(&jump, &[("a", Completed)], false, false),
        [
            Action::Skip(path("b"), SkipReason::JumpedOver),
            Action::Skip(path("c"), SkipReason::Disabled),
            Action::Start(path("d"))
        ]
    );
    assert_eq!(
        planned(&jump, &[("a", Completed), ("b", Skipped), ("c", Skipped), ("d", Completed)], false, false),
        [Action::Skip(path("e"), SkipReason::JumpedOver), Action::Complete(ListPath::ROOT)]
    );
}

fn any_definition() -> impl Strategy<Value = Definition> {
    proptest::collection::vec((any::<bool>(), any::<bool>(), proptest::option::of(1usize..6)), 1..8).prop_map(|kinds| {
        let count = kinds.len();
        let steps: Vec<Value> = kinds
            .into_iter()
            .enumerate()
            .map(|(at, (review, enabled, jump))| {
                let mut step = json!({"id": format!("s{at}"), "label": format!("s{at}"), "enabled": enabled,
                    "type": if review { "review" } else { "llm" }});
                if !review {
                    step["prompt"] = "x".into();
                }
                if let Some(jump) = jump {
                    step["next"] = if at + jump < count { format!("s{}", at + jump).into() } else { "end".into() };
                }
                step
            })
            .collect();
        definition(&steps)
    })
}

/// Carries out a plan; every started step completes.
fn drive(definition: &Definition, yolo: bool) -> Vec<StepRecord> {
    let index = Index::of(definition);
    let mut records: Vec<StepRecord> = Vec::new();
    for _ in 0..100 {
        for action in plan(&index, &Runs::new(records.clone()), Mode { yolo, on_hold: false }) {
            let (path, status) = match action {
                Action::Start(path) | Action::OpenGate(path) => (path, Completed),
                Action::Skip(path, _) => (path, Skipped),
                Action::Complete(_) => return records,
                other => panic!("{other:?}"),
            };
            assert!(!records.iter().any(|record| record.run.path == path), "{path} ran twice");
            records.push(record(&index.at(&path).unwrap().step, status));
        }
    }
    panic!("the run does not end")
}

proptest! {
    #[test]
    fn every_run_ends_with_each_step_done_once(definition in any_definition(), yolo in any::<bool>()) {
        prop_assert_eq!(drive(&definition, yolo).len(), definition.steps.len());
    }

    #[test]
    fn planning_again_says_the_same(definition in any_definition(), yolo in any::<bool>()) {
        let index = Index::of(&definition);
        let mode = Mode { yolo, on_hold: false };
        let records = drive(&definition, yolo);
        for upto in 0..records.len() {
            let runs = Runs::new(records[..upto].to_vec());
            prop_assert_eq!(plan(&index, &runs, mode), plan(&index, &runs, mode));
        }
    }

    #[test]
    fn a_hold_never_starts(definition in any_definition(), yolo in any::<bool>()) {
        let index = Index::of(&definition);
        let records = drive(&definition, yolo);
        for upto in 0..records.len() {
            let runs = Runs::new(records[..upto].to_vec());
            let actions = plan(&index, &runs, Mode { yolo, on_hold: true });
            prop_assert!(!actions.iter().any(|action| matches!(action, Action::Start(_) | Action::OpenGate(_))));
        }
    }

    #[test]
    fn a_run_leads_to_the_steps_that_it_does_not_jump_over(definition in any_definition()) {
        let index = Index::of(&definition);
        for record in drive(&definition, false) {
            let place = index.at(&record.run.path).unwrap();
            if place.step.enabled {
                prop_assert_eq!(index.leads_to(place), record.run.status != Skipped, "{}", record.run.path);
            }
        }
    }
}
