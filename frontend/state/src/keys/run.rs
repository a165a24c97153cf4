//! The keys of the page of a run.

/// Each key with what it does, for the help.
pub const RUN_KEYS: &[(&str, &str)] = &[
    ("/", "Search in this run"),
    ("j", "Next step"),
    ("k", "Previous step"),
    ("e", "Edit the output or the text to review"),
    ("a", "Go to the button that approves"),
];

/// The labels of the buttons that begin an edit of the step that is shown.
pub const EDIT_LABELS: [&str; 3] = ["Edit output", "Write the output yourself", "Edit"];

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKey {
    /// Opens the search.
    Search,
    /// Moves to the next step.
    Next,
    /// Moves to the previous step.
    Previous,
    /// Edits the output of the step, or the text at its gate.
    Edit,
    /// Focuses the button that approves. It presses nothing.
    Approve,
}

impl RunKey {
    /// What a key does, by the browser's name of it; `None` for a key that the page leaves to others.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "/" => Some(Self::Search),
            "j" => Some(Self::Next),
            "k" => Some(Self::Previous),
            "e" => Some(Self::Edit),
            "a" => Some(Self::Approve),
            _ => None,
        }
    }
}

/// The place to move to in a list of steps. Without a place the first key goes to the first or the last step; at the
/// ends it stays.
#[must_use]
pub fn moved(from: Option<usize>, count: usize, forward: bool) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(match (from, forward) {
        (None, true) => 0,
        (None, false) => last,
        (Some(at), true) => at.saturating_add(1).min(last),
        (Some(at), false) => at.min(count).saturating_sub(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_of_the_help_does_something_else() {
        let keys: Vec<RunKey> = RUN_KEYS.iter().map(|(key, _)| RunKey::of(key).unwrap()).collect();
        assert_eq!(keys, [RunKey::Search, RunKey::Next, RunKey::Previous, RunKey::Edit, RunKey::Approve]);
        assert_eq!(["Enter", "J", ""].map(RunKey::of), [None; 3]);
    }

    #[test]
    fn moving_stays_inside_the_list() {
        assert_eq!([moved(None, 3, true), moved(None, 3, false)], [Some(0), Some(2)]);
        assert_eq!([moved(Some(1), 3, true), moved(Some(2), 3, true)], [Some(2), Some(2)]);
        assert_eq!([moved(Some(1), 3, false), moved(Some(0), 3, false)], [Some(0), Some(0)]);
        assert_eq!([moved(None, 0, true), moved(Some(4), 0, false)], [None, None]);
    }
}
