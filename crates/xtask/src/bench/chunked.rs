//! Taking HTTP's chunked transfer coding (RFC 9112, section 7.1) off a stream that arrives in pieces.

/// Where in the coding the next byte is.
enum State {
    Size,
    Data,
    End,
}

/// A decoder for one stream.
pub struct Decoder {
    state: State,
    line: String,
    left: usize,
}

impl Decoder {
    /// At the beginning of a body.
    pub fn new() -> Self {
        Self { state: State::Size, line: String::new(), left: 0 }
    }

    /// Adds the data bytes of a piece to `body`.
    pub fn feed(&mut self, piece: &[u8], body: &mut Vec<u8>) {
        for &byte in piece {
            match self.state {
                State::Size if byte == b'\n' => {
                    let size = self.line.split(';').next().unwrap_or_default().trim();
                    self.left = usize::from_str_radix(size, 16).unwrap_or(0);
                    self.state = if self.left > 0 { State::Data } else { State::End };
                    self.line.clear();
                }
                State::Size => self.line.push(char::from(byte)),
                State::Data => {
                    body.push(byte);
                    self.left -= 1;
                    if self.left == 0 {
                        self.state = State::End;
                    }
                }
                // The line end after a chunk's data (and after the empty last chunk).
                State::End if byte == b'\n' => self.state = State::Size,
                State::End => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decoder;

    #[test]
    fn does_not_mind_where_the_pieces_are_cut() {
        let coded = b"5\r\nhello\r\nb;x=1\r\n, you world\r\n0\r\n\r\n";
        for size in 1..coded.len() {
            let (mut decoder, mut body) = (Decoder::new(), Vec::new());
            coded.chunks(size).for_each(|piece| decoder.feed(piece, &mut body));
            assert_eq!(body, b"hello, you world", "pieces of {size}");
        }
    }
}
