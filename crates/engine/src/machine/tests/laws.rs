//! Laws that hold for any workflow, any failures and any crashes.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::{AttemptStatus, StepRunStatus};

use super::world::{Crash, End, World, path, review, step};

/// Steps that use the one before them, some disabled, some writing, some reviews, some jumps.
fn any_steps() -> impl Strategy<Value = Vec<Value>> {
    let one = (0..4_u8, any::<bool>(), any::<bool>(), proptest::option::weighted(0.2, 1..4_usize));
    proptest::collection::vec(one, 1..6).prop_map(|kinds| {
        let count = kinds.len();
        let mut last_model: Option<usize> = None;
        let mut steps = Vec::new();
        for (at, (kind, enabled, writes, jump)) in kinds.into_iter().enumerate() {
            let mut made = if kind == 0 {
                review(&format!("s{at}"))
            } else {
                step(
                    &format!("s{at}"),
                    &last_model.map_or("on {{input.topic}}".to_owned(), |last| {
                        format!("after {{{{steps.S{last}.content | default('nothing')}}}}")
                    }),
                )
            };
            made["enabled"] = json!(enabled || kind == 1);
            if kind != 0 {
                last_model = Some(at);
                made["effect"] = json!(if writes { "writes" } else { "pure" });
            }
            if let Some(jump) = jump {
                made["next"] = if at + jump < count { format!("s{}", at + jump).into() } else { "end".into() };
            }
            steps.push(made);
        }
        steps
    })
}

fn any_crashes() -> impl Strategy<Value = HashMap<usize, Crash>> {
    let crash = prop_oneof![Just(Crash::BeforeCommit), Just(Crash::AfterCommit)];
    proptest::collection::hash_map(0..24_usize, crash, 0..8)
}

fn any_script() -> impl Strategy<Value = HashMap<sluice_types::StepPath, Vec<End>>> {
    let end = prop_oneof![3 => Just(End::Answer), 1 => Just(End::Cut), 1 => Just(End::Refused), 1 => Just(End::Lost)];
    let step = (0..6_usize).prop_map(|at| path(&format!("s{at}")));
    // At most two failures: a step has as many retries.
    proptest::collection::hash_map(step, proptest::collection::vec(end, 0..2), 0..4)
}

fn driven(steps: &[Value], crashes: HashMap<usize, Crash>, script: HashMap<sluice_types::StepPath, Vec<End>>) -> World {
    let mut world = World::of(steps);
    world.crashes = crashes;
    world.script = script;
    world.start();
    world.finish();
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_run_that_crashes_anywhere_ends_as_one_that_did_not(
        steps in any_steps(), crashes in any_crashes(), script in any_script(),
    ) {
        let undisturbed = driven(&steps, HashMap::new(), script.clone());
        let disturbed = driven(&steps, crashes, script);
        prop_assert_eq!(disturbed.essence(), undisturbed.essence());
    }

    #[test]
    fn no_step_completes_twice_and_attempts_are_numbered(
        steps in any_steps(), crashes in any_crashes(), script in any_script(),
    ) {
        let world = driven(&steps, crashes, script);
        for run in world.machine.runs().iter() {
            let attempts: Vec<_> = world.attempts.iter().filter(|record| record.path == run.path).collect();
            let completed = attempts.iter().filter(|record| record.attempt.status == AttemptStatus::Completed).count();
            prop_assert!(completed <= 1, "{} completed {completed} times", run.path);
            let numbers: Vec<i32> = attempts.iter().map(|record| record.attempt.attempt).collect();
            prop_assert_eq!(numbers, (1..=run.attempt).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_step_that_writes_is_repeated_only_when_a_person_says_so(
        steps in any_steps(), crashes in any_crashes(), script in any_script(),
    ) {
        let world = driven(&steps, crashes, script);
        for made in steps.iter().filter(|made| made["effect"] == "writes") {
            let at = path(made["id"].as_str().unwrap());
            // Each further attempt was requested at a gate, or follows one that the provider refused.
            let records = world.attempts.iter().filter(|record| record.path == at);
            let unsafe_ends = records.filter(|record| match record.attempt.status {
                AttemptStatus::Interrupted => true,
                AttemptStatus::Failed => record.attempt.error.as_ref().is_some_and(|error| error.code == sluice_types::ErrorCode::ProviderUnavailable),
                _ => false,
            });
            let gates = world.events.iter().filter(|event| {
                event.path.as_ref() == Some(&at) && event.step_status == Some(StepRunStatus::OutcomeUnknown)
            });
            prop_assert!(gates.count() <= unsafe_ends.clone().count());
            let retries = world.events.iter().filter(|event| {
                event.path.as_ref() == Some(&at) && event.event_type == sluice_types::EventType::Retry
                    && event.error.as_ref().is_some_and(|error| error.code != sluice_types::ErrorCode::ProviderRateLimited)
            });
            prop_assert_eq!(retries.count(), 0, "a step that writes was retried unasked");
        }
    }

    #[test]
    fn events_are_numbered_without_gaps(steps in any_steps(), script in any_script()) {
        let world = driven(&steps, HashMap::new(), script);
        let numbers: Vec<i64> = world.events.iter().filter_map(|event| event.seq).collect();
        prop_assert_eq!(&numbers, &(1..=i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
        prop_assert!(world.events.last().unwrap().ends_stream());
    }
}
