//! Carries work out: one call of a model or of a tool. It knows no execution and no hub.

use std::convert::Infallible;
use std::sync::Arc;

use futures_util::StreamExt as _;
use sluice_providers::{ModelCall, ModelEvent};
use sluice_types::limits::MAX_ANSWER_BYTES;
use sluice_types::{ErrorCode, TenantId, TokenUsage};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::machine::Task;
use crate::providers::Providers;
use crate::retry::{Failure, Sent};
use crate::tools::Tools;
use crate::work::{Finish, Made, Sink, ToolWork, Work, WorkEnd};

/// Carries work out.
pub struct Executor<'a> {
    providers: &'a Arc<Providers>,
    tools: &'a Tools,
}

impl<'a> Executor<'a> {
    /// An executor that calls these providers and tools.
    #[must_use]
    pub fn new(providers: &'a Arc<Providers>, tools: &'a Tools) -> Self {
        Self { providers, tools }
    }

    /// Works until the work ends or its time is over; text goes to the sink as it comes.
    pub async fn run(&self, tenant: &TenantId, task: &Task, sink: impl Sink) -> WorkEnd {
        let deadline = Instant::now() + task.timeout;
        let mut heard = Heard::default();
        let work = async {
            match &task.work {
                Work::Model(call) => self.call_model(tenant, call, task.attempt, &sink, &mut heard).await,
                Work::Tool(work) => {
                    sink.sent().await;
                    let (made, result) = self.call_tool(tenant, work, &sink).await;
                    heard.made = made;
                    result
                }
                Work::ListTools(named) => {
                    heard.made = Made::Tools(self.tools.list(tenant, named).await?);
                    Ok(())
                }
            }
        };
        let result = timeout_at(deadline, work).await.unwrap_or_else(|_| {
            Err(Failure {
                code: ErrorCode::AttemptTimedOut,
                message: format!(
                    "The attempt took longer than its timeout of {} s. Retry the step, or give it a longer `timeout`.",
                    task.timeout.as_secs()
                ),
                retryable: true,
                retry_after: None,
                sent: Sent::Maybe,
            })
        });
        let Heard { usage, finish, notes, made } = heard;
        WorkEnd { usage, finish, notes, made, result }
    }

    /// Calls a tool, and passes on how far the call is.
    async fn call_tool(&self, tenant: &TenantId, work: &ToolWork, sink: &impl Sink) -> (Made, Result<(), Failure>) {
        let (reports, mut newest) = watch::channel(None);
        let report = Arc::new(move |progress| _ = reports.send_replace(Some(progress)));
        let pass_on = async {
            while newest.changed().await.is_ok() {
                sink.progress(&mut newest).await;
            }
            // The call still runs.
            std::future::pending::<Infallible>().await
        };
        tokio::select! {
            ended = self.tools.call(tenant, work, report) => ended,
            never = pass_on => match never {},
        }
    }

    async fn call_model(
        &self,
        tenant: &TenantId,
        call: &ModelCall,
        attempt: i32,
        sink: &impl Sink,
        heard: &mut Heard,
    ) -> Result<(), Failure> {
        let mut stream = self.providers.stream(tenant, call.clone(), attempt).await?;
        sink.sent().await;
        let mut bytes = 0;
        while let Some(event) = stream.next().await {
            match event? {
                ModelEvent::Text(piece) => {
                    bytes += piece.len();
                    if bytes > MAX_ANSWER_BYTES {
                        return Err(too_long());
                    }
                    // PostgreSQL's texts hold no NUL, and no reader wants one.
                    let piece = if piece.contains('\0') { piece.replace('\0', "\u{fffd}") } else { piece };
                    sink.text(&piece).await;
                }
                ModelEvent::Thinking(piece) => sink.thinking(&piece).await,
                ModelEvent::Note(note) => heard.notes.push(note),
                ModelEvent::ToolCall { .. } => {}
                // The end of the answer has the calls, whole.
                ModelEvent::ToolArguments { piece, .. } => {
                    bytes += piece.len();
                    if bytes > MAX_ANSWER_BYTES {
                        return Err(too_long());
                    }
                }
                ModelEvent::Finished(finish) => {
                    heard.usage = finish.usage;
                    heard.made = Made::Calls { calls: finish.tool_calls, replay: finish.replay };
                    heard.finish = Some(Finish { reason: finish.reason, word: finish.word });
                }
            }
        }
        Ok(())
    }
}

/// The count, end and notes of an answer.
#[derive(Default)]
struct Heard {
    usage: Option<TokenUsage>,
    finish: Option<Finish>,
    notes: Vec<String>,
    made: Made,
}

fn too_long() -> Failure {
    Failure {
        code: ErrorCode::OutputTooLong,
        message: format!(
            "The answer is longer than {MAX_ANSWER_BYTES} bytes. Give the step a `max_tokens`, or switch it to another model."
        ),
        retryable: false,
        retry_after: None,
        sent: Sent::Maybe,
    }
}
