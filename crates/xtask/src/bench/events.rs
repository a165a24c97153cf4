//! Many readers of one event stream, read by one thread so that the readers do not slow each other down.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::Value;

use super::chunked::Decoder;
use crate::fail::{Context, Failure};
use crate::{signals, time};

const POLL_FOR: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// One connection, and what came over it when.
pub struct Reader {
    stream: TcpStream,
    is_open: bool,
    pieces: Vec<(Duration, Vec<u8>)>,
}

impl Reader {
    /// Takes over an opened stream and the bytes that came with its head.
    pub fn new((stream, first): (TcpStream, Vec<u8>)) -> Result<Self, Failure> {
        stream.set_nonblocking(true).context(|| "cannot read without blocking".into())?;
        Ok(Self { stream, is_open: true, pieces: vec![(time::since_epoch(), first)] })
    }

    /// The delays of the `progress` events that happened after `since`: receive time less the event's own `at`.
    pub fn delays(&self, since: Duration) -> Vec<Duration> {
        let (mut decoder, mut body, mut delays) = (Decoder::new(), Vec::new(), Vec::new());
        for (received, piece) in &self.pieces {
            decoder.feed(piece, &mut body);
            let Some(end) = body.windows(2).rposition(|pair| pair == b"\n\n") else {
                continue;
            };
            let complete: Vec<u8> = body.drain(..end + 2).collect();
            let complete = String::from_utf8_lossy(&complete);
            let times = complete.lines().filter_map(|line| progress_time(line.strip_prefix("data:")?));
            delays.extend(times.filter(|at| *at >= since).map(|at| received.saturating_sub(at)));
        }
        delays
    }

    /// Reads what there is. The time is taken after the bytes are in hand.
    fn read(&mut self, buffer: &mut [u8]) {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => break self.is_open = false,
                Ok(length) => {
                    let bytes = buffer.get(..length).unwrap_or_default().to_vec();
                    self.pieces.push((time::since_epoch(), bytes));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break self.is_open = false,
            }
        }
    }
}

/// Reads until every stream ended.
pub fn read_all(readers: &mut [Reader], within: Duration) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut buffer = vec![0; 65_536];
    loop {
        signals::check()?;
        let mut open: Vec<&mut Reader> = readers.iter_mut().filter(|reader| reader.is_open).collect();
        if open.is_empty() {
            return Ok(());
        }
        if begun.elapsed() > within {
            return Err(Failure::new(format!("{} event streams did not end in {within:?}", open.len())));
        }
        let ready: Vec<bool> = {
            let mut polled: Vec<PollFd<'_>> =
                open.iter().map(|reader| PollFd::new(&reader.stream, PollFlags::IN)).collect();
            poll(&mut polled, Some(&POLL_FOR)).context(|| "cannot wait for events".into())?;
            polled.iter().map(|one| !one.revents().is_empty()).collect()
        };
        for (reader, _) in open.iter_mut().zip(ready).filter(|(_, is_ready)| *is_ready) {
            reader.read(&mut buffer);
        }
    }
}

fn progress_time(data: &str) -> Option<Duration> {
    let event: Value = serde_json::from_str(data.trim()).ok()?;
    let is_progress = event.get("type").and_then(Value::as_str) == Some("progress");
    if is_progress { time::parse_utc(event.get("at")?.as_str()?) } else { None }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::progress_time;

    #[test]
    fn only_progress_events_count() {
        let event = |kind: &str| format!(" {{\"type\":\"{kind}\",\"at\":\"1970-01-01T00:00:01.25Z\"}}");
        assert_eq!(progress_time(&event("progress")), Some(Duration::from_millis(1_250)));
        assert_eq!(progress_time(&event("text")), None);
    }
}
