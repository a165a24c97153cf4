//! A PostgreSQL behind TLS.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The client's first message for TLS in the protocol of PostgreSQL:
/// <https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST>.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A TCP proxy in front of PostgreSQL that accepts TLS connections only, with a self-signed certificate.
pub struct TlsProxy {
    /// The port to connect to.
    pub port: u16,
    /// The certificate, in a file in PEM.
    pub certificate: PathBuf,
    _folder: tempfile::TempDir,
}

impl TlsProxy {
    /// A proxy to an address, with a certificate for a host.
    pub async fn to(target: SocketAddr, host: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let certificate = folder.path().join("root.pem");
        std::fs::write(&certificate, made.cert.pem()).expect("the certificate is written");
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a server");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, target, acceptor.clone()));
            }
        });
        Self { port, certificate, _folder: folder }
    }
}

/// Closes a connection without TLS.
async fn pass(mut client: TcpStream, target: SocketAddr, acceptor: TlsAcceptor) -> Option<()> {
    let mut first = [0; 8];
    client.read_exact(&mut first).await.ok()?;
    if first != SSL_REQUEST {
        return None;
    }
    client.write_all(b"S").await.ok()?;
    let mut client = acceptor.accept(client).await.ok()?;
    let mut server = TcpStream::connect(target).await.ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    Some(())
}
