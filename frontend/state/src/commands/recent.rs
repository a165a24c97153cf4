//! The pages that were gone to from the command menu, the newest first.

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Kind, Target};

/// Pages that are remembered.
const MOST: usize = 20;

/// The pages, as the browser keeps them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Item {
    kind: Kind,
    title: String,
    address: String,
}

impl Recent {
    /// The key under which the browser keeps them.
    pub const KEY: &str = "sluice.recent";

    /// Parses a kept text; nothing when there is none, or another version of the app wrote it.
    #[must_use]
    pub fn from_json(text: Option<&str>) -> Self {
        let kept: Self = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        Self { items: kept.items.into_iter().take(MOST).collect() }
    }

    /// The text to keep.
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Puts a page first. Actions are not remembered: they belong to a page.
    pub fn remember(&mut self, entry: &Entry) {
        let Target::Page(address) = &entry.target else { return };
        self.items.retain(|item| item.address != *address);
        let item = Item { kind: entry.kind, title: entry.title.clone(), address: address.clone() };
        self.items.insert(0, item);
        self.items.truncate(MOST);
    }

    /// The position of a page, from the newest; `None` when it was not gone to.
    #[must_use]
    pub fn position(&self, address: &str) -> Option<usize> {
        self.items.iter().position(|item| item.address == address)
    }

    /// Workflows that were gone to, as the server may be away. Runs and templates go out of date.
    pub fn workflows(&self) -> impl Iterator<Item = Entry> {
        let workflows = self.items.iter().filter(|item| item.kind == Kind::Workflow);
        workflows.map(|item| Entry {
            second: Some(format!("{}/run", item.address)),
            ..Entry::page(Kind::Workflow, item.title.clone(), item.address.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_first_and_each_is_there_once() {
        let mut recent = Recent::default();
        for number in 0..=MOST {
            recent.remember(&Entry::page(Kind::Workflow, format!("W{number}"), format!("/workflows/{number}")));
        }
        recent.remember(&Entry::action("Save", "", 0));
        recent.remember(&Entry::page(Kind::Page, "Runs", "/runs"));
        recent.remember(&Entry::page(Kind::Page, "Runs", "/runs"));
        assert_eq!(recent.position("/runs"), Some(0));
        assert_eq!(recent.position(&format!("/workflows/{MOST}")), Some(1));
        assert_eq!(recent.position("/workflows/1"), None, "the oldest are forgotten");
        assert_eq!(recent.workflows().count(), MOST - 1);
        let kept = Recent::from_json(recent.to_json().as_deref());
        assert_eq!(kept, recent);
        for other in [None, Some(""), Some("[1]"), Some(r#"{"items":[{"kind":"odd"}]}"#)] {
            assert_eq!(Recent::from_json(other), Recent::default());
        }
    }
}
