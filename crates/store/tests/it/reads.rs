//! Reads: whole journals, slim lists, and rows of newer servers.

use std::sync::Arc;

use rstest::rstest;
use serde_json::json;
use sluice_store::{
    AgentMemory, AskedCall, ExecutionFilter, ExecutionState, Position, StoreError, StoredEvent, TextPosition, Turn,
    WorkflowFilter, is_full_page,
};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{AgentRun, StepRunStatus, StepType, TenantId, Workflow, WorkflowId};

use crate::support::{id, now, start, step_run, turn, with_workflow, workflow};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_is_as_it_was_after_one_turn(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    // Each turn writes its number into the state and into the step run.
    let writing = async {
        for number in 2..200 {
            let mut step = step_run("a", StepRunStatus::Completed, 0);
            step.run.content = Some(number.to_string());
            let written = Turn { step_runs: vec![step], ..turn(&tenant, &id(1), 1, number) };
            store.write_turn(Arc::new(written)).await.unwrap();
        }
    };
    let reading = async {
        loop {
            let journal = store.journal(&tenant, &id(1)).await.unwrap().unwrap();
            let written = journal.runs().next().and_then(|run| run.content.clone());
            assert_eq!(written.unwrap_or("1".into()), journal.turn.to_string());
            if journal.turn == 199 {
                break;
            }
        }
    };
    tokio::join!(writing, reading);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_since_a_position_are_the_new_events_and_the_new_pieces(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    let step_runs = ["a", "b"].map(|path| step_run(path, StepRunStatus::Running, 0)).to_vec();
    store.write_turn(Arc::new(Turn { step_runs, ..turn(&tenant, &id(1), 1, 2) })).await.unwrap();
    let keep = async |at: &str, offset: usize, piece: &str| {
        store.checkpoint(&tenant, &id(1), 1, &at.parse().unwrap(), 1, offset, piece.into()).await.unwrap();
    };
    let since = async |seq: i64, texts: &[(&str, usize)]| {
        let at = |&(path, offset): &(&str, usize)| TextPosition { path: path.parse().unwrap(), attempt: 1, offset };
        let position = Position { seq, texts: texts.iter().map(at).collect() };
        let changes = store.changes(&tenant, &id(1), position).await.unwrap().unwrap();
        let pieces = changes.texts.into_iter().map(|piece| (piece.at.path.to_string(), piece.at.offset, piece.text));
        (changes.events.iter().map(|event| event.seq).collect::<Vec<_>>(), pieces.collect::<Vec<_>>())
    };
    let piece = |path: &str, offset: usize, text: &str| (path.to_owned(), offset, text.to_owned());
    keep("a", 0, "one ").await;
    keep("a", 4, "two ").await;
    keep("b", 0, "x").await;
    let all = vec![piece("a", 0, "one "), piece("a", 4, "two "), piece("b", 0, "x")];
    assert_eq!(since(0, &[]).await, (vec![1, 2], all));
    // The last known piece is sent again, as it may have grown.
    keep("a", 4, "two and ").await;
    keep("a", 12, "three").await;
    let new = vec![piece("a", 4, "two and "), piece("a", 12, "three"), piece("b", 0, "x")];
    assert_eq!(since(2, &[("a", 4), ("b", 0)]).await, (vec![], new));
    let other = TenantId::new("two").unwrap();
    assert_eq!(store.changes(&other, &id(1), Position::default()).await.unwrap(), None);
    assert_eq!(store.changes(&tenant, &id(2), Position::default()).await.unwrap(), None);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_read_no_outputs_and_leave_out_only_unreadable_rows(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for number in 1..=3 {
        store.start_execution(start(&tenant, &id(number), "one", None)).await.unwrap();
    }
    let listed = async || {
        let page = store.executions(&tenant, ExecutionFilter { limit: 2, ..ExecutionFilter::default() }).await.unwrap();
        (page.items.into_iter().map(|item| item.id).collect::<Vec<_>>(), page.next_cursor.is_some())
    };
    // An output that is no JSON shows that nobody parses it.
    database.execute("UPDATE executions SET output = 'not read'").await;
    assert_eq!(listed().await, (vec![id(3), id(2)], true));
    database.execute(&format!("UPDATE executions SET error = '{{}}' WHERE id = '{}'", id(3))).await;
    assert_eq!(listed().await, (vec![id(2)], true));
    let workflows = store.workflows(&tenant, WorkflowFilter { limit: 2, ..WorkflowFilter::default() }).await.unwrap();
    assert_eq!(workflows.items.len(), 1);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_step_run_and_the_snapshot_are_read_alone(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let mut record = start(&tenant, &id(1), "one", None);
    record.turn.step_runs = vec![step_run("a", StepRunStatus::Running, 0), step_run("b", StepRunStatus::Pending, 1)];
    store.start_execution(record.clone()).await.unwrap();
    let path = "a".parse().unwrap();
    store.checkpoint(&tenant, &id(1), 1, &path, 1, 0, "so far".into()).await.unwrap();
    let found = store.step_run(&tenant, &id(1), &path).await.unwrap().unwrap();
    assert_eq!(found.run.content.as_deref(), Some("so far"));
    assert_eq!(store.step_run(&tenant, &id(1), &"c".parse().unwrap()).await.unwrap(), None);
    assert_eq!(store.snapshot(&tenant, &id(1)).await.unwrap(), record.turn.snapshot);
    assert_eq!(store.snapshot(&tenant, &id(2)).await.unwrap(), None);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_a_newer_server_are_shown_but_not_run_or_written_over(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for number in 1..=2 {
        store.start_execution(start(&tenant, &id(number), "one", None)).await.unwrap();
    }
    let newer = format!("UPDATE execution_snapshots SET format = 3 WHERE execution_id = '{}'", id(1));
    database.execute(&format!("{newer}; UPDATE workflows SET format = 3")).await;
    let refused = store.journal(&tenant, &id(1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerFormat { format: 3, known: 2 }), "{refused:?}");
    assert!(store.journal(&tenant, &id(2)).await.unwrap().is_some());
    // It stays for a server that can run it.
    let orphans: Vec<_> = store.orphans(now(), 10).await.unwrap().into_iter().map(|(_, id)| id).collect();
    assert_eq!(orphans, [id(2)]);
    let claimed = store.claim(&tenant, &id(1), 1, true, "two").await;
    assert!(matches!(claimed, Err(StoreError::NewerFormat { .. })), "{claimed:?}");
    let filter = ExecutionFilter { limit: 10, ..ExecutionFilter::default() };
    assert_eq!(store.executions(&tenant, filter).await.unwrap().items.len(), 2);
    assert!(store.workflow(&tenant, &workflow().id).await.unwrap().is_some());
    let started = store.start_execution(start(&tenant, &id(3), "one", None)).await;
    assert!(matches!(started, Err(StoreError::NewerFormat { .. })), "{started:?}");
    let saved = store.update_workflow(&tenant, Workflow { version: 2, ..workflow() }).await;
    assert!(matches!(saved, Err(StoreError::NewerFormat { .. })), "{saved:?}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_of_tools_and_agents_are_of_a_form_that_older_servers_do_not_take_over(
    #[future(awt)] database: TestDatabase,
) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    let mut record = start(&tenant, &id(2), "one", None);
    let scout = json!({"id": "scout", "label": "Scout", "type": "agent", "prompt": "x"});
    let each = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "[1]", "steps": [scout]});
    record.turn.snapshot.as_mut().unwrap().definition = serde_json::from_value(json!({"steps": [each]})).unwrap();
    let mut run = step_run("scout", StepRunStatus::Running, 0);
    run.run.agent = Some(AgentRun { tools: vec!["native:wait".into()], ..AgentRun::default() });
    run.run.arguments = Some(serde_json::Map::from_iter([("a".to_owned(), json!(1))]));
    run.memory = AgentMemory {
        tools: Some(Arc::new(Vec::new())),
        calls: vec![AskedCall { id: "c".into(), name: "n".into(), arguments: json!("{") }],
        replay: vec![json!({"signed": 1})],
        dropped: 2,
        ..AgentMemory::default()
    };
    record.turn.step_runs = vec![run.clone()];
    store.start_execution(record).await.unwrap();
    let forms =
        database.values("SELECT CAST(format AS TEXT) AS value FROM execution_snapshots ORDER BY execution_id").await;
    assert_eq!(forms, ["1", "2"]);
    assert_eq!(store.journal(&tenant, &id(2)).await.unwrap().unwrap().step_runs, [run]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_keeps_what_a_newer_server_has_added_to_the_journal(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let mut record = start(&tenant, &id(1), "one", None);
    record.turn.step_runs = vec![step_run("a", StepRunStatus::Running, 0)];
    store.start_execution(record).await.unwrap();
    let newer = json!({"locale": "de", "definition": {"yolo": false, "steps": [
        {"id": "a", "label": "A", "type": "debate", "goal": "x", "enabled": true}]},
        "personas": {"p": {"name": "P", "instructions": "i", "tone": 2}}});
    let snapshot = format!("UPDATE execution_snapshots SET snapshot = '{newer}'");
    database.execute(&format!("{snapshot}; UPDATE step_runs SET step_type = 'debate'")).await;
    let journal = store.journal(&tenant, &id(1)).await.unwrap().unwrap();
    assert_eq!(serde_json::to_value(&journal.snapshot).unwrap(), newer);
    assert_eq!(journal.step_runs[0].run.step_type, StepType::Unknown);
    let turn = Turn { step_runs: journal.step_runs, snapshot: Some(journal.snapshot), ..turn(&tenant, &id(1), 1, 2) };
    store.write_turn(Arc::new(turn)).await.unwrap();
    assert_eq!(database.values("SELECT step_type AS value FROM step_runs").await, ["debate"]);
    assert_eq!(serde_json::to_value(store.journal(&tenant, &id(1)).await.unwrap().unwrap().snapshot).unwrap(), newer);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taken_ids_are_found_by_one_query(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for name in ["a_b", "a_b-2", "a_b-x", "axb-3", "a_bc", "A_B-4"] {
        let named = Workflow { id: WorkflowId::new(name).unwrap(), ..workflow() };
        store.create_workflow(&tenant, named).await.unwrap();
    }
    let taken = store.taken_ids(&tenant, "a_b", "a_b").await.unwrap();
    for (name, expected) in [("a_b", true), ("a_b-2", true), ("axb-3", false), ("a_bc", false)] {
        assert_eq!(taken.contains(name), expected, "{name} in {taken:?}");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_events_of_a_huge_execution_are_read_in_pages(#[future(awt)] database: TestDatabase) {
    const PAGE: i64 = 500;
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    store.start_execution(start(&tenant, &id(1), "one", None)).await.unwrap();
    let written = turn(&tenant, &id(1), 1, 2);
    let event = |seq: i64| StoredEvent { seq, payload: format!("{{\"n\":{seq}}}") };
    let state = ExecutionState { last_seq: 2 * PAGE + 1, ..written.state.clone() };
    let events = (2..=2 * PAGE + 1).map(event).collect();
    let step_runs = vec![step_run("a", StepRunStatus::Running, 0)];
    store.write_turn(Arc::new(Turn { state, events, step_runs, ..written })).await.unwrap();
    store.checkpoint(&tenant, &id(1), 1, &"a".parse().unwrap(), 1, 0, "text".into()).await.unwrap();
    let mut pages = Vec::new();
    let mut after = 0;
    loop {
        let page = store.events_after(&tenant, &id(1), after).await.unwrap();
        let numbers: Vec<i64> = page.iter().map(|event| event.seq).collect();
        let changes =
            store.changes(&tenant, &id(1), Position { seq: after, texts: Vec::new() }).await.unwrap().unwrap();
        assert_eq!(changes.events, page);
        // A text comes with the last page: the event that begins its attempt may be on it.
        assert_eq!(changes.texts.is_empty(), is_full_page(&page));
        pages.push((numbers[0], numbers[numbers.len() - 1]));
        if !is_full_page(&page) {
            break;
        }
        after = numbers[numbers.len() - 1];
    }
    assert_eq!(pages, [(1, PAGE), (PAGE + 1, 2 * PAGE), (2 * PAGE + 1, 2 * PAGE + 1)]);
}
