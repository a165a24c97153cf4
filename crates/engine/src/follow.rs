//! Follows executions that another server runs: one poller for each execution, however many readers it has.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sluice_store::{Changes, Position, StoreError, StoredEvent, TextPosition, is_full_page};
use sluice_types::{ExecutionStatus, StepPath};
use tokio_util::task::AbortOnDropHandle;

use crate::driver::Actors;
use crate::engine::Engine;
use crate::hub::{Advance, Channel, Frame};
use crate::shared::Shared;

/// Interval of polls while the execution runs at another server.
const POLL: Duration = Duration::from_millis(500);
/// Longest interval of polls while nothing is under way in the execution. A command at another server shows within this
/// time.
const LONGEST_POLL: Duration = Duration::from_secs(5);

/// Keeps the poller of an execution running. The poller stops when its last reader drops this.
pub type PollerGuard = Arc<AbortOnDropHandle<()>>;

impl Engine {
    /// Has whatever another server writes to an execution published in its channel, for as long as the guard is held. What
    /// was written before is not published: subscribe first, and read the stored events afterwards.
    ///
    /// `None` when no other server can write to it, or when there is no such execution.
    pub async fn follow(&self, channel: &Arc<Channel>) -> Result<Option<PollerGuard>, StoreError> {
        let store = &self.shared.store;
        if store.is_exclusive() {
            return Ok(None);
        }
        // The lock lets the readers that come at the same time wait for the first one's query.
        let mut running = channel.poller.lock().await;
        if let Some(poller) = running.upgrade().filter(|poller| !poller.is_finished()) {
            return Ok(Some(poller));
        }
        let key = channel.key();
        let Some((seq, status)) = store.event_position(&key.tenant, &key.id).await? else { return Ok(None) };
        channel.retain_elsewhere(|_, _| false);
        let poller = Poller {
            shared: self.shared.clone(),
            actors: self.actors.clone(),
            channel: channel.clone(),
            seq,
            texts: BTreeMap::new(),
        };
        let stopped = self.shared.stopped.clone();
        let task = async move { _ = stopped.run_until_cancelled(poller.run(status)).await };
        let poller = Arc::new(AbortOnDropHandle::new(tokio::spawn(task)));
        *running = Arc::downgrade(&poller);
        Ok(Some(poller))
    }

    /// How often the database was polled for executions that another server runs.
    #[must_use]
    pub fn polls(&self) -> u64 {
        self.shared.polls.load(Ordering::Relaxed)
    }
}

/// The poller of one execution.
struct Poller {
    shared: Arc<Shared>,
    actors: Arc<Actors>,
    channel: Arc<Channel>,
    /// The number of the newest event that was published.
    seq: i64,
    /// The attempt under way of each step run, and where its last known piece of text begins.
    texts: BTreeMap<StepPath, (i32, usize)>,
}

impl Poller {
    /// Polls until the execution is deleted. It goes on after the end of the execution: a retry begins it anew.
    async fn run(mut self, status: ExecutionStatus) {
        // The stored events are read by each reader. Only the texts of attempts under way are missing.
        let mut wait = if is_under_way(status) { Duration::ZERO } else { POLL };
        loop {
            tokio::time::sleep(wait).await;
            if self.actors.has(self.channel.key()) {
                // The actor publishes what happens.
                self.texts.clear();
                self.channel.retain_elsewhere(|_, _| false);
                wait = POLL;
                continue;
            }
            match self.poll().await {
                Ok(Some(Polled { has_more: true, .. })) => wait = Duration::ZERO,
                Ok(Some(Polled { changed, status, .. })) => wait = next_wait(wait, changed || is_under_way(status)),
                Ok(None) => return,
                Err(error) => {
                    let id = &self.channel.key().id;
                    tracing::warn!(execution_id = %id, %error, "the execution could not be followed; it is tried again");
                    wait = next_wait(wait, false);
                }
            }
        }
    }

    /// Publishes what was written since the last poll; `None` when the execution is deleted.
    async fn poll(&mut self) -> Result<Option<Polled>, StoreError> {
        self.shared.polls.fetch_add(1, Ordering::Relaxed);
        let (store, key) = (&self.shared.store, self.channel.key());
        // An actor of this server may have published some since.
        self.seq = self.seq.max(self.channel.published());
        let at = |(path, &(attempt, offset)): (&StepPath, &(i32, usize))| TextPosition {
            path: path.clone(),
            attempt,
            offset,
        };
        let since = Position { seq: self.seq, texts: self.texts.iter().map(at).collect() };
        let Some(changes) = store.changes(&key.tenant, &key.id, since).await? else { return Ok(None) };
        for event in &changes.events {
            self.publish(event).await?;
        }
        let has_more = is_full_page(&changes.events);
        if !has_more {
            self.add_texts(&changes);
        }
        Ok(Some(Polled { changed: !changes.events.is_empty(), has_more, status: changes.status }))
    }

    /// Publishes an event. The rest of the text of a step precedes its completion: pieces that were not checkpointed went to
    /// the readers of the server that ran it alone.
    async fn publish(&mut self, event: &StoredEvent) -> Result<(), StoreError> {
        let frame = Frame::of_stored(event);
        if let Some((path, number)) = frame.completed_attempt() {
            let key = self.channel.key();
            if let Some(text) = self.shared.store.attempt_text(&key.tenant, &key.id, &path, number).await? {
                self.channel.add_text_elsewhere(self.shared.outside.clock.now(), &path, number, [(0, text.as_str())]);
            }
        }
        self.channel.publish([frame]);
        // The event alone does not tell the status.
        self.channel.advance(Advance { seq: event.seq, may_have_settled: true });
        self.seq = event.seq;
        Ok(())
    }

    /// Adds the new pieces of text. An attempt without pieces has ended, or has not sent any text.
    fn add_texts(&mut self, changes: &Changes) {
        let now = self.shared.outside.clock.now();
        self.texts = changes.texts.iter().map(|it| (it.at.path.clone(), (it.at.attempt, it.at.offset))).collect();
        let texts = &self.texts;
        self.channel.retain_elsewhere(|path, attempt| texts.get(path).is_some_and(|known| known.0 == attempt));
        for pieces in
            changes.texts.chunk_by(|one, next| (&one.at.path, one.at.attempt) == (&next.at.path, next.at.attempt))
        {
            let Some(TextPosition { path, attempt, .. }) = pieces.first().map(|piece| &piece.at) else { continue };
            let pieces = pieces.iter().map(|piece| (piece.at.offset, piece.text.as_str()));
            self.channel.add_text_elsewhere(now, path, *attempt, pieces);
        }
    }
}

/// The result of a poll.
struct Polled {
    changed: bool,
    /// Whether more events are stored already.
    has_more: bool,
    status: ExecutionStatus,
}

/// Whether attempts may be under way.
fn is_under_way(status: ExecutionStatus) -> bool {
    matches!(status, ExecutionStatus::Pending | ExecutionStatus::Running)
}

/// The interval after a poll: twice as long as before while nothing happens.
fn next_wait(before: Duration, active: bool) -> Duration {
    if active { POLL } else { (before * 2).clamp(POLL, LONGEST_POLL) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_get_slower_while_nothing_happens() {
        let mut wait = Duration::ZERO;
        let mut waits = Vec::new();
        for _ in 0..6 {
            wait = next_wait(wait, false);
            waits.push(wait.as_millis());
        }
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 5_000, 5_000]);
        assert_eq!(next_wait(wait, true), POLL);
    }
}
