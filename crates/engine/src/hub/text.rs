//! The text of an attempt under way.

use chrono::{DateTime, Utc};
use sluice_types::{ExecutionId, StepPath};

use super::frame::{Frame, TextKind};

/// Size of the pieces in which a long text is sent. Readers that come late share the full pieces; each of them holds less
/// than this for itself.
const SHARED_BYTES: usize = 64 * 1024;

/// The text of an attempt under way.
#[derive(Debug, Default)]
pub struct LiveText {
    /// The attempt.
    pub attempt: i32,
    kind: TextKind,
    text: String,
    /// Whether a piece did not fit any more.
    is_full: bool,
    /// The frames of the full pieces, made for the first late reader.
    shared: Vec<Frame>,
    /// Where the last of them ends, in bytes.
    shared_end: usize,
}

impl LiveText {
    /// The text of an attempt that begins.
    pub fn new(attempt: i32) -> Self {
        Self { attempt, ..Self::default() }
    }

    /// The thinking of an attempt that begins.
    pub fn thinking(attempt: i32) -> Self {
        Self { attempt, kind: TextKind::Thinking, ..Self::default() }
    }

    /// The text so far.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text when its attempt ends.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Adds a piece; gives where it begins in the text, in bytes.
    pub fn push(&mut self, piece: &str) -> usize {
        let offset = self.text.len();
        self.text.push_str(piece);
        offset
    }

    /// Adds as much of a piece as fits into `most` bytes, and once a mark for the rest. Gives where the new text begins.
    pub fn push_up_to(&mut self, most: usize, mark: &str, piece: &str) -> usize {
        let offset = self.text.len();
        if self.is_full {
            return offset;
        }
        let room = most.saturating_sub(mark.len()).saturating_sub(offset);
        if piece.len() <= room {
            return self.push(piece);
        }
        self.is_full = true;
        self.text.push_str(piece.get(..piece.floor_char_boundary(room)).unwrap_or_default());
        self.text.push_str(mark);
        offset
    }

    /// The frames of the text from an offset on.
    pub fn frames_from(&self, start: usize, id: &ExecutionId, at: DateTime<Utc>, path: &StepPath) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut start = start;
        while start < self.text.len() {
            let end = self.text.floor_char_boundary(start + SHARED_BYTES);
            let Some(piece) = self.text.get(start..end) else { break };
            frames.push(Frame::text(self.kind, id, at, path, self.attempt, start, piece));
            start = end;
        }
        frames
    }

    /// The frames that give a new reader the text so far. There is at least one, which tells that the attempt has begun.
    pub fn frames(&mut self, id: &ExecutionId, at: DateTime<Utc>, path: &StepPath) -> Vec<Frame> {
        let kind = self.kind;
        let frame = |start: usize, text: &str| Frame::text(kind, id, at, path, self.attempt, start, text);
        while self.text.len() - self.shared_end >= SHARED_BYTES {
            let end = self.text.floor_char_boundary(self.shared_end + SHARED_BYTES);
            let Some(piece) = self.text.get(self.shared_end..end) else { break };
            self.shared.push(frame(self.shared_end, piece));
            self.shared_end = end;
        }
        let rest = self.text.get(self.shared_end..).unwrap_or_default();
        let rest = (!rest.is_empty() || self.shared.is_empty()).then(|| frame(self.shared_end, rest));
        self.shared.iter().cloned().chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &mut LiveText) -> Vec<Frame> {
        let id = ExecutionId::new("execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11").unwrap();
        text.frames(&id, DateTime::default(), &StepPath::new("a").unwrap())
    }

    fn whole(frames: &[Frame]) -> String {
        let mut text = String::new();
        for event in frames.iter().map(|frame| frame.event().unwrap()) {
            assert_eq!(usize::try_from(event.offset.unwrap()).unwrap(), text.len());
            text.push_str(&event.text.unwrap());
        }
        text
    }

    #[test]
    fn late_readers_share_the_full_pieces() {
        let mut text = LiveText::new(1);
        assert_eq!(whole(&frames(&mut text)), "");
        // A character of three bytes lies across the end of each piece.
        text.push(&"€".repeat(SHARED_BYTES));
        let first = frames(&mut text);
        assert_eq!(whole(&first), text.as_str());
        text.push("and more");
        let second = frames(&mut text);
        assert_eq!(whole(&second), text.as_str());
        let shared = first.iter().zip(&second).filter(|(one, two)| one.bytes.as_ptr() == two.bytes.as_ptr()).count();
        assert_eq!((first.len(), shared), (4, 3));
        let rest = &second[3];
        assert!(rest.event().unwrap().text.unwrap().len() < SHARED_BYTES);
    }

    #[test]
    fn a_text_that_ends_with_a_full_piece_has_no_empty_rest() {
        let mut text = LiveText::new(1);
        text.push(&"a".repeat(SHARED_BYTES - 1));
        assert_eq!(frames(&mut text).len(), 1);
        text.push("b");
        assert_eq!(frames(&mut text).len(), 1);
        assert_eq!(whole(&frames(&mut text)), text.as_str());
    }
}
