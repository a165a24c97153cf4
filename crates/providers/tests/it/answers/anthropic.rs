//! Answers in Anthropic's messages.

use serde_json::{Value, json};
use sluice_providers::{AnswerReader, ModelEvent, Protocol, ProviderErrorKind as Kind};
use sluice_types::FinishReason;

use super::{Heard, events, hear, usage};

fn messages(body: &str) -> Heard {
    hear(Protocol::AnthropicMessages, body)
}

fn start() -> Value {
    json!({"type": "message_start", "message": {"type": "message", "role": "assistant", "content": [],
        "stop_reason": null, "usage": {"input_tokens": 4, "cache_creation_input_tokens": 6,
        "cache_read_input_tokens": 10, "output_tokens": 1}}})
}

fn block(index: u64, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn delta(index: u64, delta: &Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn said(index: u64, text: &str) -> Value {
    delta(index, &json!({"type": "text_delta", "text": text}))
}

fn input(index: u64, piece: &str) -> Value {
    delta(index, &json!({"type": "input_json_delta", "partial_json": piece}))
}

fn close(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn reason(word: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": word, "stop_sequence": null},
        "usage": {"output_tokens": 9}})
}

fn stop() -> Value {
    json!({"type": "message_stop"})
}

fn half() -> [Value; 3] {
    [start(), block(0, &json!({"type": "text", "text": ""})), said(0, "Half")]
}

fn replay(heard: &Heard) -> Value {
    Value::Array(heard.end.as_ref().unwrap().replay.clone())
}

#[test]
fn an_answer_ends_by_a_reason_or_by_a_marker() {
    let hello = [
        start(),
        block(0, &json!({"type": "text", "text": ""})),
        json!({"type": "ping"}),
        said(0, "Hel"),
        said(0, "lo"),
        close(0),
    ];
    let with = |rest: &[Value]| events(&[&hello[..], rest].concat());
    let named = |values: &[Value]| -> String {
        let event = |value: &Value| format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap());
        values.iter().map(event).collect::<Vec<_>>().concat()
    };
    for whole in [
        with(&[reason("end_turn"), stop()]),
        with(&[reason("end_turn")]),
        with(&[reason("end_turn"), stop(), said(0, " never read")]),
        named(&[&hello[..], &[reason("end_turn"), stop()]].concat()),
    ] {
        let heard = messages(&whole);
        assert_eq!(heard.ended(), ("Hello", FinishReason::Stop));
        assert_eq!(heard.usage(), usage([20, 9, 10, 6, 0]));
        assert_eq!(replay(&heard), json!([]), "a plain text need not come back");
    }
    assert_eq!(messages(&with(&[stop()])).ended(), ("Hello", FinishReason::Stop), "a marker without a reason");
    let broken = messages(&with(&[]));
    assert_eq!((broken.text.as_str(), broken.failed().0), ("Hello", Kind::BrokenStream), "neither of the two");
}

