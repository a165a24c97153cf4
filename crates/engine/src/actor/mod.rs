//! One actor for each live execution. It takes commands from people and results from attempts, one
//! at a time. Each turn: check, decide (with [`crate::plan`]), write state and events in one
//! transaction, and only then act.

mod attempts;
mod commands;
mod draft;
mod gates;
mod recovery;
mod turn;

use std::collections::HashMap;
use std::sync::Arc;

use sluice_store::{Journal, SnapshotPersona};
use sluice_types::{Execution, StepPath};
use tokio::sync::{mpsc, oneshot};

use crate::attempt::AttemptEnd;
use crate::engine::{Command, Shared};
use crate::error::EngineError;
use crate::hub::Channel;
use attempts::Tries;
pub use commands::changed_snapshot;
use draft::Draft;

/// Where an execution is sent once it is as the sender waits for it.
pub type Reply = oneshot::Sender<Result<Box<Execution>, EngineError>>;

/// What an actor takes a turn for.
pub enum Input {
    /// Somebody asks for something.
    Command { command: Command, persona: Option<SnapshotPersona>, by: String, reply: Reply },
    /// An attempt ended.
    AttemptEnded(AttemptEnd),
    /// The wait before the next attempt is over.
    RetryDue(StepPath, i32),
    /// A gate may have expired.
    GateExpired(StepPath),
    /// Somebody waits for the execution to end or pause.
    Wait(oneshot::Sender<Box<Execution>>),
    /// The server is stopping.
    Drain,
}

/// Whether the actor goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    GoOn,
    /// It has lost its execution, or the engine was stopped: nothing more may be written.
    Stop,
}

/// The actor of one execution.
pub struct Actor {
    shared: Arc<Shared>,
    channel: Arc<Channel>,
    journal: Journal,
    inbox: mpsc::UnboundedReceiver<Input>,
    mailbox: mpsc::UnboundedSender<Input>,
    tries: HashMap<StepPath, Tries>,
    waiters: Vec<oneshot::Sender<Box<Execution>>>,
}

impl Actor {
    /// The actor of an execution that this engine owns.
    pub fn new(shared: &Arc<Shared>, journal: Journal) -> Self {
        let (mailbox, inbox) = mpsc::unbounded_channel();
        Self {
            channel: shared.hub.channel(&journal.execution_id),
            shared: shared.clone(),
            journal,
            inbox,
            mailbox,
            tries: HashMap::new(),
            waiters: Vec::new(),
        }
    }

    /// The execution as it stands.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Goes on after the start's turn was written: tells readers, starts steps, and lives by itself.
    pub fn go_on_after_start(mut self, draft: Draft) {
        self.register();
        let shared = self.shared.clone();
        shared.tasks.spawn(async move {
            let stopped = self.shared.stopped.clone();
            let life = async move {
                if self.act(draft) == Flow::GoOn {
                    self.live().await;
                }
            };
            stopped.run_until_cancelled(Box::pin(life)).await;
        });
    }

    /// Takes an execution over, with a first input. One that is live goes on with what was under way.
    pub fn adopt(mut self, first: Option<Input>) {
        // Before it is registered and lives: an actor with nothing to do ends at once.
        if let Some(input) = first {
            // The actor holds the other end.
            let _ = self.mailbox.send(input);
        }
        self.register();
        let shared = self.shared.clone();
        shared.tasks.spawn(async move {
            let stopped = self.shared.stopped.clone();
            let life = async move {
                let recovered = if self.journal.state.live { self.recover().await } else { Flow::GoOn };
                if recovered == Flow::GoOn {
                    self.live().await;
                }
            };
            stopped.run_until_cancelled(Box::pin(life)).await;
        });
    }

    fn register(&self) {
        self.shared.actors.insert(self.journal.execution_id.clone(), self.mailbox.clone());
    }

    /// Takes turns until nothing is under way and nobody asks for anything.
    async fn live(mut self) {
        loop {
            let input = match self.inbox.try_recv() {
                Ok(input) => input,
                Err(_) if self.has_work() => match self.inbox.recv().await {
                    Some(input) => input,
                    None => break,
                },
                Err(_) => {
                    // A closed actor takes no turn: what came in at the last moment is dropped, and
                    // whoever sent it asks the next actor, or the database.
                    self.inbox.close();
                    break;
                }
            };
            if self.take_turn(input).await == Flow::Stop {
                break;
            }
        }
    }

    /// Whether something is under way that will come back to this actor.
    fn has_work(&self) -> bool {
        if self.shared.is_draining() { self.is_attempt_under_way() } else { self.journal.state.live }
    }
}

impl Drop for Actor {
    /// However an actor ends, it leaves the register and nothing of it runs on.
    fn drop(&mut self) {
        let own = &self.mailbox;
        self.shared.actors.remove_if(&self.journal.execution_id, |_, actor| actor.same_channel(own));
        for tries in self.tries.values() {
            tries.abort();
        }
    }
}
