//! A way to the database that can be cut and mended.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A TCP proxy that can be cut: open connections end, and new ones are refused until it is mended.
pub struct Cuttable {
    /// The port to connect to.
    pub port: u16,
    whole: Arc<watch::Sender<bool>>,
}

impl Cuttable {
    /// A proxy to an address.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let whole = Arc::new(watch::Sender::new(true));
        let state = whole.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut state = state.clone();
                if *state.borrow() {
                    tokio::spawn(async move { pass(client, target, &mut state).await });
                }
            }
        });
        Self { port, whole }
    }

    /// Cuts all connections, and refuses new ones.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

async fn pass(mut client: TcpStream, target: SocketAddr, state: &mut watch::Receiver<bool>) {
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = state.wait_for(|whole| !whole) => {}
    }
}