#[test]
fn reasons_are_told_apart() {
    let table = [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::Length),
        ("tool_use", FinishReason::ToolCalls),
        ("refusal", FinishReason::Refusal),
        ("stop", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("tool_calls", FinishReason::ToolCalls),
        ("content_filter", FinishReason::ContentFilter),
        ("error", FinishReason::Error),
        ("abort", FinishReason::Error),
        ("some_new_reason", FinishReason::Other),
    ];
    for (word, expected) in table {
        let heard = messages(&events(&[&half()[..], &[close(0), reason(word), stop()]].concat()));
        assert_eq!(heard.ended(), ("Half", expected), "{word}");
        assert_eq!(heard.word(), Some(word));
    }
    let none = messages(&events(&[&half()[..], &[close(0), reason("")]].concat()));
    assert_eq!(none.failed().0, Kind::BrokenStream, "an empty word is no reason");
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_model_or_of_the_provider() {
    let refusal = json!({"type": "message_delta", "usage": {"output_tokens": 1}, "delta": {"stop_reason": "refusal",
        "stop_details": {"type": "refusal", "category": "bio", "explanation": "A filter stopped it."}}});
    let silent = messages(&events(&[start(), refusal.clone(), stop()]));
    assert_eq!(silent.ended(), ("A filter stopped it.", FinishReason::Refusal));
    let late = messages(&events(&[&half()[..], &[refusal, stop()]].concat()));
    assert_eq!(late.ended(), ("Half", FinishReason::Refusal));
}

#[test]
fn a_server_that_does_not_stream_is_understood() {
    let content = json!([
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "text", "text": "Hello"},
        {"type": "tool_use", "id": "t1", "name": "add", "input": {"a": 1}}]);
    let whole = json!({"id": "m", "type": "message", "role": "assistant", "content": content, "stop_reason": "tool_use",
        "usage": {"input_tokens": 20, "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 5}}});
    let heard = messages(&whole.to_string());
    assert_eq!((heard.ended(), heard.thinking.as_str()), (("Hello", FinishReason::ToolCalls), "hm"));
    assert_eq!(heard.usage(), usage([20, 9, 0, 0, 5]));
    assert_eq!(heard.arguments, [r#"{"a":1}"#]);
    assert_eq!(replay(&heard), content);
}

#[test]
fn errors_keep_their_kind_and_words() {
    let error = |kind: &str| json!({"type": "error", "error": {"type": kind, "message": "no"}});
    let table = [
        ("overloaded_error", Kind::Overloaded),
        ("rate_limit_error", Kind::RateLimited),
        ("api_error", Kind::ServerError),
        ("timeout_error", Kind::Timeout),
        ("authentication_error", Kind::Unauthorized),
        ("invalid_request_error", Kind::BadRequest),
        ("request_too_large", Kind::ContextTooLong),
    ];
    for (word, kind) in table {
        assert_eq!(messages(&error(word).to_string()).failed(), (kind, "no"), "{word} as the whole body");
        let late = messages(&events(&[&half()[..], &[error(word)]].concat()));
        assert_eq!((late.text.as_str(), late.failed()), ("Half", (kind, "no")), "{word} after a piece");
        assert!(late.end.unwrap_err().may_have_acted, "an answer that has begun was worked on");
    }
    let named = "event: error\ndata: {\"type\": \"overloaded_error\", \"message\": \"no\"}\n\n";
    assert_eq!(messages(named).failed(), (Kind::Overloaded, "no"), "the event's name alone tells");
}

#[test]
fn thoughts_are_kept_apart_and_come_back_signed() {
    let thought = |piece: &str| delta(0, &json!({"type": "thinking_delta", "thinking": piece}));
    let heard = messages(&events(&[
        start(),
        block(0, &json!({"type": "thinking", "thinking": "", "signature": ""})),
        thought("hm "),
        thought("yes"),
        delta(0, &json!({"type": "signature_delta", "signature": "sig"})),
        close(0),
        block(1, &json!({"type": "redacted_thinking", "data": "secret"})),
        close(1),
        block(2, &json!({"type": "text", "text": ""})),
        said(2, "Hello"),
        close(2),
        block(3, &json!({"type": "text", "text": ""})),
        close(3),
        reason("end_turn"),
        stop(),
    ]));
    assert_eq!((heard.thinking.as_str(), heard.ended()), ("hm yes", ("Hello", FinishReason::Stop)));
    let expected = json!([
        {"type": "thinking", "thinking": "hm yes", "signature": "sig"},
        {"type": "redacted_thinking", "data": "secret"},
        {"type": "text", "text": "Hello"}]);
    assert_eq!(replay(&heard), expected, "a text without a letter stays away");
}

#[test]
fn tools_are_called_in_pieces_and_whole() {
    let tool = |id: &str, name: &str, input: Value| json!({"type": "tool_use", "id": id, "name": name, "input": input});
    let heard = messages(&events(&[
        start(),
        block(0, &json!({"type": "text", "text": ""})),
        said(0, "Let me see."),
        close(0),
        block(1, &tool("t1", "add", json!({}))),
        input(1, ""),
        input(1, "{\"a\": "),
        input(1, "[1, 2]}"),
        close(1),
        block(2, &tool("t2", "now", json!({}))),
        close(2),
        block(3, &tool("t3", "add", json!({"a": 3}))),
        close(3),
        reason("tool_use"),
        stop(),
    ]));
    assert_eq!(heard.ended(), ("Let me see.", FinishReason::ToolCalls));
    assert_eq!(heard.arguments, ["{\"a\": [1, 2]}", "", "{\"a\":3}"]);
    let told: Vec<_> =
        heard.calls().iter().map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.clone())).collect();
    let expected = [("t1", "add", json!({"a": [1, 2]})), ("t2", "now", json!({})), ("t3", "add", json!({"a": 3}))];
    assert_eq!(told, expected);
    let expected = json!([
        {"type": "text", "text": "Let me see."},
        tool("t1", "add", json!({"a": [1, 2]})),
        tool("t2", "now", json!({})),
        tool("t3", "add", json!({"a": 3}))]);
    assert_eq!(replay(&heard), expected);
}

#[test]
fn a_call_that_was_cut_is_no_call_with_other_arguments() {
    let cut = [
        start(),
        block(0, &json!({"type": "tool_use", "id": "t1", "name": "add", "input": {}})),
        input(0, "{\"a\": 1"),
        reason("max_tokens"),
        stop(),
    ];
    let heard = messages(&events(&cut));
    assert_eq!(heard.ended().1, FinishReason::Length);
    assert_eq!(heard.calls()[0].arguments, json!("{\"a\": 1"));
    assert_eq!(replay(&heard)[0]["input"], json!({"INVALID_JSON": "{\"a\": 1"}));
    for before in [vec![start()], half().to_vec()] {
        let stray = messages(&events(&[before, vec![input(0, "{}")]].concat()));
        assert_eq!(stray.failed().0, Kind::BrokenStream, "a piece of a call that never began");
    }
}

#[test]
fn a_pause_keeps_all_blocks() {
    let body = events(&[
        start(),
        block(0, &json!({"type": "text", "text": ""})),
        said(0, "Let me "),
        said(0, "search."),
        delta(0, &json!({"type": "citations_delta", "citation": {}})),
        close(0),
        block(1, &json!({"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}})),
        input(1, "{\"query\": \"x\"}"),
        close(1),
        reason("pause_turn"),
        stop(),
    ]);
    let mut reader = AnswerReader::new(Protocol::AnthropicMessages);
    reader.add(body.as_bytes()).unwrap();
    reader.end().unwrap();
    let told: Vec<_> = std::iter::from_fn(|| reader.next_event()).collect();
    let words = ["Let me ", "search."].map(|piece| ModelEvent::Text(piece.into()));
    assert_eq!(told, words, "a tool of the provider's own is no call, and a pause no end");
    let so_far = reader.pause().expect("the answer pauses");
    let expected = json!([
        {"type": "text", "text": "Let me search."},
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}]);
    assert_eq!(Value::Array(so_far.replay), expected);
    assert_eq!(so_far.usage, Some(usage([20, 9, 10, 6, 0])));
}

#[test]
fn what_is_new_is_passed_over() {
    let heard = messages(&events(&[
        start(),
        json!({"type": "some_new_event", "index": 0, "delta": {"type": "text_delta", "text": "no"}}),
        block(0, &json!({"type": "some_new_block", "text": "no"})),
        delta(0, &json!({"type": "some_new_delta", "text": "no"})),
        close(0),
        block(1, &json!({"type": "text", "text": "Hel"})),
        said(1, "lo"),
        close(1),
        reason("end_turn"),
        stop(),
    ]));
    assert_eq!(heard.ended(), ("Hello", FinishReason::Stop));
}

#[test]
fn the_last_counts_are_those_of_the_whole_answer() {
    let late = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {
        "input_tokens": 14, "cache_read_input_tokens": 0, "cache_creation_input_tokens": null, "output_tokens": 9,
        "output_tokens_details": {"thinking_tokens": 5}}});
    let heard = messages(&events(&[&half()[..], &[late, stop()]].concat()));
    assert_eq!(heard.usage(), usage([30, 9, 10, 6, 5]));
    let inside = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "usage": {"output_tokens": 7}}});
    assert_eq!(messages(&events(&[&half()[..], &[inside]].concat())).usage(), usage([20, 7, 10, 6, 0]));
    let uncounted = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}});
    assert_eq!(messages(&events(&[&half()[..], &[uncounted]].concat())).usage(), usage([20, 1, 10, 6, 0]));
}
