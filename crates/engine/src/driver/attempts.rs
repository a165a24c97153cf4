//! Running attempts: each is a task that calls the executor, streams its text and checkpoints it in the database.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;
use sluice_tools::Progress;
use sluice_types::ErrorCode;
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::actor::Actor;
use super::actors::Message;
use crate::blocking::off_thread;
use crate::call_permits::CallPermit;
use crate::executor::Executor;
use crate::faults::FaultPoint;
use crate::hub::Channel;
use crate::key::ExecutionKey;
use crate::machine::{Task, is_whole};
use crate::output::output_of;
use crate::retry::{Failure, Sent};
use crate::shared::Shared;
use crate::work::{AttemptEnd, Made, Sink, Work, WorkEnd};

/// Streamed text is checkpointed at least this often.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);

impl Actor {
    /// Runs an attempt in a task of its own. The permit of a model call is given back when the call has ended.
    pub(super) fn run(&mut self, task: Task, permit: Option<CallPermit>) {
        let path = task.path.clone();
        self.channel.begin_text(&path, task.attempt);
        let attempt = Arc::new(Attempt {
            key: self.key.clone(),
            epoch: self.machine().journal().epoch,
            shared: self.shared.clone(),
            channel: self.channel.clone(),
            task,
            kept: AtomicUsize::new(0),
            is_asked_to_checkpoint: Notify::new(),
            is_checkpointed: AtomicBool::new(false),
        });
        let mailbox = self.mailbox.clone();
        let stopped = self.shared.stopped.clone();
        let spawned = tokio::spawn(async move {
            let caught = AssertUnwindSafe(attempt.run(permit)).catch_unwind();
            let Some(ended) = stopped.run_until_cancelled(caught).await else { return };
            let end = ended.unwrap_or_else(|_| attempt.panicked());
            if attempt.shared.faults.stops_at(FaultPoint::AttemptFinished) {
                return attempt.shared.halt();
            }
            // Ignore send errors: the actor has exited.
            let _ = mailbox.send(Message::AttemptEnded(end));
        });
        self.attempts.insert(path, spawned.abort_handle());
    }
}

/// A running attempt, and the sink of its work.
struct Attempt {
    key: ExecutionKey,
    epoch: i64,
    shared: Arc<Shared>,
    channel: Arc<Channel>,
    task: Task,
    /// Bytes of the text that are checkpointed.
    kept: AtomicUsize,
    is_asked_to_checkpoint: Notify,
    is_checkpointed: AtomicBool,
}

impl Attempt {
    /// Works to the end, with checkpoints beside it.
    async fn run(&self, permit: Option<CallPermit>) -> AttemptEnd {
        let executor = Executor::new(&self.shared.providers, &self.shared.tools);
        let work = executor.run(&self.key.tenant, &self.task, self);
        let end = tokio::select! {
            end = work => end,
            // Checkpointing never ends on its own.
            never = self.keep_checkpointing() => match never {},
        };
        drop(permit);
        let output = match &end.result {
            Ok(()) => self.output(&end).await,
            Err(failure) => Err(failure.clone()),
        };
        self.ended(end, output)
    }

    /// The output: the result of a tool, or parsed from the text.
    async fn output(&self, end: &WorkEnd) -> Result<Value, Failure> {
        let call = match &self.task.work {
            Work::Model(call) => call,
            Work::Tool(_) | Work::ListTools(_) => return Ok(Value::Null),
        };
        let content = self.channel.text_of(&self.task.path, self.task.attempt);
        // The machine refuses an answer that is not whole, with a better reason than that it is no JSON.
        let schema = call.output_schema.clone().filter(|_| is_whole(end.finish.as_ref()));
        let Some(schema) = schema else { return Ok(Value::String(content)) };
        off_thread(move || output_of(&content, Some(&schema))).await
    }

    fn ended(&self, end: WorkEnd, result: Result<Value, Failure>) -> AttemptEnd {
        let Task { path, attempt, .. } = &self.task;
        AttemptEnd {
            path: path.clone(),
            attempt: *attempt,
            content: self.channel.text_of(path, *attempt),
            thinking: self.channel.thinking_of(path, *attempt),
            checkpointed: self.is_checkpointed.load(Ordering::Relaxed),
            usage: end.usage,
            finish: end.finish,
            notes: end.notes,
            made: end.made,
            result,
        }
    }

    /// The end of an attempt whose code panicked.
    fn panicked(&self) -> AttemptEnd {
        tracing::error!(execution_id = %self.key.id, path = %self.task.path, "an attempt panicked");
        let end = WorkEnd { usage: None, finish: None, notes: Vec::new(), made: Made::Text, result: Ok(()) };
        self.ended(end, Err(panicked()))
    }

    /// Checkpoints the text while it grows, one write at a time.
    async fn keep_checkpointing(&self) -> std::convert::Infallible {
        let mut ticks = interval(CHECKPOINT_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        loop {
            let asked = self.is_asked_to_checkpoint.notified();
            let halts = tokio::select! {
                _ = ticks.tick() => false,
                () = asked => true,
            };
            self.checkpoint().await;
            if halts {
                self.shared.halt();
            }
        }
    }

    /// Writes the text since the last checkpoint.
    async fn checkpoint(&self) {
        let offset = self.kept.load(Ordering::Relaxed);
        let piece = self.channel.text_from(&self.task.path, self.task.attempt, offset);
        if piece.is_empty() {
            return;
        }
        self.is_checkpointed.store(true, Ordering::Relaxed);
        let ExecutionKey { tenant, id } = &self.key;
        let (path, attempt, end) = (&self.task.path, self.task.attempt, offset + piece.len());
        match self.shared.store.checkpoint(tenant, id, self.epoch, path, attempt, offset, piece).await {
            Ok(()) => self.kept.store(end, Ordering::Relaxed),
            // The attempt continues: its text is still in memory, and is written with the next checkpoint or at the
            // end.
            Err(error) => tracing::warn!(execution_id = %id, %path, %error, "the text could not be checkpointed"),
        }
    }
}

impl Sink for &Attempt {
    async fn sent(&self) {
        if self.shared.faults.stops_at(FaultPoint::AttemptStarted) {
            self.shared.halt();
            std::future::pending::<()>().await;
        }
    }

    async fn text(&self, piece: &str) {
        self.channel.add_text(self.shared.outside.clock.now(), &self.task.path, self.task.attempt, piece);
        if self.shared.faults.stops_at(FaultPoint::AttemptStreaming) {
            self.is_asked_to_checkpoint.notify_one();
            std::future::pending::<()>().await;
        }
    }

    async fn thinking(&self, piece: &str) {
        // PostgreSQL's texts hold no NUL.
        let piece = if piece.contains('\0') { piece.replace('\0', "\u{fffd}").into() } else { Cow::Borrowed(piece) };
        self.channel.add_thinking(self.shared.outside.clock.now(), &self.task.path, self.task.attempt, &piece);
    }

    async fn progress(&self, newest: &mut watch::Receiver<Option<Progress>>) {
        let turn = self.channel.turn_to_tell_progress().await;
        let progress = newest.borrow_and_update().clone();
        if let Some(progress) = progress {
            let now = self.shared.outside.clock.now();
            self.channel.tell_progress(now, &self.task.path, self.task.attempt, &progress, turn);
        }
    }
}

/// The failure of an attempt whose code panicked.
fn panicked() -> Failure {
    Failure {
        code: ErrorCode::Internal,
        message: "The server made a mistake during the attempt; its log has the cause.".into(),
        retryable: true,
        retry_after: None,
        sent: Sent::Maybe,
    }
}
