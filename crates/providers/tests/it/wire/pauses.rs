//! An answer in which the provider pauses: the call is sent again with the answer so far.

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use sluice_providers::{Finish, ModelEvent, ProviderError, ProviderErrorKind as Kind};
use sluice_types::{FinishReason, TokenUsage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{call, client};

/// Serves one connection for each answer, and returns the bodies of the requests.
async fn serve(answers: Vec<String>) -> (String, JoinHandle<Vec<Value>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            requests.push(loop {
                assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0, "the request is cut");
                let text = String::from_utf8_lossy(&request);
                let body = text.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str(body));
                if let Some(Ok(body)) = body {
                    break body;
                }
            });
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
            socket.write_all(format!("{head}{answer}").as_bytes()).await.unwrap();
            socket.shutdown().await.unwrap();
        }
        requests
    });
    (url, requests)
}

/// An answer of 20 tokens to 10, which says a piece and ends for a reason.
fn answer(piece: &str, reason: &str) -> String {
    let frames = [
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 10}}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}),
        json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 20}}),
        json!({"type": "message_stop"}),
    ];
    frames.map(|frame| format!("data: {frame}\n\n")).concat()
}

async fn hear(url: &str) -> (String, Result<Finish, ProviderError>) {
    let mut stream = client().stream(call("anthropic", "claude-opus-5", "hello", url)).await.unwrap();
    let mut text = String::new();
    loop {
        match stream.next().await.expect("a stream ends with Finished or an error") {
            Ok(ModelEvent::Text(piece)) => text.push_str(&piece),
            Ok(ModelEvent::Finished(finish)) => return (text, Ok(finish)),
            Ok(other) => panic!("only text is told: {other:?}"),
            Err(error) => return (text, Err(error)),
        }
    }
}

#[tokio::test]
async fn a_pause_goes_on_with_the_answer_so_far() {
    let (url, requests) =
        serve(vec![answer("One ", "pause_turn"), answer("two ", "pause_turn"), answer("three.", "end_turn")]).await;
    let (text, end) = hear(&url).await;
    let finish = end.unwrap();
    assert_eq!((text.as_str(), finish.reason), ("One two three.", FinishReason::Stop));
    let counted = TokenUsage { input_tokens: 30, output_tokens: 60, ..TokenUsage::default() };
    assert_eq!(finish.usage, Some(counted), "each part is paid for");
    let sent: Vec<Value> =
        requests.await.unwrap().into_iter().map(|request| request["messages"][1]["content"].clone()).collect();
    let said = |text: &str| json!({"type": "text", "text": text});
    assert_eq!(sent, [Value::Null, json!([said("One ")]), json!([said("One "), said("two ")])]);
}

#[tokio::test]
async fn pauses_have_an_end() {
    let (url, requests) = serve(vec![answer("a", "pause_turn"); 9]).await;
    let (text, end) = hear(&url).await;
    assert_eq!((text.as_str(), end.unwrap_err().kind), ("aaaaaaaaa", Kind::BrokenStream));
    assert_eq!(requests.await.unwrap().len(), 9, "the call and eight more");
}
