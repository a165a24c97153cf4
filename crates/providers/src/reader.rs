//! Reads the body of an answer: bytes in, events out. It knows no network and no time.

use serde_json::Value;

use crate::answer::{Answer, Ended};
use crate::error::{ProviderError, ProviderErrorKind};
use crate::event::{Finish, ModelEvent};
use crate::framing::{Frame, Framer, Framing, MAX_BODY_BYTES};
use crate::protocol::{Protocol, ReadFrames};
use crate::refusal::{self, broken};
use crate::surrogates::without_lone_surrogates;

/// Bytes of an answer that comes as one JSON value.
const MAX_WHOLE_BYTES: usize = 8 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the body of an answer with status 200.
pub struct AnswerReader {
    protocol: Protocol,
    frames: Box<dyn ReadFrames>,
    body: Body,
    bytes: usize,
    has_begun: bool,
    answer: Answer,
    state: State,
}

/// The form of the body. Its first byte tells, as content types are often wrong.
enum Body {
    /// Nothing but space came so far, or a part of a byte order mark.
    Unknown(Vec<u8>),
    /// Frames, one after the other.
    Frames(Framer),
    /// One JSON value: an error, or the answer of a server that does not stream.
    Whole(Vec<u8>),
}

/// How far the answer is.
enum State {
    Open,
    /// It has ended, and its last event was not taken yet.
    Ended(Box<Ended>),
    Taken,
}

impl AnswerReader {
    /// Reads an answer of this protocol.
    #[must_use]
    pub fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            frames: protocol.frames(),
            body: Body::Unknown(Vec::new()),
            bytes: 0,
            has_begun: false,
            answer: Answer::default(),
            state: State::Open,
        }
    }

    /// Takes the next bytes of the body.
    ///
    /// # Errors
    /// The answer says that it failed, or violates its protocol. What was read before is still told.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), ProviderError> {
        self.bytes += bytes.len();
        if self.bytes > MAX_BODY_BYTES {
            return Err(broken(&format!("the answer is longer than {MAX_BODY_BYTES} bytes")));
        }
        match &mut self.body {
            Body::Unknown(head) => {
                head.extend_from_slice(bytes);
                if BYTE_ORDER_MARK.starts_with(head) {
                    return Ok(());
                }
                let begun = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head).trim_ascii_start().to_vec();
                let Some(&first) = begun.first() else {
                    // Space keeps a connection alive. It is not kept here: the next packet would read it again.
                    head.clear();
                    head.push(b' ');
                    return Ok(());
                };
                self.body = match (first, self.protocol.framing()) {
                    (b'<', _) => return Err(web_page()),
                    (b'{', Framing::Lines) => Body::Frames(Framer::new(Framing::Lines)),
                    (b'{' | b'[', _) => Body::Whole(Vec::new()),
                    (_, framing) => Body::Frames(Framer::new(framing)),
                };
                self.bytes = 0;
                self.add(&begun)
            }
            Body::Frames(framer) => {
                framer.add(bytes);
                while let Body::Frames(framer) = &mut self.body
                    && let Some(frame) = framer.next()?
                {
                    self.frame(&frame)?;
                }
                Ok(())
            }
            Body::Whole(body) => {
                body.extend_from_slice(bytes);
                if body.len() > MAX_WHOLE_BYTES {
                    return Err(broken(&format!("the answer is one JSON value of more than {MAX_WHOLE_BYTES} bytes")));
                }
                Ok(())
            }
        }
    }

    /// The body has ended in good order.
    ///
    /// # Errors
    /// The answer is not whole.
    pub fn end(&mut self) -> Result<(), ProviderError> {
        if !matches!(self.state, State::Open) {
            return Ok(());
        }
        match std::mem::replace(&mut self.body, Body::Unknown(Vec::new())) {
            Body::Unknown(_) => return Err(broken("the provider's answer is empty")),
            Body::Frames(mut framer) => {
                while let Some(frame) = framer.end()? {
                    self.frame(&frame)?;
                }
            }
            Body::Whole(body) => self.whole(&body)?,
        }
        // The last frame may have been the end marker.
        if self.has_ended() { Ok(()) } else { self.close() }
    }

    /// The body broke off, or fell silent. The answer is whole all the same when it had told why it ends.
    pub fn is_whole_without_end(&mut self) -> bool {
        let is_whole = self.protocol.reason_is_last() && self.answer.has_reason();
        is_whole && matches!(self.state, State::Open) && self.close().is_ok()
    }

    /// The next event that was read; after the last one, nothing more follows.
    pub fn next_event(&mut self) -> Option<ModelEvent> {
        if let Some(event) = self.answer.next_event() {
            return Some(event);
        }
        match std::mem::replace(&mut self.state, State::Taken) {
            State::Ended(ended) if !ended.pauses => Some(ModelEvent::Finished(ended.finish)),
            other => {
                self.state = other;
                None
            }
        }
    }

    /// The end of an answer in which the provider only paused, once all its events were taken.
    pub fn pause(&mut self) -> Option<Finish> {
        match std::mem::replace(&mut self.state, State::Taken) {
            State::Ended(ended) if ended.pauses => Some(ended.finish),
            other => {
                self.state = other;
                None
            }
        }
    }

    /// Whether the answer has ended: no more of the body is needed.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        !matches!(self.state, State::Open)
    }

    fn close(&mut self) -> Result<(), ProviderError> {
        self.state = State::Ended(Box::new(self.answer.end()?));
        Ok(())
    }

    fn frame(&mut self, frame: &Frame) -> Result<(), ProviderError> {
        let data = frame.data.trim();
        if data.is_empty() || self.has_ended() {
            return Ok(());
        }
        if data == "[DONE]" {
            self.answer.end_marker();
            return self.close();
        }
        let mended = without_lone_surrogates(data);
        let Ok(value) = serde_json::from_str::<Value>(&mended) else {
            return Err(broken("the answer holds a piece that is not JSON"));
        };
        self.value(&value, frame.event.as_deref())?;
        if self.answer.is_marked() { self.close() } else { Ok(()) }
    }

    /// One JSON value that holds the whole answer, a list of its pieces, or an error.
    fn whole(&mut self, body: &[u8]) -> Result<(), ProviderError> {
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str::<Value>(&without_lone_surrogates(&text)) {
            Ok(Value::Array(pieces)) => pieces.iter().try_for_each(|piece| self.value(piece, None)),
            Ok(value) => self.value(&value, None),
            Err(_) => Err(broken("the answer is one JSON value that is not whole")),
        }
    }

    fn value(&mut self, value: &Value, event: Option<&str>) -> Result<(), ProviderError> {
        if let Some(error) = refusal::in_answer(value, event) {
            // An answer that has begun was worked on, whatever broke it off.
            return Err(ProviderError { may_have_acted: error.may_have_acted || self.has_begun, ..error });
        }
        self.has_begun = true;
        self.frames.read(value, event, &mut self.answer)
    }
}

fn web_page() -> ProviderError {
    let message = "the address answers with a web page: check the base URL";
    ProviderError::new(ProviderErrorKind::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_before_an_answer_is_not_read_again_with_each_packet() {
        let mut reader = AnswerReader::new(Protocol::OpenAiChat);
        for _ in 0..1_000 {
            reader.add(b" \n").unwrap();
            assert!(matches!(&reader.body, Body::Unknown(head) if head.len() <= BYTE_ORDER_MARK.len()));
        }
        reader.add(b"data: [DONE]\n\n").unwrap();
        assert!(reader.has_ended());
    }
}
