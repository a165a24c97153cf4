//! Starts, turns and leases: fencing, adoption.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use rstest::rstest;
use sluice_store::{AttemptProgress, StepRecord, StoreError, Turn};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::StepRunStatus;

use crate::support::{attempt, id, now, start, step_run, turn, with_workflow};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_is_written_once_and_only_by_the_owner(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    let second = Arc::new(turn(&tenant, &id(1), 1, 2));
    store.write_turn(second.clone()).await.unwrap();
    // Its answer was lost: writing it again changes nothing and is no error.
    store.write_turn(second).await.unwrap();
    let events = store.events_after(&tenant, &id(1), 0).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2]);
    // Another engine takes the execution over; only one of two that try wins.
    let first = id(1);
    // A claim of something that is not as it was looked at is lost, too.
    assert!(!store.claim(&tenant, &first, 1, false, "two").await.unwrap());
    let (left, right) =
        tokio::join!(store.claim(&tenant, &first, 1, true, "two"), store.claim(&tenant, &first, 1, true, "three"));
    assert_ne!(left.unwrap(), right.unwrap());
    let late = store.write_turn(Arc::new(turn(&tenant, &id(1), 1, 3))).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    let path = "a".parse().unwrap();
    let late = store.checkpoint(&tenant, &id(1), 1, &path, 1, 0, "late".into()).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    store.write_turn(Arc::new(turn(&tenant, &id(1), 2, 3))).await.unwrap();
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_executions_of_dead_engines_are_orphans(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let minute = TimeDelta::minutes(1);
    store.renew_lease("alive", now(), Duration::from_secs(600)).await.unwrap();
    store.renew_lease("dying", now(), Duration::ZERO).await.unwrap();
    for (number, owner) in [(1, "alive"), (2, "dying"), (3, "unknown")] {
        store.start_execution(start(&tenant, &id(number), owner, None)).await.unwrap();
    }
    let orphans = async |at| store.orphans(at, 10).await.unwrap().into_iter().map(|(_, id)| id).collect::<Vec<_>>();
    assert_eq!(orphans(now() + minute).await, [id(2), id(3)]);
    assert!(store.is_engine_alive("alive", now() + minute).await.unwrap());
    assert!(!store.is_engine_alive("dying", now() + minute).await.unwrap());
    store.release_lease("alive").await.unwrap();
    assert_eq!(orphans(now()).await, [id(1), id(2), id(3)]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_of_one_epoch_the_second_is_fenced(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    let write = |token| store.write_turn(Arc::new(Turn { token, ..turn(&tenant, &id(1), 1, 2) }));
    write(7).await.unwrap();
    // The same turn again, after its answer was lost.
    write(7).await.unwrap();
    let other = write(8).await;
    assert!(matches!(other, Err(StoreError::Fenced)), "{other:?}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_of_a_live_execution_counts_an_interruption(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    for epoch in 1..=2 {
        assert!(store.claim(&tenant, &id(1), epoch, true, "two").await.unwrap());
    }
    let journal = store.journal(&tenant, &id(1)).await.unwrap().unwrap();
    assert_eq!(journal.state.interruptions, 2);
    let mut paused = turn(&tenant, &id(1), 3, 2);
    paused.state.live = false;
    store.write_turn(Arc::new(paused)).await.unwrap();
    assert!(store.claim(&tenant, &id(1), 3, false, "three").await.unwrap());
    let journal = store.journal(&tenant, &id(1)).await.unwrap().unwrap();
    assert_eq!(journal.state.interruptions, 0, "a turn writes what the state says, and a paused one loses no owner");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn step_runs_come_back_in_order_with_their_progress(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let progress = AttemptProgress {
        failures: 2,
        candidate: 1,
        retry_at: Some(now() + TimeDelta::seconds(30)),
        reserved_usd: 0.25,
        sent_tokens: 1_234,
    };
    let waiting = StepRecord { progress, ..step_run("a", StepRunStatus::Running, 256) };
    let records = vec![waiting, step_run("b", StepRunStatus::Completed, 2), step_run("c", StepRunStatus::Pending, 1)];
    let mut record = start(&tenant, &id(1), "one", None);
    record.turn.step_runs = records.clone();
    store.start_execution(record).await.unwrap();
    let journal = store.journal(&tenant, &id(1)).await.unwrap().unwrap();
    let sorted: Vec<_> = records.into_iter().rev().collect();
    assert_eq!(journal.step_runs, sorted);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streamed_text_is_kept_in_pieces_until_its_attempt_ends(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let mut record = start(&tenant, &id(1), "one", None);
    record.turn.step_runs = vec![step_run("a", StepRunStatus::Running, 0), step_run("b", StepRunStatus::Running, 1)];
    store.start_execution(record).await.unwrap();
    let path = "a".parse().unwrap();
    let keep = async |attempt, offset, piece: &str| {
        store.checkpoint(&tenant, &id(1), 1, &path, attempt, offset, piece.into()).await.unwrap();
    };
    keep(1, 0, "Grüße").await;
    // The answer was lost: the same piece comes again, with what was streamed since.
    keep(1, 0, "Grüße, ").await;
    keep(1, 9, "Welt").await;
    keep(2, 0, "an attempt that is not under way").await;
    let texts = async || {
        let running = store.running_steps(&tenant, &id(1)).await.unwrap();
        let journal = store.journal(&tenant, &id(1)).await.unwrap().unwrap();
        let read: Vec<_> = journal.runs().map(|run| run.content.clone()).collect();
        assert_eq!(running.iter().map(|run| run.content.clone()).collect::<Vec<_>>(), read);
        read
    };
    assert_eq!(texts().await, [Some("Grüße, Welt".to_owned()), None]);
    let mut ended = turn(&tenant, &id(1), 1, 2);
    let mut retried = step_run("a", StepRunStatus::Running, 0);
    retried.run.attempt = 2;
    ended.step_runs = vec![retried];
    ended.attempts = vec![attempt("a", 1, "Grüße, Welt!")];
    store.write_turn(Arc::new(ended)).await.unwrap();
    keep(1, 13, "late").await;
    assert_eq!(texts().await, [None, None], "the text of an attempt that ended is with the attempt");
    keep(2, 0, "Anew").await;
    assert_eq!(texts().await, [Some("Anew".to_owned()), None]);
    // Nothing is left of the first attempt's pieces.
    assert_eq!(database.count("attempt_texts").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_a_lease_ends_by_the_clock_that_is_given() {
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    let alive = async |at| store.is_engine_alive("one", at).await.unwrap();
    store.renew_lease("one", now(), Duration::from_secs(10)).await.unwrap();
    assert!(alive(now() + TimeDelta::milliseconds(9_999)).await);
    assert!(!alive(now() + TimeDelta::seconds(10)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_engines_whose_clocks_differ_keep_their_executions() {
    let database = TestDatabase::postgres().await;
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.renew_lease("slow", now() - TimeDelta::minutes(1), Duration::from_secs(10)).await.unwrap();
    store.start_execution(start(&tenant, &id(1), "slow", None)).await.unwrap();
    // The clock of another engine is a minute ahead, or an hour.
    for minutes in [1, 60] {
        let ahead = now() + TimeDelta::minutes(minutes);
        assert_eq!(store.orphans(ahead, 10).await.unwrap(), []);
        assert!(store.is_engine_alive("slow", ahead).await.unwrap());
    }
}
