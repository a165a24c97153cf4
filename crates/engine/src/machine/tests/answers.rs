//! Answers that end in other ways than whole, and what is recorded of them.

use std::time::Duration;

use serde_json::{Value, json};
use sluice_types::limits::{MAX_ATTEMPT_NOTES, MAX_FINISH_WORD_CHARS, MAX_NOTE_CHARS};
use sluice_types::{
    Attempt, AttemptStatus, ErrorCode, EventType, ExecutionEvent, FinishReason, PatchStep, StepRunStatus,
};

use super::world::{End, World, path, step};
use crate::machine::Command;
use crate::work::{AttemptEnd, Finish, Made, Work};

/// A step with another model to fall back to.
fn with_fallback() -> Value {
    let mut step = step("a", "x");
    step["fallbacks"] = json!([{"provider": "demo", "model": "demo-instant"}]);
    step
}

fn attempts(world: &World) -> Vec<&Attempt> {
    world.attempts.iter().map(|record| &record.attempt).collect()
}

/// The event of a completed step.
fn completion(world: &World) -> &ExecutionEvent {
    let completed = |event: &&ExecutionEvent| event.step_status == Some(StepRunStatus::Completed);
    world.events.iter().find(completed).expect("the step completed")
}

#[test]
fn a_cut_answer_completes_its_step_with_a_warning() {
    let mut world = World::started(&[step("a", "x")]);
    world.end(&path("a"), End::Cut);
    let run = world.run("a");
    assert_eq!((run.status, run.output.as_ref()), (StepRunStatus::Completed, Some(&json!("<x>"))));
    assert_eq!((run.finish_reason, run.finish_word.as_deref()), (Some(FinishReason::Length), Some("MAX_TOKENS")));
    assert_eq!(attempts(&world)[0].finish_reason, Some(FinishReason::Length));
    let event = completion(&world);
    assert_eq!(event.finish_reason, Some(FinishReason::Length));
    let warning = event.message.as_deref().unwrap();
    assert!(warning.contains("`max_tokens`") && warning.contains("on_truncated"), "{warning}");
}

#[test]
fn a_whole_answer_has_no_warning_and_another_reason_is_a_mark() {
    let mut world = World::started(&[step("a", "x")]);
    world.end(&path("a"), End::Answer);
    assert_eq!((completion(&world).message.as_ref(), world.run("a").finish_reason), (None, Some(FinishReason::Stop)));
    let mut world = World::started(&[step("a", "x")]);
    world.end_with(AttemptEnd {
        finish: Some(Finish { reason: FinishReason::Other, word: Some("eos\0".repeat(100)) }),
        ..answer(&world)
    });
    let run = world.run("a");
    assert_eq!((run.status, run.finish_reason), (StepRunStatus::Completed, Some(FinishReason::Other)));
    let word = run.finish_word.as_deref().unwrap();
    assert!(word.starts_with("eos\u{fffd}eos") && word.chars().count() == MAX_FINISH_WORD_CHARS, "{word}");
}

#[test]
fn an_answer_of_thinking_alone_goes_to_the_next_model_at_once() {
    let mut world = World::started(&[with_fallback()]);
    world.end(&path("a"), End::Thought);
    let failed = attempts(&world)[0];
    let error = failed.error.as_ref().unwrap();
    assert_eq!((failed.status, error.code), (AttemptStatus::Failed, ErrorCode::AnswerTruncated));
    assert!(error.message.contains("for thinking: allow a longer answer (`max_tokens`)"), "{}", error.message);
    assert_eq!(failed.thinking.as_deref(), Some("Hm, let me think."));
    assert!(failed.token_usage.reasoning_tokens > 0, "what was thought is paid for");
    world.finish();
    let models: Vec<_> = attempts(&world).iter().map(|attempt| attempt.model.clone().unwrap()).collect();
    assert_eq!(models, ["demo-echo", "demo-instant"]);
    assert_eq!(world.run("a").finish_reason, Some(FinishReason::Stop));
}

#[test]
fn a_cut_answer_fails_a_step_that_says_so_or_has_a_schema() {
    for field in [json!({"on_truncated": "fail"}), json!({"output_schema": {"type": "object"}})] {
        let mut definition = with_fallback();
        definition.as_object_mut().unwrap().extend(field.as_object().unwrap().clone());
        let mut world = World::started(&[definition]);
        world.script.insert(path("a"), vec![End::Cut, End::Cut]);
        world.finish();
        let errors: Vec<_> =
            attempts(&world).iter().map(|attempt| attempt.error.as_ref().map(|error| error.code)).collect();
        assert_eq!(errors, [Some(ErrorCode::AnswerTruncated); 2], "once with each model: {field}");
        assert_eq!(attempts(&world)[0].content.as_deref(), Some("<x>"), "the text is kept");
        assert_eq!(world.run("a").status, StepRunStatus::Failed);
    }
}

