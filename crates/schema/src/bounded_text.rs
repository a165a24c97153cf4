//! Text for a message, cut at a number of bytes while it is written.

use std::fmt::{Display, Error, Result, Write};

/// Bytes of one quoted value in a message. The validator quotes values whole, and an answer may be
/// one string of several MiB.
const MAX_QUOTED_BYTES: usize = 300;

struct Cut(String);

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> Result {
        let left = MAX_QUOTED_BYTES.saturating_sub(self.0.len());
        let fits = text.get(..text.floor_char_boundary(left)).unwrap_or_default();
        self.0.push_str(fits);
        // The error stops the formatting, so that the rest is not written either.
        if fits.len() < text.len() { Err(Error) } else { Ok(()) }
    }
}

/// The text of `value`, cut at the limit and marked with "…".
#[must_use]
pub fn bounded(value: impl Display) -> String {
    let mut cut = Cut(String::new());
    if write!(cut, "{value}").is_err() {
        cut.0.push('…');
    }
    cut.0
}
