//! Lists of step runs, also inside containers.

use rstest::rstest;
use sluice_store::{StartRecord, StepRecord, StepRunFilter, StepRunPosition};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{StepPath, StepRunStatus, TenantId};

use crate::support::{id, start, step_run, with_workflow};

fn path(text: &str) -> StepPath {
    text.parse().unwrap()
}

/// A step run at a path, in the given place of the order.
fn at(text: &str, status: StepRunStatus, order: &[u8]) -> StepRecord {
    let mut record = step_run("s", status, 0);
    record.run.path = path(text);
    StepRecord { order_key: order.to_vec(), ..record }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn step_runs_inside_a_container_are_listed_page_by_page(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let (completed, failed) = (StepRunStatus::Completed, StepRunStatus::Failed);
    let mut record: StartRecord = start(&tenant, &id(1), "one", None);
    record.turn.step_runs = vec![
        at("each", StepRunStatus::Running, &[0]),
        at("each.10.draft", completed, &[0, 10, 0]),
        at("each.2.draft", failed, &[0, 2, 0]),
        at("each.2.fan", StepRunStatus::Running, &[0, 2, 1]),
        at("each.2.fan.eu.draft", completed, &[0, 2, 1, 0, 0]),
        at("each.0.draft", completed, &[0, 0, 0]),
        // An order key of an older version: the path breaks the tie.
        at("each.0.other", completed, &[0, 0, 0]),
        at("end", StepRunStatus::Pending, &[1]),
    ];
    store.start_execution(record).await.unwrap();
    store.checkpoint(&tenant, &id(1), 1, &path("each.2.fan"), 1, 0, "so far".into()).await.unwrap();
    let walk = async |parent: &str, statuses: &[StepRunStatus]| {
        let (mut paths, mut after) = (Vec::new(), None);
        loop {
            let filter = StepRunFilter { limit: 1, after, statuses: statuses.to_vec() };
            let rows = store.step_runs_under(&tenant, &id(1), &path(parent), filter).await.unwrap().unwrap();
            paths.extend(rows.first().map(|record| record.run.path.to_string()));
            let Some(first) = rows.first().filter(|_| rows.len() > 1) else { return paths };
            after = Some(StepRunPosition { order_key: first.order_key.clone(), path: first.run.path.clone() });
        }
    };
    let all = ["each.0.draft", "each.0.other", "each.2.draft", "each.2.fan", "each.10.draft"];
    assert_eq!(walk("each", &[]).await, all);
    assert_eq!(walk("each", &[failed, StepRunStatus::Running]).await, ["each.2.draft", "each.2.fan"]);
    assert_eq!(walk("each.2.fan", &[]).await, ["each.2.fan.eu.draft"]);
    assert_eq!(walk("end", &[]).await, Vec::<String>::new());
    let filter = StepRunFilter { limit: 10, ..StepRunFilter::default() };
    let rows = store.step_runs_under(&tenant, &id(1), &path("each"), filter.clone()).await.unwrap().unwrap();
    assert_eq!(rows[3].run.content.as_deref(), Some("so far"), "text of an attempt under way");
    for (tenant, execution) in [(&tenant, id(2)), (&TenantId::new("two").unwrap(), id(1))] {
        let found = store.step_runs_under(tenant, &execution, &path("each"), filter.clone()).await.unwrap();
        assert_eq!(found, None);
        assert_eq!(store.step_run_statuses(tenant, &execution, &[path("each")]).await.unwrap(), None);
    }
    // Statuses are told without a look at outputs.
    database.execute("UPDATE step_runs SET output = 'not read', details = 'not read'").await;
    let statuses = store.step_run_statuses(&tenant, &id(1), &[path("end"), path("nobody")]).await.unwrap().unwrap();
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), [(path("end"), StepRunStatus::Pending)]);
}
