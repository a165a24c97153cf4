//! Messages over the standard input and output of a program: one JSON value on each line.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{ErrorCode, ErrorData, ServerJsonRpcMessage};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::Mutex;

use super::lines::{Line, Lines};
use super::process::ProcessGroup;
use super::stray::answered;
use crate::config;
use crate::error::{ToolError, ToolErrorKind};
use crate::logs::{Log, LogSource, MAX_LOG_LINE_BYTES};
use crate::mcp::fault::Fault;
use crate::mcp::limits::{MAX_MESSAGE_BYTES, MAX_STRAY_LINES};
use crate::text::shortened;

/// Codes of errors that stand for an answer that cannot be read. They lie outside those of JSON-RPC.
pub const ANSWER_TOO_LONG: ErrorCode = ErrorCode(i32::MIN);
/// See [`ANSWER_TOO_LONG`].
pub const ANSWER_UNREADABLE: ErrorCode = ErrorCode(i32::MIN + 1);

/// The wait for a program to end after its output has.
const EXIT_WAIT: Duration = Duration::from_secs(1);

/// The connection to a program.
pub struct StdioTransport {
    stdin: Arc<Mutex<Option<ChildStdin>>>,
    stdout: Lines<ChildStdout>,
    group: ProcessGroup,
    log: Arc<Log>,
    fault: Arc<Fault>,
    /// Messages of a batch (protocol version 2025-03-26) that were not taken yet.
    batch: VecDeque<ServerJsonRpcMessage>,
    /// Lines in a row that were no messages, and the first of them.
    stray: usize,
    first_stray: String,
}

impl StdioTransport {
    /// Starts the program.
    pub fn start(config: &config::Transport, log: Arc<Log>, fault: Arc<Fault>) -> Result<Self, ToolError> {
        let (group, pipes) = ProcessGroup::start(config)?;
        tokio::spawn(read_log(pipes.stderr, Arc::clone(&log)));
        Ok(Self {
            stdin: Arc::new(Mutex::new(Some(pipes.stdin))),
            stdout: Lines::new(pipes.stdout, MAX_MESSAGE_BYTES),
            group,
            log,
            fault,
            batch: VecDeque::new(),
            stray: 0,
            first_stray: String::new(),
        })
    }

    /// The message of a line; `None` when it holds none.
    fn message(&mut self, line: &Line) -> Option<ServerJsonRpcMessage> {
        if line.tail.is_some() {
            return self.too_long(line);
        }
        let bytes = line.bytes.trim_ascii();
        if bytes.is_empty() {
            return None;
        }
        if let Ok(message) = serde_json::from_slice(bytes) {
            self.stray = 0;
            return Some(message);
        }
        if let Ok(batch) = serde_json::from_slice::<VecDeque<ServerJsonRpcMessage>>(bytes) {
            self.stray = 0;
            self.batch = batch;
            return self.batch.pop_front();
        }
        if let Some(id) = answered(line) {
            let error = ErrorData::new(ANSWER_UNREADABLE, "The answer of the MCP server cannot be read.", None);
            return Some(ServerJsonRpcMessage::error(error, Some(id)));
        }
        self.count_stray(bytes);
        None
    }

    fn too_long(&mut self, line: &Line) -> Option<ServerJsonRpcMessage> {
        let message =
            format!("The answer of the MCP server is longer than {MAX_MESSAGE_BYTES} bytes. Ask it for less.");
        self.log.push(LogSource::Pool, &message);
        match answered(line) {
            Some(id) => Some(ServerJsonRpcMessage::error(ErrorData::new(ANSWER_TOO_LONG, message, None), Some(id))),
            // It may answer any of the calls that are under way.
            None => {
                self.fault.set(ToolErrorKind::TooLarge, message);
                None
            }
        }
    }

    fn count_stray(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        self.log.push(LogSource::Stdout, &text);
        if self.stray == 0 {
            self.first_stray = shortened(&self.log.clean(&text));
        }
        self.stray += 1;
        if self.stray >= MAX_STRAY_LINES {
            self.fault.set(ToolErrorKind::Protocol, self.no_messages());
        }
    }

    fn no_messages(&self) -> String {
        format!(
            "The MCP server's program prints lines that are no messages of the protocol, first “{}”. Check that the command starts an MCP server over stdio.",
            self.first_stray
        )
    }

    /// Tells why the output has ended.
    async fn note_end(&mut self) {
        let ended = self.group.ended_within(EXIT_WAIT).await;
        let words = shortened(&self.log.last_words());
        let words = if words.is_empty() { String::new() } else { format!(" It wrote: {words}") };
        if self.stray > 0 {
            self.fault.set(ToolErrorKind::Protocol, format!("{}{words}", self.no_messages()));
        }
        let what = if ended { "has ended" } else { "has closed its output" };
        self.fault.set(ToolErrorKind::Closed, format!("The MCP server's program {what}. See its logs.{words}"));
    }
}

impl Transport<RoleClient> for StdioTransport {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        let stdin = Arc::clone(&self.stdin);
        async move {
            let mut line = serde_json::to_vec(&message)?;
            line.push(b'\n');
            match &mut *stdin.lock().await {
                Some(stdin) => stdin.write_all(&line).await,
                None => Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        loop {
            if let Some(message) = self.batch.pop_front() {
                return Some(message);
            }
            let Ok(Some(line)) = self.stdout.next().await else {
                self.note_end().await;
                return None;
            };
            let message = self.message(&line);
            if message.is_some() {
                return message;
            }
            if self.fault.get().is_some() {
                return None;
            }
        }
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        // A write that hangs holds the lock; the program ends all the same.
        if let Ok(mut stdin) = self.stdin.try_lock() {
            stdin.take();
        }
        let status = self.group.end().await;
        let status = status.map(|status| format!(": {status}")).unwrap_or_default();
        self.log.push(LogSource::Pool, &format!("The program has ended{status}."));
        Ok(())
    }
}

/// Keeps standard error in the log, and never lets the program wait for a reader.
async fn read_log(stderr: ChildStderr, log: Arc<Log>) {
    // Longer than what is kept, so that a secret across the cut is found.
    let mut lines = Lines::new(stderr, 4 * MAX_LOG_LINE_BYTES);
    while let Ok(Some(line)) = lines.next().await {
        log.push(LogSource::Stderr, &String::from_utf8_lossy(&line.bytes));
    }
}
