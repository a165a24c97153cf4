//! The figures of ended executions: each counts once, whatever happens to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use sluice_store::{StartRecord, Store, Turn};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{ExecutionStatus, StepRunStatus, TenantId, TokenUsage, WorkflowDayStats, WorkflowId, WorkflowStats};

use crate::support::{attempt, id, now, start, step_run, turn, with_workflow};

const DAYS: u32 = 30;

fn workflow_id() -> WorkflowId {
    WorkflowId::new("w").unwrap()
}

async fn stats(store: &Store, tenant: &TenantId) -> WorkflowStats {
    store.stats(tenant, &workflow_id(), now(), DAYS).await.unwrap()
}

/// An end: its day before today, its status, what it took and cost, its model.
#[derive(Debug, Clone, Copy, PartialEq)]
struct End {
    days_ago: i64,
    status: ExecutionStatus,
    took_ms: i64,
    cost_usd: f64,
    model: &'static str,
}

impl End {
    fn at(&self) -> DateTime<Utc> {
        now() - TimeDelta::days(self.days_ago)
    }

    /// The turn that ends the execution so, with the number of its attempt.
    fn apply(&self, turn: Turn, attempt_number: i32) -> Turn {
        let usage = TokenUsage { input_tokens: 3, output_tokens: 2, ..TokenUsage::default() };
        let failed = self.status == ExecutionStatus::Failed;
        let mut run = step_run("a", if failed { StepRunStatus::Failed } else { StepRunStatus::Completed }, 1);
        run.run.started_at = Some(self.at() - TimeDelta::milliseconds(self.took_ms));
        run.run.completed_at = Some(self.at());
        run.run.cost_usd = self.cost_usd;
        let mut skipped = step_run("b", StepRunStatus::Skipped, 2);
        skipped.run.started_at = None;
        let mut ended = attempt("a", attempt_number, "x");
        ended.attempt.provider = Some("demo".into());
        ended.attempt.model = Some(self.model.into());
        ended.attempt.token_usage = usage;
        ended.attempt.cost_usd = Some(self.cost_usd);
        let mut turn = Turn { step_runs: vec![run, skipped], attempts: vec![ended], ..turn };
        turn.state.status = self.status;
        turn.state.live = false;
        turn.state.started_at = Some(self.at() - TimeDelta::milliseconds(self.took_ms));
        turn.state.completed_at = Some(self.at());
        turn.state.cost_usd = self.cost_usd;
        turn.state.token_usage = usage;
        turn
    }
}

const COMPLETED: End =
    End { days_ago: 0, status: ExecutionStatus::Completed, took_ms: 1_000, cost_usd: 0.5, model: "one" };
const FAILED: End = End { status: ExecutionStatus::Failed, took_ms: 2_000, ..COMPLETED };

/// An execution whose first turn ends it.
fn ended(tenant: &TenantId, number: u32, end: &End) -> StartRecord {
    let record = start(tenant, &id(number), "one", None);
    StartRecord { turn: end.apply(record.turn, 1), ..record }
}

