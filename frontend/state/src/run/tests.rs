use proptest::prelude::*;
use serde_json::{Value, json};
use sluice_types::{EventType, Execution, ExecutionEvent, ExecutionStatus, FinishReason, StepPath, StepRunStatus};

use super::{Changed, RunState, TextChange};
use crate::finish::finish_warning;

pub(super) const ID: &str = "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11";

/// A run of two steps at second 0, with changes.
pub(crate) fn execution(changes: &Value, steps: &[Value]) -> Execution {
    let usage = json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0});
    let mut run = json!({
        "id": ID, "workflow_id": "w", "workflow_version": 1, "temporal_workflow_id": null, "status": "running",
        "input": {}, "output": null, "error": null, "token_usage": usage, "cost_usd": 0.0, "budget_usd": null,
        "yolo": false, "triggered_by": "api", "created_at": at(0), "started_at": null, "completed_at": null,
        "duration_ms": null, "on_hold": false, "steps_executed": [], "last_seq": 0, "step_results": {},
    });
    let step = |id: &str, changes: Option<&Value>| {
        let mut step = json!({
            "path": id, "step_id": id, "label": id, "type": "llm", "status": "pending", "attempt": 0, "provider": null,
            "model": null, "prompt": null, "content": null, "output": null, "token_usage": usage, "cost_usd": 0.0,
            "duration_ms": null, "error": null, "gate": null, "overridden": false, "started_at": null,
            "completed_at": null,
        });
        put(&mut step, changes.unwrap_or(&Value::Null));
        step
    };
    run["steps"] = json!([step("a", steps.first()), step("b", steps.get(1))]);
    put(&mut run, changes);
    serde_json::from_value(run).unwrap()
}

fn put(into: &mut Value, changes: &Value) {
    for (key, value) in changes.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}

pub(super) fn at(second: u32) -> String {
    format!("2026-01-01T00:{:02}:{:02}Z", second / 60, second % 60)
}

/// A stored event, at the second of its number.
fn stored(seq: u32, changes: &Value) -> ExecutionEvent {
    let mut event = json!({"seq": seq, "type": "progress", "execution_id": ID, "at": at(seq)});
    put(&mut event, changes);
    serde_json::from_value(event).unwrap()
}

pub(super) fn step_event(seq: u32, path: &str, status: &str, attempt: i32) -> ExecutionEvent {
    stored(seq, &json!({"path": path, "step_id": path, "step_status": status, "attempt": attempt}))
}

fn text(attempt: i32, offset: usize, piece: &str) -> ExecutionEvent {
    let event = json!({"type": "text", "execution_id": ID, "at": at(1), "path": "a", "attempt": attempt,
        "offset": offset, "text": piece});
    serde_json::from_value(event).unwrap()
}

pub(super) fn path(text: &str) -> StepPath {
    StepPath::new(text).unwrap()
}

fn fresh() -> RunState {
    RunState::new(execution(&Value::Null, &[]))
}

/// A run whose step `a` is at its first attempt.
pub(super) fn running() -> RunState {
    let mut state = fresh();
    state.apply(&step_event(1, "a", "running", 1));
    state
}

/// Changes without those of times, which each event of a step run makes.
fn untimed(changed: Changed) -> Changed {
    Changed { timed: Vec::new(), ..changed }
}

fn text_of(state: &RunState) -> &str {
    &state.step(&path("a")).unwrap().text
}

fn status_of(state: &RunState, step: &str) -> StepRunStatus {
    state.step(&path(step)).unwrap().run.status
}

#[test]
fn the_text_of_a_step_is_in_its_output_where_it_has_no_other() {
    let decision = json!({"decision": "approve", "comment": null, "content": "as approved"});
    let a = json!({"status": "completed", "attempt": 1, "output": {"a": 1}});
    let b = json!({"type": "review", "status": "completed", "output": decision});
    let run = RunState::new(execution(&json!({"status": "completed", "output_from": "b"}), &[a, b]));
    let texts: Vec<&str> = run.steps().iter().map(|step| step.text.as_str()).collect();
    assert_eq!(texts, ["{\"a\":1}", "as approved"]);
    assert_eq!(run.output().map(|step| step.run.path.as_str()), Some("b"));
}

