//! An execution's events as `text/event-stream`: the missed events, all text so far, then live events.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpResponse, HttpResponseBuilder};
use async_stream::stream;
use sluice_engine::{Channel, Frame, PollerGuard, TextKind};
use sluice_store::{StoreError, StoredEvent, is_full_page};
use sluice_types::{ErrorCode, ExecutionId, StepPath, TenantId};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::error::{ApiError, ApiResult};
use crate::state::App;
use crate::streams::OpenStream;

/// Interval of the comments that make proxies keep the connection open.
pub const HEARTBEAT: Duration = Duration::from_secs(15);

/// An event stream to answer with.
pub struct EventStream {
    reader: Reader,
    open: OpenStream,
}

impl EventStream {
    /// Opens the stream of an execution after an event. `open` counts it as one of its caller's.
    pub async fn open(
        app: Data<App>,
        tenant: TenantId,
        id: ExecutionId,
        after: i64,
        open: OpenStream,
    ) -> ApiResult<Self> {
        Ok(Self { reader: Reader::open(app, tenant, id, after).await?, open })
    }

    /// Puts the execution into the ids of events, so that a reader of several executions can resume.
    pub fn with_execution_in_ids(mut self) -> Self {
        self.reader.execution_in_ids = true;
        self
    }

    /// Whether the reader has seen all events of an execution that has ended.
    pub fn has_nothing_more(&self) -> bool {
        self.reader.ended && self.reader.first.is_empty()
    }

    /// The answer, which ends when the execution does.
    pub fn into_answer(self) -> HttpResponse {
        event_stream().streaming(self.reader.into_stream(self.open))
    }
}

/// The head of an answer that is a stream of events.
pub fn event_stream() -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header(("content-type", "text/event-stream; charset=utf-8"))
        .insert_header(("cache-control", "no-store"))
        // A compressor would hold events back until its block is full.
        .insert_header(("content-encoding", "identity"))
        // nginx would hold the events back.
        .insert_header(("x-accel-buffering", "no"));
    answer
}

struct Reader {
    app: Data<App>,
    tenant: TenantId,
    id: ExecutionId,
    /// Frames to send next: a page of the missed events, and after the last of them the texts so far.
    first: Vec<Frame>,
    /// What happens from now on; `None` while more missed events are stored.
    live: Option<Receiver<Frame>>,
    /// Held to keep the channel open.
    channel: Arc<Channel>,
    /// Held to have the events of an execution that another server runs.
    poller: Option<PollerGuard>,
    seen: Seen,
    /// Whether the execution has ended, so that its stream ends after `first`.
    ended: bool,
    /// Whether the ids of events name the execution.
    execution_in_ids: bool,
}

/// The frames that a reader was sent, so that none is sent twice.
struct Seen {
    seq: i64,
    texts: HashMap<(TextKind, StepPath), (i32, usize)>,
}

impl Seen {
    /// Whether a frame is new to the reader; marks it as seen.
    fn is_new(&mut self, frame: &Frame) -> bool {
        if let Some(seq) = frame.seq {
            let new = seq > self.seq;
            self.seq = self.seq.max(seq);
            return new;
        }
        let Some(text) = &frame.text else { return true };
        let known = self.texts.entry((text.kind, text.path.clone())).or_insert((0, 0));
        let new = (text.attempt, text.end) > *known;
        *known = (*known).max((text.attempt, text.end));
        new
    }
}

impl Reader {
    async fn open(app: Data<App>, tenant: TenantId, id: ExecutionId, after: i64) -> ApiResult<Self> {
        let channel = app.engine.channel(&tenant, &id);
        let seen = Seen { seq: after, texts: HashMap::new() };
        let mut reader = Self {
            app,
            tenant,
            id,
            first: Vec::new(),
            live: None,
            channel,
            poller: None,
            seen,
            ended: false,
            execution_in_ids: false,
        };
        reader.read_on().await?;
        Ok(reader)
    }

    /// Reads a page of the missed events; with the last page, all text so far, and listens from then on.
    async fn read_on(&mut self) -> ApiResult<()> {
        let (engine, tenant, id, after) = (&self.app.engine, &self.tenant, &self.id, self.seen.seq);
        // Subscribe and have it followed before the events are read, so that none falls in between.
        let (texts, live) = self.channel.subscribe(engine.outside().clock.now());
        self.poller = engine.follow(&self.channel).await?;
        let missed = engine.store().events_after(tenant, id, after).await?;
        self.first = missed.iter().map(Frame::of_stored).collect();
        if is_full_page(&missed) {
            return Ok(());
        }
        let (newest, status) = engine.store().event_position(tenant, id).await?.ok_or(ErrorCode::ExecutionNotFound)?;
        self.ended = status.is_terminal() && missed.last().map_or(after, |event| event.seq) >= newest;
        // Nothing will come after an end, wherever the reader says that it is.
        if after > newest && !self.ended {
            let message = format!("the newest event is number {newest}; there is none after {after}");
            return Err(ApiError::parameter(ErrorCode::InvalidQuery, "after", message));
        }
        // Nothing follows the last event, not even the text of an attempt that ended just now.
        if !self.ended {
            if self.poller.is_none() && !engine.is_live(tenant, id) {
                self.first.extend(kept_texts(&self.app, tenant, id).await?);
            }
            self.first.extend(texts);
        }
        self.live = Some(live);
        Ok(())
    }

