//! What holds for every body, shared by the fuzz targets and the tests that run on a stable compiler.

#![allow(dead_code, reason = "each target checks one of the two")]

use serde_json::json;
use sluice_providers::{AnswerReader, Finish, ModelEvent, Protocol, ProviderError};

/// Bytes that are read one by one as well.
const MAX_SINGLE_BYTES: usize = 4 * 1024;

/// What was told of an answer.
#[derive(Debug, PartialEq)]
pub struct Told {
    pub text: String,
    pub thinking: String,
    /// The arguments of each call.
    pub arguments: Vec<String>,
    pub events: usize,
    pub end: Result<Option<Finish>, ProviderError>,
}

/// Reads packets, and the end of the body.
pub fn read<'p>(protocol: Protocol, packets: impl IntoIterator<Item = &'p [u8]>) -> Told {
    let mut reader = AnswerReader::new(protocol);
    let read = packets.into_iter().try_for_each(|packet| reader.add(packet)).and_then(|()| reader.end());
    told(&mut reader, read)
}

/// Takes what the reader has to tell.
pub fn told(reader: &mut AnswerReader, read: Result<(), ProviderError>) -> Told {
    let (mut text, mut thinking, mut arguments, mut events) = (String::new(), String::new(), Vec::new(), 0);
    let mut finish = None;
    while let Some(event) = reader.next_event() {
        assert!(finish.is_none(), "nothing follows the end");
        events += 1;
        match event {
            ModelEvent::Text(piece) => text.push_str(&piece),
            ModelEvent::Thinking(piece) => thinking.push_str(&piece),
            ModelEvent::ToolCall { index, .. } => {
                assert_eq!(index, arguments.len(), "calls are numbered in order");
                arguments.push(String::new());
            }
            ModelEvent::ToolArguments { index, piece } => arguments[index].push_str(&piece),
            ModelEvent::Finished(end) => finish = Some(end),
            ModelEvent::Note(note) => panic!("a reader tells no notes: {note}"),
        }
    }
    let finish = finish.or_else(|| reader.pause());
    Told { text, thinking, arguments, events, end: read.map(|()| finish) }
}

/// A body: no panic, the packets do not matter, and what is told grows with the body only.
pub fn body(protocol: Protocol, body: &[u8]) {
    let whole = read(protocol, [body]);
    assert_eq!(read(protocol, body.chunks(body.len() / 2 + 1)), whole, "in two packets");
    if body.len() <= MAX_SINGLE_BYTES {
        assert_eq!(read(protocol, body.chunks(1)), whole, "byte by byte");
    }
    if let Ok(finish) = &whole.end {
        assert!(finish.is_some(), "an answer without an error has an end");
    }
    // A byte that is no UTF-8 becomes a character of three.
    let arguments: usize = whole.arguments.iter().map(String::len).sum();
    assert!(whole.text.len() + whole.thinking.len() + arguments <= 3 * body.len(), "{whole:?}");
    assert!(whole.events <= body.len() + 1, "{whole:?}");
}

/// A text in the pieces of an answer: nothing is lost but the tags of thoughts, and the space around them.
pub fn text(text: &str) {
    let piece = |piece: &str| format!("data: {}\n\n", json!({"choices": [{"delta": {"content": piece}}]}));
    let letters: String = text.split_inclusive(|_: char| true).map(piece).collect();
    let whole = read(Protocol::OpenAiChat, [(piece(text) + "data: [DONE]\n\n").as_bytes()]);
    let spelled = read(Protocol::OpenAiChat, [(letters + "data: [DONE]\n\n").as_bytes()]);
    assert_eq!((&spelled.text, &spelled.thinking), (&whole.text, &whole.thinking), "{text:?}");
    assert!(whole.end.is_ok() || text.len() > sluice_providers::MAX_FRAME_BYTES / 8, "{whole:?}");
    assert!(
        whole.end.is_err() || text.ends_with(&whole.text) && text.contains(&whole.thinking),
        "{whole:?} of {text:?}"
    );
}
