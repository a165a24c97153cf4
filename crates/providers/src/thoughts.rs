//! Thoughts at the head of a text: `<think>…</think>`, as models of local servers write them.

/// The tags around thoughts.
const TAGS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];

/// Parts a text that arrives in pieces into thoughts and answer. Only a tag before all other text counts: an answer may
/// speak of tags.
#[derive(Debug, Default)]
pub struct ThoughtSplitter {
    place: Place,
    /// Space before a tag, or before the text: which one is not known yet.
    space: String,
    /// Text that may be the beginning of a tag. It is short: each piece looks at all of it.
    held: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before any text.
    #[default]
    Head,
    /// Inside, with the tag that ends it.
    Thinking(&'static str),
    /// After the end, before the text.
    Between,
    Text,
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// Thought.
    Thinking(String),
    /// Answered.
    Text(String),
}

impl ThoughtSplitter {
    /// Takes the next piece.
    pub fn add(&mut self, piece: &str) -> Vec<Part> {
        if self.place == Place::Text {
            return text(piece.to_owned()).into_iter().collect();
        }
        self.held.push_str(piece);
        let mut parts = Vec::new();
        while self.step(&mut parts) {}
        parts
    }

    /// The text that was held back, at the end of the answer.
    pub fn end(&mut self) -> Option<Part> {
        let held = std::mem::take(&mut self.held);
        match self.place {
            Place::Thinking(_) => thinking(held),
            Place::Head | Place::Text => text(std::mem::take(&mut self.space) + &held),
            Place::Between => None,
        }
    }

    /// One decision about the held text; false when it needs more text.
    fn step(&mut self, parts: &mut Vec<Part>) -> bool {
        match self.place {
            Place::Head => self.head(),
            Place::Thinking(end) => self.thinking(end, parts),
            Place::Between => self.between(),
            Place::Text => {
                parts.extend(text(std::mem::take(&mut self.held)));
                false
            }
        }
    }

    fn head(&mut self) -> bool {
        let space = self.held.len() - self.held.trim_start().len();
        self.space.extend(self.held.drain(..space));
        if let Some((start, end)) = TAGS.iter().find(|(start, _)| self.held.starts_with(start)) {
            self.held.drain(..start.len());
            self.space.clear();
            self.place = Place::Thinking(end);
            return true;
        }
        let may_begin = TAGS.iter().any(|(start, _)| start.starts_with(&self.held));
        if !may_begin {
            self.held.insert_str(0, &std::mem::take(&mut self.space));
            self.place = Place::Text;
        }
        !may_begin
    }

    fn thinking(&mut self, end: &'static str, parts: &mut Vec<Part>) -> bool {
        let end_at = self.held.find(end);
        let has_ended = end_at.is_some();
        let thought = end_at.unwrap_or_else(|| self.held.len() - held_back(&self.held, end));
        let rest = if has_ended { thought + end.len() } else { thought };
        let rest = self.held.split_off(rest);
        self.held.truncate(thought);
        parts.extend(thinking(std::mem::replace(&mut self.held, rest)));
        if has_ended {
            self.place = Place::Between;
        }
        has_ended
    }

    fn between(&mut self) -> bool {
        let space = self.held.len() - self.held.trim_start().len();
        self.held.drain(..space);
        if self.held.is_empty() {
            return false;
        }
        self.place = Place::Text;
        true
    }
}

/// Bytes at the end of a text that may begin a tag.
fn held_back(text: &str, tag: &str) -> usize {
    (1..tag.len()).rev().find(|&bytes| tag.get(..bytes).is_some_and(|begun| text.ends_with(begun))).unwrap_or(0)
}

fn text(text: String) -> Option<Part> {
    (!text.is_empty()).then_some(Part::Text(text))
}

fn thinking(text: String) -> Option<Part> {
    (!text.is_empty()).then_some(Part::Thinking(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The thoughts and the text.
    fn split<'p>(pieces: impl IntoIterator<Item = &'p str>) -> (String, String) {
        let (mut splitter, mut parts) = (ThoughtSplitter::default(), Vec::new());
        for piece in pieces {
            parts.extend(splitter.add(piece));
        }
        parts.extend(splitter.end());
        parts.into_iter().fold((String::new(), String::new()), |(thought, said), part| match part {
            Part::Thinking(part) => (thought + &part, said),
            Part::Text(part) => (thought, said + &part),
        })
    }

    const TEXTS: [(&str, &str, &str); 9] = [
        ("<think>a < b</think>\n\nyes", "a < b", "yes"),
        ("\n <think>\nhm\n</think>yes", "\nhm\n", "yes"),
        ("<thinking>hm</thinking> yes <think>no</think>", "hm", "yes <think>no</think>"),
        ("yes <think>no</think>", "", "yes <think>no</think>"),
        ("<think>never ended </thin", "never ended </thin", ""),
        ("<think></think>yes", "", "yes"),
        ("<thi", "", "<thi"),
        ("<b>bold</b>", "", "<b>bold</b>"),
        ("  ", "", "  "),
    ];

    #[test]
    fn thoughts_at_the_head_are_parted_from_the_text() {
        for (whole, thought, said) in TEXTS {
            assert_eq!(split([whole]), (thought.into(), said.into()), "{whole}");
            assert_eq!(split(whole.split_inclusive(|_| true)), (thought.into(), said.into()), "{whole} by letters");
        }
    }

    #[test]
    fn no_piece_is_looked_at_again_with_each_later_one() {
        for begin in ["", "<think>", "<think></think>", "yes"] {
            let mut splitter = ThoughtSplitter::default();
            for piece in std::iter::once(begin).chain(std::iter::repeat_n(" \n", 1_000)) {
                splitter.add(piece);
                assert!(splitter.held.len() <= "</thinking>".len(), "{begin}: {} bytes", splitter.held.len());
            }
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(whole in "[<>/thinkg \nä]{0,40}", at in 0_usize..40) {
            let at = (0..=at.min(whole.len())).rev().find(|&at| whole.is_char_boundary(at)).unwrap_or(0);
            prop_assert_eq!(split([&whole[..at], &whole[at..]]), split([whole.as_str()]));
        }
    }
}
