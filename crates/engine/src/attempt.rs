//! One attempt of an `llm` step: asks the model, hands the text on as it comes, and tells the actor
//! how it ended. It holds no state of the execution.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;
use sluice_types::{ErrorCode, ExecutionId, StepPath, TenantId, TokenUsage};
use tokio::time::{Instant, timeout_at};

use crate::engine::Shared;
use crate::faults::FaultPoint;
use crate::hub::Channel;
use crate::output::output_of;
use crate::providers::call::{ModelCall, ModelEvent};
use crate::retry::Failure;

/// What an attempt is to do.
pub struct AttemptTask {
    pub tenant: TenantId,
    pub execution_id: ExecutionId,
    pub epoch: i64,
    pub path: StepPath,
    pub attempt: i32,
    pub call: ModelCall,
    pub timeout: Duration,
    pub channel: Arc<Channel>,
}

/// How an attempt ended.
#[derive(Debug)]
pub struct AttemptEnd {
    pub path: StepPath,
    pub attempt: i32,
    /// The text as far as it came.
    pub content: String,
    /// What the provider counted, when it got as far as that.
    pub usage: Option<TokenUsage>,
    /// The output, or why there is none.
    pub result: Result<Value, Failure>,
}

/// Text is kept at least this often while it streams.
pub const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);

/// Makes one attempt. `None` when a fault point stopped the engine.
pub async fn run(shared: &Arc<Shared>, task: &AttemptTask) -> Option<AttemptEnd> {
    let deadline = Instant::now() + task.timeout;
    let mut usage = None;
    let streamed = match timeout_at(deadline, stream(shared, task, &mut usage)).await {
        Ok(streamed) => streamed?,
        Err(_) => Err(Failure {
            code: ErrorCode::AttemptTimedOut,
            message: format!(
                "The attempt took longer than its timeout of {} s. Retry the step, or give it a longer `timeout`.",
                task.timeout.as_secs()
            ),
            retryable: true,
            retry_after: None,
        }),
    };
    let content = task.channel.text_of(&task.path, task.attempt);
    let result = streamed.and_then(|()| output_of(&content, task.call.output_schema.as_ref()));
    if shared.faults.stops_at(FaultPoint::AttemptFinished) {
        shared.halt();
        return None;
    }
    Some(AttemptEnd { path: task.path.clone(), attempt: task.attempt, content, usage, result })
}

/// How an attempt ends whose code panicked: it may be tried again.
pub fn panicked(task: &AttemptTask) -> AttemptEnd {
    tracing::error!(execution_id = %task.execution_id, path = %task.path, "an attempt panicked");
    let failure = Failure {
        code: ErrorCode::Internal,
        message: "The server made a mistake during the attempt; its log has the cause.".into(),
        retryable: true,
        retry_after: None,
    };
    let content = task.channel.text_of(&task.path, task.attempt);
    AttemptEnd { path: task.path.clone(), attempt: task.attempt, content, usage: None, result: Err(failure) }
}

async fn stream(
    shared: &Arc<Shared>,
    task: &AttemptTask,
    usage: &mut Option<TokenUsage>,
) -> Option<Result<(), Failure>> {
    let stream = shared.providers.stream(&task.tenant, task.call.clone(), task.attempt).await;
    if shared.faults.stops_at(FaultPoint::AttemptStarted) {
        shared.halt();
        return None;
    }
    let mut stream = match stream {
        Ok(stream) => stream,
        Err(error) => return Some(Err(error.into())),
    };
    let mut keeper = Keeper::new(shared, task);
    loop {
        let event = tokio::select! {
            event = stream.next() => event,
            // A model that falls silent has its text kept all the same.
            () = tokio::time::sleep_until(keeper.last + CHECKPOINT_EVERY), if keeper.unkept => {
                keeper.keep_if_due();
                continue;
            }
        };
        match event {
            None => return Some(Ok(())),
            Some(Ok(ModelEvent::Text(piece))) => {
                // PostgreSQL's texts hold no NUL, and no reader wants one.
                let piece = if piece.contains('\0') { piece.replace('\0', "\u{fffd}") } else { piece };
                task.channel.add_text(shared.outside.clock.now(), &task.path, task.attempt, &piece);
                keeper.unkept = true;
                if shared.faults.stops_at(FaultPoint::AttemptStreaming) {
                    keeper.keep_now().await;
                    shared.halt();
                    return None;
                }
                keeper.keep_if_due();
            }
            Some(Ok(ModelEvent::Finished { usage: counted })) => *usage = counted,
            Some(Err(error)) => return Some(Err(error.into())),
        }
    }
}

/// Keeps the text of an attempt in the database while it streams, one write at a time.
struct Keeper<'a> {
    shared: &'a Arc<Shared>,
    task: &'a AttemptTask,
    last: Instant,
    /// Whether there is text that is not kept yet.
    unkept: bool,
    writing: Option<tokio::task::JoinHandle<()>>,
    /// How much of the text is kept, in bytes.
    kept: Arc<AtomicUsize>,
}

impl<'a> Keeper<'a> {
    fn new(shared: &'a Arc<Shared>, task: &'a AttemptTask) -> Self {
        Self { shared, task, last: Instant::now(), unkept: false, writing: None, kept: Arc::default() }
    }

    fn keep_if_due(&mut self) {
        let busy = self.writing.as_ref().is_some_and(|writing| !writing.is_finished());
        if self.last.elapsed() < CHECKPOINT_EVERY {
            return;
        }
        self.last = Instant::now();
        if busy {
            return;
        }
        self.unkept = false;
        self.writing = Some(tokio::spawn(checkpoint(self.shared, self.task, &self.kept)));
    }

    async fn keep_now(&mut self) {
        if let Some(writing) = self.writing.take() {
            let _ = writing.await;
        }
        checkpoint(self.shared, self.task, &self.kept).await;
    }
}

/// Writes what came of an attempt's text since the last piece that was kept.
fn checkpoint(
    shared: &Arc<Shared>,
    task: &AttemptTask,
    kept: &Arc<AtomicUsize>,
) -> impl Future<Output = ()> + Send + use<> {
    let (store, tenant, id, epoch) = (shared.store.clone(), task.tenant.clone(), task.execution_id.clone(), task.epoch);
    let (path, attempt, kept) = (task.path.clone(), task.attempt, kept.clone());
    let offset = kept.load(Ordering::Relaxed);
    let piece = task.channel.text_from(&path, attempt, offset);
    async move {
        let end = offset + piece.len();
        match store.checkpoint(&tenant, &id, epoch, &path, attempt, offset, piece).await {
            Ok(()) => kept.store(end, Ordering::Relaxed),
            // The attempt goes on: its text is still in memory, and kept with the next piece or when it ends.
            Err(error) => tracing::warn!(execution_id = %id, %path, %error, "the text so far could not be kept"),
        }
    }
}
