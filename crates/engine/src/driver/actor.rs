//! The life of an actor.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use sluice_store::{IdempotencyKey, StoreError};
use sluice_types::StepPath;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::actors::{Actors, Message};
use super::asleep::Nap;
use super::call_queue::CallQueue;
use crate::error::EngineError;
use crate::hub::Channel;
use crate::key::ExecutionKey;
use crate::machine::{Input, Machine, Outcome, Signal, Step};
use crate::shared::Shared;

/// Shortest wait after a timer that changed nothing.
const SOONEST_WAKE: Duration = Duration::from_millis(100);

/// Whether the actor continues.
#[derive(Debug)]
pub(super) enum Flow {
    /// Continue with the next message.
    GoOn,
    /// The actor has lost its execution, or the engine was stopped: it must not write any more.
    Stop,
    /// The database refuses the turn for good. The execution is as it was stored before.
    Refused(StoreError),
    /// Another request has used the command's idempotency key: the turn is discarded, and the execution goes on without it.
    Discarded,
}

/// How an actor begins.
enum Beginning {
    /// The turn of the start was written.
    Started(Outcome),
    /// The execution was claimed. Attempts that were under way in a live one are recovered.
    Claimed,
    /// The execution slept: nothing was under way.
    Woken,
}

/// The actor of one execution.
pub struct Actor {
    pub(super) shared: Arc<Shared>,
    actors: Arc<Actors>,
    pub(super) key: ExecutionKey,
    pub(super) channel: Arc<Channel>,
    /// Shared with the blocking thread that a heavy call runs on.
    pub(super) machine: Arc<Mutex<Machine>>,
    inbox: mpsc::UnboundedReceiver<Message>,
    pub(super) mailbox: mpsc::UnboundedSender<Message>,
    /// A command that arrived during the collection of attempt ends; it is handled next.
    held_back: Option<Message>,
    /// The running attempts: each stays here until its end is written.
    pub(super) attempts: HashMap<StepPath, AbortHandle>,
    /// The attempts whose call waits for a permit. Shared as the machine is.
    pub(super) queue: Arc<Mutex<CallQueue>>,
}

impl Actor {
    /// The actor of an execution that this engine owns.
    pub fn new(shared: &Arc<Shared>, actors: &Arc<Actors>, machine: Machine) -> Self {
        let (mailbox, inbox) = mpsc::unbounded_channel();
        let key = ExecutionKey::new(&machine.journal().tenant, &machine.journal().execution_id);
        Self {
            channel: shared.hub.channel(&key),
            shared: shared.clone(),
            actors: actors.clone(),
            key,
            machine: Arc::new(Mutex::new(machine)),
            inbox,
            mailbox,
            held_back: None,
            attempts: HashMap::new(),
            queue: Arc::default(),
        }
    }

    /// Continues after the start's turn was written: publishes it, starts steps, and runs as a task.
    pub fn go_on_after_start(self, outcome: Outcome) {
        self.spawn(Beginning::Started(outcome));
    }

    /// Takes over an execution, with a first message. A live one continues with its steps.
    pub fn adopt(mut self, first: Option<Message>) {
        self.held_back = first;
        self.spawn(Beginning::Claimed);
    }

    /// Goes on with an execution of this engine that slept, with a first message.
    pub fn wake(mut self, first: Option<Message>) {
        self.held_back = first;
        self.spawn(Beginning::Woken);
    }

    /// Runs the actor's life in a task of its own, until the engine stops or loses its lease.
    fn spawn(mut self, beginning: Beginning) {
        self.actors.register(&self.key, &self.mailbox);
        let owning = self.shared.owning();
        let shared = self.shared.clone();
        shared.tasks.spawn(async move {
            let life = async {
                let begun = match beginning {
                    Beginning::Started(outcome) => self.carry_out(outcome.effects),
                    Beginning::Claimed if self.machine().journal().state.live => self.recover().await,
                    Beginning::Claimed | Beginning::Woken => Flow::GoOn,
                };
                if matches!(begun, Flow::GoOn) {
                    self.live().await;
                }
            };
            owning.run_until_cancelled(Box::pin(life)).await;
        });
    }

    async fn recover(&mut self) -> Flow {
        let step = self.with_env(Machine::recover);
        self.complete(step, None).await
    }

    /// Handles messages until the actor has no work and no message is waiting.
    async fn live(&mut self) {
        while let Some(message) = self.next().await {
            match self.take(message).await {
                Flow::GoOn | Flow::Discarded => {}
                Flow::Stop | Flow::Refused(_) => break,
            }
        }
    }