#[test]
fn pieces_make_a_text_and_tell_what_is_new() {
    let mut state = running();
    let changed = state.apply(&text(1, 0, "Grüße"));
    assert_eq!(changed.texts, [TextChange { path: path("a"), from: 0 }]);
    let changed = state.apply(&text(1, 7, ", Welt"));
    assert_eq!(changed, Changed { texts: vec![TextChange { path: path("a"), from: 7 }], ..Changed::default() });
    assert_eq!(&state.step(&path("a")).unwrap().text[7..], ", Welt");
    assert!(state.apply(&text(1, 7, ", W")).is_nothing());
    state.apply(&text(1, 0, "Grüße, Welt!"));
    assert_eq!(text_of(&state), "Grüße, Welt!");
}

#[test]
fn a_missing_piece_asks_once_for_a_new_stream() {
    let mut state = running();
    assert!(state.apply(&text(1, 3, "x")).reconnect);
    assert!(state.apply(&text(1, 4, "y")).is_nothing());
    state.apply(&text(1, 0, "abcxy"));
    assert_eq!(text_of(&state), "abcxy");
    assert!(state.apply(&text(1, 9, "z")).reconnect);
    // Within a character.
    let mut state = running();
    state.apply(&text(1, 0, "ü"));
    assert!(state.apply(&text(1, 1, "ü")).reconnect);
}

#[test]
fn each_attempt_has_its_own_text() {
    let mut state = running();
    state.apply(&text(1, 0, "first"));
    let retry = json!({"type": "retry", "path": "a", "step_status": "running", "attempt": 1, "retry_in_ms": 1500,
        "message": "busy", "error": {"code": "provider_unavailable", "message": "busy"}});
    state.apply(&stored(2, &retry));
    let step = state.step(&path("a")).unwrap();
    assert!(step.is_between_attempts());
    assert_eq!((step.retry.as_ref().unwrap().in_ms, step.note.as_deref()), (1500, Some("busy")));
    assert_eq!(step.text, "first");
    let changed = state.apply(&text(2, 0, "second"));
    assert!(changed.refetch && changed.texts.len() == 1 && changed.steps.len() == 1);
    assert!(state.apply(&text(1, 5, " of the first")).is_nothing());
    state.apply(&step_event(3, "a", "running", 2));
    assert_eq!((text_of(&state), &state.step(&path("a")).unwrap().retry), ("second", &None));
    state.apply(&step_event(4, "a", "running", 3));
    assert_eq!(text_of(&state), "");
}

#[test]
fn a_late_piece_does_not_touch_what_is_done() {
    let mut state = running();
    state.apply(&text(1, 0, "done"));
    state.apply(&step_event(2, "a", "completed", 1));
    assert!(state.apply(&text(1, 4, " and over")).is_nothing());
    assert_eq!(text_of(&state), "done");
}

#[test]
fn an_event_says_what_it_touched_and_that_the_run_is_to_be_read() {
    let mut state = running();
    assert!(state.refetch_due());
    let changed = state.apply(&stored(
        2,
        &json!({"path": "a", "step_status": "completed", "attempt": 1, "cost_estimate": 0.5, "duration_ms": 900,
            "token_usage": {"input_tokens": 5, "output_tokens": 7, "cached_input_tokens": 0}}),
    ));
    assert_eq!(changed.timed, [path("a")]);
    assert_eq!(untimed(changed), Changed { steps: vec![path("a")], refetch: true, ..Changed::default() });
    let totals = state.totals();
    assert_eq!((totals.cost_usd, totals.tokens.output_tokens, totals.executed, totals.total), (0.5, 7, 1, 2));
    assert!((state.progress() - 0.5).abs() < 1e-9);
    let changed = state.apply(&stored(3, &json!({"type": "done", "status": "completed", "cost_estimate": 0.75})));
    assert!(changed.execution && changed.steps.is_empty());
    assert_eq!((state.totals().cost_usd, state.progress(), state.wants_stream()), (0.75, 1.0, false));
}

