//! A way to the database that can be cut and mended.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A TCP proxy that can be cut: open connections end, and new ones are refused until it is mended.
pub struct Cuttable {
    /// The port to connect to.
    pub port: u16,
    state: Arc<State>,
}

struct State {
    whole: watch::Sender<bool>,
    loses_commit: AtomicBool,
    lost_commits: AtomicUsize,
}

impl Cuttable {
    /// A proxy to an address.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            whole: watch::Sender::new(true),
            loses_commit: AtomicBool::new(false),
            lost_commits: AtomicUsize::new(0),
        });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = shared.clone();
                if *state.whole.borrow() {
                    tokio::spawn(async move { pass(client, target, &state).await });
                }
            }
        });
        Self { port, state }
    }

    /// Cuts all connections, and refuses new ones.
    pub fn cut(&self) {
        self.state.whole.send_replace(false);
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.state.whole.send_replace(true);
    }

    /// Ends the connection of the next `COMMIT` once PostgreSQL has carried it out, before its answer arrives.
    pub fn lose_next_commit(&self) {
        self.state.loses_commit.store(true, Ordering::SeqCst);
    }

    /// Number of commits whose answer was lost.
    #[must_use]
    pub fn lost_commits(&self) -> usize {
        self.state.lost_commits.load(Ordering::SeqCst)
    }
}

async fn pass(mut client: TcpStream, target: SocketAddr, state: &State) {
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let loses_answer = AtomicBool::new(false);
    let mut whole = state.whole.subscribe();
    tokio::select! {
        _ = pass_requests(from_client, to_server, state, &loses_answer) => {}
        _ = pass_answers(from_server, to_client, state, &loses_answer) => {}
        _ = whole.wait_for(|whole| !whole) => {}
    }
}

async fn pass_requests(
    mut client: ReadHalf<'_>,
    mut server: WriteHalf<'_>,
    state: &State,
    loses_answer: &AtomicBool,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = client.read(&mut buffer).await?;
        let sent = buffer.get(..length).unwrap_or_default();
        if sent.is_empty() {
            return Ok(());
        }
        let commits = sent.windows(COMMIT.len()).any(|bytes| bytes == COMMIT);
        if commits && state.loses_commit.swap(false, Ordering::SeqCst) {
            loses_answer.store(true, Ordering::SeqCst);
        }
        server.write_all(sent).await?;
    }
}

async fn pass_answers(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    state: &State,
    loses_answer: &AtomicBool,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = server.read(&mut buffer).await?;
        let received = buffer.get(..length).unwrap_or_default();
        if received.is_empty() {
            return Ok(());
        }
        if loses_answer.load(Ordering::SeqCst) {
            state.lost_commits.fetch_add(1, Ordering::SeqCst);
            return Ok(());
        }
        client.write_all(received).await?;
    }
}

/// The statement as a simple query carries it: <https://www.postgresql.org/docs/current/protocol-message-formats.html>.
const COMMIT: &[u8] = b"COMMIT\0";
