//! Laws that hold for any workflow, any failures, any order of ends and any crashes.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use serde_json::Value;
use sluice_types::{AttemptStatus, ErrorCode, EventType, StepEffect, StepRun, StepRunStatus};

use super::trees::{List, any_tree, steps_of};
use super::world::{Crash, End, World};

fn any_crashes() -> impl Strategy<Value = HashMap<usize, Crash>> {
    let crash = prop_oneof![Just(Crash::BeforeCommit), Just(Crash::AfterCommit)];
    proptest::collection::hash_map(0..24_usize, crash, 0..8)
}

/// The failures of a run, and the order in which its attempts end.
#[derive(Debug, Clone)]
struct Course {
    /// Each step run takes one of these, by its path. At most two failures: a step has as many retries.
    ends: Vec<Vec<End>>,
    /// Which of the attempts under way ends next.
    picks: Vec<usize>,
    /// Whether failed branches and items leave the others alone. Otherwise steps do not fail for good: it would depend on
    /// the order which siblings had completed.
    continues: bool,
}

fn any_course() -> impl Strategy<Value = Course> {
    any::<bool>().prop_flat_map(|continues| {
        let lasting = u32::from(continues);
        let end = prop_oneof![
            6 => Just(End::Answer), 2 => Just(End::Cut), 2 => Just(End::Refused), 2 => Just(End::Lost),
            lasting => Just(End::Rejected),
        ];
        // What completes it once completes it again, when a crash loses the end.
        let until_completed = |mut ends: Vec<End>| {
            let completes = ends.iter().position(|end| matches!(end, End::Answer | End::Cut));
            ends.truncate(completes.map_or(ends.len(), |at| at + 1));
            ends
        };
        let ends = proptest::collection::vec(end, 0..3).prop_map(until_completed);
        let ends = proptest::collection::vec(ends, 1..5);
        let picks = proptest::collection::vec(0..5_usize, 1..9);
        (ends, picks).prop_map(move |(ends, picks)| Course { ends, picks, continues })
    })
}

fn driven(steps: &[Value], crashes: HashMap<usize, Crash>, course: &Course) -> World {
    let mut world = World::of(steps);
    world.crashes = crashes;
    world.ends.clone_from(&course.ends);
    world.picks.clone_from(&course.picks);
    world.start();
    world.finish();
    world
}

fn steps(list: &List, course: &Course) -> Vec<Value> {
    steps_of(list, course.continues)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_run_that_crashes_anywhere_ends_as_one_that_did_not(
        list in any_tree(), crashes in any_crashes(), course in any_course(),
    ) {
        let steps = steps(&list, &course);
        let undisturbed = driven(&steps, HashMap::new(), &course);
        let disturbed = driven(&steps, crashes, &course);
        prop_assert_eq!(disturbed.essence(), undisturbed.essence());
    }

    #[test]
    fn the_order_of_ends_changes_no_result(list in any_tree(), course in any_course(), picks in proptest::collection::vec(0..7_usize, 1..9)) {
        let steps = steps(&list, &course);
        let other = Course { picks, ..course.clone() };
        prop_assert_eq!(driven(&steps, HashMap::new(), &course).essence(), driven(&steps, HashMap::new(), &other).essence());
    }

    #[test]
    fn no_step_completes_twice_and_attempts_are_numbered(
        list in any_tree(), crashes in any_crashes(), course in any_course(),
    ) {
        let world = driven(&steps(&list, &course), crashes, &course);
        for run in world.machine.runs().iter() {
            let attempts: Vec<_> = world.attempts.iter().filter(|record| record.path == run.path).collect();
            let completed = attempts.iter().filter(|record| record.attempt.status == AttemptStatus::Completed).count();
            prop_assert!(completed <= 1, "{} completed {completed} times", run.path);
            let numbers: Vec<i32> = attempts.iter().map(|record| record.attempt.attempt).collect();
            prop_assert_eq!(numbers, (1..=run.attempt).collect::<Vec<_>>());
            prop_assert!(run.status != StepRunStatus::Running, "{} is running after the end", run.path);
        }
    }

    #[test]
    fn a_step_that_writes_is_repeated_only_when_a_person_says_so(
        list in any_tree(), crashes in any_crashes(), course in any_course(),
    ) {
        let world = driven(&steps(&list, &course), crashes, &course);
        let writes = |run: &&StepRun| match run.path.in_agent() {
            Some(_) => run.effect == Some(StepEffect::Writes),
            None => world.machine.index().at(&run.path).is_some_and(|place| place.step.effect() == StepEffect::Writes),
        };
        for at in world.machine.runs().iter().filter(writes).map(|run| &run.path) {
            // Each further attempt was requested at a gate, or follows one that the provider refused.
            let records = world.attempts.iter().filter(|record| record.path == *at);
            let unsafe_ends = records.filter(|record| match record.attempt.status {
                AttemptStatus::Interrupted => true,
                AttemptStatus::Failed => record.attempt.error.as_ref().is_some_and(|error| error.code == ErrorCode::ProviderUnavailable),
                _ => false,
            });
            let gates = world.events.iter().filter(|event| {
                event.path.as_ref() == Some(at) && event.step_status == Some(StepRunStatus::OutcomeUnknown)
            });
            prop_assert!(gates.count() <= unsafe_ends.clone().count());
            let retries = world.events.iter().filter(|event| {
                event.path.as_ref() == Some(at) && event.event_type == EventType::Retry
                    && event.error.as_ref().is_some_and(|error| error.code != ErrorCode::ProviderRateLimited)
            });
            prop_assert_eq!(retries.count(), 0, "a step that writes was retried unasked");
        }
    }

    #[test]
    fn turns_and_rows_grow_with_the_attempts(list in any_tree(), crashes in any_crashes(), course in any_course()) {
        let stops = crashes.len();
        let world = driven(&steps(&list, &course), crashes, &course);
        let gates = world.events.iter().filter(|event| event.step_status.is_some_and(StepRunStatus::is_gate)).count();
        // The start, the end of each attempt with its wait, each decision, each recovery with its wait.
        let most = 1 + 2 * world.begun.len() + gates + 4 * stops;
        prop_assert!(world.turns() <= most, "{} turns for {} attempts", world.turns(), world.begun.len());
    }

    #[test]
    fn the_choice_of_a_container_is_told_once(list in any_tree(), crashes in any_crashes(), course in any_course()) {
        let world = driven(&steps(&list, &course), crashes, &course);
        let begun = world.events.iter().filter(|event| {
            event.step_status == Some(StepRunStatus::Running) && event.attempt.is_none()
        });
        let mut told = HashSet::new();
        for path in begun.filter_map(|event| event.path.clone()) {
            prop_assert!(told.insert(path.clone()), "{path} decided twice");
        }
    }

    #[test]
    fn events_are_numbered_without_gaps(list in any_tree(), course in any_course()) {
        let world = driven(&steps(&list, &course), HashMap::new(), &course);
        let numbers: Vec<i64> = world.events.iter().filter_map(|event| event.seq).collect();
        prop_assert_eq!(&numbers, &(1..=i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
        prop_assert!(world.events.last().unwrap().ends_stream());
    }
}
