//! Answers of Google's Gemini API.

use serde_json::{Value, json};
use sluice_providers::{Protocol, ProviderErrorKind as Kind};
use sluice_types::FinishReason;

use super::{Heard, events, hear, usage};

fn gemini(body: &str) -> Heard {
    hear(Protocol::Gemini, body)
}

fn parts(parts: &Value) -> Value {
    json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": parts}}]})
}

fn piece(text: &str) -> Value {
    parts(&json!([{"text": text}]))
}

/// A piece that says why the answer ends, too.
fn last(text: &str, word: &str) -> Value {
    let mut piece = piece(text);
    piece["candidates"][0]["finishReason"] = word.into();
    piece
}

fn finish(word: &str) -> Value {
    json!({"candidates": [{"index": 0, "finishReason": word}]})
}

fn counts() -> Value {
    json!({"usageMetadata": {"promptTokenCount": 17, "toolUsePromptTokenCount": 3, "cachedContentTokenCount": 10,
        "candidatesTokenCount": 4, "thoughtsTokenCount": 5, "totalTokenCount": 29}})
}

fn replay(heard: &Heard) -> Value {
    Value::Array(heard.end.as_ref().unwrap().replay.clone())
}

#[test]
fn an_answer_ends_with_its_body_when_it_told_a_reason() {
    let table = [
        vec![piece("One "), piece("two "), last("three.", "STOP"), counts()],
        vec![last("One ", "STOP"), last("two ", "STOP"), last("three.", "STOP"), counts()],
        vec![counts(), last("", "STOP"), piece("One "), piece("two three.")],
        vec![last("One ", "FINISH_REASON_UNSPECIFIED"), last("two three.", "STOP"), counts()],
        vec![piece("One two three."), finish("STOP"), json!({"usageMetadata": {}}), counts()],
    ];
    for pieces in table {
        let whole = json!(pieces).to_string();
        for body in [events(&pieces), whole] {
            let heard = gemini(&body);
            assert_eq!(heard.ended(), ("One two three.", FinishReason::Stop), "{body}");
            assert_eq!(heard.usage(), usage([20, 9, 10, 0, 5]));
            assert_eq!(replay(&heard), json!([]), "a plain text need not come back");
        }
    }
    for broken in [
        vec![piece("Half"), counts()],
        vec![last("Half", "FINISH_REASON_UNSPECIFIED"), counts()],
        vec![last("Half", "")],
    ] {
        let heard = gemini(&events(&broken));
        assert_eq!((heard.text.as_str(), heard.failed().0), ("Half", Kind::BrokenStream));
    }
}

#[test]
fn a_connection_that_breaks_off_after_a_reason_breaks_the_answer() {
    let mut reader = sluice_providers::AnswerReader::new(Protocol::Gemini);
    reader.add(events(&[last("One ", "STOP")]).as_bytes()).unwrap();
    assert!(!reader.is_whole_without_end(), "more text may follow a reason");
}

#[test]
fn reasons_are_told_apart() {
    let table = [
        ("STOP", FinishReason::Stop),
        ("MAX_TOKENS", FinishReason::Length),
        ("SAFETY", FinishReason::ContentFilter),
        ("RECITATION", FinishReason::ContentFilter),
        ("LANGUAGE", FinishReason::ContentFilter),
        ("BLOCKLIST", FinishReason::ContentFilter),
        ("PROHIBITED_CONTENT", FinishReason::ContentFilter),
        ("SPII", FinishReason::ContentFilter),
        ("MODEL_ARMOR", FinishReason::ContentFilter),
        ("IMAGE_SAFETY", FinishReason::ContentFilter),
        ("IMAGE_PROHIBITED_CONTENT", FinishReason::ContentFilter),
        ("IMAGE_RECITATION", FinishReason::ContentFilter),
        ("OTHER", FinishReason::Error),
        ("MALFORMED_FUNCTION_CALL", FinishReason::Error),
        ("UNEXPECTED_TOOL_CALL", FinishReason::Error),
        ("TOO_MANY_TOOL_CALLS", FinishReason::Error),
        ("MALFORMED_RESPONSE", FinishReason::Error),
        ("MISSING_THOUGHT_SIGNATURE", FinishReason::Error),
        ("NO_IMAGE", FinishReason::Error),
        ("IMAGE_OTHER", FinishReason::Error),
        ("SOME_NEW_REASON", FinishReason::Other),
    ];
    for (word, reason) in table {
        for pieces in [vec![piece("Half"), finish(word)], vec![last("Ha", word), last("lf", "STOP")]] {
            let heard = gemini(&events(&pieces));
            assert_eq!((heard.ended(), heard.word()), (("Half", reason), Some(word)));
        }
        let heard = gemini(&events(&[last("Half", "STOP"), finish(word)]));
        assert_eq!(heard.ended(), ("Half", reason), "{word} after a piece with STOP");
    }
}

