//! What people can ask of an execution, and what they are refused.

use rstest::rstest;
use serde_json::{Value, json};
use sluice_engine::{Command, EngineError};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{
    AttemptStatus, ErrorCode, EventType, Execution, ExecutionEvent, ExecutionStatus, GateKind, OverrideOutput,
    PatchStep, RerunReason, ReviewDecision, StartExecution, StepRunStatus,
};

use crate::support::{TestEngine, decision, path, refusal, review, run_of, step, summary};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_runs_to_its_end(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [
        step("a", "demo-echo", "On {{input.topic}}"),
        step("b", "demo-echo", "{{steps.A.content}}, again"),
        step("c", "demo-instant", "${steps.b.output}"),
    ];
    let started = bench.run(&steps).await;
    assert_eq!(started.status, ExecutionStatus::Running);
    let done = bench.settled(&started.id).await;
    assert_eq!(summary(&done), ["a completed 1", "b completed 1", "c completed 1"]);
    assert_eq!(run_of(&done, "b").content.as_deref(), Some("On tea, again"));
    assert_eq!(done.step_results.as_ref().unwrap()["b"], "On tea, again");
    assert_eq!(done.output, run_of(&done, "c").output);
    assert_eq!((done.status, done.error.clone()), (ExecutionStatus::Completed, None));
    assert_eq!(done.steps_executed, ["a", "b", "c"].map(|id| id.parse().unwrap()));
    assert!(done.token_usage.output_tokens > 0 && done.duration_ms.is_some());
    let told = |event: ExecutionEvent| {
        let path = event.path.map(|path| path.to_string()).unwrap_or_default();
        let step_status = event.step_status.map(|status| status.to_string());
        let status = step_status.or(event.status.map(|status| status.to_string())).unwrap_or_default();
        format!("{} {path} {status}", event.event_type.as_str())
    };
    let events: Vec<String> = bench.events(&done.id).await.into_iter().map(told).collect();
    assert_eq!(
        events,
        [
            "progress  running",
            "progress a running",
            "progress a completed",
            "progress b running",
            "progress b completed",
            "progress c running",
            "progress c completed",
            "done  completed"
        ]
    );
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_are_told_of_what_changes_no_status(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let id = bench.run(&[step("a", "demo-echo", "x"), review("r"), step("b", "demo-echo", "y")]).await.id;
    bench.settled(&id).await;
    let before = bench.events(&id).await;
    let change = PatchStep { prompt: Some("z".into()), ..PatchStep::default() };
    let changed = bench.command(&id, Command::PatchStep(path("b"), change.clone())).await.unwrap();
    let told = bench.events(&id).await.split_off(before.len());
    let [event] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        (event.status, event.path.clone(), event.seq),
        (Some(ExecutionStatus::Paused), Some(path("r")), Some(changed.last_seq))
    );
    // The last event of a run that has ended stays the last.
    let ended = bench.command(&id, Command::Cancel).await.unwrap();
    assert_eq!(bench.command(&id, Command::PatchStep(path("b"), change)).await.unwrap().last_seq, ended.last_seq);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_step_is_switched_to_another_model_and_retried(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [
        step("a", "demo-echo", "first"),
        step("b", "demo-broken", "{{steps.A.content}}"),
        step("c", "demo-echo", "{{steps.B.content}}"),
    ];
    let id = bench.run(&steps).await.id;
    let failed = bench.settled(&id).await;
    assert_eq!(summary(&failed), ["a completed 1", "b failed 1", "c pending 0"]);
    assert_eq!(run_of(&failed, "b").error.clone().map(|error| error.code), Some(ErrorCode::ProviderRejected));
    let patch = PatchStep { model: Some(Some("demo-echo".into())), ..PatchStep::default() };
    let plan = bench.engine.rerun_plan(&bench.tenant, &id, &path("b"), patch.clone()).await.unwrap();
    assert_eq!(plan.kept.iter().map(|kept| kept.path.to_string()).collect::<Vec<_>>(), ["a"]);
    let repeated: Vec<_> = plan.repeated.iter().map(|repeat| (repeat.path.to_string(), repeat.reason)).collect();
    assert_eq!(repeated, [("b".to_owned(), RerunReason::Requested), ("c".to_owned(), RerunReason::UsesRepeated)]);
    bench.command(&id, Command::Retry(path("b"), patch)).await.unwrap();
    let done = bench.settled(&id).await;
    assert_eq!(summary(&done), ["a completed 1", "b completed 2", "c completed 1"]);
    assert_eq!(run_of(&done, "c").content.as_deref(), Some("first"));
    let attempts = bench.engine.store().attempts(&bench.tenant, &id, &path("b")).await.unwrap();
    let told: Vec<_> =
        attempts.iter().map(|attempt| (attempt.attempt, attempt.status, attempt.model.as_deref())).collect();
    assert_eq!(
        told,
        [(1, AttemptStatus::Failed, Some("demo-broken")), (2, AttemptStatus::Completed, Some("demo-echo"))]
    );
    // Retrying in the middle of a finished run repeats only what uses it.
    bench.command(&id, Command::Retry(path("c"), PatchStep::default())).await.unwrap();
    assert_eq!(summary(&bench.settled(&id).await), ["a completed 1", "b completed 2", "c completed 2"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_made_from_a_replaced_output_is_stale_until_it_runs_again(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [
        step("a", "demo-echo", "first"),
        step("b", "demo-echo", "{{steps.A.content}}"),
        step("c", "demo-echo", "{{steps.A.content}}!"),
        step("d", "demo-echo", "{{steps.B.content}}"),
        step("e", "demo-echo", "alone"),
    ];
    let id = bench.run(&steps).await.id;
    let done = bench.settled(&id).await;
    let stale = |execution: &Execution| {
        let stale = execution.steps.iter().filter(|run| run.stale);
        stale.map(|run| run.step_id.to_string()).collect::<Vec<_>>()
    };
    assert!(stale(&done).is_empty());
    let output = |text: &str| OverrideOutput { content: Some(text.into()), output: None };
    bench.command(&id, Command::Override(path("a"), output("second"))).await.unwrap();
    let edited = bench.engine.execution(&bench.tenant, &id).await.unwrap();
    assert_eq!(stale(&edited), ["b", "c", "d"]);
    // A text that a person writes is made from nothing older; what used the one before is.
    bench.command(&id, Command::Override(path("b"), output("by hand"))).await.unwrap();
    assert_eq!(stale(&bench.engine.execution(&bench.tenant, &id).await.unwrap()), ["c", "d"]);
    // Running the first of them again takes the other ones along, and keeps the rest.
    let plan = bench.engine.rerun_plan(&bench.tenant, &id, &path("c"), PatchStep::default()).await.unwrap();
    let repeated: Vec<_> = plan.repeated.iter().map(|repeat| (repeat.path.to_string(), repeat.reason)).collect();
    assert_eq!(repeated, [("c".to_owned(), RerunReason::Requested), ("d".to_owned(), RerunReason::Stale)]);
    bench.command(&id, Command::Retry(path("c"), PatchStep::default())).await.unwrap();
    let again = bench.settled(&id).await;
    assert!(stale(&again).is_empty());
    assert_eq!(
        (run_of(&again, "c").content.as_deref(), run_of(&again, "d").content.as_deref()),
        (Some("second!"), Some("by hand"))
    );
    assert_eq!(summary(&again), ["a completed 1", "b completed 1", "c completed 2", "d completed 2", "e completed 1"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_under_way_while_what_it_was_sent_is_replaced_ends_stale(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps =
        [step("a", "demo-echo", "first"), step("b", "demo-slow", "{{steps.A.content}}"), step("c", "demo-echo", "x")];
    let id = bench.run(&steps).await.id;
    bench.streaming(&id, "b").await;
    bench.command(&id, Command::Pause).await.unwrap();
    let output = OverrideOutput { content: Some("second".into()), output: None };
    bench.command(&id, Command::Override(path("a"), output)).await.unwrap();
    let held = bench.until(&id, |execution| run_of(execution, "b").status == StepRunStatus::Completed).await;
    assert!(run_of(&held, "b").stale && !run_of(&held, "a").stale);
    bench.command(&id, Command::Retry(path("b"), PatchStep::default())).await.unwrap();
    let done = bench.settled(&id).await;
    assert!(!run_of(&done, "b").stale && run_of(&done, "b").prompt.as_deref() == Some("second"));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_succeed_later_is_tried_again_and_then_the_fallbacks(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let mut broken = step("b", "demo-broken", "x");
    broken["fallbacks"] = json!([{"model": "demo-broken"}, {"model": "demo-echo"}]);
    let id = bench.run(&[step("a", "demo-flaky", "x"), broken]).await.id;
    let done = bench.settled(&id).await;
    assert_eq!(summary(&done), ["a completed 3", "b completed 3"]);
    assert_eq!(run_of(&done, "b").model.as_deref(), Some("demo-echo"));
    let events = bench.events(&id).await;
    assert_eq!(events.iter().filter(|event| event.event_type == EventType::Retry).count(), 4);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_lets_the_step_end_and_starts_no_more(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let id = bench.run(&[step("a", "demo-slow", "x"), step("b", "demo-echo", "x")]).await.id;
    bench.streaming(&id, "a").await;
    let paused = bench.command(&id, Command::Pause).await.unwrap();
    assert_eq!((paused.status, paused.on_hold), (ExecutionStatus::Paused, true));
    assert_eq!(refusal(bench.command(&id, Command::Pause).await), ErrorCode::IllegalTransition);
    assert_eq!(
        refusal(bench.command(&id, Command::Retry(path("a"), PatchStep::default())).await),
        ErrorCode::ExecutionActive
    );
    let held = bench.until(&id, |execution| run_of(execution, "a").status == StepRunStatus::Completed).await;
    assert_eq!(summary(&held), ["a completed 1", "b pending 0"]);
    let patch = PatchStep { prompt: Some("changed".into()), ..PatchStep::default() };
    bench.command(&id, Command::PatchStep(path("b"), patch.clone())).await.unwrap();
    assert_eq!(refusal(bench.command(&id, Command::PatchStep(path("a"), patch)).await), ErrorCode::IllegalTransition);
    bench.command(&id, Command::Resume).await.unwrap();
    let done = bench.settled(&id).await;
    assert_eq!((done.status, run_of(&done, "b").content.as_deref()), (ExecutionStatus::Completed, Some("changed")));
    assert_eq!(refusal(bench.command(&id, Command::Resume).await), ErrorCode::IllegalTransition);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_keeps_the_text_so_far(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [step("a", "demo-slow", "Write about lighthouses"), step("b", "demo-echo", "{{steps.A.content}}")];
    let id = bench.run(&steps).await.id;
    bench.streaming(&id, "a").await;
    let cancelled = bench.command(&id, Command::Cancel).await.unwrap();
    assert_eq!(
        (cancelled.status, run_of(&cancelled, "a").status),
        (ExecutionStatus::Cancelled, StepRunStatus::Cancelled)
    );
    let text = run_of(&cancelled, "a").content.clone().unwrap();
    assert!(text.starts_with("*Simulated"), "{text}");
    let attempts = bench.engine.store().attempts(&bench.tenant, &id, &path("a")).await.unwrap();
    assert_eq!((attempts[0].status, attempts[0].usage_estimated), (AttemptStatus::Cancelled, true));
    assert!(attempts[0].token_usage.output_tokens > 0);
    // The paid part is accepted, and the run goes on from it.
    let accepted = OverrideOutput { content: Some(text.clone()), output: None };
    bench.command(&id, Command::Override(path("a"), accepted)).await.unwrap();
    bench.command(&id, Command::Retry(path("b"), PatchStep::default())).await.unwrap();
    let done = bench.settled(&id).await;
    assert_eq!(summary(&done), ["a completed 1", "b completed 1"]);
    assert_eq!(run_of(&done, "b").content.as_deref(), Some(text.as_str()));
    assert!(run_of(&done, "a").overridden);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_price_asks_before_it_breaks_a_budget(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let request =
        sluice_types::UpdateCredential { base_url: Some(Some("http://127.0.0.1:9".into())), ..Default::default() };
    let provider = sluice_types::ProviderName::OpenaiCompatible;
    let now = bench.engine.outside().clock.now();
    bench.engine.providers().put_credential(&bench.tenant, provider, request, now).await.unwrap();
    let mut dear = step("a", "some-model", "x");
    dear["provider"] = json!("openai_compatible");
    bench.workflow("w", json!({"steps": [dear, step("b", "demo-echo", "{{steps.A.content}}")]})).await;
    let start = StartExecution { budget_usd: Some(0.5), ..StartExecution::default() };
    let id = bench.try_start("w", start).await.unwrap().id;
    let waiting = bench.settled(&id).await;
    assert_eq!(run_of(&waiting, "a").gate.clone().map(|gate| gate.kind), Some(GateKind::Budget));
    assert_eq!(summary(&waiting), ["a waiting 0", "b pending 0"]);
    let patch = PatchStep {
        provider: Some(Some("demo".into())),
        model: Some(Some("demo-echo".into())),
        ..PatchStep::default()
    };
    bench.command(&id, Command::PatchStep(path("a"), patch)).await.unwrap();
    bench.review(&id, "a", decision(ReviewDecision::Repeat)).await.unwrap();
    assert_eq!(summary(&bench.settled(&id).await), ["a completed 1", "b completed 1"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_spent_on_what_cannot_run(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    bench.workflow("w", json!({"steps": [step("a", "demo-echo", "{{input.topic}} {{input.tone}}")]})).await;
    let start = StartExecution { input: json!({"topic": "x"}), ..StartExecution::default() };
    let refused = bench.try_start("w", start).await.unwrap_err();
    let EngineError::Invalid(ErrorCode::InvalidInput, fields) = refused else { panic!("{refused}") };
    assert!(fields[0].message.contains("`tone`"), "{fields:?}");
    let mut keyless = step("a", "gpt-5.4", "x");
    keyless["provider"] = json!("openai");
    bench.workflow("keyless", json!({"steps": [keyless]})).await;
    let refused = bench.try_start("keyless", StartExecution::default()).await;
    assert_eq!(refusal(refused), ErrorCode::ProviderNotAvailable);
    bench.workflow("dangling", json!({"steps": [step("a", "demo-echo", "{{steps.Nobody.content}}")]})).await;
    let refused = bench.try_start("dangling", StartExecution::default()).await.unwrap_err();
    assert!(matches!(refused, EngineError::InvalidDefinition(_)));
    let mut endless = step("a", "demo-echo", "x");
    endless["output_schema"] = json!({"type": "object", "properties": {"b": {"$ref": "#/properties/b"}}});
    bench.workflow("endless", json!({"steps": [endless]})).await;
    let refused = bench.try_start("endless", StartExecution::default()).await.unwrap_err();
    let EngineError::InvalidDefinition(findings) = refused else { panic!("{refused}") };
    let found = findings.iter().find(|finding| finding.code == "invalid_schema").expect("the finding");
    assert_eq!(found.pointer, "/steps/0/output_schema/properties/b");
    let all = sluice_store::ExecutionFilter { limit: 10, ..Default::default() };
    let none = bench.engine.store().executions(&bench.tenant, all).await.unwrap();
    assert_eq!(none.items, []);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn output_schemas_are_obeyed(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let mut data = step("a", "demo-instant", "x");
    data["output_schema"] =
        json!({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]});
    let mut text = step("c", "demo-echo", "not JSON");
    text["output_schema"] = json!({"type": "object"});
    text["max_retries"] = json!(1);
    let id = bench.run(&[data, step("b", "demo-echo", "{{steps.A.title}}"), text]).await.id;
    let failed = bench.settled(&id).await;
    assert_eq!(summary(&failed), ["a completed 1", "b completed 1", "c failed 2"]);
    assert_eq!(run_of(&failed, "b").content.as_deref(), Some("Simulated title"));
    assert_eq!(run_of(&failed, "c").error.clone().map(|error| error.code), Some(ErrorCode::OutputInvalid));
    let wrong = OverrideOutput { content: None, output: Some(Value::from(1)) };
    assert_eq!(refusal(bench.command(&id, Command::Override(path("c"), wrong)).await), ErrorCode::InvalidRequest);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_that_writes_without_end_fails_its_step(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let big = step("b", "demo-echo", "{% for i in range(9000) %}{{ input.big }}{% endfor %}");
    bench.workflow("w", json!({"steps": [step("a", "demo-echo", "x"), big]})).await;
    let start = StartExecution { input: json!({"big": "x".repeat(100_000)}), ..StartExecution::default() };
    assert!(matches!(bench.try_start("w", start).await.unwrap_err(), EngineError::InvalidDefinition(_)));
    for wrong in ["{{ input.t | nofilter }}", "{% include 'x' %}", "{{ item }}", "{{ input.t.x }}", "{{ debug() }}"] {
        let id = format!("w{}", wrong.len());
        let steps = [step("a", "demo-echo", "x"), step("b", "demo-echo", wrong)];
        bench.workflow(&id, json!({"steps": steps})).await;
        let start = StartExecution { input: json!({"t": "x"}), ..StartExecution::default() };
        let refused = bench.try_start(&id, start).await.unwrap_err();
        assert!(matches!(refused, EngineError::InvalidDefinition(_)), "{wrong}: {refused}");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nul_made_in_a_run_is_no_end_of_it(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let mut data = step("a", "demo-echo", "{\"x\": \"\\u0000\"}");
    data["output_schema"] = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let steps = [data, step("b", "demo-echo", "[{{steps.A.x}}]"), step("c", "demo-echo", "{{ \"\\u0000\" }}")];
    let id = bench.run(&steps).await.id;
    let done = bench.settled(&id).await;
    assert_eq!(summary(&done), ["a completed 1", "b completed 1", "c completed 1"]);
    assert_eq!(run_of(&done, "b").content.as_deref(), Some("[\u{fffd}]"));
}