    fn into_stream(mut self, open: OpenStream) -> impl futures_util::Stream<Item = Result<Bytes, Error>> {
        let counted = (self.app.metrics.reader(), open);
        stream! {
            let _counted = counted;
            let live = loop {
                for frame in std::mem::take(&mut self.first) {
                    if self.seen.is_new(&frame) {
                        yield Ok(self.bytes_of(frame));
                    }
                }
                if let Some(live) = self.live.take() {
                    break Some(live);
                }
                // The next page is read when the reader has taken this one. A reader whose stream breaks comes again.
                if self.read_on().await.is_err() {
                    break None;
                }
            };
            let Some(mut live) = live else { return };
            let mut heartbeat = every(HEARTBEAT);
            while !self.ended {
                let frames = tokio::select! {
                    // What was published before the engine stopped is sent.
                    biased;
                    received = live.recv() => match received {
                        Ok(frame) => self.without_gap(frame).await,
                        // A reader that fell behind reconnects, and is sent the events that it missed.
                        Err(RecvError::Lagged(_) | RecvError::Closed) => break,
                    },
                    _ = heartbeat.tick() => {
                        yield Ok(Bytes::from_static(b": still here\n\n"));
                        Some(Vec::new())
                    }
                    () = self.app.engine.until_stopped() => break,
                };
                let Some(frames) = frames else { break };
                for frame in frames {
                    if self.seen.is_new(&frame) {
                        self.ended |= frame.ends_stream;
                        yield Ok(self.bytes_of(frame));
                        if self.ended {
                            break;
                        }
                    }
                }
            }
            drop((self.channel, self.poller));
        }
    }

    /// The bytes of a frame, with the id that this reader gets.
    fn bytes_of(&self, frame: Frame) -> Bytes {
        match frame.bytes.strip_prefix(b"id: ") {
            Some(rest) if self.execution_in_ids => [b"id: ", self.id.as_str().as_bytes(), b":", rest].concat().into(),
            _ => frame.bytes,
        }
    }

    /// A frame, preceded by the stored events between it and the last one sent: another server wrote some when
    /// it ran the execution before. `None` when they cannot be read or are too many, so that the reader reconnects.
    async fn without_gap(&self, frame: Frame) -> Option<Vec<Frame>> {
        if frame.seq.is_none_or(|seq| seq <= self.seen.seq + 1) {
            return Some(vec![frame]);
        }
        let missed = self.app.engine.store().events_after(&self.tenant, &self.id, self.seen.seq).await.ok()?;
        if is_full_page(&missed) {
            return None;
        }
        let mut frames = self.with_texts(&missed).await.ok()?;
        frames.push(frame);
        Some(frames)
    }

    /// The frames of stored events. The whole text of a step precedes its completion: the pieces went to the readers of the
    /// server that ran it.
    async fn with_texts(&self, events: &[StoredEvent]) -> Result<Vec<Frame>, StoreError> {
        let store = self.app.engine.store();
        let now = self.app.engine.outside().clock.now();
        let mut frames = Vec::new();
        for stored in events {
            let frame = Frame::of_stored(stored);
            if let Some((path, number)) = frame.completed_attempt() {
                let text = store.attempt_text(&self.tenant, &self.id, &path, number).await?;
                frames.extend(text.map(|text| Frame::text(TextKind::Answer, &self.id, now, &path, number, 0, &text)));
            }
            frames.push(frame);
        }
        Ok(frames)
    }
}

/// Ticks after each period.
pub fn every(period: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// The texts of running attempts, as far as they are stored in the database.
async fn kept_texts(app: &App, tenant: &TenantId, id: &ExecutionId) -> Result<Vec<Frame>, StoreError> {
    let now = app.engine.outside().clock.now();
    let running = app.engine.store().running_steps(tenant, id).await?;
    Ok(running
        .into_iter()
        .filter_map(|run| Some(Frame::text(TextKind::Answer, id, now, &run.path, run.attempt, 0, &run.content?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use sluice_engine::TextEnd;

    use super::*;

    #[test]
    fn a_reader_is_sent_each_piece_of_text_and_of_thinking_once() {
        let path = StepPath::new("a").unwrap();
        let mut seen = Seen { seq: 0, texts: HashMap::new() };
        let mut is_new = |kind, end| {
            let text = Some(TextEnd { kind, path: path.clone(), attempt: 1, end });
            seen.is_new(&Frame { seq: None, text, ends_stream: false, bytes: Bytes::new() })
        };
        assert!(is_new(TextKind::Answer, 11));
        assert!(is_new(TextKind::Thinking, 5), "it ends before the text does, and is another");
        assert!(!is_new(TextKind::Thinking, 5));
        assert!(is_new(TextKind::Thinking, 14));
        assert!(!is_new(TextKind::Answer, 6));
    }
}
