//! Answers in OpenAI's chat completions, from OpenAI and from the many servers that speak it.

use serde_json::{Value, json};
use sluice_providers::{Protocol, ProviderErrorKind as Kind};
use sluice_types::FinishReason;

use super::{Heard, events, hear, usage};

fn chat(body: &str) -> Heard {
    hear(Protocol::OpenAiChat, body)
}

fn piece(text: &str) -> Value {
    json!({"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
}

fn delta(delta: &Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

fn finish(word: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": word}]})
}

fn counts() -> Value {
    json!({"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 10}, "completion_tokens_details": {"reasoning_tokens": 5}}})
}

const DONE: &str = "data: [DONE]\n\n";

#[test]
fn an_answer_ends_by_a_reason_or_by_a_marker() {
    let hello = [piece("Hel"), piece("lo")];
    let with = |rest: &[Value]| events(&[&hello[..], rest].concat());
    for whole in [
        with(&[finish("stop"), counts()]) + DONE,
        with(&[finish("stop"), counts()]),
        with(&[counts(), finish("stop")]) + "data: [DONE]",
        format!(": comment\r\n\r\n{}", with(&[finish("stop"), counts()]).replace('\n', "\r\n")),
    ] {
        let heard = chat(&whole);
        assert_eq!(heard.ended(), ("Hello", FinishReason::Stop));
        assert_eq!(heard.usage(), usage([20, 9, 10, 0, 5]));
    }
    assert_eq!(chat(&(with(&[]) + DONE)).ended(), ("Hello", FinishReason::Stop), "a marker without a reason");
    let broken = chat(&with(&[counts()]));
    assert_eq!((broken.text.as_str(), broken.failed().0), ("Hello", Kind::BrokenStream), "neither of the two");
}

#[test]
fn reasons_are_told_apart() {
    let table = [
        ("stop", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("model_length", FinishReason::Length),
        ("content_filter", FinishReason::ContentFilter),
        ("error", FinishReason::Error),
        ("abort", FinishReason::Error),
        ("insufficient_system_resource", FinishReason::Error),
        ("some_new_reason", FinishReason::Other),
    ];
    for (word, reason) in table {
        let heard = chat(&(events(&[piece("Half"), finish(word)]) + DONE));
        assert_eq!(heard.ended(), ("Half", reason), "{word}");
        assert_eq!(heard.word(), Some(word));
    }
}

#[test]
fn a_refusal_is_no_answer() {
    let said = [delta(&json!({"content": null, "refusal": "I cannot "})), delta(&json!({"refusal": "help."}))];
    let heard = chat(&events(&[&said[..], &[finish("stop")]].concat()));
    assert_eq!(heard.ended(), ("I cannot help.", FinishReason::Refusal));
}

#[test]
fn a_server_that_does_not_stream_is_understood() {
    let whole = json!({"object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop",
        "message": {"role": "assistant", "content": "Hello", "reasoning_content": "hm"}}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 9}});
    for body in [whole.to_string(), format!("\u{feff}\n{whole:#}\n")] {
        let heard = chat(&body);
        assert_eq!((heard.ended(), heard.thinking.as_str()), (("Hello", FinishReason::Stop), "hm"));
        assert_eq!(heard.usage(), usage([20, 9, 0, 0, 0]));
    }
}

#[test]
fn errors_with_status_200_keep_their_kind_and_words() {
    let table = [
        (json!({"error": {"message": "no credit", "code": "insufficient_quota"}}), Kind::Unauthorized, "no credit"),
        (
            json!({"object": "error", "message": "the maximum context length is 4096 tokens", "code": 400}),
            Kind::ContextTooLong,
            "the maximum context length is 4096 tokens",
        ),
        (json!({"error": {"code": 429, "message": "busy"}, "choices": []}), Kind::RateLimited, "busy"),
        (json!({"error": "overloaded"}), Kind::ServerError, "overloaded"),
    ];
    for (error, kind, words) in table {
        assert_eq!(chat(&error.to_string()).failed(), (kind, words), "as the whole body");
        assert_eq!(chat(&events(std::slice::from_ref(&error))).failed(), (kind, words), "as the first event");
        let late = chat(&events(&[piece("Half"), error]));
        assert_eq!((late.text.as_str(), late.failed()), ("Half", (kind, words)), "after a piece");
        assert!(late.end.unwrap_err().may_have_acted, "an answer that has begun was worked on");
    }
}

#[test]
fn bodies_that_are_no_answer_say_so() {
    let page = "<!DOCTYPE html><html><title>Sign in</title></html>";
    assert_eq!(chat(page).failed(), (Kind::BadRequest, "the address answers with a web page: check the base URL"));
    for empty in ["", " \r\n", ": only a comment\n\n"] {
        assert_eq!(chat(empty).failed().0, Kind::BrokenStream, "{empty:?}");
    }
    assert_eq!(chat("data: {\"torn\": \n\n").failed().0, Kind::BrokenStream);
    assert_eq!(chat("{\"choices\": [").failed().0, Kind::BrokenStream);
}

#[test]
fn thoughts_are_kept_apart() {
    let table = [
        vec![delta(&json!({"reasoning_content": "hm "})), delta(&json!({"reasoning_content": "yes"})), piece("Hello")],
        vec![delta(&json!({"reasoning": "hm yes", "content": ""})), piece("Hello")],
        vec![piece("<thi"), piece("nk>hm yes</thi"), piece("nk>\n\nHello")],
        vec![delta(&json!({"content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm yes"}]}, {"type": "text", "text": "Hello"}]}))],
    ];
    for pieces in table {
        let heard = chat(&events(&[pieces, vec![finish("stop")]].concat()));
        assert_eq!((heard.thinking.as_str(), heard.ended()), ("hm yes", ("Hello", FinishReason::Stop)));
    }
}

