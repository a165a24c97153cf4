//! Containers on real databases: what is stored of them, what the API answers, and bad input.

use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::{Command, EngineError, FaultPoint, Faults};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::MAX_UNDER_WAY;
use sluice_types::{
    AttemptStatus, ErrorCode, Execution, ExecutionStatus, LoopEnd, OverrideOutput, PatchStep, RerunReason,
    ReviewDecision, StartExecution, StepRunStatus, WorkflowTemplate, built_in_templates,
};

use crate::support::{TestEngine, decision, path, refusal, review, run_of, step};

fn conditional(cases: &Value) -> Value {
    json!({"id": "route", "label": "Route", "type": "conditional", "cases": cases,
        "otherwise": {"steps": [step("ask", "demo-echo", "ask")]}})
}

fn each(items: &str, steps: &[Value]) -> Value {
    json!({"id": "each", "label": "Each", "type": "parallel", "for_each": items, "steps": steps})
}

/// Starts a run with an input.
async fn start(bench: &TestEngine, steps: &[Value], input: Value) -> Result<Execution, EngineError> {
    bench.workflow("w", json!({"steps": steps})).await;
    bench.try_start("w", StartExecution { input, ..StartExecution::default() }).await
}

/// Runs to the end, or until it waits.
async fn settled(bench: &TestEngine, steps: &[Value], input: Value) -> Execution {
    let id = start(bench, steps, input).await.unwrap().id;
    bench.settled(&id).await
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conditional_keeps_its_case_and_why(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let cases = json!([
        {"name": "bug", "when": "steps.KIND.content == 'bug'", "steps": [step("fix", "demo-echo", "fix it")]},
    ]);
    let steps = [
        step("kind", "demo-echo", "{{input.kind}}"),
        conditional(&cases),
        step("after", "demo-echo", "{{steps.Route.case}}: {{steps.Route.content}}"),
    ];
    let done = settled(&bench, &steps, json!({"kind": "bug"})).await;
    assert_eq!(done.status, ExecutionStatus::Completed);
    let route = run_of(&done, "route");
    let choice = serde_json::to_value(route.choice.as_ref().unwrap()).unwrap();
    let tested = json!([{"case": "bug", "held": true, "values": [{"name": "steps.KIND.content", "value": "bug"}]}]);
    assert_eq!(choice, json!({"case": "bug", "tested": tested}));
    assert_eq!(run_of(&done, "after").content.as_deref(), Some("bug: fix it"));
    assert_eq!(bench.run_at(&done.id, "route.bug.fix").await.output, Some(json!("fix it")));
    let paths: Vec<String> = done.steps.iter().map(|run| run.path.to_string()).collect();
    assert_eq!(paths, ["kind", "route", "after"], "what has ended inside is not in the answer");
    let all: Vec<String> = bench.all_runs(&done.id).await.iter().map(|run| run.path.to_string()).collect();
    assert_eq!(all, ["kind", "route", "route.bug.fix", "after"], "in the order of the definition");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_keeps_its_verdicts(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let polish = json!({"id": "polish", "label": "Polish", "type": "loop", "until": "'3' in steps.DRAFT.content",
        "max_iterations": 5, "steps": [step("draft", "demo-echo", "round {{iteration}}, before {{previous}}")]});
    let steps = [polish, step("after", "demo-echo", "{{steps.Polish.iterations}} {{steps.Polish.outputs[0]}}")];
    let done = settled(&bench, &steps, Value::Null).await;
    let choice = run_of(&done, "polish").choice.clone().unwrap();
    assert_eq!((choice.iterations, choice.finished, choice.tested.len()), (Some(3), Some(LoopEnd::Until), 3));
    assert_eq!(choice.tested[2].values[0].value, "round 3, before round 2, before round 1, before null");
    assert_eq!(run_of(&done, "after").content.as_deref(), Some("3 round 1, before null"));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn branches_stream_at_once_and_a_failure_keeps_what_the_others_said(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let mut broken = step("bad", "demo-broken", "x");
    broken["max_retries"] = json!(0);
    let fan = json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [
        {"name": "slow", "steps": [step("long", "demo-slow", "Write about lighthouses")]},
        {"name": "gate", "steps": [review("look"), broken]},
        {"name": "quick", "steps": [step("short", "demo-echo", "short")]},
    ]});
    let id = start(&bench, &[fan], Value::Null).await.unwrap().id;
    bench.streaming(&id, "fan.slow.long").await;
    let waiting = bench.until(&id, |it| run_if(it, "fan.gate.look").is_some_and(|run| run.status.is_gate())).await;
    assert_eq!(waiting.status, ExecutionStatus::Running, "a branch is under way");
    bench.review(&id, "fan.gate.look", decision(ReviewDecision::Approve)).await.unwrap();
    let failed = bench.settled(&id).await;
    assert_eq!(failed.status, ExecutionStatus::Failed);
    let error = failed.error.clone().unwrap();
    assert_eq!((error.code, error.path), (ErrorCode::ProviderRejected, Some(path("fan.gate.bad"))));
    let long = bench.run_at(&id, "fan.slow.long").await;
    assert_eq!(long.status, StepRunStatus::Cancelled);
    assert!(long.content.is_some_and(|text| text.starts_with("*Simulated")));
    let attempts = bench.engine.store().attempts(&bench.tenant, &id, &path("fan.slow.long")).await.unwrap();
    assert_eq!((attempts[0].status, attempts[0].usage_estimated), (AttemptStatus::Cancelled, true));
    assert_eq!(run_of(&failed, "fan").token_usage, failed.token_usage, "the container adds up its steps");
}

fn run_if<'a>(execution: &'a Execution, at: &str) -> Option<&'a sluice_types::StepRun> {
    execution.steps.iter().find(|run| run.path.as_str() == at)
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gates_are_decided_at_once(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let branch =
        |name: &str| json!({"name": name, "steps": [step(name, "demo-echo", name), review(&format!("{name}_look"))]});
    let fan = json!({"id": "fan", "label": "Fan", "type": "parallel", "branches": [branch("a"), branch("b")]});
    let id = start(&bench, &[fan], Value::Null).await.unwrap().id;
    let both = |execution: &Execution| execution.steps.iter().filter(|run| run.status.is_gate()).count() == 2;
    let waiting = bench.until(&id, both).await;
    assert_eq!(waiting.status, ExecutionStatus::Paused);
    let approve = || decision(ReviewDecision::Approve);
    let (one, other) =
        tokio::join!(bench.review(&id, "fan.a.a_look", approve()), bench.review(&id, "fan.b.b_look", approve()));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    let done = bench.settled(&id).await;
    assert_eq!(run_of(&done, "fan").output, Some(json!({"a": "a", "b": "b"})));
    assert_eq!(refusal(bench.review(&id, "fan.a.a_look", approve()).await), ErrorCode::GateDecided);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_is_retried_and_replaced_alone(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [
        each(
            "input.topics",
            &[step("draft", "demo-echo", "{{item}}"), step("check", "demo-echo", "{{steps.DRAFT.content}}!")],
        ),
        step("after", "demo-echo", "{{ steps.Each.output | join(' ') }}"),
    ];
    let done = settled(&bench, &steps, json!({"topics": ["a", "b", "c"]})).await;
    assert_eq!(run_of(&done, "after").content.as_deref(), Some("a! b! c!"));
    let id = done.id;
    let output = OverrideOutput { content: Some("by hand".into()), output: None };
    let edited = bench.command(&id, Command::Override(path("each.1.draft"), output)).await.unwrap();
    assert!(run_of(&edited, "after").stale && bench.run_at(&id, "each.1.check").await.stale);
    let plan = bench.engine.rerun_plan(&bench.tenant, &id, &path("each.1.check"), PatchStep::default()).await.unwrap();
    let repeated: Vec<_> = plan.repeated.iter().map(|repeat| (repeat.path.to_string(), repeat.reason)).collect();
    let expected = [("each.1.check", RerunReason::Requested), ("after", RerunReason::UsesRepeated)];
    assert_eq!(repeated, expected.map(|(at, reason)| (at.to_owned(), reason)));
    let kept: Vec<&str> = plan.kept.iter().map(|kept| kept.path.as_str()).collect();
    assert_eq!(kept, ["each.0.draft", "each.0.check", "each.1.draft", "each.2.draft", "each.2.check"]);
    bench.command(&id, Command::Retry(path("each.1.check"), PatchStep::default())).await.unwrap();
    let again = bench.settled(&id).await;
    assert_eq!(run_of(&again, "after").content.as_deref(), Some("a! by hand! c!"));
    assert_eq!(bench.run_at(&id, "each.0.check").await.attempt, 1);
    let unknown = bench.command(&id, Command::Retry(path("each.3.draft"), PatchStep::default())).await;
    assert!(matches!(unknown, Err(EngineError::StepRunNotFound)), "{unknown:?}");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_of_an_item_while_siblings_run_is_refused(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let id = start(&bench, &[each("[1, 2]", &[step("draft", "demo-slow", "x")])], Value::Null).await.unwrap().id;
    bench.streaming(&id, "each.0.draft").await;
    let refused = bench.command(&id, Command::Retry(path("each.0.draft"), PatchStep::default())).await;
    assert_eq!(refusal(refused), ErrorCode::ExecutionActive);
    bench.command(&id, Command::Cancel).await.unwrap();
    assert_eq!(bench.run_at(&id, "each").await.status, StepRunStatus::Cancelled);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_decided_fails_by_name(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let one = [step("draft", "demo-echo", "{{item}}")];
    let input = json!({"map": {"a": 1}, "text": "t", "nothing": null, "wide": ["x".repeat(600_000)]});
    for (at, (made, code)) in [
        (each("input.map", &one), ErrorCode::NotAList),
        (each("input.text", &one), ErrorCode::NotAList),
        (each("input.nothing", &one), ErrorCode::NotAList),
        (each("range(10001)", &one), ErrorCode::TooManyItems),
        (each("[input.wide[0] ~ input.wide[0]]", &one), ErrorCode::ItemTooLarge),
        (
            conditional(&json!([{"name": "a", "when": "input.text", "steps": [step("fix", "demo-echo", "fix")]}])),
            ErrorCode::ConditionNotBoolean,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("w{at}");
        bench.workflow(&id, json!({"steps": [made]})).await;
        let start = StartExecution { input: input.clone(), ..StartExecution::default() };
        let id = match bench.try_start(&id, start).await {
            Ok(execution) => execution.id,
            Err(refused) => panic!("{at} {made}: {refused}"),
        };
        let failed = bench.settled(&id).await;
        let error = failed.error.clone().unwrap_or_else(|| panic!("{made}: {failed:?}"));
        assert_eq!((failed.status, error.code), (ExecutionStatus::Failed, code), "{made}: {}", error.message);
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_the_decision_and_the_first_item_decides_once(#[future(awt)] database: TestDatabase) {
    for point in [FaultPoint::BeforeCommit, FaultPoint::AfterCommit, FaultPoint::AttemptStarted] {
        let faults = Faults::new(move |at| at == point);
        let bench = TestEngine::with_faults(database.config(), faults).await;
        let id = format!("w{point:?}");
        let steps = [each("['a', 'b']", &[step("draft", "demo-echo", "{{item}}")])];
        bench.workflow(&id, json!({"steps": steps})).await;
        let started = bench.try_start(&id, StartExecution::default()).await.unwrap();
        bench.until(&started.id, |_| bench.engine.is_stopped()).await;
        drop(bench);
        let bench = TestEngine::open(database.config()).await;
        let done = bench.settled(&started.id).await;
        assert_eq!(run_of(&done, "each").output, Some(json!(["a", "b"])), "{point:?}");
        let told = bench.events(&done.id).await.into_iter().filter(|event| event.message.as_deref() == Some("2 items"));
        assert_eq!(told.count(), 1, "{point:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_items_end_in_few_turns_and_a_bounded_answer() {
    let database = TestDatabase::sqlite();
    let bench = TestEngine::open(database.config()).await;
    let steps = [
        each("range(10000)", &[step("draft", "demo-instant", "{{index}}")]),
        step("after", "demo-echo", "{{ steps.Each.output | length }}"),
    ];
    let id = start(&bench, &steps, Value::Null).await.unwrap().id;
    let done = bench.finished_within(&id, std::time::Duration::from_secs(300)).await;
    assert_eq!((done.status, run_of(&done, "after").content.as_deref()), (ExecutionStatus::Completed, Some("10000")));
    assert!(done.steps.len() <= 2 + MAX_UNDER_WAY);
    let journal = bench.engine.store().journal(&bench.tenant, &id).await.unwrap().unwrap();
    assert_eq!(journal.step_runs.len(), 10_002);
    // One turn for each end at the most; as a rule, several ends share one.
    assert!(journal.turn <= 10_100, "{} turns", journal.turn);
    // The begin and the end of each step run.
    assert!(journal.state.last_seq <= 2 * 10_002 + 10, "{} events", journal.state.last_seq);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_of_a_step_counts_all_its_items(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let done = settled(&bench, &[each("range(3)", &[step("draft", "demo-echo", "{{item}}")])], Value::Null).await;
    let history = bench.engine.store().history(&bench.tenant, &done.workflow_id).await.unwrap();
    let of_draft: Vec<_> = history.iter().map(|((step, ..), history)| (step.to_string(), history.attempts)).collect();
    assert_eq!(of_draft, [("draft".to_owned(), 3)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_built_in_templates_with_containers_run_to_their_end() {
    let database = TestDatabase::sqlite();
    let bench = TestEngine::open(database.config()).await;
    let holds_steps =
        |template: &&WorkflowTemplate| template.definition.steps.iter().any(|step| step.kind.is_container());
    let templates: Vec<_> = built_in_templates().iter().filter(holds_steps).collect();
    assert!(templates.len() >= 3);
    for template in templates {
        let mut definition = template.definition.clone();
        definition.provider = Some("demo".into());
        definition.model = Some("demo-instant".into());
        let input: serde_json::Map<String, Value> = definition
            .inputs
            .iter()
            .filter_map(|field| Some((field.name.clone(), field.example.clone().or_else(|| field.default.clone())?)))
            .collect();
        let id = template.id.to_string();
        bench.workflow(&id, serde_json::to_value(&definition).unwrap()).await;
        let start = StartExecution { input: input.into(), yolo: Some(true), ..StartExecution::default() };
        let started = bench.try_start(&id, start).await.unwrap_or_else(|refused| panic!("{id}: {refused}"));
        let done = bench.settled(&started.id).await;
        assert_eq!(done.status, ExecutionStatus::Completed, "{id}: {:?}", done.error);
    }
}
