//! The text of an attempt under way.

use chrono::{DateTime, Utc};
use sluice_types::{ExecutionId, StepPath};

use super::frame::Frame;

/// The text of an attempt under way.
#[derive(Debug, Default)]
pub struct LiveText {
    /// The attempt.
    pub attempt: i32,
    text: String,
}

impl LiveText {
    /// The text of an attempt that begins.
    pub fn new(attempt: i32) -> Self {
        Self { attempt, text: String::new() }
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

    /// The frames that give a new reader the text so far.
    pub fn frames(&mut self, id: &ExecutionId, at: DateTime<Utc>, path: &StepPath) -> Vec<Frame> {
        vec![Frame::text(id, at, path, self.attempt, 0, &self.text)]
    }
}
