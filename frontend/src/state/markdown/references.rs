//! Where the names of links lead, as defined anywhere in the text.

/// How many definitions are kept: to find one, all are looked through.
pub(super) const MAX_DEFINITIONS: usize = 1000;

/// How many bytes of addresses may come of references, if the text is not longer itself.
const MIN_EXPANSION: usize = 100_000;

#[derive(Default)]
pub(super) struct References {
    definitions: Vec<(String, String)>,
    /// How many bytes of addresses may still come of references. A long address behind a short name could
    /// make much of little otherwise.
    left: usize,
}

impl References {
    pub fn new(length: usize) -> Self {
        Self { definitions: Vec::new(), left: length.max(MIN_EXPANSION) }
    }

    /// Remembers where a name leads, unless it leads somewhere already.
    pub fn define(&mut self, label: String, url: String) {
        if self.definitions.len() < MAX_DEFINITIONS && self.position(&label).is_none() {
            self.definitions.push((label, url));
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.definitions.is_empty()
    }

    /// Gives the address that a name stands for.
    pub fn resolve(&mut self, label: &str) -> Option<String> {
        let (_, url) = self.definitions.get(self.position(label)?)?;
        if self.left == 0 {
            return None;
        }
        self.left = self.left.saturating_sub(url.len());
        Some(url.clone())
    }

    fn position(&self, label: &str) -> Option<usize> {
        self.definitions.iter().position(|(known, _)| known == label)
    }
}
