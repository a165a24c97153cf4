//! An answer in which the provider pauses: the call is sent again with the answer so far.

use serde_json::{Value, json};
use sluice_providers::ProviderErrorKind as Kind;
use sluice_testing::{Script, ScriptedServer};
use sluice_types::{FinishReason, TokenUsage};

use super::{call, client, listen};
use crate::answers::events;

/// An answer of 20 tokens to 10, which says a piece and ends for a reason.
fn answer(piece: &str, reason: &str) -> Script {
    Script::ok().bytes(events(&[
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 10}}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}),
        json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 20}}),
        json!({"type": "message_stop"}),
    ]))
}

#[tokio::test]
async fn a_pause_goes_on_with_the_answer_so_far() {
    let answers = [answer("One ", "pause_turn"), answer("two ", "pause_turn"), answer("three.", "end_turn")];
    let server = ScriptedServer::start(answers).await;
    let heard = listen(&client(), call(&server, "anthropic")).await;
    assert_eq!(heard.text(), "One two three.");
    let counted = TokenUsage { input_tokens: 30, output_tokens: 60, ..TokenUsage::default() };
    assert_eq!(heard.end, Some(Ok((FinishReason::Stop, Some(counted)))), "each part is paid for");
    let sent: Vec<Value> =
        server.requests().into_iter().map(|request| request.body["messages"][1]["content"].clone()).collect();
    let said = |text: &str| json!({"type": "text", "text": text});
    assert_eq!(sent, [Value::Null, json!([said("One ")]), json!([said("One "), said("two ")])]);
}

#[tokio::test]
async fn pauses_have_an_end() {
    let server = ScriptedServer::start((0..20).map(|_| answer("a", "pause_turn"))).await;
    let heard = listen(&client(), call(&server, "anthropic")).await;
    assert_eq!((heard.text.as_str(), heard.error().kind), ("aaaaaaaaa", Kind::BrokenStream));
    assert_eq!(server.requests().len(), 9, "the call and eight more");
}
