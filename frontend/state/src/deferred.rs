//! What is done only when the time to take it back is over.

/// Where a deed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It can be taken back.
    Waiting(u32),
    /// It is being done.
    Doing,
    /// It is done.
    Done,
}

/// Proof that a deed was begun; begun anew, it has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u32);

/// Deeds by key, from when they are asked for until they are done. To the reader all of them look done.
#[derive(Debug, Clone)]
pub struct Deferred<K> {
    deeds: Vec<(K, Stage)>,
    next: u32,
}

impl<K> Default for Deferred<K> {
    fn default() -> Self {
        Self { deeds: Vec::new(), next: 0 }
    }
}

impl<K: Clone + PartialEq> Deferred<K> {
    /// Asks for a deed; `None` when it is asked for already.
    pub fn begin(&mut self, key: K) -> Option<Ticket> {
        if self.holds(&key) {
            return None;
        }
        let ticket = self.next;
        self.next = ticket.wrapping_add(1);
        self.deeds.push((key, Stage::Waiting(ticket)));
        Some(Ticket(ticket))
    }

    /// Whether a deed was asked for and not taken back.
    #[must_use]
    pub fn holds(&self, key: &K) -> bool {
        self.deeds.iter().any(|(known, _)| known == key)
    }

    /// Takes a deed back; `false` when it is too late.
    pub fn take_back(&mut self, ticket: Ticket) -> bool {
        let before = self.deeds.len();
        self.deeds.retain(|(_, stage)| *stage != Stage::Waiting(ticket.0));
        self.deeds.len() < before
    }

    /// The deed that is to be done now; `None` when it was taken back or is being done already.
    pub fn due(&mut self, ticket: Ticket) -> Option<K> {
        let (key, stage) = self.deeds.iter_mut().find(|(_, stage)| *stage == Stage::Waiting(ticket.0))?;
        *stage = Stage::Doing;
        Some(key.clone())
    }

    /// All that still waits and is to be done now, as nobody will be there to do it later.
    pub fn all_due(&mut self) -> Vec<K> {
        let waiting = self.deeds.iter_mut().filter(|(_, stage)| matches!(stage, Stage::Waiting(_)));
        waiting
            .map(|(key, stage)| {
                *stage = Stage::Doing;
                key.clone()
            })
            .collect()
    }

    /// It is done. It is held on to, as lists that were read before may still show it.
    pub fn done(&mut self, key: &K) {
        if let Some((_, stage)) = self.deeds.iter_mut().find(|(known, _)| known == key) {
            *stage = Stage::Done;
        }
    }

    /// It failed: it is as if it had not been asked for.
    pub fn failed(&mut self, key: &K) {
        self.deeds.retain(|(known, _)| known != key);
    }

    /// Forgets what is done: a list that is read from now on knows it by itself.
    pub fn forget_done(&mut self) {
        self.deeds.retain(|(_, stage)| *stage != Stage::Done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_is_taken_back_or_done_but_not_both() {
        let mut deeds = Deferred::default();
        let first = deeds.begin("a").unwrap();
        assert!(deeds.begin("a").is_none() && deeds.holds(&"a"));
        assert!(deeds.take_back(first) && !deeds.holds(&"a"));
        assert_eq!(deeds.due(first), None);
        let second = deeds.begin("a").unwrap();
        assert_eq!((deeds.due(first), deeds.due(second), deeds.due(second)), (None, Some("a"), None));
        assert!(!deeds.take_back(second) && deeds.holds(&"a"));
    }

    #[test]
    fn what_failed_is_back_and_what_is_done_stays_hidden_until_the_list_is_read() {
        let mut deeds = Deferred::default();
        for key in ["a", "b"] {
            let ticket = deeds.begin(key).unwrap();
            deeds.due(ticket);
        }
        deeds.failed(&"a");
        deeds.done(&"b");
        assert!(!deeds.holds(&"a") && deeds.holds(&"b"));
        deeds.begin("c");
        deeds.forget_done();
        assert!(!deeds.holds(&"b") && deeds.holds(&"c"));
    }

    #[test]
    fn leaving_does_all_that_waits_once() {
        let mut deeds = Deferred::default();
        let first = deeds.begin(1).unwrap();
        deeds.begin(2);
        deeds.due(first);
        assert_eq!((deeds.all_due(), deeds.all_due()), (vec![2], vec![]));
    }
}