#[test]
fn thinking_comes_beside_the_text() {
    let mut state = running();
    let thinking = |attempt: i32, offset: usize, piece: &str| {
        let mut event = text(attempt, offset, piece);
        event.event_type = EventType::Thinking;
        event
    };
    let thought = |state: &RunState| state.step(&path("a")).unwrap().thinking.clone();
    let changed = state.apply(&thinking(1, 0, "Hm, "));
    assert_eq!(changed, Changed { thinking: vec![path("a")], ..Changed::default() });
    assert!(state.apply(&thinking(1, 0, "Hm")).is_nothing());
    state.apply(&text(1, 0, "So"));
    state.apply(&thinking(1, 4, "yes."));
    assert_eq!((thought(&state).as_str(), text_of(&state)), ("Hm, yes.", "So"));
    assert!(state.apply(&thinking(1, 20, "after a gap")).reconnect);
    // It may be the first that is heard of an attempt.
    assert!(state.apply(&thinking(2, 0, "Again")).refetch);
    assert_eq!((thought(&state).as_str(), text_of(&state)), ("Again", ""));
    state.apply(&step_event(3, "a", "running", 3));
    assert_eq!(thought(&state), "");
}

#[test]
fn the_end_of_an_answer_and_calls_without_a_price_come_with_events() {
    let mut state = running();
    state.apply(&stored(
        2,
        &json!({"path": "a", "step_status": "completed", "attempt": 1, "finish_reason": "length", "finish_word": "MAX",
            "cost_estimate": 0.0, "unpriced_calls": 2, "message": "The answer was cut at its limit of 9 tokens."}),
    ));
    let warning = finish_warning(state.step(&path("a")).unwrap()).unwrap();
    assert!(warning.contains("9 tokens"), "the event's own words");
    let run = &state.step(&path("a")).unwrap().run;
    assert_eq!((run.finish_reason, run.finish_word.as_deref()), (Some(FinishReason::Length), Some("MAX")));
    assert_eq!(state.totals().unpriced_calls, 2);
    state
        .apply(&stored(3, &json!({"type": "done", "status": "completed", "cost_estimate": 0.75, "unpriced_calls": 3})));
    assert_eq!(state.totals().unpriced_calls, 3);
    state.apply(&step_event(4, "a", "running", 2));
    let step = state.step(&path("a")).unwrap();
    assert_eq!((step.run.finish_reason, finish_warning(step)), (None, None));
}

#[test]
fn doubles_are_passed_over_and_gaps_read_again() {
    let mut state = running();
    let fetch = state.begin_fetch();
    assert!(!state.refetch_due());
    assert!(state.apply(&step_event(1, "a", "running", 1)).is_nothing());
    assert!(state.apply(&stored(3, &json!({"type": "text", "note": "a kind that says nothing"}))).refetch);
    assert_eq!(state.last_seq(), 3);
    state.fetch_failed(fetch);
    assert!(state.refetch_due());
    let other = json!({"seq": 4, "type": "done", "status": "completed", "at": at(4),
        "execution_id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a12"});
    assert!(state.apply(&serde_json::from_value(other).unwrap()).is_nothing());
}

#[test]
fn a_pause_by_a_person_is_told_from_a_gate() {
    let mut state = running();
    state.apply(&stored(2, &json!({"type": "paused", "status": "paused"})));
    assert!(state.execution().on_hold);
    state.apply(&stored(3, &json!({"status": "running"})));
    assert!(!state.execution().on_hold);
    state.apply(&stored(4, &json!({"path": "a", "step_status": "waiting", "attempt": 1, "message": "Look"})));
    state.apply(&stored(5, &json!({"type": "paused", "status": "paused", "path": "a"})));
    assert!(!state.execution().on_hold && state.refetch_due());
    assert_eq!(state.gate().unwrap().note.as_deref(), Some("Look"));
    // A pause that waits for a running step outlives other events.
    let fetch = state.begin_fetch();
    state.resync(fetch, execution(&json!({"on_hold": true, "last_seq": 5}), &[]));
    state.apply(&stored(6, &json!({"status": "running"})));
    assert!(state.execution().on_hold && state.refetch_due());
}