fn of_day(stats: &WorkflowStats, days_ago: usize) -> &WorkflowDayStats {
    stats.days.iter().rev().nth(days_ago).unwrap()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_executions_are_counted_by_day_step_and_model(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let earlier = End { days_ago: 29, took_ms: 4_000, model: "two", cost_usd: 0.25, ..COMPLETED };
    let too_early = End { days_ago: 30, ..COMPLETED };
    for (number, end) in [(1, COMPLETED), (2, FAILED), (3, earlier), (4, too_early)] {
        store.start_execution(ended(&tenant, number, &end)).await.unwrap();
    }
    store.start_execution(start(&tenant, &id(5), "one", None)).await.unwrap();
    let found = stats(&store, &tenant).await;
    assert_eq!((found.executions, found.completed, found.failed, found.unfinished), (5, 3, 1, 1));
    assert_eq!((found.cost_usd, found.token_usage.input_tokens, found.mean_duration_ms), (1.75, 12, Some(2_000)));
    assert_eq!(found.days.len(), usize::try_from(DAYS).unwrap());
    assert_eq!(of_day(&found, 0).day, now().date_naive());
    assert_eq!((of_day(&found, 0).completed, of_day(&found, 0).failed, of_day(&found, 0).cost_usd), (1, 1, 1.0));
    assert_eq!((of_day(&found, 29).completed, of_day(&found, 28).completed), (1, 0));
    let near = |found: Option<i64>, right: i64| (found.unwrap() - right).abs() * 100 <= right * 9;
    assert!(near(found.p50_duration_ms, 1_000) && near(found.p95_duration_ms, 4_000), "{found:?}");
    assert!(near(of_day(&found, 0).p95_duration_ms, 1_000) && of_day(&found, 1).p50_duration_ms.is_none());
    let [step] = &found.steps[..] else { panic!("a skipped step is not counted: {:?}", found.steps) };
    assert_eq!((step.step_id.as_str(), step.runs, step.failures, step.cost_usd), ("a", 3, 1, 1.25));
    assert_eq!(step.mean_duration_ms, Some(2_500));
    let models: Vec<_> = found.models.iter().map(|of| (of.model.as_str(), of.calls, of.cost_usd)).collect();
    assert_eq!(models, [("one", 2, 1.0), ("two", 1, 0.25)]);
    assert_eq!(found.models[0].token_usage.output_tokens, 4);
    // Of another workflow and of another tenant.
    let other = store.stats(&tenant, &WorkflowId::new("other").unwrap(), now(), DAYS).await.unwrap();
    assert_eq!((other.executions, other.steps.len()), (0, 0));
    let other = store.stats(&TenantId::new("other").unwrap(), &workflow_id(), now(), DAYS).await.unwrap();
    assert_eq!((other.executions, other.models.len()), (0, 0));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_execution_counts_once_however_often_it_ends(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for counted_between in [false, true] {
        let number = 1 + u32::from(counted_between);
        store.start_execution(ended(&tenant, number, &FAILED)).await.unwrap();
        if counted_between {
            assert_eq!(stats(&store, &tenant).await.failed, 1);
        }
        // It is retried, and the answer of that turn is lost.
        let again = Arc::new(turn(&tenant, &id(number), 1, 2));
        store.write_turn(again.clone()).await.unwrap();
        store.write_turn(again).await.unwrap();
        if counted_between {
            let found = stats(&store, &tenant).await;
            assert_eq!((found.executions, found.failed, found.unfinished, found.cost_usd), (2, 0, 1, 0.25));
            assert_eq!(found.steps.iter().map(|step| (step.runs, step.failures)).collect::<Vec<_>>(), [(1, 0)]);
        }
        let end = End { cost_usd: 0.25, ..COMPLETED };
        let last = Arc::new(end.apply(turn(&tenant, &id(number), 1, 3), 2));
        store.write_turn(last.clone()).await.unwrap();
        store.write_turn(last.clone()).await.unwrap();
        assert_eq!(stats(&store, &tenant).await.completed, i64::from(number));
        // Written again after it was counted.
        store.write_turn(last).await.unwrap();
        assert!(store.write_turn(Arc::new(turn(&tenant, &id(number), 1, 9))).await.is_err());
        assert_eq!(stats(&store, &tenant).await.completed, i64::from(number));
    }
    let found = stats(&store, &tenant).await;
    assert_eq!((found.executions, found.failed, found.cost_usd, found.models[0].calls), (2, 0, 0.5, 4));
    // One that is deleted stays counted, whether it was counted before or not.
    store.start_execution(ended(&tenant, 3, &COMPLETED)).await.unwrap();
    for number in [1, 3] {
        assert!(store.delete_execution(&tenant, &id(number)).await.unwrap());
    }
    let found = stats(&store, &tenant).await;
    assert_eq!((found.executions, found.completed, found.cost_usd), (3, 3, 1.0));
    // A workflow takes its figures along.
    store.delete_workflow(&tenant, &workflow_id(), None).await.unwrap();
    for table in ["workflow_day_stats", "workflow_step_day_stats", "workflow_model_day_stats", "uncounted_executions"] {
        assert_eq!(database.count(table).await, 0, "{table}");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_that_end_and_are_counted_at_once_count_once(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let ends = (1..=40).map(|number| {
        let (store, tenant) = (store.clone(), tenant.clone());
        tokio::spawn(async move {
            store.start_execution(start(&tenant, &id(number), "one", None)).await.unwrap();
            let failed = Arc::new(FAILED.apply(turn(&tenant, &id(number), 1, 2), 1));
            store.write_turn(failed).await.unwrap();
            store.count_ended(1).await.unwrap();
            store.write_turn(Arc::new(turn(&tenant, &id(number), 1, 3))).await.unwrap();
            let completed = Arc::new(COMPLETED.apply(turn(&tenant, &id(number), 1, 4), 2));
            store.write_turn(completed).await.unwrap();
            store.count_ended(1).await.unwrap();
        })
    });
    for end in ends.collect::<Vec<_>>() {
        end.await.unwrap();
    }
    let found = stats(&store, &tenant).await;
    assert_eq!((found.executions, found.completed, found.failed, found.cost_usd), (40, 40, 0, 20.0));
    assert_eq!((found.steps[0].runs, found.steps[0].failures, found.models[0].calls), (40, 0, 80));
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        // https://en.wikipedia.org/wiki/Xorshift#xorshift*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_counted_bit_by_bit_equals_a_count_of_all(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    // The number of the newest turn of each execution, and whether it has ended.
    let mut executions: BTreeMap<u32, (i64, bool)> = BTreeMap::new();
    for _ in 0..200 {
        let number = u32::try_from(numbers.below(30)).unwrap();
        let end = End {
            days_ago: i64::try_from(numbers.below(35)).unwrap(),
            status: [ExecutionStatus::Completed, ExecutionStatus::Failed, ExecutionStatus::Cancelled]
                [usize::try_from(numbers.below(3)).unwrap()],
            took_ms: i64::try_from(numbers.below(100_000)).unwrap(),
            cost_usd: 0.25,
            model: ["one", "two"][usize::try_from(numbers.below(2)).unwrap()],
        };
        match executions.get_mut(&number) {
            None => {
                store.start_execution(ended(&tenant, number, &end)).await.unwrap();
                executions.insert(number, (1, true));
            }
            Some((newest, has_ended)) => {
                *newest += 1;
                let mut next = turn(&tenant, &id(number), 1, *newest);
                // An ended one is retried, or changed without being run again.
                *has_ended = !*has_ended || numbers.below(4) == 0;
                if *has_ended {
                    next = end.apply(next, i32::try_from(*newest).unwrap());
                }
                store.write_turn(Arc::new(next)).await.unwrap();
            }
        }
        if numbers.below(3) == 0 {
            store.count_ended(1).await.unwrap();
        }
    }
    let kept = stats(&store, &tenant).await;
    assert!(kept.completed > 0 && kept.failed > 0 && kept.cancelled > 0 && kept.unfinished > 0, "{kept:?}");
    for table in ["workflow_day_stats", "workflow_step_day_stats", "workflow_model_day_stats"] {
        database.execute(&format!("DELETE FROM {table}")).await;
    }
    let all = "INSERT INTO uncounted_executions (tenant_id, execution_id, workflow_id) \
               SELECT tenant_id, id, workflow_id FROM executions WHERE completed_at IS NOT NULL";
    database.execute(all).await;
    assert_eq!(stats(&store, &tenant).await, kept);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn durations_have_the_classes_of_the_migration(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let mut classes = Vec::new();
    for (number, took_ms) in
        [0, 1, 6, 999, 3_600_000, 90 * 24 * 3_600_000, 900 * 24 * 3_600_000].into_iter().enumerate()
    {
        let number = u32::try_from(number).unwrap();
        store.start_execution(ended(&tenant, number, &End { took_ms, ..COMPLETED })).await.unwrap();
        let counted = stats(&store, &tenant).await;
        let longest = counted.days.last().unwrap().p95_duration_ms.unwrap();
        classes.push((took_ms, longest));
    }
    for (took_ms, longest) in &classes[..6] {
        assert!((longest - took_ms).abs() * 100 <= took_ms * 9, "{classes:?}");
    }
    assert!(classes[6].1 > 400 * 24 * 3_600_000, "the last class has no end: {classes:?}");
}