#[test]
fn a_prompt_that_was_blocked_has_no_answer() {
    for word in ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "SOME_NEW_REASON"] {
        let blocked = json!({"promptFeedback": {"blockReason": word}, "usageMetadata": {"promptTokenCount": 20}});
        let words = format!("the provider withheld its answer ({word})");
        assert_eq!(gemini(&events(std::slice::from_ref(&blocked))).failed(), (Kind::BadRequest, words.as_str()));
        let late = gemini(&events(&[piece("Half"), blocked]));
        assert_eq!((late.text.as_str(), late.failed()), ("Half", (Kind::BadRequest, words.as_str())));
    }
    let passed = json!({"promptFeedback": {"blockReason": "BLOCK_REASON_UNSPECIFIED", "safetyRatings": []}});
    assert_eq!(gemini(&events(&[passed, last("Hello", "STOP")])).ended(), ("Hello", FinishReason::Stop));
}

#[test]
fn a_server_that_does_not_stream_is_understood() {
    let mut whole = last("Hello", "STOP");
    whole["usageMetadata"] = counts()["usageMetadata"].clone();
    let heard = gemini(&whole.to_string());
    assert_eq!((heard.ended(), heard.usage()), (("Hello", FinishReason::Stop), usage([20, 9, 10, 0, 5])));
}

#[test]
fn errors_keep_their_kind_and_words() {
    let table = [
        (503, "UNAVAILABLE", Kind::Overloaded),
        (429, "RESOURCE_EXHAUSTED", Kind::RateLimited),
        (500, "INTERNAL", Kind::ServerError),
        (504, "DEADLINE_EXCEEDED", Kind::Timeout),
        (403, "PERMISSION_DENIED", Kind::Unauthorized),
        (400, "INVALID_ARGUMENT", Kind::BadRequest),
    ];
    for (code, status, kind) in table {
        let error = json!({"error": {"code": code, "status": status, "message": "no"}});
        assert_eq!(gemini(&error.to_string()).failed(), (kind, "no"), "{status} as the whole body");
        assert_eq!(gemini(&json!([error]).to_string()).failed(), (kind, "no"), "{status} in a list");
        let late = gemini(&events(&[last("Half", "STOP"), error]));
        assert_eq!((late.text.as_str(), late.failed()), ("Half", (kind, "no")), "{status} after a piece");
        assert!(late.end.unwrap_err().may_have_acted, "an answer that has begun was worked on");
    }
}

#[test]
fn thoughts_are_kept_apart_and_signatures_come_back() {
    let heard = gemini(&events(&[
        parts(&json!([{"text": "hm ", "thought": true}])),
        parts(&json!([{"text": "yes", "thought": true}, {"text": "Hel"}])),
        piece("lo"),
        parts(&json!([{"text": "", "thoughtSignature": "c2ln"}])),
        finish("STOP"),
    ]));
    assert_eq!((heard.thinking.as_str(), heard.ended()), ("hm yes", ("Hello", FinishReason::Stop)));
    assert_eq!(replay(&heard), json!([{"text": "Hello"}, {"text": "", "thoughtSignature": "c2ln"}]));
}

#[test]
fn tools_are_called_whole_and_come_back() {
    let add = json!({"functionCall": {"id": "g1", "name": "add", "args": {"a": [1, 2]}}, "thoughtSignature": "c2ln"});
    let now = json!({"functionCall": {"name": "now"}});
    let again = json!({"functionCall": {"name": "now", "args": {}}});
    let heard = gemini(&events(&[
        piece("Let me "),
        piece("see."),
        parts(&json!([add, now])),
        parts(&json!([{"text": "And "}])),
        parts(&json!([again])),
        last("", "STOP"),
    ]));
    assert_eq!(heard.ended(), ("Let me see.And ", FinishReason::ToolCalls));
    assert_eq!(heard.arguments, [r#"{"a":[1,2]}"#, "", "{}"]);
    let told: Vec<_> =
        heard.calls().iter().map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.clone())).collect();
    let expected = [("g1", "add", json!({"a": [1, 2]})), ("call_2", "now", json!({})), ("call_3", "now", json!({}))];
    assert_eq!(told, expected);
    assert_eq!(replay(&heard), json!([{"text": "Let me see."}, add, now, {"text": "And "}, again]));
    let nameless = gemini(&events(&[parts(&json!([{"functionCall": {"args": {}}}]))]));
    assert_eq!(nameless.failed().0, Kind::BrokenStream);
}

#[test]
fn what_is_new_is_passed_over() {
    let heard = gemini(&events(&[
        json!({"modelVersion": "m", "someNewField": {}}),
        json!({"candidates": [{"content": {"role": "model"}, "groundingMetadata": {}}]}),
        json!({"candidates": []}),
        parts(
            &json!([{"executableCode": {"language": "PYTHON", "code": "1"}}, {"someNewPart": {}}, {"text": "Hello"}]),
        ),
        finish("STOP"),
    ]));
    assert_eq!(heard.ended(), ("Hello", FinishReason::Stop));
}
