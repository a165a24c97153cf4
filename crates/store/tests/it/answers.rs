//! What is told of a model's answer comes back: how it ended, its thinking, and a cost that is not known.

use std::sync::Arc;

use rstest::rstest;
use sluice_store::{ExecutionFilter, StepRecord};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{FinishReason, StepRunStatus, TokenUsage};

use crate::support::{attempt, id, now, start, step_run, turn, with_workflow};

const USAGE: TokenUsage = TokenUsage {
    input_tokens: 9,
    output_tokens: 8,
    cached_input_tokens: 7,
    cache_write_tokens: 2,
    reasoning_tokens: 6,
};

/// A completed step run whose answer was cut, of a model without a known price.
fn cut() -> StepRecord {
    let mut record = step_run("a", StepRunStatus::Completed, 0);
    let run = &mut record.run;
    run.finish_reason = Some(FinishReason::Length);
    run.finish_word = Some("MAX_TOKENS".into());
    run.token_usage = USAGE;
    run.cost_usd = 0.25;
    run.unpriced_calls = 3;
    record
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_an_answer_and_its_figures_come_back(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    let mut told = attempt("a", 1, "Half a sen");
    told.attempt.token_usage = USAGE;
    told.attempt.cost_usd = None;
    told.attempt.finish_reason = Some(FinishReason::Length);
    told.attempt.finish_word = Some("MAX_TOKENS".into());
    told.attempt.thinking = Some("Let me think: “größer”".into());
    told.attempt.notes = vec!["The model takes no temperature.".into(), "One more.".into()];
    let plain = attempt("a", 2, "free");
    let mut written = turn(&tenant, &id(1), 1, 2);
    written.state.token_usage = USAGE;
    written.state.unpriced_calls = 3;
    written.step_runs = vec![cut()];
    written.attempts = vec![told.clone(), plain.clone()];
    store.write_turn(Arc::new(written)).await.unwrap();

    let path = "a".parse().unwrap();
    let attempts = store.attempts(&tenant, &id(1), &path).await.unwrap();
    assert_eq!(attempts, [told.attempt, plain.attempt], "a cost of 0 is not one that is unknown");
    assert_eq!(store.attempt_text(&tenant, &id(1), &path, 2).await.unwrap().as_deref(), Some("free"));
    assert_eq!(store.attempt_text(&tenant, &id(1), &path, 3).await.unwrap(), None);
    let journal = store.journal(&tenant, &id(1)).await.unwrap().unwrap();
    assert_eq!(journal.step_runs, [cut()]);
    assert_eq!((journal.state.token_usage, journal.state.unpriced_calls), (USAGE, 3));
    let listed = store.executions(&tenant, ExecutionFilter { limit: 10, ..Default::default() }).await.unwrap();
    assert_eq!((listed.items[0].token_usage, listed.items[0].unpriced_calls), (USAGE, 3));
    let stats = store.stats(&tenant, &journal.workflow_id, now(), 30).await.unwrap();
    assert_eq!((stats.token_usage, stats.unpriced_calls), (USAGE, 3));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_and_details_of_another_version_are_read(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let mut record = start(&tenant, &id(1), "one", None);
    record.turn.step_runs = vec![cut()];
    record.turn.attempts = vec![attempt("a", 1, "x")];
    store.start_execution(record).await.unwrap();
    database.execute("UPDATE attempts SET finish_reason = 'tired'").await;
    database.execute(r#"UPDATE step_runs SET details = '{"finish_reason": "tired", "mood": 1}'"#).await;
    let path = "a".parse().unwrap();
    let attempts = store.attempts(&tenant, &id(1), &path).await.unwrap();
    assert_eq!(attempts[0].finish_reason, Some(FinishReason::Unknown));
    let run = store.step_run(&tenant, &id(1), &path).await.unwrap().unwrap().run;
    assert_eq!((run.finish_reason, run.finish_word, run.unpriced_calls), (Some(FinishReason::Unknown), None, 0));
    // An older server has written it.
    database.execute("UPDATE step_runs SET details = NULL").await;
    let run = store.step_run(&tenant, &id(1), &path).await.unwrap().unwrap().run;
    assert_eq!((run.finish_reason, run.unpriced_calls), (None, 0));
}
