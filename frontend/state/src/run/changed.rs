//! Changes by an event or an answer, so that the page redraws only those.

use sluice_types::StepPath;

/// The changes and the next actions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The run itself: its status, totals, error or times.
    pub execution: bool,
    /// Step runs that changed in more than their text. The attempts and decisions of these, where
    /// they are shown, must be refetched too.
    pub steps: Vec<StepPath>,
    /// Step runs whose times of work and waits changed.
    pub timed: Vec<StepPath>,
    /// Texts that grew or were replaced.
    pub texts: Vec<TextChange>,
    /// Step runs whose model thought on.
    pub thinking: Vec<StepPath>,
    /// Calls of tools that told how far they are.
    pub progressed: Vec<StepPath>,
    /// Containers whose step runs must be read again, where they are shown: an answer leaves out those that have ended.
    pub inside: Vec<StepPath>,
    /// The run must be refetched: the event is incomplete. One refetch serves any number of these.
    pub refetch: bool,
    /// The stream must be reopened: a piece of text is missing, and only a new stream begins with
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

    /// Adds the changes of another event, so that many are drawn at once.
    pub fn merge(&mut self, other: Self) {
        self.execution |= other.execution;
        self.refetch |= other.refetch;
        self.reconnect |= other.reconnect;
        let lists = [
            (&mut self.steps, other.steps),
            (&mut self.timed, other.timed),
            (&mut self.thinking, other.thinking),
            (&mut self.progressed, other.progressed),
            (&mut self.inside, other.inside),
        ];
        for (known, paths) in lists {
            for path in paths {
                if !known.contains(&path) {
                    known.push(path);
                }
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