#[test]
fn a_withheld_answer_is_no_answer() {
    let mut world = World::started(&[step("a", "x")]);
    world.end(&path("a"), End::Filtered);
    let run = world.run("a");
    let error = run.error.as_ref().unwrap();
    assert_eq!((run.status, error.code), (StepRunStatus::Failed, ErrorCode::ProviderRejected));
    assert!(error.message.contains("(`SAFETY`)"), "{}", error.message);
    assert_eq!((run.content.as_deref(), run.finish_reason), (Some("<x>"), Some(FinishReason::ContentFilter)));
    let failed = world.events.iter().find(|event| event.event_type == EventType::Error).unwrap();
    assert_eq!(failed.finish_reason, Some(FinishReason::ContentFilter));
}

/// The whole answer of the attempt under way.
fn answer(world: &World) -> AttemptEnd {
    let task = &world.tasks[0];
    AttemptEnd {
        path: task.path.clone(),
        attempt: task.attempt,
        content: "An answer.".into(),
        thinking: String::new(),
        checkpointed: false,
        usage: None,
        finish: None,
        notes: Vec::new(),
        made: Made::Text,
        result: Ok(json!("An answer.")),
    }
}

#[test]
fn thinking_and_notes_stay_with_the_attempt() {
    let mut world = World::started(&[step("a", "x")]);
    let notes = vec!["n".repeat(MAX_NOTE_CHARS + 1); MAX_ATTEMPT_NOTES + 1];
    world.end_with(AttemptEnd { thinking: "Hm.".into(), notes, ..answer(&world) });
    let attempt = attempts(&world)[0];
    assert_eq!((attempt.thinking.as_deref(), attempt.content.as_deref()), (Some("Hm."), Some("An answer.")));
    assert_eq!(attempt.notes, vec!["n".repeat(MAX_NOTE_CHARS); MAX_ATTEMPT_NOTES]);
    assert_eq!(world.run("a").output, Some(json!("An answer.")));
    // What a cancelled attempt thought is kept, too.
    let mut world = World::started(&[step("a", "x")]);
    world.command(Command::Cancel).unwrap();
    assert_eq!(attempts(&world)[0].thinking.as_deref(), Some("hm"));
}

#[test]
fn a_price_that_is_not_known_is_no_zero() {
    let mut unknown = step("a", "x");
    unknown["provider"] = json!("openai_compatible");
    unknown["model"] = json!("house-model");
    let mut world = World::started(&[unknown, step("b", "y")]);
    // A request that was refused costs nothing, whatever the price is.
    world.end(&path("a"), End::Refused);
    world.pass(chrono::TimeDelta::seconds(1));
    world.end(&path("a"), End::Answer);
    world.end(&path("b"), End::Answer);
    let costs: Vec<_> = attempts(&world).iter().map(|attempt| attempt.cost_usd).collect();
    assert_eq!(costs, [Some(0.0), None, Some(0.0)]);
    let execution = world.machine.execution();
    assert_eq!((execution.unpriced_calls, execution.cost_usd.to_bits()), (1, 0.0_f64.to_bits()));
    assert_eq!(execution.steps.iter().map(|run| run.unpriced_calls).collect::<Vec<_>>(), [1, 0]);
    let last = world.events.last().unwrap();
    assert_eq!((last.event_type, last.unpriced_calls), (EventType::Done, Some(1)));
}

#[test]
fn the_limit_of_silence_is_the_steps() {
    for (fields, seconds) in [
        (json!({}), 600),
        (json!({"timeout": 3600}), 3600),
        (json!({"timeout": 3600, "idle_timeout": 90}), 90),
        (json!({"timeout": 60, "idle_timeout": 90}), 60),
    ] {
        let mut definition = step("a", "x");
        definition.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let world = World::started(&[definition]);
        let Work::Model(call) = &world.tasks[0].work else { panic!() };
        assert_eq!(call.idle_timeout, Duration::from_secs(seconds), "{fields}");
    }
}

#[test]
fn a_failed_step_is_changed_so_that_its_answer_fits() {
    let mut definition = step("a", "x");
    definition["on_truncated"] = json!("fail");
    definition["max_tokens"] = json!(5);
    let mut world = World::started(&[definition]);
    world.end(&path("a"), End::Cut);
    let change = PatchStep {
        max_tokens: Some(Some(500)),
        on_truncated: Some(None),
        timeout: Some(Some(30)),
        idle_timeout: Some(Some(20)),
        reasoning: Some(Some(sluice_types::ReasoningEffort::Low)),
        ..PatchStep::default()
    };
    world.command(Command::Retry(path("a"), change)).unwrap();
    let Work::Model(call) = &world.tasks[0].work else { panic!() };
    assert_eq!((call.max_tokens, call.idle_timeout), (Some(500), Duration::from_secs(20)));
    assert_eq!(world.tasks[0].timeout, Duration::from_secs(30));
    world.end(&path("a"), End::Cut);
    assert_eq!(world.run("a").status, StepRunStatus::Completed);
    let refused = PatchStep { idle_timeout: Some(Some(0)), ..PatchStep::default() };
    assert!(world.command(Command::Retry(path("a"), refused)).is_err());
}
