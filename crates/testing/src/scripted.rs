//! An HTTP server that answers by a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Bytes of a request that are read at once.
const READ_BYTES: usize = 64 * 1024;

/// A server of HTTP/1.1 on a loopback port. Each request gets the next script, whatever connection it comes by.
pub struct ScriptedServer {
    url: String,
    state: Arc<State>,
    accepts: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    scripts: Mutex<VecDeque<Script>>,
    requests: Mutex<Vec<Request>>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// Number of the connection that it came by, from 0.
    pub connection: usize,
    /// `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body; `null` when it is not JSON.
    pub body: Value,
}

impl Request {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Script {
    status: u16,
    headers: Vec<(String, String)>,
    body: Framing,
    steps: Vec<Step>,
}

/// How the end of the body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// By the end of the connection.
    Close,
    /// In chunks, one for each step. The connection stays.
    Chunked,
    /// By its length. The connection stays.
    Length,
}

#[derive(Clone, Debug)]
enum Step {
    Bytes(Vec<u8>),
    Pause(Arc<Notify>),
    Repeat(Vec<u8>),
    Silence,
    Cut,
}

impl Script {
    /// An answer with status 200 whose body is an event stream, and ends with the connection.
    #[must_use]
    pub fn ok() -> Self {
        Self::status(200).header("content-type", "text/event-stream")
    }

    /// An answer with this status and no headers.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Framing::Close, steps: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the body in chunks, one for each step, and keeps the connection.
    #[must_use]
    pub fn chunked(self) -> Self {
        Self { body: Framing::Chunked, ..self }
    }

    /// Sends the body with its length, and keeps the connection.
    #[must_use]
    pub fn with_length(self) -> Self {
        Self { body: Framing::Length, ..self }
    }

    /// Sends bytes.
    #[must_use]
    pub fn bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.step(Step::Bytes(bytes.into()))
    }

    /// Waits until the test notifies `gate`.
    #[must_use]
    pub fn pause(self, gate: &Arc<Notify>) -> Self {
        self.step(Step::Pause(Arc::clone(gate)))
    }

    /// Sends bytes again and again, until the client hangs up.
    #[must_use]
    pub fn repeat(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.step(Step::Repeat(bytes.into()))
    }

    /// Says nothing until the client hangs up.
    #[must_use]
    pub fn silence(self) -> Self {
        self.step(Step::Silence)
    }

    /// Ends the connection here, before the end of the body.
    #[must_use]
    pub fn cut(self) -> Self {
        self.step(Step::Cut)
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn head(&self) -> String {
        let lines: Vec<String> = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = lines.concat();
        let length: usize =
            self.steps.iter().map(|step| if let Step::Bytes(bytes) = step { bytes.len() } else { 0 }).sum();
        let body = match self.body {
            Framing::Close => "connection: close".to_owned(),
            Framing::Chunked => "transfer-encoding: chunked".to_owned(),
            Framing::Length => format!("content-length: {length}"),
        };
        format!("HTTP/1.1 {} Scripted\r\n{headers}{body}\r\n\r\n", self.status)
    }
}

impl ScriptedServer {
    /// Starts a server with the answers to its requests, in their order. A request after the last one gets status 500.
    pub async fn start(scripts: impl IntoIterator<Item = Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State { scripts: Mutex::new(scripts.into_iter().collect()), ..State::default() });
        let served = Arc::clone(&state);
        let accepts = tokio::spawn(async move {
            for connection in 0.. {
                let Ok((socket, _)) = listener.accept().await else { return };
                let state = Arc::clone(&served);
                tokio::spawn(async move { serve(socket, connection, &state).await });
            }
        });
        Self { url, state, accepts }
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        locked(&self.state.requests).clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.accepts.abort();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves one connection until it ends.
async fn serve(mut socket: TcpStream, connection: usize, state: &State) {
    let mut unread = Vec::new();
    while let Some(request) = read(&mut socket, &mut unread, connection).await {
        locked(&state.requests).push(request);
        let next = locked(&state.scripts).pop_front();
        let script = next.unwrap_or_else(|| Script::status(500).bytes("the script has no more answers"));
        if answer(&mut socket, &script).await.is_none() {
            return;
        }
    }
}

/// The next request, or `None` at the end of the connection.
async fn read(socket: &mut TcpStream, unread: &mut Vec<u8>, connection: usize) -> Option<Request> {
    let head = loop {
        if let Some(end) = unread.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = unread.split_off(end + 4);
            break std::mem::replace(unread, body);
        }
        more(socket, unread).await?;
    };
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: Vec<_> = lines.filter_map(header).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while unread.len() < length {
        more(socket, unread).await?;
    }
    let rest = unread.split_off(length);
    let body = serde_json::from_slice(&std::mem::replace(unread, rest)).unwrap_or_default();
    Some(Request { connection, method, path, headers, body })
}

async fn more(socket: &mut TcpStream, unread: &mut Vec<u8>) -> Option<()> {
    unread.reserve(READ_BYTES);
    let read = socket.read_buf(unread).await.ok()?;
    (read > 0).then_some(())
}

/// Sends an answer; `None` when the connection ends with it.
async fn answer(socket: &mut TcpStream, script: &Script) -> Option<()> {
    socket.write_all(script.head().as_bytes()).await.ok()?;
    for step in &script.steps {
        match step {
            Step::Bytes(bytes) => socket.write_all(&framed(script.body, bytes)).await.ok()?,
            Step::Repeat(bytes) => {
                let bytes = framed(script.body, bytes);
                while socket.write_all(&bytes).await.is_ok() {}
                return None;
            }
            Step::Pause(gate) => tokio::select! {
                () = gate.notified() => {}
                () = hung_up(socket) => return None,
            },
            Step::Silence => {
                hung_up(socket).await;
                return None;
            }
            Step::Cut => {
                close(socket).await;
                return None;
            }
        }
    }
    match script.body {
        Framing::Close => {
            close(socket).await;
            None
        }
        Framing::Chunked => socket.write_all(b"0\r\n\r\n").await.ok(),
        Framing::Length => Some(()),
    }
}

fn framed(body: Framing, bytes: &[u8]) -> Vec<u8> {
    match body {
        // A chunk without bytes would be the last one.
        Framing::Chunked if !bytes.is_empty() => [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat(),
        Framing::Close | Framing::Chunked | Framing::Length => bytes.to_vec(),
    }
}

/// Ends our side, and waits for the other: a socket that is dropped with unread bytes resets the connection, and the
/// client loses what it had not read.
async fn close(socket: &mut TcpStream) {
    if socket.shutdown().await.is_ok() {
        hung_up(socket).await;
    }
}

async fn hung_up(socket: &mut TcpStream) {
    let mut ignored = [0; 1024];
    while socket.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
}
