//! Splits a streamed text into blocks, so that the browser lays out only the newest block when a piece arrives,
//! independent of the text's length.

/// Bytes after which a block ends at the next line break.
const FULL: usize = 2_000;
/// Bytes after which it ends at the next space: some texts have no line breaks.
const OVERFULL: usize = 16_000;

/// A piece of new text, and its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Whether a new block begins with it.
    pub begins_block: bool,
    /// The complete text.
    pub text: &'a str,
}

/// Cuts new text for blocks. `open` is the length of the newest block; it is kept up to date. A line
/// break stays at the end of its block, where it draws no line of its own.
pub fn cut<'a>(open: &mut Option<usize>, added: &'a str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = added;
    while !rest.is_empty() {
        let begins_block = open.is_none();
        let length = open.unwrap_or(0);
        let (text, after, ends) = match end_of_block(length, rest) {
            Some(at) => {
                let (text, after) = rest.split_at(at);
                (text, after, true)
            }
            None => (rest, "", false),
        };
        pieces.push(Piece { begins_block, text });
        *open = (!ends).then_some(length + text.len());
        rest = after;
    }
    pieces
}

/// The end in the new text of a block that has `length` bytes already.
fn end_of_block(length: usize, text: &str) -> Option<usize> {
    let after = |limit: usize, end: char| {
        let from = limit.saturating_sub(length);
        text.char_indices().find(|&(at, c)| at >= from && c == end).map(|(at, c)| at + c.len_utf8())
    };
    match (after(FULL, '\n'), after(OVERFULL, ' ')) {
        (Some(line), Some(space)) => Some(line.min(space)),
        (line, space) => line.or(space),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(pieces: &[&str]) -> Vec<String> {
        let mut open = None;
        let mut blocks: Vec<String> = Vec::new();
        for added in pieces {
            for piece in cut(&mut open, added) {
                if piece.begins_block {
                    blocks.push(String::new());
                }
                blocks.last_mut().unwrap().push_str(piece.text);
            }
        }
        blocks
    }

    #[test]
    fn short_texts_stay_in_one_block() {
        assert_eq!(blocks(&["one\n", "two\n\n", "", "three"]), ["one\ntwo\n\nthree"]);
    }

    #[test]
    fn a_full_block_ends_after_a_line_break() {
        let long = "x".repeat(FULL);
        assert_eq!(blocks(&[&long, "y", "z\nnext"]), [format!("{long}yz\n"), "next".to_owned()]);
        assert_eq!(blocks(&[&format!("{long}\n\nnext")]), [format!("{long}\n"), "\nnext".to_owned()]);
    }

    #[test]
    fn a_text_without_line_breaks_is_cut_at_a_space() {
        let long = "ä".repeat(OVERFULL / 2);
        assert_eq!(blocks(&[&long, "ö end"]), [format!("{long}ö "), "end".to_owned()]);
    }

    #[test]
    fn nothing_is_lost_wherever_the_pieces_are_cut() {
        let text: String = (0..4_000).map(|n| if n % 90 == 0 { "ß\n" } else { "word " }).collect();
        for size in [1, 7, 1_000, 30_000] {
            let chars: Vec<char> = text.chars().collect();
            let pieces: Vec<String> = chars.chunks(size).map(|chunk| chunk.iter().collect()).collect();
            let blocks = blocks(&pieces.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(blocks.concat(), text);
            assert!(blocks.len() > 5);
        }
    }
}
