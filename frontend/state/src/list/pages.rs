//! The pages of a list that were loaded, as one list that people scroll, delete from and undo in.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use sluice_types::{ExecutionId, ExecutionSummary, WorkflowId, WorkflowSummary};

/// An item of a list, known by its id.
pub trait Item {
    /// Unique id of the item.
    type Id: Clone + Eq + Hash;
    /// Its id.
    fn id(&self) -> &Self::Id;
}

impl Item for WorkflowSummary {
    type Id = WorkflowId;
    fn id(&self) -> &WorkflowId {
        &self.id
    }
}

impl<T: Item> Item for Arc<T> {
    type Id = T::Id;
    fn id(&self) -> &T::Id {
        T::id(self)
    }
}

impl Item for ExecutionSummary {
    type Id = ExecutionId;
    fn id(&self) -> &ExecutionId {
        &self.id
    }
}

/// The pages that were loaded, as one list.
#[derive(Debug, Clone)]
pub struct Pages<T: Item> {
    items: Vec<T>,
    known: HashSet<T::Id>,
    /// Whether the items are those of the query before: the first page of this one is not here yet.
    is_outdated: bool,
    next_cursor: Option<String>,
    generation: u64,
    stage: Stage,
}

/// Loading state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The first page is loading; the items are those of the previous query.
    First,
    /// A further page is loading.
    More,
    /// No request is running.
    Idle,
    /// The last request failed.
    Failed,
}

/// A request for a page, to be handed back with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the page is to be asked for"]
pub struct Ask {
    generation: u64,
    /// The cursor of the page; `None` for the first page.
    pub cursor: Option<String>,
}

impl<T: Item> Default for Pages<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            known: HashSet::new(),
            is_outdated: false,
            next_cursor: None,
            generation: 0,
            stage: Stage::Idle,
        }
    }
}

impl<T: Item> Pages<T> {
    /// The items so far, in the requested order.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Whether a page is loading.
    #[must_use]
    pub const fn is_loading(&self) -> bool {
        matches!(self.stage, Stage::First | Stage::More)
    }

    /// Whether the last request failed, so that a person may try again.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        matches!(self.stage, Stage::Failed)
    }

    /// Whether the items are those of the query before, as the first page of this one is not here yet.
    #[must_use]
    pub const fn is_outdated(&self) -> bool {
        self.is_outdated
    }

    /// Whether there is more to load.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.next_cursor.is_some()
    }

    /// Whether everything was loaded and there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.generation > 0 && self.stage == Stage::Idle && !self.has_more()
    }

    /// Restarts: the query changed, or the list must be reloaded. The old items stay until the first page arrives, and
    /// answers to earlier requests are ignored.
    pub fn restart(&mut self) -> Ask {
        self.generation += 1;
        self.stage = Stage::First;
        self.is_outdated = !self.items.is_empty();
        self.next_cursor = None;
        Ask { generation: self.generation, cursor: None }
    }

    /// Requests the next page; `None` during a request, or on the last page.
    pub fn load_more(&mut self) -> Option<Ask> {
        if self.is_loading() {
            return None;
        }
        let cursor = self.next_cursor.clone()?;
        self.stage = Stage::More;
        Some(Ask { generation: self.generation, cursor: Some(cursor) })
    }

    /// Repeats the failed request.
    pub fn retry(&mut self) -> Option<Ask> {
        if !self.has_failed() {
            return None;
        }
        self.load_more().or_else(|| Some(self.restart()))
    }

    /// Adds a page; returns whether it was expected. An item that is already here, because it moved between two pages,
    /// is updated in place.
    pub fn arrived(&mut self, ask: &Ask, page: Vec<T>, next_cursor: Option<String>) -> bool {
        if ask.generation != self.generation || !self.is_loading() {
            return false;
        }
        if self.stage == Stage::First {
            self.items.clear();
            self.known.clear();
            self.is_outdated = false;
        }
        for item in page {
            if self.known.contains(item.id()) {
                self.replace(item);
            } else {
                self.known.insert(item.id().clone());
                self.items.push(item);
            }
        }
        self.next_cursor = next_cursor;
        self.stage = Stage::Idle;
        true
    }

    /// Records a failed request.
    pub fn failed(&mut self, ask: &Ask) {
        if ask.generation == self.generation {
            self.stage = Stage::Failed;
        }
    }

    /// Names the query that is listed, for an answer that may come after another one was asked for.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes in the beginning of the list, as it was read once more for the query of `generation`: it takes the place of
    /// all items that `is_covered` counts to it. Items after it stay as they are.
    pub fn refresh(&mut self, generation: u64, beginning: Vec<T>, is_covered: impl Fn(&T) -> bool) {
        if generation != self.generation || self.stage == Stage::First {
            return;
        }
        let listed: HashSet<T::Id> = beginning.iter().map(|item| item.id().clone()).collect();
        let rest = std::mem::take(&mut self.items).into_iter();
        let rest = rest.filter(|item| !listed.contains(item.id()) && !is_covered(item));
        self.items = beginning.into_iter().chain(rest.collect::<Vec<_>>()).collect();
        self.known = self.items.iter().map(|item| item.id().clone()).collect();
    }

    /// Removes an item that the server has deleted.
    pub fn remove(&mut self, id: &T::Id) {
        self.known.remove(id);
        self.items.retain(|item| item.id() != id);
    }

    /// Puts an item first: it was made just now.
    pub fn insert_first(&mut self, item: T) {
        if let Some(at) = self.position(item.id()) {
            self.items.remove(at);
        }
        self.known.insert(item.id().clone());
        self.items.insert(0, item);
    }

    /// Shows an item as it is now; false when it is not in the list.
    pub fn replace(&mut self, item: T) -> bool {
        let at = self.position(item.id());
        let place = at.and_then(|at| self.items.get_mut(at));
        place.map(|place| *place = item).is_some()
    }

    fn position(&self, id: &T::Id) -> Option<usize> {
        // Most ids of a new page are not in the list yet.
        if !self.known.contains(id) {
            return None;
        }
        self.items.iter().position(|item| item.id() == id)
    }
}
