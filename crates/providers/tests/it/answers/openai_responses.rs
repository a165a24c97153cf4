//! Answers in OpenAI's responses.

use serde_json::{Value, json};
use sluice_providers::{Protocol, ProviderErrorKind as Kind};
use sluice_types::FinishReason;

use super::{Heard, hear, hear_packets, usage};

fn responses(body: &str) -> Heard {
    hear(Protocol::OpenAiResponses, body)
}

/// An event stream of these values, with the names of their events.
fn events(values: &[Value]) -> String {
    let event = |value: &Value| format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap());
    values.iter().map(event).collect()
}

fn piece(text: &str) -> Value {
    json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": text})
}

fn message(place: u64, content: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": place,
        "item": {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}})
}

fn said(text: &str) -> Value {
    json!([{"type": "output_text", "text": text, "annotations": []}])
}

/// The last event, with fields of its response.
fn end(kind: &str, fields: &Value) -> Value {
    let mut response = json!({"id": "r", "object": "response", "status": kind, "error": null,
        "incomplete_details": null, "output": [], "usage": {"input_tokens": 20, "output_tokens": 9, "total_tokens": 29,
        "input_tokens_details": {"cached_tokens": 10, "cache_write_tokens": 2},
        "output_tokens_details": {"reasoning_tokens": 5}}});
    response.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"type": format!("response.{kind}"), "response": response})
}

fn completed() -> Value {
    end("completed", &json!({}))
}

fn created() -> Value {
    json!({"type": "response.created", "response": {"object": "response", "status": "in_progress", "error": null, "output": []}})
}

#[test]
fn an_answer_ends_by_its_last_event_alone() {
    let begun = [created(), piece("Hel"), piece("lo")];
    let done = [
        json!({"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": "Hello"}),
        message(0, &said("Hello")),
    ];
    for rest in [vec![completed()], [&done[..], &[completed()]].concat()] {
        let heard = responses(&events(&[&begun[..], &rest].concat()));
        assert_eq!((heard.ended(), heard.word()), (("Hello", FinishReason::Stop), Some("completed")));
        assert_eq!(heard.usage(), usage([20, 9, 10, 2, 5]));
    }
    let unnamed = format!("data: {}\n\ndata: {}\n\n", piece("Hello"), completed());
    assert_eq!(responses(&unnamed).ended(), ("Hello", FinishReason::Stop));
    for rest in [&[][..], &done[..]] {
        let broken = responses(&events(&[&begun[..], rest].concat()));
        assert_eq!((broken.text.as_str(), broken.failed().0), ("Hello", Kind::BrokenStream));
    }
}

#[test]
fn reasons_are_told_apart() {
    let cut = |reason: &str| json!({"incomplete_details": {"reason": reason}});
    let table = [
        (end("incomplete", &cut("max_output_tokens")), FinishReason::Length, "max_output_tokens"),
        (end("incomplete", &cut("content_filter")), FinishReason::ContentFilter, "content_filter"),
        (end("incomplete", &cut("some_new_reason")), FinishReason::Other, "some_new_reason"),
        (end("incomplete", &json!({})), FinishReason::Error, "incomplete"),
        // Gateways name the event by the end of the stream, not by that of the answer.
        (
            json!({"type": "response.completed",
                "response": {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}}),
            FinishReason::Length,
            "max_output_tokens",
        ),
        (json!({"type": "response.completed", "response": {"status": "in_progress"}}), FinishReason::Stop, "completed"),
        (json!({"type": "response.completed"}), FinishReason::Stop, "completed"),
    ];
    for (last, reason, word) in table {
        let heard = responses(&events(&[piece("Half"), last]));
        assert_eq!((heard.ended(), heard.word()), (("Half", reason), Some(word)));
    }
}

#[test]
fn an_answer_that_failed_is_no_answer() {
    let error = json!({"error": {"code": "rate_limit_exceeded", "message": "slow down"}});
    let table = [
        (end("failed", &error), Kind::RateLimited, "slow down"),
        (end("failed", &json!({})), Kind::BrokenStream, "the provider ended its answer with the status `failed`"),
        (end("cancelled", &json!({})), Kind::BrokenStream, "the provider ended its answer with the status `cancelled`"),
        (
            json!({"type": "response.completed", "response": {"status": "failed"}}),
            Kind::BrokenStream,
            "the provider ended its answer with the status `failed`",
        ),
        (json!({"type": "error", "code": "server_error", "message": "oh", "param": null}), Kind::ServerError, "oh"),
    ];
    for (last, kind, words) in table {
        let heard = responses(&events(&[piece("Half"), last]));
        assert_eq!((heard.text.as_str(), heard.failed()), ("Half", (kind, words)));
        assert!(heard.end.unwrap_err().may_have_acted);
    }
}

