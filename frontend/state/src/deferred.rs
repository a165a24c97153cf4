//! Actions that are done once the time to undo them is over.

/// Stage of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It can be undone.
    Waiting(u32),
    /// It is being done.
    Doing,
    /// It is done.
    Done,
}

/// The token of a started action; each start has a new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u32);

/// Actions by key, from request to completion. The page shows all of them as done.
#[derive(Debug, Clone)]
pub struct Deferred<K> {
    actions: Vec<(K, Stage)>,
    next: u32,
}

impl<K> Default for Deferred<K> {
    fn default() -> Self {
        Self { actions: Vec::new(), next: 0 }
    }
}

impl<K: Clone + PartialEq> Deferred<K> {
    /// Requests an action; `None` when it is already requested.
    pub fn begin(&mut self, key: K) -> Option<Ticket> {
        if self.holds(&key) {
            return None;
        }
        let ticket = self.next;
        self.next = ticket.wrapping_add(1);
        self.actions.push((key, Stage::Waiting(ticket)));
        Some(Ticket(ticket))
    }

    /// Whether an action was requested and not undone.
    #[must_use]
    pub fn holds(&self, key: &K) -> bool {
        self.actions.iter().any(|(known, _)| known == key)
    }

    /// Undoes an action; `false` when it is too late.
    pub fn take_back(&mut self, ticket: Ticket) -> bool {
        let before = self.actions.len();
        self.actions.retain(|(_, stage)| *stage != Stage::Waiting(ticket.0));
        self.actions.len() < before
    }

    /// The action to carry out now; `None` when it was undone or is in progress.
    pub fn due(&mut self, ticket: Ticket) -> Option<K> {
        let (key, stage) = self.actions.iter_mut().find(|(_, stage)| *stage == Stage::Waiting(ticket.0))?;
        *stage = Stage::Doing;
        Some(key.clone())
    }

    /// All waiting actions, to carry out now because the page is being left.
    pub fn all_due(&mut self) -> Vec<K> {
        let waiting = self.actions.iter_mut().filter(|(_, stage)| matches!(stage, Stage::Waiting(_)));
        waiting
            .map(|(key, stage)| {
                *stage = Stage::Doing;
                key.clone()
            })
            .collect()
    }

    /// It is done. It is held on to, as lists that were read before may still show it.
    pub fn done(&mut self, key: &K) {
        if let Some((_, stage)) = self.actions.iter_mut().find(|(known, _)| known == key) {
            *stage = Stage::Done;
        }
    }

    /// It failed: removes the request.
    pub fn failed(&mut self, key: &K) {
        self.actions.retain(|(known, _)| known != key);
    }

    /// Forgets completed actions: lists that are read from now on reflect them.
    pub fn forget_done(&mut self) {
        self.actions.retain(|(_, stage)| *stage != Stage::Done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_taken_back_or_done_but_not_both() {
        let mut actions = Deferred::default();
        let first = actions.begin("a").unwrap();
        assert!(actions.begin("a").is_none() && actions.holds(&"a"));
        assert!(actions.take_back(first) && !actions.holds(&"a"));
        assert_eq!(actions.due(first), None);
        let second = actions.begin("a").unwrap();
        assert_eq!((actions.due(first), actions.due(second), actions.due(second)), (None, Some("a"), None));
        assert!(!actions.take_back(second) && actions.holds(&"a"));
    }

    #[test]
    fn what_failed_is_back_and_what_is_done_stays_hidden_until_the_list_is_read() {
        let mut actions = Deferred::default();
        for key in ["a", "b"] {
            let ticket = actions.begin(key).unwrap();
            actions.due(ticket);
        }
        actions.failed(&"a");
        actions.done(&"b");
        assert!(!actions.holds(&"a") && actions.holds(&"b"));
        actions.begin("c");
        actions.forget_done();
        assert!(!actions.holds(&"b") && actions.holds(&"c"));
    }

    #[test]
    fn leaving_does_all_that_waits_once() {
        let mut actions = Deferred::default();
        let first = actions.begin(1).unwrap();
        actions.begin(2);
        actions.due(first);
        assert_eq!((actions.all_due(), actions.all_due()), (vec![2], vec![]));
    }
}
