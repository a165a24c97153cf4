//! Many readers of one event stream. One thread polls all sockets, because a thread for each reader, as a blocking
//! HTTP client needs it, would compete with the server for the cores.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::Value;

use crate::fail::{Context, Failure};
use crate::{signals, time};

const POLL_FOR: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
const HEAD_WITHIN: Duration = Duration::from_secs(60);
const BUFFER_BYTES: usize = 65_536;

/// One connection, and the received bytes with their receive times.
pub struct Reader {
    stream: TcpStream,
    is_open: bool,
    pieces: Vec<(Duration, Vec<u8>)>,
}

impl Reader {
    /// Requests an event stream and waits for the head of the response. The request is HTTP/1.0, so the body comes
    /// without the chunked transfer coding and ends with the connection (RFC 9112, sections 6.1 and 6.3).
    pub fn open(address: SocketAddr, path: &str) -> Result<Self, Failure> {
        let failed = || format!("cannot open the event stream {path}");
        let mut stream = TcpStream::connect(address).context(failed)?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n");
        stream.write_all(request.as_bytes()).context(failed)?;
        stream.set_read_timeout(Some(HEAD_WITHIN)).context(failed)?;
        let mut buffer = vec![0; BUFFER_BYTES];
        let length = stream.read(&mut buffer).context(failed)?;
        buffer.truncate(length);
        let head = String::from_utf8_lossy(&buffer);
        let status_line = head.lines().next().unwrap_or_default();
        if status_line.split(' ').nth(1) != Some("200") {
            return Err(Failure::new(format!("GET {path} answered `{status_line}`, not an event stream")));
        }
        stream.set_nonblocking(true).context(failed)?;
        Ok(Self { stream, is_open: true, pieces: vec![(time::since_epoch(), buffer)] })
    }

    /// The delays of the `progress` events after `since`: the receive time minus the event's own `at`.
    pub fn delays(&self, since: Duration) -> Vec<Duration> {
        delays(&self.pieces, since)
    }

    /// Reads all available bytes. The time is taken after each read.
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

/// Reads until every stream has ended.
pub fn read_all(readers: &mut [Reader], within: Duration) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut buffer = vec![0; BUFFER_BYTES];
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

/// An event is received when the empty line after it is.
fn delays(pieces: &[(Duration, Vec<u8>)], since: Duration) -> Vec<Duration> {
    let (mut body, mut delays) = (Vec::new(), Vec::new());
    for (received, piece) in pieces {
        body.extend_from_slice(piece);
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

fn progress_time(data: &str) -> Option<Duration> {
    let event: Value = serde_json::from_str(data.trim()).ok()?;
    let is_progress = event.get("type").and_then(Value::as_str) == Some("progress");
    if is_progress { time::parse_utc(event.get("at")?.as_str()?) } else { None }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::delays;

    #[test]
    fn only_progress_events_after_the_start_count_from_their_last_byte() {
        let event = |kind: &str, second: u32| {
            format!("data: {{\"type\":\"{kind}\",\"at\":\"1970-01-01T00:00:0{second}.25Z\"}}\n\n")
        };
        let head = "HTTP/1.1 200 OK\r\n\r\n";
        let stream = [head, &event("progress", 1), &event("text", 4), &event("progress", 4)].concat().into_bytes();
        for cut in 1..stream.len() {
            let (first, second) = stream.split_at(cut);
            let pieces = [(Duration::from_secs(5), first.to_vec()), (Duration::from_secs(6), second.to_vec())];
            assert_eq!(delays(&pieces, Duration::from_secs(2)), [Duration::from_millis(1_750)], "cut at {cut}");
        }
    }
}