    /// The next message; `None` when the actor ends.
    async fn next(&mut self) -> Option<Message> {
        if let Some(message) = self.held_back.take() {
            return Some(message);
        }
        if let Ok(message) = self.inbox.try_recv() {
            return Some(message);
        }
        if !self.has_work() {
            // A closed actor handles no message: the last messages are dropped, and their senders turn to the next
            // actor or to the database.
            self.inbox.close();
            return None;
        }
        if let Some(nap) = self.nap() {
            // Noted first: whoever finds the inbox closed wakes the execution.
            self.actors.asleep.insert(&self.key, nap);
            self.inbox.close();
            return None;
        }
        let wake = self.machine().next_wake(self.shared.is_draining());
        let clock = self.shared.outside.clock.clone();
        let waited = async {
            match wake {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            message = self.inbox.recv() => message,
            () = waited => Some(Message::Time),
        }
    }

    async fn take(&mut self, message: Message) -> Flow {
        match message {
            Message::Command { command, persona, by, idempotency, reply } => {
                let (flow, answer) = match self.take_command(Input::Command { command, persona, by }, idempotency).await
                {
                    Ok(Flow::GoOn) => (Flow::GoOn, Ok(Box::new(self.machine().execution()))),
                    Ok(Flow::Stop) => return Flow::Stop,
                    Ok(Flow::Refused(error)) => (Flow::Stop, Err(error.into())),
                    Ok(Flow::Discarded) => (Flow::GoOn, Err(StoreError::KeyUsed.into())),
                    Err(refused) => (Flow::GoOn, Err(refused)),
                };
                // Ignore send errors: the caller has gone.
                let _ = reply.send(answer);
                flow
            }
            Message::AttemptEnded(end) => {
                let mut signals = vec![Signal::AttemptEnded(end)];
                self.collect(&mut signals);
                self.signal(signals).await
            }
            Message::Time => self.signal(vec![Signal::Time]).await,
            Message::Permit(provider, permit) => {
                self.take_permit(&provider, permit);
                Flow::GoOn
            }
            // Running attempts end on their own; no new ones start.
            Message::Drain if self.queue().is_empty() => Flow::GoOn,
            Message::Drain => self.signal(vec![Signal::Drain]).await,
        }
    }

    /// Carries out a command, unless a request has used its idempotency key.
    async fn take_command(&mut self, command: Input, key: Option<Arc<IdempotencyKey>>) -> Result<Flow, EngineError> {
        if let Some(key) = &key {
            let (store, now) = (&self.shared.store, self.shared.outside.clock.now());
            // A repeat of this command may have waited in the inbox behind it.
            if store.earlier_request(&self.key.tenant, &key.key, now).await?.is_some() {
                return Err(StoreError::KeyUsed.into());
            }
        }
        let step = self.handle(command).await?;
        Ok(self.complete(step, key).await)
    }

    /// Collects the other attempts that have ended, so that one turn writes them all.
    fn collect(&mut self, signals: &mut Vec<Signal>) {
        while let Ok(message) = self.inbox.try_recv() {
            match message {
                Message::AttemptEnded(end) => signals.push(Signal::AttemptEnded(end)),
                other => {
                    self.held_back = Some(other);
                    return;
                }
            }
        }
    }

    async fn signal(&mut self, signals: Vec<Signal>) -> Flow {
        match self.handle(Input::Signals(signals)).await {
            // The timer fired without effect: wait before the next try.
            Ok(Step::Ignored) => {
                let now = self.shared.outside.clock.now();
                if self.machine().next_wake(self.shared.is_draining()).is_some_and(|at| at <= now) {
                    tokio::time::sleep(SOONEST_WAKE).await;
                }
                Flow::GoOn
            }
            Ok(step) => self.complete(step, None).await,
            Err(error) => {
                tracing::error!(execution_id = %self.key.id, %error, "a signal was refused");
                Flow::GoOn
            }
        }
    }

    /// The nap that the execution can take: nothing is under way, and nothing is due soon.
    fn nap(&self) -> Option<Nap> {
        if self.shared.is_draining() || !self.attempts.is_empty() || !self.queue().is_empty() {
            return None;
        }
        let machine = self.machine();
        let soon = self.shared.outside.clock.now() + TimeDelta::from_std(self.shared.limits.shortest_nap).ok()?;
        let until = machine.next_wake(false);
        until.is_none_or(|at| at > soon).then(|| Nap { until, epoch: machine.journal().epoch })
    }

    /// Whether a running attempt or a timer will send this actor a message.
    fn has_work(&self) -> bool {
        if self.shared.is_draining() { !self.attempts.is_empty() } else { self.machine().journal().state.live }
    }
}

impl Drop for Actor {
    /// Every exit unregisters the actor and aborts its tasks.
    fn drop(&mut self) {
        self.actors.unregister(&self.key, &self.mailbox);
        for attempt in self.attempts.values() {
            attempt.abort();
        }
    }
}
