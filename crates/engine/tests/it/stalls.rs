//! Work that takes long does not stall the thread of its actor, which an actix worker shares with its requests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

use rstest::rstest;
use serde_json::json;
use sluice_engine::{Command, EngineConfig, Environment, Ids, System};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{ErrorCode, ExecutionId, ExecutionStatus, OverrideOutput};

use crate::support::{TestEngine, path, run_of, step};

/// Notes each call of the machine: every call takes a token.
#[derive(Default)]
struct Calls {
    /// Counts up whenever the thread of the test has time for another task.
    ticks: AtomicU64,
    calls: Mutex<Vec<(ThreadId, u64)>>,
}

struct NotedIds(Arc<Calls>);

impl Ids for NotedIds {
    fn execution_id(&self) -> ExecutionId {
        System.execution_id()
    }

    fn generation_id(&self) -> sluice_types::GenerationId {
        System.generation_id()
    }

    fn engine_id(&self) -> String {
        System.engine_id()
    }

    fn chance(&self) -> f64 {
        System.chance()
    }

    fn turn_token(&self) -> i64 {
        let call = (std::thread::current().id(), self.0.ticks.load(Ordering::SeqCst));
        self.0.calls.lock().unwrap().push(call);
        System.turn_token()
    }
}

impl Calls {
    /// An engine on the thread of the test, which shares it with a task that counts.
    async fn noted(database: &TestDatabase) -> (TestEngine, Arc<Self>) {
        let calls = Arc::new(Self::default());
        let outside = Environment { ids: Arc::new(NotedIds(calls.clone())), ..Environment::default() };
        let bench = TestEngine::with(database.config(), EngineConfig { outside, ..EngineConfig::default() }).await;
        let counted = calls.clone();
        tokio::spawn(async move {
            loop {
                counted.ticks.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        });
        (bench, calls)
    }

    /// The calls since the last time.
    fn take(&self) -> Vec<(ThreadId, u64)> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "current_thread")]
async fn other_tasks_run_while_a_template_computes(#[future(awt)] database: TestDatabase) {
    let (bench, calls) = Calls::noted(&database).await;
    // The check before the start fills it in with another text, and does not come to the loops.
    let spends = "{% if steps.A.content == 'tea' %}{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}\
        {% endfor %}{% endif %}";
    let id = bench.run(&[step("a", "demo-echo", "{{input.topic}}"), step("b", "demo-instant", spends)]).await.id;
    let failed = bench.settled(&id).await;
    assert_eq!(run_of(&failed, "b").error.as_ref().map(|error| error.code), Some(ErrorCode::InvalidTemplate));
    // Two calls for each step: one requests the texts of its templates, the next continues with them.
    let [(_, start), (_, inserted), (_, ended), (_, computed)] = calls.take()[..] else { panic!() };
    assert_eq!(start, inserted, "a template that inserts is filled in at once");
    assert!(computed > ended, "other tasks ran while the other template spent its fuel");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "current_thread")]
async fn commands_that_take_long_are_handled_on_another_thread(#[future(awt)] database: TestDatabase) {
    let (bench, calls) = Calls::noted(&database).await;
    let id = bench.run(&[step("a", "demo-instant", "x")]).await.id;
    assert_eq!(bench.settled(&id).await.status, ExecutionStatus::Completed);
    let here = std::thread::current().id();
    assert!(calls.take().iter().all(|(thread, _)| *thread == here), "turns of a run are handled at once");
    bench.command(&id, Command::Pause).await.unwrap_err();
    let output = OverrideOutput { content: None, output: Some(json!("y")) };
    let edited = bench.command(&id, Command::Override(path("a"), output)).await.unwrap();
    assert_eq!(run_of(&edited, "a").content.as_deref(), Some("y"));
    let [(pause, _), (replace, _)] = calls.take()[..] else { panic!() };
    assert!(pause == here && replace != here);
}