#[test]
fn what_was_read_is_not_taken_back_by_its_own_history() {
    let done = json!({"status": "completed", "attempt": 1, "content": "A", "started_at": at(2), "completed_at": at(3)});
    let waits = json!({"status": "waiting", "gate": {"kind": "review", "message": "?", "decisions": [],
        "opened_seq": 5}});
    let mut state = RunState::new(execution(&json!({"status": "paused", "last_seq": 5}), &[done, waits]));
    let before = state.clone();
    let mut all = Changed::default();
    for event in [
        stored(1, &json!({"status": "running"})),
        step_event(2, "a", "running", 1),
        step_event(3, "a", "completed", 1),
        stored(4, &json!({"path": "b", "step_status": "pending"})),
        stored(5, &json!({"path": "b", "step_status": "waiting"})),
    ] {
        all.merge(state.apply(&event));
    }
    assert_eq!((state.steps(), state.status()), (before.steps(), before.status()));
    assert_eq!((untimed(all), state.refetch_due()), (Changed::default(), false));
    let changed = state.apply(&stored(6, &json!({"path": "b", "step_status": "completed"})));
    assert_eq!((changed.steps.len(), status_of(&state, "b")), (1, StepRunStatus::Completed));
}

#[test]
fn an_answer_replaces_what_events_told() {
    let mut state = running();
    state.apply(&text(1, 0, "abc"));
    let fetch = state.begin_fetch();
    // The database is behind the stream in the text only.
    let a = json!({"status": "running", "attempt": 1, "prompt": "p", "content": "ab", "started_at": at(1)});
    let changed = state.resync(fetch, execution(&json!({"started_at": at(1), "last_seq": 1}), &[a]));
    assert_eq!(changed, Changed { execution: true, steps: vec![path("a")], ..Changed::default() });
    assert_eq!((text_of(&state), state.step(&path("a")).unwrap().run.prompt.as_deref()), ("abc", Some("p")));
    let fetch = state.begin_fetch();
    let a = json!({"status": "completed", "attempt": 1, "prompt": "p", "content": "abcd", "output": "abcd",
        "started_at": at(1), "completed_at": at(2)});
    let changed = state.resync(fetch, execution(&json!({"started_at": at(1), "last_seq": 2}), &[a]));
    assert_eq!((changed.steps, changed.texts), (vec![path("a")], vec![TextChange { path: path("a"), from: 3 }]));
    // Its event arrives later, and requires no refetch.
    assert!(untimed(state.apply(&step_event(2, "a", "completed", 1))).is_nothing());
    assert!(!state.refetch_due());
}

#[test]
fn a_gate_that_was_read_is_not_taken_away_by_its_own_event() {
    let mut state = running();
    let fetch = state.begin_fetch();
    let gate = json!({"kind": "budget", "message": "More?", "decisions": ["stop"], "opened_seq": 2});
    state
        .resync(fetch, execution(&json!({"last_seq": 2}), &[json!({"status": "waiting", "attempt": 1, "gate": gate})]));
    assert!(untimed(state.apply(&step_event(2, "a", "waiting", 1))).is_nothing());
    assert!(state.gate().unwrap().run.gate.is_some());
}

#[test]
fn an_answer_older_than_the_stream_does_not_take_it_back() {
    let mut state = running();
    let fetch = state.begin_fetch();
    state.apply(&step_event(2, "a", "completed", 1));
    state.apply(&step_event(3, "b", "running", 1));
    let late = execution(&json!({"last_seq": 1}), &[json!({"status": "running", "attempt": 1, "started_at": at(1)})]);
    assert!(state.resync(fetch, late).refetch);
    assert_eq!(status_of(&state, "a"), StepRunStatus::Completed);
    assert_eq!(status_of(&state, "b"), StepRunStatus::Running);
    assert!(state.refetch_due());
    // The answers of two requests cross: the older one is ignored.
    let (first, second) = (state.begin_fetch(), state.begin_fetch());
    let steps = [json!({"attempt": 1}), json!({"attempt": 1})];
    state.resync(second, execution(&json!({"yolo": true, "last_seq": 3}), &steps));
    assert!(state.execution().yolo && !state.refetch_due());
    assert!(state.resync(first, execution(&json!({"last_seq": 3}), &steps)).refetch);
    assert!(state.execution().yolo);
    // An answer to a later request with older data is ignored too.
    let fetch = state.begin_fetch();
    assert!(state.resync(fetch, execution(&json!({"last_seq": 2}), &steps)).refetch);
    assert!(state.execution().yolo);
}

