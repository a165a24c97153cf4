//! The names that containers give to the steps inside.

use super::reading::Reading;

/// Which of these names are there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Locals {
    /// `item` and `index`: inside a `for_each`.
    pub item: bool,
    /// `iteration` and `previous`: inside a loop.
    pub round: bool,
}

impl Locals {
    /// The names inside a `for_each`: the item, and its number from 0.
    pub const ITEM: [&str; 2] = ["item", "index"];
    /// The names inside a loop: the number of the round from 1, and the output of the round before, `none` in the first.
    pub const ROUND: [&str; 2] = ["iteration", "previous"];
    /// All of them.
    pub const ALL: Self = Self { item: true, round: true };

    /// Whether a name is there.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        (self.item && Self::ITEM.contains(&name)) || (self.round && Self::ROUND.contains(&name))
    }

    /// The names that are there.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let item = Self::ITEM.into_iter().filter(move |_| self.item);
        item.chain(Self::ROUND.into_iter().filter(move |_| self.round))
    }

    /// The names that are in one of the two.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { item: self.item || other.item, round: self.round || other.round }
    }
}

impl Reading<'_> {
    /// Whether the text names the input as a whole, or a field of it by a computed name.
    #[must_use]
    pub fn names_whole_input(&self) -> bool {
        self.words().any(|word| matches!(word.text, "input" | "user_input"))
    }

    /// The names of containers that the text uses, each once.
    #[must_use]
    pub fn locals_used(&self) -> Vec<&'static str> {
        let names = Locals::ALL.names();
        names.filter(|name| self.free_words().any(|word| word.text == *name)).collect()
    }
}
