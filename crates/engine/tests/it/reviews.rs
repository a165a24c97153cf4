//! Gates: what people decide at them, and when they open by themselves.

use rstest::rstest;
use serde_json::json;
use sluice_engine::Command;
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{
    DecideGate, ErrorCode, ExecutionStatus, GateKind, OverrideOutput, PatchExecution, PatchStep, ReviewDecision,
    StartExecution, StepRunStatus,
};

use crate::support::{TestEngine, decision, path, refusal, review, run_of, step, summary};

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_waits_and_its_edited_text_goes_on(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [step("a", "demo-echo", "first"), review("r"), step("b", "demo-echo", "{{steps.R.content}}!")];
    let id = bench.run(&steps).await.id;
    let waiting = bench.settled(&id).await;
    assert_eq!((waiting.status, run_of(&waiting, "r").status), (ExecutionStatus::Paused, StepRunStatus::Waiting));
    let gate = run_of(&waiting, "r").gate.clone().unwrap();
    assert_eq!((gate.kind, gate.content.as_deref(), gate.shows), (GateKind::Review, Some("first"), vec![path("a")]));
    assert_eq!(refusal(bench.command(&id, Command::Resume).await), ErrorCode::GateOpen);
    assert_eq!(refusal(bench.review(&id, "r", decision(ReviewDecision::Stop)).await), ErrorCode::DecisionNotPossible);
    assert_eq!(refusal(bench.review(&id, "a", decision(ReviewDecision::Approve)).await), ErrorCode::IllegalTransition);
    let edited = DecideGate {
        content: Some("second".into()),
        comment: Some("better".into()),
        ..decision(ReviewDecision::Approve)
    };
    // Two decide at once: one wins.
    let (left, right) = tokio::join!(bench.review(&id, "r", edited.clone()), bench.review(&id, "r", edited));
    let refused: Vec<_> = [left, right].into_iter().filter(Result::is_err).map(refusal).collect();
    assert_eq!(refused, [ErrorCode::GateDecided]);
    let done = bench.settled(&id).await;
    assert_eq!(run_of(&done, "b").content.as_deref(), Some("second!"));
    assert_eq!(
        run_of(&done, "r").output,
        Some(json!({"decision": "approve", "comment": "better", "content": "second"}))
    );
    let decisions = bench.engine.store().decisions(&bench.tenant, &id, &path("r")).await.unwrap();
    assert_eq!(decisions.len(), 1);
    assert_eq!(
        (decisions[0].difference.as_deref(), decisions[0].decided_by.as_str()),
        (Some("-first\n+second\n"), "tester")
    );
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revision_runs_the_reviewed_step_again_with_the_comment(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [
        step("a", "demo-echo", "first"),
        step("x", "demo-echo", "alone"),
        json!({"id": "r", "label": "R", "type": "review", "shows": ["a"]}),
    ];
    let id = bench.run(&steps).await.id;
    bench.settled(&id).await;
    assert_eq!(refusal(bench.review(&id, "r", decision(ReviewDecision::Revise)).await), ErrorCode::InvalidRequest);
    let request = DecideGate { comment: Some("shorter".into()), ..decision(ReviewDecision::Revise) };
    bench.review(&id, "r", request).await.unwrap();
    let again = bench.settled(&id).await;
    assert_eq!(summary(&again), ["a completed 2", "x completed 1", "r waiting 0"]);
    let prompt = run_of(&again, "a").prompt.clone().unwrap();
    assert!(prompt.starts_with("first\n") && prompt.contains("shorter"), "{prompt}");
    bench.review(&id, "r", decision(ReviewDecision::Approve)).await.unwrap();
    assert_eq!(bench.settled(&id).await.status, ExecutionStatus::Completed);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_fails_the_run_and_a_retry_asks_again(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let id = bench.run(&[step("a", "demo-echo", "first"), review("r"), step("b", "demo-echo", "x")]).await.id;
    bench.settled(&id).await;
    let rejection = DecideGate { comment: Some("no".into()), ..decision(ReviewDecision::Reject) };
    bench.review(&id, "r", rejection).await.unwrap();
    let failed = bench.settled(&id).await;
    assert_eq!(failed.status, ExecutionStatus::Failed);
    assert_eq!(
        failed.error.clone().map(|error| (error.code, error.path)),
        Some((ErrorCode::ReviewRejected, Some(path("r"))))
    );
    bench.command(&id, Command::Retry(path("r"), PatchStep::default())).await.unwrap();
    let waiting = bench.settled(&id).await;
    assert_eq!(summary(&waiting), ["a completed 1", "r waiting 0", "b pending 0"]);
    assert_eq!((waiting.error.clone(), waiting.completed_at), (None, None));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn yolo_skips_reviews_from_the_start_or_from_now_on(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [step("a", "demo-echo", "first"), review("r"), step("b", "demo-echo", "{{steps.R.content}}")];
    bench.workflow("w", json!({"steps": steps})).await;
    let start = |yolo| StartExecution { yolo, ..StartExecution::default() };
    let at_once = bench.try_start("w", start(Some(true))).await.unwrap();
    let done = bench.settled(&at_once.id).await;
    assert_eq!(summary(&done), ["a completed 1", "r skipped 0", "b completed 1"]);
    assert_eq!(run_of(&done, "b").content.as_deref(), Some("first"));
    let later = bench.try_start("w", start(None)).await.unwrap();
    bench.settled(&later.id).await;
    let from_now_on = PatchExecution { yolo: Some(true), ..PatchExecution::default() };
    bench.command(&later.id, Command::Patch(from_now_on)).await.unwrap();
    assert_eq!(summary(&bench.settled(&later.id).await), ["a completed 1", "r skipped 0", "b completed 1"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_tells_whose_text_is_in_question(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let mut check = review("r");
    check["shows"] = json!(["a", "b"]);
    let id = bench.run(&[step("a", "demo-echo", "first"), step("b", "demo-echo", "second"), check]).await.id;
    let gate = run_of(&bench.settled(&id).await, "r").gate.clone().unwrap();
    assert_eq!(
        (gate.shows, gate.content_from, gate.content.as_deref()),
        (vec![path("a"), path("b")], Some(path("b")), Some("second"))
    );
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_override_is_shown_to_the_reviewer_and_brings_a_failed_run_back(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [
        step("a", "demo-echo", "first"),
        review("r"),
        step("b", "demo-broken", "x"),
        step("c", "demo-echo", "{{steps.R.content}} {{steps.B.content}}"),
    ];
    let id = bench.run(&steps).await.id;
    let waiting = bench.settled(&id).await;
    let seen = run_of(&waiting, "r").gate.clone().unwrap();
    let text = |text: &str| OverrideOutput { content: Some(text.into()), output: None };
    bench.command(&id, Command::Override(path("a"), text("mine"))).await.unwrap();
    let anew = bench.settled(&id).await;
    assert_eq!(run_of(&anew, "r").gate.clone().unwrap().content.as_deref(), Some("mine"));
    // A decision for the text of before is refused.
    let late = DecideGate { opened_seq: Some(seen.opened_seq), ..decision(ReviewDecision::Approve) };
    assert_eq!(refusal(bench.review(&id, "r", late).await), ErrorCode::GateDecided);
    bench.review(&id, "r", decision(ReviewDecision::Approve)).await.unwrap();
    assert_eq!(bench.settled(&id).await.status, ExecutionStatus::Failed);
    let held = bench.command(&id, Command::Override(path("b"), text("by hand"))).await.unwrap();
    assert_eq!((held.status, held.on_hold, held.error.clone()), (ExecutionStatus::Paused, true, None));
    bench.command(&id, Command::Resume).await.unwrap();
    let done = bench.settled(&id).await;
    assert_eq!(done.output, Some(json!("mine by hand")));
    // The last step's text is the execution's output.
    let changed = bench.command(&id, Command::Override(path("c"), text("the end"))).await.unwrap();
    assert_eq!((changed.status, changed.output), (ExecutionStatus::Completed, Some(json!("the end"))));
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_skipped_stays_skipped_in_a_retry(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let steps = [
        step("a", "demo-echo", "first"),
        review("r"),
        step("b", "demo-echo", "{{steps.R.content}}"),
        step("c", "demo-echo", "{{steps.B.content}}"),
    ];
    bench.workflow("w", json!({"steps": steps, "yolo": true})).await;
    let id = bench.try_start("w", StartExecution::default()).await.unwrap().id;
    bench.settled(&id).await;
    let plan = bench.engine.rerun_plan(&bench.tenant, &id, &path("c"), PatchStep::default()).await.unwrap();
    assert_eq!(plan.repeated.iter().map(|repeat| repeat.path.to_string()).collect::<Vec<_>>(), ["c"]);
    bench.command(&id, Command::Retry(path("c"), PatchStep::default())).await.unwrap();
    assert_eq!(summary(&bench.settled(&id).await), ["a completed 1", "r skipped 0", "b completed 1", "c completed 2"]);
    let off = PatchStep { enabled: Some(false), ..PatchStep::default() };
    assert_eq!(refusal(bench.command(&id, Command::Retry(path("c"), off)).await), ErrorCode::IllegalTransition);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_that_is_switched_off_opens(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let id = bench.run(&[step("a", "demo-echo", "first"), review("r"), step("b", "demo-echo", "x")]).await.id;
    bench.settled(&id).await;
    let off = PatchStep { enabled: Some(false), ..PatchStep::default() };
    bench.command(&id, Command::PatchStep(path("r"), off)).await.unwrap();
    assert_eq!(summary(&bench.settled(&id).await), ["a completed 1", "r skipped 0", "b completed 1"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revision_outlives_a_budget_gate(#[future(awt)] database: TestDatabase) {
    let bench = TestEngine::open(database.config()).await;
    let request =
        sluice_types::UpdateCredential { base_url: Some(Some("http://127.0.0.1:9".into())), ..Default::default() };
    let provider = sluice_types::ProviderName::OpenaiCompatible;
    let now = bench.engine.outside().clock.now();
    bench.engine.providers().put_credential(&bench.tenant, provider, request, now).await.unwrap();
    let id = bench.run(&[step("a", "demo-echo", "first"), review("r")]).await.id;
    bench.settled(&id).await;
    let budget = PatchExecution { budget_usd: Some(Some(1.0)), ..PatchExecution::default() };
    bench.command(&id, Command::Patch(budget)).await.unwrap();
    let dear = PatchStep {
        provider: Some(Some("openai_compatible".into())),
        model: Some(Some("m".into())),
        ..PatchStep::default()
    };
    bench.command(&id, Command::Pause).await.unwrap_err();
    let revise = DecideGate { comment: Some("shorter".into()), ..decision(ReviewDecision::Revise) };
    // The price of the model is not known: the revision waits at the budget gate.
    assert_eq!(
        refusal(bench.command(&id, Command::PatchStep(path("a"), dear.clone())).await),
        ErrorCode::IllegalTransition
    );
    bench.command(&id, Command::Retry(path("a"), dear)).await.unwrap();
    bench.settled(&id).await;
    let back = PatchStep {
        provider: Some(Some("demo".into())),
        model: Some(Some("demo-echo".into())),
        ..PatchStep::default()
    };
    bench.command(&id, Command::PatchStep(path("a"), back)).await.unwrap();
    bench.review(&id, "a", decision(ReviewDecision::Repeat)).await.unwrap();
    bench.settled(&id).await;
    bench.review(&id, "r", revise).await.unwrap();
    assert!(run_of(&bench.settled(&id).await, "a").prompt.clone().unwrap().contains("shorter"));
}