#[test]
fn a_refusal_is_no_answer() {
    let delta = |piece: &str| json!({"type": "response.refusal.delta", "output_index": 0, "delta": piece});
    let part = json!([{"type": "refusal", "refusal": "I cannot help."}]);
    let streamed = [delta("I cannot "), delta("help."), message(0, &part), completed()];
    let at_the_end = [end("completed", &json!({"output": [{"type": "message", "content": part}]}))];
    for answer in [&streamed[..], &at_the_end[..], &[message(0, &part), completed()]] {
        assert_eq!(responses(&events(answer)).ended(), ("I cannot help.", FinishReason::Refusal));
    }
}

#[test]
fn a_text_that_did_not_come_in_pieces_is_taken_once() {
    let output = json!({"output": [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"type": "message", "content": said("Hel")}, {"type": "message", "content": said("lo")}]});
    let last = end("completed", &output);
    let thought = json!({"type": "response.reasoning_summary_text.delta", "output_index": 0, "delta": "hm"});
    let at =
        |place: u64, text: &str| json!({"type": "response.output_text.delta", "output_index": place, "delta": text});
    for answer in [
        vec![last.clone()],
        vec![thought.clone(), last.clone()],
        vec![thought.clone(), at(1, "Hel"), at(2, "lo"), last.clone()],
        vec![thought.clone(), message(1, &said("Hel")), message(2, &said("lo")), last.clone()],
        vec![thought, at(1, "H"), at(1, "el"), message(1, &said("Hel")), message(2, &said("lo")), last],
    ] {
        let heard = responses(&events(&answer));
        assert_eq!((heard.ended(), heard.thinking.as_str()), (("Hello", FinishReason::Stop), "hm"), "{answer:?}");
    }
}

#[test]
fn a_long_answer_comes_again_in_its_last_event() {
    let part = "long ".repeat(20_000);
    let long = part.repeat(20);
    let output = json!({"output": [{"type": "message", "content": said(&long)}]});
    let body = events(&[vec![piece(&part); 20], vec![end("completed", &output)]].concat());
    let heard = hear_packets(Protocol::OpenAiResponses, &[body.as_bytes()]);
    assert_eq!(heard.ended(), (long.as_str(), FinishReason::Stop));
}

