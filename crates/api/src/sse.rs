//! An execution's events as `text/event-stream`: what was missed, all text so far, then what comes.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpResponse};
use async_stream::stream;
use sluice_engine::Frame;
use sluice_store::StoreError;
use sluice_types::{ErrorCode, Event, EventType, ExecutionId, StepPath, StepRunStatus, TenantId};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::error::{ApiError, ApiResult};
use crate::state::App;

/// How often a comment is sent, so that proxies keep the connection open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often the database is asked for events of an execution that another server runs.
const POLL: Duration = Duration::from_millis(500);

/// Answers with the events of an execution after a number.
pub async fn answer(app: Data<App>, tenant: TenantId, id: ExecutionId, after: i64) -> ApiResult<HttpResponse> {
    let reader = Reader::open(app, tenant, id, after).await?;
    let body = reader.into_stream();
    Ok(HttpResponse::Ok()
        .insert_header(("content-type", "text/event-stream; charset=utf-8"))
        .insert_header(("cache-control", "no-store"))
        // A compressor would hold events back until its block is full.
        .insert_header(("content-encoding", "identity"))
        // nginx would hold the events back.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
}

struct Reader {
    app: Data<App>,
    tenant: TenantId,
    id: ExecutionId,
    /// What is sent before anything live: the events that were missed, and the texts so far.
    first: Vec<Frame>,
    live: tokio::sync::broadcast::Receiver<Frame>,
    /// Keeps the channel open.
    channel: std::sync::Arc<sluice_engine::Channel>,
    seen: Seen,
    /// Whether the execution has ended, so that its stream ends after `first`.
    ended: bool,
}

/// What a reader was sent: nothing is sent twice.
struct Seen {
    seq: i64,
    texts: HashMap<StepPath, (i32, usize)>,
}

impl Seen {
    /// Whether a frame is new to the reader; if so, it is seen from now on.
    fn is_new(&mut self, frame: &Frame) -> bool {
        if let Some(seq) = frame.seq {
            let new = seq > self.seq;
            self.seq = self.seq.max(seq);
            return new;
        }
        let Some(text) = &frame.text else { return true };
        let before = self.texts.insert(text.path.clone(), (text.attempt, text.end));
        before != Some((text.attempt, text.end))
    }
}

impl Reader {
    async fn open(app: Data<App>, tenant: TenantId, id: ExecutionId, after: i64) -> ApiResult<Self> {
        let store = app.engine.store();
        // Listening begins before the database is read, so that nothing falls in between.
        let channel = app.engine.channel(&id);
        let (texts, live) = channel.subscribe(app.engine.outside().clock.now());
        let missed = store.events_after(&tenant, &id, after).await?;
        let (newest, status) = store.event_position(&tenant, &id).await?.ok_or(ErrorCode::ExecutionNotFound)?;
        if after > newest {
            let detail = format!("The newest event is number {newest}; there is none after {after}.");
            return Err(ApiError::new(ErrorCode::InvalidQuery, detail));
        }
        let ended = status.is_terminal() && missed.last().map_or(after, |event| event.seq) >= newest;
        let mut first: Vec<Frame> = missed.iter().map(Frame::of_stored).collect();
        // After the last event comes nothing, not even the text of an attempt that ended just now.
        if !ended {
            if !app.engine.is_live(&id) {
                first.extend(kept_texts(&app, &tenant, &id).await?);
            }
            first.extend(texts);
        }
        let seen = Seen { seq: after, texts: HashMap::new() };
        Ok(Self { app, tenant, id, first, live, channel, seen, ended })
    }

    fn into_stream(mut self) -> impl futures_util::Stream<Item = Result<Bytes, Error>> {
        let counted = self.app.metrics.reader();
        stream! {
            let _counted = counted;
            for frame in std::mem::take(&mut self.first) {
                if self.seen.is_new(&frame) {
                    yield Ok(frame.bytes);
                }
            }
            let (mut heartbeat, mut poll) = (every(HEARTBEAT), every(POLL));
            while !self.ended {
                let frames = tokio::select! {
                    received = self.live.recv() => match received {
                        Ok(frame) => self.without_gap(frame).await,
                        // A reader that fell behind connects again, and is sent what it missed.
                        Err(RecvError::Lagged(_) | RecvError::Closed) => break,
                    },
                    _ = heartbeat.tick() => {
                        yield Ok(Bytes::from_static(b": still here\n\n"));
                        Some(Vec::new())
                    }
                    _ = poll.tick() => {
                        if self.app.engine.is_stopped() {
                            break;
                        }
                        // When the database is away, what is missed now comes with a later poll.
                        Some(self.elsewhere().await.unwrap_or_default())
                    }
                };
                let Some(frames) = frames else { break };
                for frame in frames {
                    if self.seen.is_new(&frame) {
                        self.ended |= frame.ends_stream;
                        yield Ok(frame.bytes);
                        if self.ended {
                            break;
                        }
                    }
                }
            }
            drop(self.channel);
        }
    }

    /// A frame, after the stored events between it and what was sent: another server wrote some when
    /// it ran the execution before. `None` when they cannot be read, so that the reader connects again.
    async fn without_gap(&self, frame: Frame) -> Option<Vec<Frame>> {
        if frame.seq.is_none_or(|seq| seq <= self.seen.seq + 1) {
            return Some(vec![frame]);
        }
        let mut frames = self.stored().await.ok()?;
        frames.push(frame);
        Some(frames)
    }

    /// What another server wrote, when this one does not run the execution.
    async fn elsewhere(&self) -> Result<Vec<Frame>, StoreError> {
        if self.app.engine.store().is_exclusive() || self.app.engine.is_live(&self.id) {
            return Ok(Vec::new());
        }
        let mut frames = self.stored().await?;
        frames.extend(kept_texts(&self.app, &self.tenant, &self.id).await?);
        Ok(frames)
    }

    /// The stored events that were not sent. Before a step completes comes its text as a whole: the
    /// pieces went to the readers of the server that ran it.
    async fn stored(&self) -> Result<Vec<Frame>, StoreError> {
        let store = self.app.engine.store();
        let now = self.app.engine.outside().clock.now();
        let mut frames = Vec::new();
        for stored in store.events_after(&self.tenant, &self.id, self.seen.seq).await? {
            let frame = Frame::of_stored(&stored);
            if let Some((path, number)) = frame.event().and_then(completed_attempt) {
                let attempts = store.attempts(&self.tenant, &self.id, &path).await?;
                let text = attempts.into_iter().find(|attempt| attempt.attempt == number).and_then(|it| it.content);
                frames.extend(text.map(|text| Frame::text(&self.id, now, &path, number, 0, &text)));
            }
            frames.push(frame);
        }
        Ok(frames)
    }
}

/// The attempt that an event says has completed its step.
fn completed_attempt(event: Event) -> Option<(StepPath, i32)> {
    let completed = event.event_type == EventType::Progress && event.step_status == Some(StepRunStatus::Completed);
    event.path.zip(event.attempt.filter(|_| completed))
}

fn every(period: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// The texts of running attempts, as far as they were kept in the database.
async fn kept_texts(app: &App, tenant: &TenantId, id: &ExecutionId) -> Result<Vec<Frame>, StoreError> {
    let now = app.engine.outside().clock.now();
    let running = app.engine.store().running_steps(tenant, id).await?;
    Ok(running
        .into_iter()
        .filter_map(|run| Some(Frame::text(id, now, &run.path, run.attempt, 0, &run.content?)))
        .collect())
}