#[test]
fn halves_of_a_character_do_not_fail() {
    let body = r#"data: {"choices": [{"delta": {"content": "a\ud83d"}}]}

data: {"choices": [{"delta": {"content": "\ude00b"}, "finish_reason": "stop"}]}

"#;
    assert_eq!(chat(body).ended(), ("a\u{fffd}\u{fffd}b", FinishReason::Stop));
}

#[test]
fn tools_are_called_in_pieces_and_whole() {
    let call =
        |index: u64, function: Value| json!({"index": index, "id": format!("call_{index}"), "function": function});
    let more =
        |index: u64, piece: &str| delta(&json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}));
    let streamed = [
        delta(&json!({"content": null, "tool_calls": [call(0, json!({"name": "add", "arguments": ""}))]})),
        more(0, "{\"a\": "),
        delta(&json!({"tool_calls": [call(1, json!({"name": "now", "arguments": ""}))]})),
        more(0, "[1, 2]}"),
        finish("tool_calls"),
    ];
    let heard = chat(&(events(&streamed) + DONE));
    assert_eq!(heard.ended(), ("", FinishReason::ToolCalls));
    assert_eq!(heard.arguments, ["{\"a\": [1, 2]}", ""]);
    let [add, now] = heard.calls() else { panic!("{:?}", heard.calls()) };
    assert_eq!((add.id.as_str(), add.name.as_str(), &add.arguments), ("call_0", "add", &json!({"a": [1, 2]})));
    assert_eq!((now.id.as_str(), now.name.as_str(), &now.arguments), ("call_1", "now", &json!({})));

    // Ollama and others: whole, without an index, with `stop`, with arguments that are no text.
    let whole = [
        delta(&json!({"tool_calls": [
        {"id": "a", "function": {"name": "add", "arguments": {"a": 1}}},
        {"function": {"name": "now", "arguments": "not JSON"}}]})),
        finish("stop"),
    ];
    let heard = chat(&events(&whole));
    assert_eq!(heard.ended().1, FinishReason::ToolCalls);
    let [add, now] = heard.calls() else { panic!("{:?}", heard.calls()) };
    assert_eq!((add.id.as_str(), &add.arguments), ("a", &json!({"a": 1})));
    assert_eq!((now.id.as_str(), &now.arguments), ("call_2", &json!("not JSON")));
}

#[test]
fn a_call_of_a_tool_without_a_name_is_broken() {
    let nameless = delta(&json!({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}));
    assert_eq!(chat(&events(&[nameless])).failed().0, Kind::BrokenStream);
}
