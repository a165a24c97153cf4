//! What an event or an answer changed, so that the page draws only that anew.

use sluice_types::StepPath;

/// What changed, and what is to be done about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The run itself: its status, totals, error or times.
    pub execution: bool,
    /// Step runs that changed in more than their text. The attempts and decisions of these, where
    /// they are shown, are to be read again too.
    pub steps: Vec<StepPath>,
    /// Texts that grew or were put in the place of others.
    pub texts: Vec<TextChange>,
    /// The run is to be read again: the event did not tell all. One reading serves any number of these.
    pub refetch: bool,
    /// The stream is to be opened again: a piece of text is missing, and only a new stream begins with
    /// the whole of it.
    pub reconnect: bool,
}

/// A text that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    /// The step run.
    pub path: StepPath,
    /// The byte from which on the text is new; 0 when it is another text altogether.
    pub from: usize,
}

impl Changed {
    /// Whether there is nothing to draw or do.
    #[cfg(test)]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what another event changed, so that many are drawn at once.
    pub fn merge(&mut self, other: Self) {
        self.execution |= other.execution;
        self.refetch |= other.refetch;
        self.reconnect |= other.reconnect;
        for path in other.steps {
            if !self.steps.contains(&path) {
                self.steps.push(path);
            }
        }
        for text in other.texts {
            match self.texts.iter_mut().find(|known| known.path == text.path) {
                Some(known) => known.from = known.from.min(text.from),
                None => self.texts.push(text),
            }
        }
    }
}
