//! Undo and redo of a value that a person edits.

use std::borrow::Cow;
use std::sync::Arc;

/// Edits that can be undone. Older ones are forgotten.
pub const MAX_UNDO: usize = 200;

/// A value with its undo and redo stacks. The values are shared, so that a clone of the history copies pointers only.
#[derive(Debug, Clone)]
pub struct History<T> {
    past: Vec<Entry<T>>,
    present: Arc<T>,
    /// Undone entries, the last one undone at the end.
    future: Vec<Entry<T>>,
    /// The group that the next edit may join.
    open: Option<String>,
}

/// An edit, with the value on the other side of it.
#[derive(Debug, Clone)]
struct Entry<T> {
    label: Cow<'static, str>,
    value: Arc<T>,
}

impl<T: PartialEq> History<T> {
    /// An unedited value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self { past: Vec::new(), present: Arc::new(value), future: Vec::new(), open: None }
    }

    /// The value as it is now.
    #[must_use]
    pub const fn present(&self) -> &Arc<T> {
        &self.present
    }

    /// Replaces the current value; returns whether it changed.
    ///
    /// `label` describes the edit, as in `move Research`. Consecutive edits of the same group, such as typing in one
    /// field, are undone together.
    pub fn edit(&mut self, label: impl Into<Cow<'static, str>>, group: Option<String>, next: T) -> bool {
        if next == *self.present {
            return false;
        }
        let joins = group.is_some() && group == self.open;
        self.open = group;
        self.future.clear();
        let before = std::mem::replace(&mut self.present, Arc::new(next));
        if joins {
            // Remove the entry when typing restored the old value.
            if self.past.pop_if(|entry| entry.value == self.present).is_some() {
                self.open = None;
            }
        } else {
            self.past.push(Entry { label: label.into(), value: before });
            if self.past.len() > MAX_UNDO {
                self.past.remove(0);
            }
        }
        true
    }

    /// Ends the open group: the next edit is undone separately. For a field that loses focus, a pause in typing, or a
    /// save.
    pub fn seal(&mut self) {
        self.open = None;
    }

    /// Undoes the last edit; returns the announcement, as `Undo: move Research`.
    pub fn undo(&mut self) -> Option<String> {
        let said = self.undo_label();
        let Entry { label, value } = self.past.pop()?;
        let undone = std::mem::replace(&mut self.present, value);
        self.future.push(Entry { label, value: undone });
        self.seal();
        said
    }

    /// Redoes the last undone edit; returns the announcement, as `Redo: move Research`.
    pub fn redo(&mut self) -> Option<String> {
        let said = self.redo_label();
        let Entry { label, value } = self.future.pop()?;
        let before = std::mem::replace(&mut self.present, value);
        self.past.push(Entry { label, value: before });
        self.seal();
        said
    }

    /// The label of [`Self::undo`], as `Undo: move Research`.
    #[must_use]
    pub fn undo_label(&self) -> Option<String> {
        self.past.last().map(|entry| format!("Undo: {}", entry.label))
    }

    /// The label of [`Self::redo`], as `Redo: move Research`.
    #[must_use]
    pub fn redo_label(&self) -> Option<String> {
        self.future.last().map(|entry| format!("Redo: {}", entry.label))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as `edit` takes it")]
    fn typing(field: &str) -> Option<String> {
        Some(field.to_owned())
    }

    #[test]
    fn typing_in_one_field_is_undone_at_once() {
        let mut history = History::new(String::new());
        for (text, group) in [("a", "x"), ("ab", "x"), ("abc", "y"), ("abcd", "y")] {
            assert!(history.edit("type", typing(group), text.to_owned()));
        }
        history.seal();
        history.edit("type more", typing("y"), "abcde".to_owned());
        history.edit("type more", None, "abcdef".to_owned());
        history.edit("type more", None, "abcdefg".to_owned());
        let mut seen = Vec::new();
        while history.undo().is_some() {
            seen.push(history.present().to_string());
        }
        assert_eq!(seen, ["abcdef", "abcde", "abcd", "ab", ""]);
    }

    #[test]
    fn an_undo_ends_the_group() {
        let mut history = History::new(0);
        history.edit("a", typing("x"), 1);
        history.edit("b", typing("y"), 2);
        history.undo();
        history.edit("c", typing("x"), 3);
        assert_eq!(history.undo().as_deref(), Some("Undo: c"));
        assert_eq!(**history.present(), 1);
    }

    #[test]
    fn what_changes_nothing_is_no_edit() {
        let mut history = History::new(0);
        assert!(!history.edit("nothing", None, 0));
        history.edit("typing", typing("x"), 1);
        assert!(history.edit("typing", typing("x"), 0));
        assert!(history.undo().is_none() && history.redo().is_none());
    }

    #[test]
    fn it_says_what_it_does() {
        let mut history = History::new(0);
        history.edit("move Research", None, 1);
        assert_eq!((history.undo_label().as_deref(), history.redo_label()), (Some("Undo: move Research"), None));
        assert_eq!(history.undo().as_deref(), Some("Undo: move Research"));
        assert_eq!(history.redo().as_deref(), Some("Redo: move Research"));
        history.undo();
        history.edit("other", None, 5);
        assert_eq!(history.redo_label(), None);
    }

    #[test]
    fn old_edits_are_forgotten() {
        let mut history = History::new(0);
        for value in 1..=MAX_UNDO + 1 {
            history.edit("count", None, value);
        }
        let undone = std::iter::from_fn(|| history.undo()).count();
        assert_eq!((undone, **history.present()), (MAX_UNDO, 1));
    }

    proptest! {
        #[test]
        fn undo_leads_back_and_redo_leads_on(edits in prop::collection::vec((0..4_u8, prop::option::of("[ab]")), 0..60)) {
            let mut history = History::new(9);
            for (value, group) in edits {
                history.edit("edit", group, value);
            }
            let last = **history.present();
            let undone = std::iter::from_fn(|| history.undo()).count();
            prop_assert_eq!(**history.present(), 9);
            let redone = std::iter::from_fn(|| history.redo()).count();
            prop_assert_eq!((undone, **history.present()), (redone, last));
            let again = std::iter::from_fn(|| history.undo()).count();
            prop_assert_eq!((undone, **history.present()), (again, 9));
        }

        #[test]
        fn every_undo_can_be_redone(steps in prop::collection::vec(prop::option::weighted(0.7, 0..9_u8), 0..60)) {
            let mut history = History::new(99);
            for step in steps {
                if let Some(value) = step {
                    history.edit("edit", None, value);
                    continue;
                }
                let before = **history.present();
                if history.undo().is_some() {
                    history.redo();
                    prop_assert_eq!(**history.present(), before);
                    history.undo();
                }
            }
        }
    }
}
