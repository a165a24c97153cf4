//! Executions without an actor in which nothing happens before a time: a wait, a long back-off, a gate that expires.
//!
//! They stay live and owned by this engine, and their journal is in the database alone.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use crate::key::ExecutionKey;

/// An execution that sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nap {
    /// When it is woken; `None` when only a command wakes it.
    pub until: Option<DateTime<Utc>>,
    /// The epoch of its actor. Under another epoch it belongs to another engine.
    pub epoch: i64,
}

/// The executions that sleep.
#[derive(Debug, Default)]
pub struct Asleep {
    naps: Mutex<Naps>,
    /// Told when the first wake may have changed.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Naps {
    by_key: HashMap<ExecutionKey, Nap>,
    by_time: BTreeSet<(DateTime<Utc>, ExecutionKey)>,
}

impl Naps {
    fn insert(&mut self, key: &ExecutionKey, nap: Nap) {
        self.remove(key);
        self.by_key.insert(key.clone(), nap);
        self.by_time.extend(nap.until.map(|until| (until, key.clone())));
    }

    fn remove(&mut self, key: &ExecutionKey) {
        if let Some(until) = self.by_key.remove(key).and_then(|nap| nap.until) {
            self.by_time.remove(&(until, key.clone()));
        }
    }
}

impl Asleep {
    fn naps(&self) -> MutexGuard<'_, Naps> {
        self.naps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an execution sleep. Its actor must handle no message any more.
    pub fn insert(&self, key: &ExecutionKey, nap: Nap) {
        self.naps().insert(key, nap);
        self.changed.notify_one();
    }

    /// The nap of an execution.
    pub fn get(&self, key: &ExecutionKey) -> Option<Nap> {
        self.naps().by_key.get(key).copied()
    }

    /// Forgets the nap of an execution: it has an actor again, or ended, or belongs to another engine.
    pub fn remove(&self, key: &ExecutionKey) {
        self.naps().remove(key);
    }

    /// Forgets all: other engines may take the executions over.
    pub fn clear(&self) {
        *self.naps() = Naps::default();
    }

    /// Number of executions that sleep.
    pub fn len(&self) -> usize {
        self.naps().by_key.len()
    }

    /// The executions that are due. Each stays asleep until `again`, unless it is woken.
    pub fn due(&self, now: DateTime<Utc>, again: DateTime<Utc>) -> Vec<ExecutionKey> {
        let mut naps = self.naps();
        let due = naps.by_time.iter().take_while(|(until, _)| *until <= now);
        let due: Vec<ExecutionKey> = due.map(|(_, key)| key.clone()).collect();
        for key in &due {
            if let Some(nap) = naps.by_key.get(key).copied() {
                naps.insert(key, Nap { until: Some(again), ..nap });
            }
        }
        due
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<DateTime<Utc>> {
        self.naps().by_time.first().map(|(until, _)| *until)
    }

    /// Waits until the time of the next one may have changed.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use sluice_types::{ExecutionId, TenantId};

    use super::*;

    fn key(last: u8) -> ExecutionKey {
        let id = ExecutionId::new(format!("execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a0{last}")).unwrap();
        ExecutionKey { tenant: TenantId::local(), id }
    }

    #[test]
    fn each_is_due_at_its_time_and_again_until_it_is_woken() {
        let asleep = Asleep::default();
        let at = |seconds: i64| DateTime::<Utc>::default() + TimeDelta::seconds(seconds);
        for (last, until) in [(1, Some(at(5))), (2, None), (3, Some(at(9))), (1, Some(at(3)))] {
            asleep.insert(&key(last), Nap { until, epoch: i64::from(last) });
        }
        assert_eq!((asleep.len(), asleep.next()), (3, Some(at(3))));
        assert_eq!(asleep.due(at(2), at(4)), []);
        assert_eq!(asleep.due(at(3), at(6)), [key(1)]);
        assert_eq!(asleep.due(at(5), at(7)), [], "it is being woken");
        assert_eq!(asleep.due(at(9), at(12)), [key(1), key(3)], "that failed");
        asleep.remove(&key(1));
        asleep.remove(&key(3));
        assert_eq!((asleep.next(), asleep.get(&key(2))), (None, Some(Nap { until: None, epoch: 2 })));
        asleep.clear();
        assert_eq!(asleep.len(), 0);
    }
}
