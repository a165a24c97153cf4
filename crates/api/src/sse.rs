//! An execution's events as `text/event-stream`: what was missed, all text so far, then what comes.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpResponse};
use async_stream::stream;
use sluice_engine::Frame;
use sluice_store::StoreError;
use sluice_types::{ExecutionId, StepPath, TenantId};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::app::App;
use crate::error::{ApiError, ApiResult};

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
        let (newest, status) =
            store.event_position(&tenant, &id).await?.ok_or(sluice_types::ErrorCode::ExecutionNotFound)?;
        if after > newest {
            return Err(ApiError::new(
                sluice_types::ErrorCode::InvalidQuery,
                format!("The newest event is number {newest}; there is none after {after}."),
            ));
        }
        // Listening begins before the database is read, so that nothing falls in between.
        let channel = app.engine.channel(&id);
        let (texts, live) = channel.subscribe(app.engine.outside().clock.now());
        let missed = store.events_after(&tenant, &id, after).await?;
        let ended_since = store.event_position(&tenant, &id).await?.is_some_and(|(_, status)| status.is_terminal());
        let mut first: Vec<Frame> = missed.iter().map(Frame::of_stored).collect();
        if !app.engine.is_live(&id) {
            first.extend(kept_texts(&app, &tenant, &id).await?);
        }
        first.extend(texts);
        let seen = Seen { seq: after, texts: HashMap::new() };
        Ok(Self { ended: status.is_terminal() && ended_since, app, tenant, id, first, live, channel, seen })
    }

    fn into_stream(mut self) -> impl futures_util::Stream<Item = Result<Bytes, Error>> {
        let counted = self.app.metrics.reader();
        stream! {
            let _counted = counted;
            let first = std::mem::take(&mut self.first);
            for frame in first {
                if self.seen.is_new(&frame) {
                    yield Ok(frame.bytes);
                }
            }
            let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
            heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut poll = interval_at(Instant::now() + POLL, POLL);
            poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while !self.ended {
                let frames = tokio::select! {
                    frame = self.live.recv() => match frame {
                        Ok(frame) => vec![frame],
                        // A reader that fell behind connects again, and is sent what it missed.
                        Err(RecvError::Lagged(_) | RecvError::Closed) => break,
                    },
                    _ = heartbeat.tick() => {
                        if self.app.engine.is_stopped() {
                            break;
                        }
                        yield Ok(Bytes::from_static(b": still here\n\n"));
                        continue;
                    }
                    _ = poll.tick() => {
                        if self.app.engine.is_stopped() {
                            break;
                        }
                        match self.elsewhere().await {
                            Ok(frames) => frames,
                            // The database is away: what is missed now comes with a later poll.
                            Err(_) => continue,
                        }
                    }
                };
                for frame in frames {
                    if self.seen.is_new(&frame) {
                        self.ended |= frame.ends_stream;
                        yield Ok(frame.bytes);
                    }
                }
            }
            drop(self.channel);
        }
    }

    /// What another server wrote, when this one does not run the execution.
    async fn elsewhere(&self) -> Result<Vec<Frame>, StoreError> {
        let store = self.app.engine.store();
        if store.is_exclusive() || self.app.engine.is_live(&self.id) {
            return Ok(Vec::new());
        }
        let mut frames: Vec<Frame> =
            store.events_after(&self.tenant, &self.id, self.seen.seq).await?.iter().map(Frame::of_stored).collect();
        frames.extend(kept_texts(&self.app, &self.tenant, &self.id).await?);
        Ok(frames)
    }
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
