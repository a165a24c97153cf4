//! Lines of bounded length.

use std::io::Result;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// Bytes of the end of a line that is too long.
pub const TAIL_BYTES: usize = 64;

/// Reads lines. What is past the limit is read and dropped.
pub struct Lines<R> {
    reader: BufReader<R>,
    limit: usize,
    line: Line,
}

/// A line without its end.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The line, cut at the limit.
    pub bytes: Vec<u8>,
    /// Its last bytes; `None` when the line was not cut.
    pub tail: Option<Vec<u8>>,
}

impl Line {
    fn push(&mut self, piece: &[u8], limit: usize) {
        let room = limit.saturating_sub(self.bytes.len());
        let (fits, rest) = piece.split_at_checked(room).unwrap_or((piece, &[]));
        self.bytes.extend_from_slice(fits);
        if rest.is_empty() {
            return;
        }
        let head_end = self.bytes.len().saturating_sub(TAIL_BYTES);
        let tail = self.tail.get_or_insert_with(|| self.bytes.get(head_end..).unwrap_or_default().to_vec());
        let rest_end = rest.len().saturating_sub(TAIL_BYTES);
        tail.extend_from_slice(rest.get(rest_end..).unwrap_or_default());
        tail.drain(..tail.len().saturating_sub(TAIL_BYTES));
    }
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub fn new(reader: R, limit: usize) -> Self {
        Self { reader: BufReader::new(reader), limit, line: Line::default() }
    }

    /// The next line; `None` at the end. May be cancelled: the next call goes on where this one was.
    pub async fn next(&mut self) -> Result<Option<Line>> {
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                let line = std::mem::take(&mut self.line);
                return Ok((!line.bytes.is_empty()).then_some(line));
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let piece = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            self.line.push(piece, self.limit);
            let read = piece.len() + usize::from(end.is_some());
            self.reader.consume(read);
            if end.is_some() {
                return Ok(Some(std::mem::take(&mut self.line)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_cut_at_the_limit_and_keep_their_tail() {
        let text = format!("ab\n\nabcde\n{}END\nlast", "x".repeat(20_000));
        let mut lines = Lines::new(text.as_bytes(), 4);
        let mut next = async || lines.next().await.unwrap();
        let line = |bytes: &str, tail: Option<&str>| Line { bytes: bytes.into(), tail: tail.map(Into::into) };
        assert_eq!(next().await, Some(line("ab", None)));
        assert_eq!(next().await, Some(line("", None)));
        assert_eq!(next().await, Some(line("abcd", Some("abcde"))));
        let long = next().await.unwrap();
        assert_eq!(long.tail.unwrap(), format!("{}END", "x".repeat(TAIL_BYTES - 3)).into_bytes());
        assert_eq!(next().await, Some(line("last", None)));
        assert_eq!(next().await, None);
    }
}