#[test]
fn an_answer_may_bring_a_run_back() {
    let mut state = RunState::new(execution(&json!({"status": "failed"}), &[]));
    assert!(!state.wants_stream());
    let fetch = state.begin_fetch();
    let changed = state.resync(fetch, execution(&json!({"status": "running"}), &[]));
    assert!(changed.execution && state.wants_stream());
    assert_eq!(state.status(), ExecutionStatus::Running);
}

#[test]
fn many_changes_are_drawn_at_once() {
    let mut all = Changed::default();
    let mut state = running();
    for (offset, piece) in [(0, "ab"), (2, "cd"), (4, "ef")] {
        all.merge(state.apply(&text(1, offset, piece)));
    }
    assert_eq!(all.texts, [TextChange { path: path("a"), from: 0 }]);
}

/// A delivery of a text: the end of each piece, the start of each repeated piece, and
/// the pieces after which the reader reconnects and first gets the whole text so far.
fn sending() -> impl Strategy<Value = (String, Vec<(usize, usize, bool)>)> {
    let piece = (0usize..8, 0usize..6, prop::bool::weighted(0.2));
    ("\\PC{0,60}", prop::collection::vec(piece, 0..40))
}

proptest! {
    #[test]
    fn any_way_of_sending_gives_the_text((whole, ways) in sending()) {
        let bounds: Vec<usize> = whole.char_indices().map(|(at, _)| at).chain([whole.len()]).collect();
        let mut state = running();
        let mut sent = 0usize;
        for (length, back, reconnects) in ways.into_iter().chain([(usize::MAX, 0, false)]) {
            let from = sent.saturating_sub(back).min(bounds.len() - 1);
            let to = sent.saturating_add(length).min(bounds.len() - 1);
            let change = state.apply(&text(1, bounds[from], &whole[bounds[from]..bounds[to]]));
            prop_assert!(!change.reconnect);
            sent = to;
            if reconnects {
                state.apply(&text(1, 0, &whole[..bounds[sent]]));
            }
            prop_assert_eq!(text_of(&state), &whole[..bounds[sent]]);
        }
        prop_assert_eq!(text_of(&state), whole);
    }

    #[test]
    fn events_in_any_doubled_order_count_once(order in prop::collection::vec(0usize..5, 0..30)) {
        let usage = |count: u32| json!({"input_tokens": count, "output_tokens": count, "cached_input_tokens": 0});
        let done = |seq, step: &str| stored(seq, &json!({"path": step, "step_status": "completed", "attempt": 1,
            "cost_estimate": 0.5, "token_usage": usage(3)}));
        let events = [
            step_event(1, "a", "running", 1), done(2, "a"), step_event(3, "b", "running", 1), done(4, "b"),
            stored(5, &json!({"type": "done", "status": "completed", "cost_estimate": 1.0, "token_usage": usage(6)})),
        ];
        // A server sends them in order; a reader that reconnects gets some again.
        let mut plain = fresh();
        let mut doubled = fresh();
        for (at, event) in events.iter().enumerate() {
            plain.apply(event);
            doubled.apply(event);
            for again in order.iter().filter(|&&again| again <= at) {
                prop_assert!(doubled.apply(&events[*again]).is_nothing());
            }
        }
        prop_assert_eq!(&doubled, &plain);
        prop_assert_eq!(doubled.totals().cost_usd.to_bits(), 1.0f64.to_bits());
        prop_assert_eq!(doubled.totals().tokens.output_tokens, 6);
        // In any order, nothing is counted twice.
        let mut mixed = fresh();
        for at in order {
            mixed.apply(&events[at]);
        }
        prop_assert!(mixed.totals().cost_usd <= 1.0 && mixed.totals().executed <= 2);
    }
}

/// A run with a container `fan`, of which one step run is under way.
fn fan(inside: &Value) -> Execution {
    let container = json!({"path": "fan", "step_id": "fan", "type": "parallel", "status": "running", "attempt": 1});
    let mut child = json!({"path": "fan.eu.draft", "step_id": "draft", "status": "running", "attempt": 1});
    put(&mut child, inside);
    execution(&json!({"last_seq": 5}), &[container, child])
}

