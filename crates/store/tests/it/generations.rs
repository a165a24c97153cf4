//! Generations: begun within a limit, ended once, failed with their engine, applied as a whole, and deleted when they expire.

use std::time::Duration;

use chrono::TimeDelta;
use rstest::rstest;
use sluice_store::{
    Application, ApplyOutcome, BeginOutcome, GenerationProgress, NewGeneration, Store, StoreError, WorkflowUpdate,
};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::MAX_LISTED_PROMPT_CHARS;
use sluice_types::{
    Agent, AgentId, CreateWorkflow, ErrorCode, Generation, GenerationId, GenerationStatus, RunError, TenantId,
    TokenUsage, UpdateAgent, Workflow, WorkflowId,
};

use crate::support::{definition, idempotency_key, now, with_workflow, workflow};

fn id(number: u32) -> GenerationId {
    GenerationId::new(format!("generation-0199e0f4-7b1c-7cc0-8a4e-{number:012x}")).unwrap()
}

fn generation(number: u32) -> Generation {
    Generation {
        id: id(number),
        status: GenerationStatus::Running,
        prompt: "Write about owls".into(),
        workflow_id: None,
        workflow_version: None,
        refines: false,
        provider: "demo".into(),
        model: "demo-echo".into(),
        simulated: true,
        calls: 0,
        workflow: None,
        agents_to_create: Vec::new(),
        existing_agents_used: Vec::new(),
        mcps_suggested: Vec::new(),
        existing_mcps_used: Vec::new(),
        explanation: String::new(),
        reuse: Vec::new(),
        changes: Vec::new(),
        field_changes: Vec::new(),
        findings: Vec::new(),
        estimate: None,
        cost_usd: 0.0,
        token_usage: TokenUsage::default(),
        error: None,
        applied_workflow_id: None,
        created_at: now(),
        completed_at: None,
        expires_at: now() + TimeDelta::days(7),
    }
}

async fn begin(store: &Store, tenant: &TenantId, generation: Generation, owner: &str) -> BeginOutcome {
    let new = NewGeneration { generation, owner: owner.into(), key: None, most_at_once: 4 };
    store.begin_generation(tenant, new).await.unwrap()
}

fn completed(number: u32) -> Generation {
    let workflow = CreateWorkflow { name: "Owls".into(), definition: definition(), ..CreateWorkflow::default() };
    Generation {
        status: GenerationStatus::Completed,
        workflow: Some(workflow),
        explanation: "One step.".into(),
        calls: 2,
        cost_usd: 0.25,
        completed_at: Some(now()),
        ..generation(number)
    }
}

