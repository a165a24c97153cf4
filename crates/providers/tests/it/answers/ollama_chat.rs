//! Answers in Ollama's own protocol.

use serde_json::{Value, json};
use sluice_providers::{Protocol, ProviderErrorKind as Kind};
use sluice_types::FinishReason;

use super::{Heard, hear, usage};

fn ollama(lines: &[Value]) -> Heard {
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    hear(Protocol::OllamaChat, &lines.concat())
}

fn line(message: &Value) -> Value {
    json!({"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": false})
}

fn piece(text: &str) -> Value {
    line(&json!({"role": "assistant", "content": text}))
}

fn done(word: Option<&str>) -> Value {
    let mut last = json!({"message": {"role": "assistant", "content": ""}, "done": true,
        "prompt_eval_count": 20, "prompt_eval_cached_count": 10, "eval_count": 9});
    if let Some(word) = word {
        last["done_reason"] = word.into();
    }
    last
}

#[test]
fn an_answer_ends_by_its_last_line() {
    let table = [
        (done(Some("stop")), FinishReason::Stop, Some("stop")),
        (done(Some("length")), FinishReason::Length, Some("length")),
        (done(Some("load")), FinishReason::Error, Some("load")),
        (done(Some("unload")), FinishReason::Error, Some("unload")),
        (done(Some("some_new_reason")), FinishReason::Other, Some("some_new_reason")),
        // Older servers, and some that imitate Ollama.
        (done(None), FinishReason::Stop, None),
        (done(Some("")), FinishReason::Stop, None),
    ];
    for (last, reason, word) in table {
        let heard = ollama(&[piece("Hel"), piece("lo"), last]);
        assert_eq!((heard.ended(), heard.word()), (("Hello", reason), word));
        assert_eq!(heard.usage(), usage([20, 9, 10, 0, 0]));
    }
    let broken = ollama(&[piece("Hel"), piece("lo")]);
    assert_eq!((broken.text.as_str(), broken.failed().0), ("Hello", Kind::BrokenStream));
}

#[test]
fn a_server_that_does_not_stream_is_understood() {
    let whole = json!({"message": {"role": "assistant", "content": "Hello", "thinking": "hm"}, "done": true,
        "done_reason": "stop"});
    let heard = hear(Protocol::OllamaChat, &whole.to_string());
    assert_eq!((heard.ended(), heard.thinking.as_str()), (("Hello", FinishReason::Stop), "hm"));
    assert_eq!(heard.end.unwrap().usage, None, "a server that counts nothing");
}

#[test]
fn errors_in_the_middle_keep_their_words() {
    let error = json!({"error": "an error was encountered while running the model: CUDA error"});
    let words = "an error was encountered while running the model: CUDA error";
    assert_eq!(ollama(std::slice::from_ref(&error)).failed(), (Kind::ServerError, words));
    let late = ollama(&[piece("Half"), error]);
    assert_eq!((late.text.as_str(), late.failed()), ("Half", (Kind::ServerError, words)));
    let torn = hear(Protocol::OllamaChat, &format!("{}\n{{\"message\": {{\"content\": \"to", piece("Half")));
    assert_eq!((torn.text.as_str(), torn.failed().0), ("Half", Kind::BrokenStream));
}

#[test]
fn thoughts_are_kept_apart() {
    let thought = |piece: &str| line(&json!({"role": "assistant", "content": "", "thinking": piece}));
    for pieces in
        [vec![thought("hm "), thought("yes"), piece("Hello")], vec![piece("<think>hm yes"), piece("</think>\n\nHello")]]
    {
        let heard = ollama(&[pieces, vec![done(Some("stop"))]].concat());
        assert_eq!((heard.thinking.as_str(), heard.ended()), ("hm yes", ("Hello", FinishReason::Stop)));
        assert!(heard.end.unwrap().replay.is_empty(), "the next question needs no thoughts of this answer");
    }
}

#[test]
fn tools_are_called_whole_over_several_lines() {
    let call = |call: Value| line(&json!({"role": "assistant", "content": "", "tool_calls": [call]}));
    let heard = ollama(&[
        line(&json!({"role": "assistant", "content": "", "thinking": "hm"})),
        call(json!({"function": {"name": "add", "arguments": {"a": [1, 2]}}})),
        call(json!({"id": "call_x", "function": {"index": 1, "name": "now", "arguments": {}}})),
        call(json!({"function": {"name": "text", "arguments": "{\"b\": 1}"}})),
        done(Some("stop")),
    ]);
    assert_eq!(heard.ended(), ("", FinishReason::ToolCalls));
    let [add, now, written] = heard.calls() else { panic!("{:?}", heard.calls()) };
    assert_eq!((add.id.as_str(), add.name.as_str(), &add.arguments), ("call_1", "add", &json!({"a": [1, 2]})));
    assert_eq!((now.id.as_str(), now.name.as_str(), &now.arguments), ("call_x", "now", &json!({})));
    assert_eq!(written.arguments, json!({"b": 1}));
    assert_eq!(heard.end.unwrap().replay, [json!({"type": "ollama_thinking", "thinking": "hm"})]);
    let nameless = ollama(&[call(json!({"function": {"arguments": {}}})), done(Some("stop"))]);
    assert_eq!(nameless.failed().0, Kind::BrokenStream);
}

#[test]
fn bodies_that_are_no_answer_say_so() {
    for empty in ["", "\n\n"] {
        assert_eq!(hear(Protocol::OllamaChat, empty).failed().0, Kind::BrokenStream);
    }
    assert_eq!(hear(Protocol::OllamaChat, "<html>").failed().0, Kind::BadRequest);
    assert_eq!(hear(Protocol::OllamaChat, "Ollama is running").failed().0, Kind::BrokenStream);
}
