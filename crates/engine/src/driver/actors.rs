//! The register of actors, and their messages.

use dashmap::{DashMap, DashSet};
use sluice_store::{IdempotencyKey, SnapshotPersona};
use sluice_types::Execution;
use tokio::sync::{Mutex, mpsc, oneshot};

use std::sync::Arc;

use super::asleep::Asleep;
use crate::call_permits::CallPermit;
use crate::error::EngineError;
use crate::key::ExecutionKey;
use crate::machine::Command;
use crate::work::AttemptEnd;

/// The sender of a command's result, used once its turn is written.
pub type Reply = oneshot::Sender<Result<Box<Execution>, EngineError>>;

/// A message to an actor.
pub enum Message {
    /// A command of a person.
    Command {
        command: Command,
        persona: Option<SnapshotPersona>,
        by: String,
        idempotency: Option<Arc<IdempotencyKey>>,
        reply: Reply,
    },
    /// An attempt ended.
    AttemptEnded(AttemptEnd),
    /// A call to this provider may begin.
    Permit(String, CallPermit),
    /// A wait may be over.
    Time,
    /// The server is stopping.
    Drain,
}

/// The result of sending a message.
#[expect(clippy::large_enum_variant, reason = "it lives for a moment")]
pub enum SendResult {
    /// An actor has it.
    Sent,
    /// There is no actor; returns the message.
    NoActor(Option<Message>),
}

/// The actors of an engine.
#[derive(Default)]
pub struct Actors {
    open: DashMap<ExecutionKey, mpsc::UnboundedSender<Message>>,
    /// Executions that are being written for the first time, and have no actor yet.
    starting: DashSet<ExecutionKey>,
    activating: DashMap<ExecutionKey, Arc<Mutex<()>>>,
    /// Executions of this engine that have no actor, and need none before a time.
    pub asleep: Asleep,
}

impl Actors {
    /// Number of actors.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// The actor of an execution, if it still accepts messages.
    pub fn open(&self, key: &ExecutionKey) -> Option<mpsc::UnboundedSender<Message>> {
        self.open.get(key).filter(|actor| !actor.is_closed()).map(|actor| actor.clone())
    }

    /// Whether an execution has an actor, is about to get one, or sleeps.
    pub fn has(&self, key: &ExecutionKey) -> bool {
        self.open(key).is_some() || self.starting.contains(key) || self.asleep.get(key).is_some()
    }

    /// Sends a message to the actor of an execution. Without a message, it only checks for an actor.
    pub fn send(&self, key: &ExecutionKey, message: Option<Message>) -> SendResult {
        match (self.open(key), message) {
            (None, message) => SendResult::NoActor(message),
            (Some(_), None) => SendResult::Sent,
            (Some(actor), Some(message)) => match actor.send(message) {
                Ok(()) => SendResult::Sent,
                Err(mpsc::error::SendError(message)) => SendResult::NoActor(Some(message)),
            },
        }
    }

    /// Sends every actor a message.
    pub fn drain(&self) {
        for actor in &self.open {
            // Ignore send errors: the actor has exited.
            let _ = actor.send(Message::Drain);
        }
    }

    pub(super) fn register(&self, key: &ExecutionKey, mailbox: &mpsc::UnboundedSender<Message>) {
        self.open.insert(key.clone(), mailbox.clone());
    }

    pub(super) fn unregister(&self, key: &ExecutionKey, mailbox: &mpsc::UnboundedSender<Message>) {
        self.open.remove_if(key, |_, actor| actor.same_channel(mailbox));
    }

    /// Marks an execution whose actor starts after the commit.
    pub fn begin(&self, key: &ExecutionKey) -> Starting<'_> {
        self.starting.insert(key.clone());
        Starting { actors: self, key: key.clone() }
    }

    /// Runs one activation of an execution at a time.
    pub async fn one_at_a_time<T>(&self, key: &ExecutionKey, activate: impl Future<Output = T>) -> T {
        let turn = self.activating.entry(key.clone()).or_default().clone();
        let guard = turn.lock().await;
        let activated = activate.await;
        drop(guard);
        // Two references are left without other waiters: the register's and this one.
        self.activating.remove_if(key, |_, turn| Arc::strong_count(turn) <= 2);
        activated
    }
}

#[cfg(test)]
impl Actors {
    /// Whether an activation of an execution waits for another one.
    pub(super) fn is_awaited(&self, key: &ExecutionKey) -> bool {
        // The register, the activation under way and the one that waits.
        self.activating.get(key).is_some_and(|turn| Arc::strong_count(&turn) >= 3)
    }
}

/// Marks an execution as starting until it is dropped.
pub struct Starting<'a> {
    actors: &'a Actors,
    key: ExecutionKey,
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        self.actors.starting.remove(&self.key);
    }
}