async fn read(store: &Store, tenant: &TenantId, number: u32) -> Generation {
    store.generation(tenant, &id(number)).await.unwrap().unwrap().generation
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generation_is_read_as_it_was_ended_and_ends_once(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    begin(&store, &tenant, generation(1), "one").await;
    assert_eq!(read(&store, &tenant, 1).await, generation(1));
    let token_usage = TokenUsage { input_tokens: 5, ..TokenUsage::default() };
    let progress = GenerationProgress { calls: 1, cost_usd: 0.125, token_usage };
    assert!(store.progress_generation(&tenant, &id(1), progress).await.unwrap());
    let under_way = read(&store, &tenant, 1).await;
    assert_eq!((under_way.calls, under_way.cost_usd, under_way.token_usage), (1, 0.125, token_usage));
    store.end_generation(&tenant, completed(1)).await.unwrap();
    assert_eq!(read(&store, &tenant, 1).await, completed(1));
    // What comes after the end changes nothing but the cost.
    assert!(!store.progress_generation(&tenant, &id(1), progress).await.unwrap());
    assert!(!store.cancel_generation(&tenant, &id(1), now(), None).await.unwrap());
    begin(&store, &tenant, generation(2), "one").await;
    let key = idempotency_key("k", "cancel_generation", "h");
    assert!(store.cancel_generation(&tenant, &id(2), now(), Some(key.clone())).await.unwrap());
    let spent = Generation { cost_usd: 0.5, ..completed(2) };
    store.end_generation(&tenant, spent).await.unwrap();
    let cancelled = read(&store, &tenant, 2).await;
    assert_eq!((cancelled.status, cancelled.workflow, cancelled.cost_usd), (GenerationStatus::Cancelled, None, 0.5));
    let earlier = store.earlier_request(&tenant, "k", now()).await.unwrap().unwrap();
    assert_eq!(earlier.resource_id, id(2).as_str());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_run_at_once_as_may_with_one_for_each_key(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let begun = (1..=9).map(|number| begin(&store, &tenant, generation(number), "one"));
    let begun = futures_util::future::join_all(begun).await;
    assert_eq!(begun.iter().filter(|outcome| **outcome == BeginOutcome::Begun).count(), 4, "{begun:?}");
    let other: TenantId = "other".parse().unwrap();
    store.ensure_tenant(&other, "Other", now()).await.unwrap();
    assert!(store.generations(&other, None, 10).await.unwrap().items.is_empty());
    let keyed = (10..=12).map(|number| {
        let key = Some(idempotency_key("k", "generate_workflow", "h"));
        let new = NewGeneration { generation: generation(number), owner: "one".into(), key, most_at_once: 4 };
        store.begin_generation(&other, new)
    });
    let keyed = futures_util::future::join_all(keyed).await;
    let used = keyed.iter().filter(|outcome| matches!(outcome, Err(StoreError::KeyUsed))).count();
    assert_eq!((used, store.generations(&other, None, 10).await.unwrap().items.len()), (2, 1), "{keyed:?}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_of_engines_without_a_lease_fail_and_those_of_living_ones_go_on(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for engine in ["here", "there"] {
        store.renew_lease(engine, now(), Duration::from_secs(60)).await.unwrap();
    }
    let owners = [(1, "here"), (2, "there"), (3, "dead"), (4, "here")];
    for (number, owner) in owners {
        begin(&store, &tenant, generation(number), owner).await;
    }
    let error = RunError::new(ErrorCode::Interrupted, "The server stopped.");
    // The second one of this engine is not known to it.
    let failed = store.fail_lost_generations("here", vec![id(1)], error.clone(), now()).await.unwrap();
    assert_eq!(failed, 2);
    for (number, expected) in [(1, false), (2, false), (3, true), (4, true)] {
        let found = read(&store, &tenant, number).await;
        assert_eq!(
            found.error == Some(error.clone()) && found.status == GenerationStatus::Failed,
            expected,
            "{number}"
        );
    }
    assert_eq!(store.fail_lost_generations("here", vec![id(1)], error, now()).await.unwrap(), 0);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_has_the_newest_first_with_the_beginning_of_the_prompt(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for number in 1..=3 {
        let prompt = "茶".repeat(MAX_LISTED_PROMPT_CHARS + 1);
        begin(&store, &tenant, Generation { prompt, ..generation(number) }, "one").await;
    }
    let first = store.generations(&tenant, None, 2).await.unwrap();
    assert_eq!(first.items.iter().map(|item| item.id.clone()).collect::<Vec<_>>(), [id(3), id(2)]);
    assert_eq!(first.items[0].prompt, "茶".repeat(MAX_LISTED_PROMPT_CHARS));
    let cursor = sluice_store::Cursor::decode(&first.next_cursor.unwrap());
    let second = store.generations(&tenant, cursor, 2).await.unwrap();
    assert_eq!((second.items.len(), &second.items[0].id, second.next_cursor), (1, &id(1), None));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_generations_are_deleted_in_bounded_pieces(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    for number in 1..=130 {
        let expires_at = now() + TimeDelta::microseconds(i64::from(number));
        begin(&store, &tenant, Generation { expires_at, ..generation(number) }, "one").await;
        store.end_generation(&tenant, Generation { expires_at, ..completed(number) }).await.unwrap();
    }
    let after_120 = now() + TimeDelta::microseconds(120);
    assert!(store.purge_generations(after_120, 2).await.unwrap(), "there is more");
    assert_eq!(database.count("generations").await, 30);
    assert!(!store.purge_generations(after_120, 2).await.unwrap());
    assert_eq!(database.count("generations").await, 10);
}

fn agent(id: &str) -> Agent {
    let fields = UpdateAgent { name: id.into(), instructions: "x".into(), ..UpdateAgent::default() };
    Agent::new(AgentId::new(id).unwrap(), fields, now())
}

fn application(workflow_id: &str, agents: &[&str]) -> Application {
    Application {
        generation: Some((id(1), 0)),
        request_hash: "h".into(),
        save: Workflow { id: WorkflowId::new(workflow_id).unwrap(), ..workflow() }.into(),
        agents: agents.iter().map(|id| agent(id)).collect(),
        named_agents: Vec::new(),
        key: None,
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_and_its_agents_are_written_together_or_not_at_all(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    begin(&store, &tenant, generation(1), "one").await;
    store.create_agent(&tenant, agent("taken"), None).await.unwrap();
    let workflows = database.count("workflows").await;
    // The second agent's id is taken: the workflow and the first agent are not written.
    let taken = store.apply_generation(&tenant, application("new", &["first", "taken"])).await;
    assert!(matches!(taken, Err(StoreError::Duplicate)), "{taken:?}");
    let gone = vec![AgentId::new("gone").unwrap()];
    let unknown = Application { named_agents: gone.clone(), ..application("new", &["first"]) };
    assert_eq!(store.apply_generation(&tenant, unknown).await.unwrap(), ApplyOutcome::UnknownAgents(gone));
    let mut stale = application("w", &["first"]);
    stale.save.workflow.version = 5;
    let outcome = store.apply_generation(&tenant, stale).await.unwrap();
    assert_eq!(outcome, ApplyOutcome::WorkflowChanged(WorkflowUpdate::Stale(1)));
    assert_eq!((database.count("workflows").await, database.count("agents").await), (workflows, 1));
    // Of applications at once, one is made.
    let both =
        ["new", "newer"].map(|workflow_id| store.apply_generation(&tenant, application(workflow_id, &["first"])));
    let outcomes = futures_util::future::join_all(both).await;
    let applied = outcomes.iter().filter(|outcome| matches!(outcome, Ok(ApplyOutcome::Applied))).count();
    assert_eq!((applied, database.count("agents").await), (1, 2), "{outcomes:?}");
    assert_eq!(database.count("workflows").await, workflows + 1);
    let stored = store.generation(&tenant, &id(1)).await.unwrap().unwrap();
    let record = stored.applied.unwrap();
    assert_eq!((stored.applications, record.agent_ids.len()), (1, 1));
    assert_eq!(stored.generation.applied_workflow_id, Some(record.workflow_id));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_whose_key_is_used_writes_nothing(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let keyed = |workflow_id: &str, agents: &[&str]| Application {
        generation: None,
        key: Some(idempotency_key("k", "apply_generation", "h")),
        ..application(workflow_id, agents)
    };
    let first = store.apply_generation(&tenant, keyed("first", &["one"])).await.unwrap();
    assert_eq!(first, ApplyOutcome::Applied);
    let used = store.apply_generation(&tenant, keyed("second", &["two"])).await;
    assert!(matches!(used, Err(StoreError::KeyUsed)), "{used:?}");
    assert_eq!((database.count("workflows").await, database.count("agents").await), (2, 1));
}
