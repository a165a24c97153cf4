//! The keys of the list of runs.

/// Each key with what it does, for the help.
pub const RUNS_KEYS: &[(&str, &str)] =
    &[("j", "Next run"), ("k", "Previous run"), ("x", "Select the run, or deselect it"), ("Enter", "Open the run")];

/// What a key does in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKey {
    /// To the next run.
    Next,
    /// To the run before.
    Previous,
    /// Chooses the run that has the focus, or no more.
    Choose,
}

impl RowKey {
    /// The meaning of a key without Ctrl, Alt or Meta. A link that has the focus opens with Enter by itself.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "j" => Some(Self::Next),
            "k" => Some(Self::Previous),
            "x" => Some(Self::Choose),
            _ => None,
        }
    }

    /// The row that gets the focus, from the one that has it; `None` when it stays.
    #[must_use]
    pub fn row(self, at: Option<usize>, count: usize) -> Option<usize> {
        let row = match (self, at) {
            (Self::Choose, _) => return None,
            (_, None) => 0,
            (Self::Next, Some(at)) => at.checked_add(1)?,
            (Self::Previous, Some(at)) => at.checked_sub(1)?,
        };
        (row < count).then_some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::RowKey::{Choose, Next, Previous};

    #[test]
    fn keys_lead_from_row_to_row_and_stay_at_the_ends() {
        assert_eq!((Next.row(None, 3), Previous.row(None, 3), Next.row(None, 0)), (Some(0), Some(0), None));
        assert_eq!((Next.row(Some(1), 3), Next.row(Some(2), 3)), (Some(2), None));
        assert_eq!((Previous.row(Some(1), 3), Previous.row(Some(0), 3)), (Some(0), None));
        assert_eq!(Choose.row(Some(1), 3), None);
    }
}