#[test]
fn a_server_that_does_not_stream_is_understood() {
    let whole = |status: &str| {
        json!({"id": "r", "object": "response", "status": status, "error": null, "output": [
            {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
            {"type": "message", "content": said("Hello")},
            {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{\"a\": 1}"}],
            "usage": {"input_tokens": 20, "output_tokens": 9}})
    };
    let heard = responses(&format!("{:#}", whole("completed")));
    assert_eq!((heard.ended(), heard.thinking.as_str()), (("Hello", FinishReason::ToolCalls), "hm"));
    assert_eq!((heard.usage(), &heard.calls()[0].arguments), (usage([20, 9, 0, 0, 0]), &json!({"a": 1})));
    for status in ["in_progress", "queued", "failed"] {
        assert_eq!(responses(&whole(status).to_string()).failed().0, Kind::BrokenStream, "{status}");
    }
    assert_eq!(responses("{}").failed().0, Kind::BrokenStream);
}

#[test]
fn thoughts_and_comments_are_kept_apart() {
    let thought = |kind: &str, piece: &str| json!({"type": kind, "output_index": 0, "delta": piece});
    let summary = "response.reasoning_summary_text.delta";
    let part = |index: u64| json!({"type": "response.reasoning_summary_part.added", "summary_index": index});
    let heard = responses(&events(&[
        part(0),
        thought(summary, "hm"),
        part(1),
        thought(summary, "yes"),
        json!({"type": "response.output_text.delta", "output_index": 1, "delta": "Hello"}),
        completed(),
    ]));
    assert_eq!((heard.thinking.as_str(), heard.ended().0), ("hm\n\nyes", "Hello"));

    let open = responses(&events(&[thought("response.reasoning_text.delta", "hm"), piece("Hello"), completed()]));
    assert_eq!((open.thinking.as_str(), open.ended().0), ("hm", "Hello"));

    // The model tells what it is about to do, before the answer.
    let comment = |kind: &str| {
        json!({"type": kind, "output_index": 0,
            "item": {"type": "message", "phase": "commentary", "content": said("I look it up.")}})
    };
    let answer = json!({"type": "response.output_text.delta", "output_index": 1, "delta": "Hello"});
    for begin in [
        vec![comment("response.output_item.added"), piece("I look it up."), comment("response.output_item.done")],
        vec![comment("response.output_item.done")],
    ] {
        let heard = responses(&events(&[begin, vec![answer.clone(), completed()]].concat()));
        assert_eq!((heard.thinking.as_str(), heard.ended().0), ("I look it up.", "Hello"));
    }
}

fn call(kind: &str, place: u64, arguments: &str) -> Value {
    json!({"type": kind, "output_index": place, "item": {"type": "function_call", "id": format!("fc_{place}"),
        "call_id": format!("call_{place}"), "name": format!("tool_{place}"), "arguments": arguments}})
}

#[test]
fn tools_are_called_in_pieces_and_whole() {
    let more = |place: u64, piece: &str| json!({"type": "response.function_call_arguments.delta", "output_index": place, "delta": piece});
    let (added, done) = ("response.output_item.added", "response.output_item.done");
    let in_pieces = [
        call(added, 1, ""),
        more(1, "{\"a\": "),
        call(added, 2, ""),
        more(1, "[1, 2]}"),
        more(2, "{}"),
        json!({"type": "response.function_call_arguments.done", "output_index": 1, "arguments": "{\"a\": [1, 2]}"}),
        call(done, 1, "{\"a\": [1, 2]}"),
        call(done, 2, "{}"),
        completed(),
    ];
    let whole = [call(added, 1, ""), call(done, 1, "{\"a\": [1, 2]}"), call(done, 2, "{}"), completed()];
    for answer in [&in_pieces[..], &whole[..]] {
        let heard = responses(&events(answer));
        assert_eq!(heard.ended(), ("", FinishReason::ToolCalls));
        assert_eq!(heard.arguments, ["{\"a\": [1, 2]}", "{}"]);
        let [one, two] = heard.calls() else { panic!("{:?}", heard.calls()) };
        assert_eq!((one.id.as_str(), one.name.as_str(), &one.arguments), ("call_1", "tool_1", &json!({"a": [1, 2]})));
        assert_eq!((two.id.as_str(), &two.arguments), ("call_2", &json!({})));
    }
    assert_eq!(responses(&events(&[more(1, "{}"), completed()])).failed().0, Kind::BrokenStream, "of no call");
}

#[test]
fn encrypted_thoughts_are_kept_for_the_next_call_with_what_followed_them() {
    let reasoning = |encrypted: Value| {
        json!({"type": "response.output_item.done", "output_index": 0,
            "item": {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": encrypted}})
    };
    let (thoughts, called) = (reasoning(json!("gAAA")), call("response.output_item.done", 1, "{}"));
    let search = json!({"type": "response.output_item.done", "item": {"type": "web_search_call", "id": "ws_1"}});
    let heard = responses(&events(&[thoughts.clone(), search, called.clone(), completed()]));
    assert_eq!(heard.end.unwrap().replay, [thoughts["item"].clone(), called["item"].clone()]);

    let whole = end("completed", &json!({"output": [thoughts["item"], called["item"]]}));
    assert_eq!(responses(&events(&[whole])).end.unwrap().replay.len(), 2, "from the response");

    let stored = responses(&events(&[reasoning(Value::Null), called, completed()]));
    assert!(stored.end.unwrap().replay.is_empty(), "thoughts by their id alone are not stored anywhere");
}

#[test]
fn events_that_nobody_knows_change_nothing() {
    let heard = responses(&events(&[
        json!({"type": "response.some_new_event", "delta": "no"}),
        json!({"type": "keepalive"}),
        json!({"type": "response.output_text.annotation.added", "annotation": {}}),
        piece("Hello"),
        json!({"type": "response.web_search_call.completed", "output_index": 3}),
        completed(),
    ]));
    assert_eq!(heard.ended(), ("Hello", FinishReason::Stop));
}
