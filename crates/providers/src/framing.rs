//! Cuts the body of an answer into frames: events of an event stream, or lines of JSON.
//!
//! Lines are cut by tokio-util's codec, which looks at each byte once and bounds the line. The fields of an event are
//! read here: crates for event streams bound neither a line nor an event, read a growing buffer again with each packet,
//! or drop an event without an empty line after it (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use bytes::{Bytes, BytesMut};
use tokio_util::codec::{AnyDelimiterCodec, AnyDelimiterCodecError, Decoder};

use crate::error::ProviderError;
use crate::refusal::broken;

/// Bytes of one frame of a stream: a line of JSON, or the data of one event. The last event of OpenAI's responses holds
/// the whole answer again, and its encrypted thoughts.
pub const MAX_FRAME_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of an answer, with all that is around its text.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// One frame of an answer.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The name of the event, where it has one.
    pub event: Option<String>,
    /// Its data, mostly JSON.
    pub data: String,
}

/// The form of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// An event stream.
    Events,
    /// JSON, a line for each value.
    Lines,
}

/// Cuts bytes into frames.
#[derive(Debug)]
pub struct Framer {
    framing: Framing,
    lines: AnyDelimiterCodec,
    unread: BytesMut,
    event: Frame,
    has_data: bool,
}

impl Framer {
    /// Cuts a body of this form.
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        // A line of an event has its field's name too.
        let longest = MAX_FRAME_BYTES + "data: \r".len();
        Self {
            framing,
            lines: AnyDelimiterCodec::new_with_max_length(b"\n".to_vec(), Vec::new(), longest),
            unread: BytesMut::new(),
            event: Frame::default(),
            has_data: false,
        }
    }

    /// Takes the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
    }

    /// The next frame that is whole.
    ///
    /// # Errors
    /// The frame is too long.
    pub fn next(&mut self) -> Result<Option<Frame>, ProviderError> {
        while let Some(line) = self.lines.decode(&mut self.unread).map_err(line_error)? {
            if let Some(frame) = self.line(&line)? {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    /// The last frames, at the end of the body: the last line may lack its end, and the last event its empty line.
    ///
    /// # Errors
    /// The frame is too long.
    pub fn end(&mut self) -> Result<Option<Frame>, ProviderError> {
        while let Some(line) = self.lines.decode_eof(&mut self.unread).map_err(line_error)? {
            if let Some(frame) = self.line(&line)? {
                return Ok(Some(frame));
            }
        }
        Ok(self.dispatch())
    }

    fn line(&mut self, line: &Bytes) -> Result<Option<Frame>, ProviderError> {
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        match self.framing {
            Framing::Lines if line.trim().is_empty() => Ok(None),
            Framing::Lines if line.len() > MAX_FRAME_BYTES => Err(too_long()),
            Framing::Lines => Ok(Some(Frame { event: None, data: line.into_owned() })),
            Framing::Events if line.is_empty() => Ok(self.dispatch()),
            Framing::Events => self.field(&line).map(|()| None),
        }
    }

    fn field(&mut self, line: &str) -> Result<(), ProviderError> {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => self.event.event = Some(value.to_owned()),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.has_data = true;
                self.event.data.push_str(value);
                if self.event.data.len() > MAX_FRAME_BYTES {
                    return Err(too_long());
                }
            }
            // An id, a pause before a reconnection, a comment that keeps the connection alive, or a field of a gateway.
            _ => {}
        }
        Ok(())
    }

    fn dispatch(&mut self) -> Option<Frame> {
        let frame = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(frame)
    }
}

fn line_error(_: AnyDelimiterCodecError) -> ProviderError {
    too_long()
}

fn too_long() -> ProviderError {
    broken(&format!("a piece of the answer is longer than {MAX_FRAME_BYTES} bytes"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames(framing: Framing, packets: &[&[u8]]) -> Result<Vec<(Option<String>, String)>, ProviderError> {
        let (mut framer, mut frames) = (Framer::new(framing), Vec::new());
        let mut take = |frame: Frame| frames.push((frame.event, frame.data));
        for packet in packets {
            framer.add(packet);
            while let Some(frame) = framer.next()? {
                take(frame);
            }
        }
        while let Some(frame) = framer.end()? {
            take(frame);
        }
        Ok(frames)
    }

    #[test]
    fn events_are_cut_as_the_standard_says() {
        let body =
            ": comment\r\nevent: a\r\ndata: 1\r\ndata:2\r\nid: 7\r\nretry: x\r\nunknown\r\n\r\n\n\ndata\n\ndata:  3";
        let cut = [(Some("a".into()), "1\n2".into()), (None, String::new()), (None, " 3".into())];
        assert_eq!(frames(Framing::Events, &[body.as_bytes()]).unwrap(), cut);
    }

    #[test]
    fn lines_may_lack_their_end() {
        let cut = [(None, "{}".into()), (None, "{\"a\": 1}".into())];
        assert_eq!(frames(Framing::Lines, &[b"{}\r\n\n{\"a\": 1}"]).unwrap(), cut);
    }

    #[test]
    fn a_line_and_an_event_have_a_longest_length() {
        let line = |bytes: usize| ["data: ", &"x".repeat(bytes), "\n\n"].concat();
        assert!(frames(Framing::Events, &[line(MAX_FRAME_BYTES).as_bytes()]).is_ok());
        assert!(frames(Framing::Events, &[line(MAX_FRAME_BYTES + 1).as_bytes()]).is_err());
        let endless = "x".repeat(MAX_FRAME_BYTES / 2);
        assert!(frames(Framing::Events, &[endless.as_bytes(); 3]).is_err(), "a line without an end");
        let many = format!("data: {}\n", "x".repeat(1023)).repeat(MAX_FRAME_BYTES / 1024 + 1);
        assert!(frames(Framing::Events, &[many.as_bytes()]).is_err(), "many lines of one event");
        assert!(frames(Framing::Lines, &["x".repeat(MAX_FRAME_BYTES + 1).as_bytes()]).is_err());
    }

    #[test]
    fn a_character_cut_between_packets_is_whole() {
        let body = "data: ü🌊\n\n".as_bytes();
        for at in 0..body.len() {
            let cut = frames(Framing::Events, &[&body[..at], &body[at..]]).unwrap();
            assert_eq!(cut, [(None, "ü🌊".into())]);
        }
        assert_eq!(frames(Framing::Events, &[b"data: \xff\n\n"]).unwrap(), [(None, "\u{fffd}".into())]);
    }

    proptest! {
        #[test]
        fn packets_do_not_matter(body in "(data: ?[a-c]|event: e|:|\r|\n|\n\n){0,30}", at in 0_usize..100) {
            let body = body.as_bytes();
            let at = at.min(body.len());
            for framing in [Framing::Events, Framing::Lines] {
                prop_assert_eq!(frames(framing, &[&body[..at], &body[at..]]), frames(framing, &[body]));
            }
        }
    }
}
