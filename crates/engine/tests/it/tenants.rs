//! No tenant reaches another's executions, in memory either.

use rstest::rstest;
use serde_json::json;
use sluice_engine::{Command, EngineError};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{
    ExecutionStatus, OverrideOutput, PatchExecution, PatchStep, ReviewDecision, StartExecution, TenantId,
};

use crate::support::{TestEngine, decision, path, review, step};

fn commands() -> Vec<Command> {
    let output = OverrideOutput { content: Some("mine".into()), ..OverrideOutput::default() };
    vec![
        Command::Pause,
        Command::Resume,
        Command::Cancel,
        Command::Patch(PatchExecution { yolo: Some(true), ..PatchExecution::default() }),
        Command::PatchStep(path("b"), PatchStep { enabled: Some(false), ..PatchStep::default() }),
        Command::Override(path("a"), output),
        Command::Retry(path("a"), PatchStep::default()),
        Command::Review(path("r"), decision(ReviewDecision::Approve)),
    ]
}

fn not_found<T>(result: &Result<T, EngineError>) -> bool {
    matches!(result, Err(EngineError::ExecutionNotFound))
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_run_is_not_found_by_another_tenant(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let two = TenantId::new("two").unwrap();
    bench.engine.store().ensure_tenant(&two, "Two", bench.engine.outside().clock.now()).await.unwrap();
    let running = bench.run(&[step("a", "demo-slow", "x"), review("r"), step("b", "demo-echo", "x")]).await.id;
    bench.streaming(&running, "a").await;
    bench.workflow("v", json!({"steps": [review("r"), step("b", "demo-echo", "x")]})).await;
    let waiting = bench.try_start("v", StartExecution::default()).await.unwrap().id;
    bench.settled(&waiting).await;
    for id in [&running, &waiting] {
        let before = bench.get(id).await;
        for command in commands() {
            assert!(not_found(&bench.engine.command(&two, id, command.clone(), "other").await), "{command:?}");
        }
        assert!(not_found(&bench.engine.wait(&two, id, None, std::time::Duration::from_millis(1)).await));
        assert!(not_found(&bench.engine.execution(&two, id).await));
        assert!(not_found(&bench.engine.definition(&two, id).await));
        assert!(not_found(&bench.engine.delete(&two, id).await));
        assert!(not_found(&bench.engine.rerun_plan(&two, id, &path("b"), PatchStep::default()).await));
        assert!(!bench.engine.is_live(&two, id));
        let channel = bench.engine.channel(&two, id);
        let (texts, _) = channel.subscribe(bench.engine.outside().clock.now());
        assert!(bench.engine.follow(&channel).await.unwrap().is_none(), "nothing is polled for the other tenant");
        assert_eq!(texts.len(), 0, "no text of the other tenant's run");
        let after = bench.get(id).await;
        assert_eq!((after.last_seq, after.status, after.yolo), (before.last_seq, before.status, before.yolo));
    }
    assert_eq!(bench.get(&running).await.status, ExecutionStatus::Running);
    bench.command(&running, Command::Cancel).await.unwrap();
}