fn inside_event(seq: u32, path: &str, status: &str) -> ExecutionEvent {
    stored(seq, &json!({"path": path, "step_id": "draft", "step_status": status, "attempt": 1}))
}

#[test]
fn step_runs_inside_a_container_stay_when_an_answer_leaves_them_out() {
    let mut run = RunState::new(fan(&json!({})));
    let draft = StepPath::new("fan.eu.draft").unwrap();
    assert_eq!(run.top().count(), 1);
    let fetch = run.begin_fetch();
    let mut answer = fan(&json!({}));
    answer.steps.pop();
    answer.last_seq = 6;
    let changed = run.resync(fetch, answer);
    // It was under way and is not any more: only the list of its container tells how it ended.
    assert_eq!(changed.inside, [StepPath::new("fan").unwrap()]);
    assert!(run.step(&draft).is_some());
    assert_eq!(run.totals().total, 1);
}

#[test]
fn a_gate_inside_is_counted_out_before_its_list_is_read() {
    let mut run = RunState::new(fan(&json!({"status": "waiting"})));
    assert_eq!(run.gates().count(), 1);
    let fetch = run.begin_fetch();
    let mut answer = fan(&json!({}));
    answer.steps.pop();
    answer.last_seq = 6;
    run.resync(fetch, answer);
    assert_eq!(run.gates().count(), 0);
    // The answer holds the newest event, but not the step run that it tells of.
    run.apply(&inside_event(6, "fan.eu.draft", "completed"));
    assert_eq!(run.step(&path("fan.eu.draft")).unwrap().run.status, StepRunStatus::Completed);
}

#[test]
fn a_run_that_has_ended_is_streamed_once_for_its_times() {
    let ended = |last_seq: i64| RunState::new(execution(&json!({"status": "completed", "last_seq": last_seq}), &[]));
    let mut run = ended(2);
    assert!(run.wants_stream() && !run.is_timed());
    run.apply(&step_event(1, "a", "running", 1));
    run.apply(&step_event(2, "a", "completed", 1));
    assert!(!run.wants_stream() && run.is_timed());
    assert!(!ended(5_001).wants_stream());
}

#[test]
fn a_complete_list_takes_the_place_of_what_was_known_inside() {
    let mut run = RunState::new(fan(&json!({})));
    let container = StepPath::new("fan").unwrap();
    let mut other = fan(&json!({"path": "fan.us.draft", "status": "completed"})).steps.remove(1);
    other.content = Some("done".into());
    let changed = run.take_inside(&container, 5, vec![other.clone()], false);
    assert_eq!(changed.steps, [other.path.clone()]);
    assert_eq!(run.steps().len(), 3);
    run.take_inside(&container, 5, vec![other.clone()], true);
    assert_eq!(run.steps().iter().map(|step| step.run.path.as_str()).collect::<Vec<_>>(), ["fan", "fan.us.draft"]);
    assert_eq!(run.step(&other.path).unwrap().text, "done");
}

#[test]
fn a_list_that_is_older_than_the_stream_does_not_take_it_back() {
    let mut run = RunState::new(fan(&json!({})));
    let container = StepPath::new("fan").unwrap();
    let running = fan(&json!({})).steps.remove(1);
    run.apply(&inside_event(6, "fan.eu.draft", "completed"));
    let changed = run.take_inside(&container, 5, vec![running.clone()], true);
    assert_eq!(changed.inside, [container]);
    assert_eq!(run.step(&running.path).unwrap().run.status, StepRunStatus::Completed);
}

#[test]
fn an_event_of_an_unknown_step_run_inside_asks_for_the_list() {
    let mut run = RunState::new(fan(&json!({})));
    let changed = run.apply(&inside_event(6, "fan.us.draft", "running"));
    assert_eq!(changed.inside, [StepPath::new("fan").unwrap()]);
    assert!(changed.refetch);
}

#[test]
fn the_innermost_failure_is_the_one_to_look_at() {
    let mut run = RunState::new(fan(&json!({"status": "failed"})));
    run.apply(&step_event(6, "fan", "failed", 1));
    assert_eq!(run.failed_step().unwrap().run.path.as_str(), "fan.eu.draft");
}
