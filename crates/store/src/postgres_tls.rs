//! Connections to PostgreSQL, with TLS as the address asks for it by `sslmode` and `sslrootcert`, which mean what they mean to
//! libpq: <https://www.postgresql.org/docs/current/libpq-ssl.html>.

use std::sync::Arc;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::StoreError;

/// How much of the server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    /// Nothing: the connection is encrypted, and may be with anybody.
    Nothing,
    /// That a trusted authority signed it.
    Authority,
    /// That a trusted authority signed it for this host.
    Host,
}

/// Makes connections to one PostgreSQL.
pub(crate) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Connector {
    /// Reads an address.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        let refused =
            |cause: &dyn std::fmt::Display| StoreError::Refused(format!("the address of the database: {cause}"));
        let Address { rest, mode, root } = Address::read(url);
        let mut config: Config = rest.parse().map_err(|error: tokio_postgres::Error| refused(&error))?;
        let mode = mode.unwrap_or_else(|| {
            match config.get_ssl_mode() {
                SslMode::Disable => "disable",
                SslMode::Require => "require",
                _ => "prefer",
            }
            .into()
        });
        let (ssl_mode, check) = match (mode.as_str(), &root) {
            ("disable", _) => (SslMode::Disable, Check::Nothing),
            ("prefer" | "allow", _) => (SslMode::Prefer, Check::Nothing),
            ("require", None) => (SslMode::Require, Check::Nothing),
            ("require", Some(_)) | ("verify-ca", _) => (SslMode::Require, Check::Authority),
            ("verify-full", _) => (SslMode::Require, Check::Host),
            _ => {
                let modes = "`disable`, `prefer`, `require`, `verify-ca` or `verify-full`";
                return Err(refused(&format!("`sslmode={mode}` is not known: use {modes}")));
            }
        };
        // A socket of this machine is never encrypted.
        #[cfg(unix)]
        let local = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
        #[cfg(not(unix))]
        let local = false;
        config.ssl_mode(if local { SslMode::Disable } else { ssl_mode });
        let uses_tls = config.get_ssl_mode() != SslMode::Disable;
        let tls = uses_tls.then(|| client(check, root.as_deref())).transpose().map_err(|error| refused(&error))?;
        Ok(Self { config, tls: tls.map(MakeRustlsConnect::new) })
    }

    /// Connects. With `prefer`, a server with which no TLS can be agreed on is spoken to in clear text.
    pub async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let Some(tls) = &self.tls else { return in_clear_text(&self.config).await };
        match self.config.connect(tls.clone()).await {
            Ok((client, connection)) => AsyncPgConnection::try_from_client_and_connection(client, connection).await,
            Err(error) if self.config.get_ssl_mode() == SslMode::Prefer && is_of_tls(&error) => {
                let mut config = self.config.clone();
                in_clear_text(config.ssl_mode(SslMode::Disable)).await
            }
            Err(error) => Err(ConnectionError::BadConnection(described(&error))),
        }
    }

    /// Whether the connection may be in clear text and go to another machine: then the log has a warning.
    pub fn may_leak(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Prefer && !self.config.get_hosts().iter().all(is_this_machine)
    }
}

async fn in_clear_text(config: &Config) -> ConnectionResult<AsyncPgConnection> {
    match config.connect(NoTls).await {
        Ok((client, connection)) => AsyncPgConnection::try_from_client_and_connection(client, connection).await,
        Err(error) => Err(ConnectionError::BadConnection(described(&error))),
    }
}

/// An error with its cause, which the error's own text leaves out.
fn described(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Only the client's text shows it, in English.
fn is_of_tls(error: &tokio_postgres::Error) -> bool {
    error.to_string().starts_with("error performing TLS handshake")
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// An address, and the settings in it that the client does not know.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    rest: String,
    mode: Option<String>,
    root: Option<String>,
}

impl Address {
    fn read(url: &str) -> Self {
        let whole = |rest: &str| Self { rest: rest.to_owned(), mode: None, root: None };
        let Some((base, query)) = url.split_once('?').filter(|_| url.contains("://")) else { return whole(url) };
        let mut address = whole(base);
        let mut kept = Vec::new();
        for pair in query.split('&') {
            match form_urlencoded::parse(pair.as_bytes()).next() {
                Some((name, value)) if name == "sslmode" => address.mode = Some(value.into_owned()),
                Some((name, value)) if name == "sslrootcert" => address.root = Some(value.into_owned()),
                _ => kept.push(pair),
            }
        }
        if !kept.is_empty() {
            address.rest = format!("{base}?{}", kept.join("&"));
        }
        address
    }
}

fn client(check: Check, root: Option<&str>) -> Result<ClientConfig, Box<dyn std::error::Error>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let authority = if check == Check::Nothing { None } else { Some(Authority::read(root, &provider)?) };
    let verifier = Verifier { provider: provider.clone(), authority, checks_host: check == Check::Host };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// Whose signature counts.
#[derive(Debug)]
struct Authority {
    verifier: Arc<WebPkiServerVerifier>,
    /// The certificates of the file. A server may show one of them itself: a certificate that it has signed itself is often marked as
    /// that of an authority, which the verifier takes from no server.
    listed: Vec<CertificateDer<'static>>,
}

impl Authority {
    /// Reads the certificates of a file, or takes those of the system.
    fn read(root: Option<&str>, provider: &Arc<CryptoProvider>) -> Result<Self, Box<dyn std::error::Error>> {
        let mut roots = RootCertStore::empty();
        let mut listed = Vec::new();
        match root {
            None | Some("system") => {
                // Those that cannot be read are left out: it takes one that signs.
                let _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            Some(file) => {
                let unreadable = |error| format!("`sslrootcert={file}` cannot be read: {error}");
                for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
                    let certificate = certificate.map_err(unreadable)?;
                    roots.add(certificate.clone())?;
                    listed.push(certificate);
                }
            }
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone()).build()?;
        Ok(Self { verifier, listed })
    }
}

/// Checks as much of a certificate as `sslmode` says.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    authority: Option<Authority>,
    checks_host: bool,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(Authority { verifier, listed }) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        if listed.contains(end_entity) {
            if self.checks_host {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        match verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is checked after the authority.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.checks_host => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_without_what_only_tls_needs() {
        let read = |url: &str| {
            let Address { rest, mode, root } = Address::read(url);
            (rest, mode.unwrap_or_default(), root.unwrap_or_default())
        };
        let all = "postgres://u:p%3F@h,i:1/db?options=-csearch_path%3Dx&sslmode=verify-full&sslrootcert=%2Fa%20b.pem";
        let base = "postgres://u:p%3F@h,i:1/db?options=-csearch_path%3Dx";
        assert_eq!(read(all), (base.into(), "verify-full".into(), "/a b.pem".into()));
        assert_eq!(
            read("postgres://h/db?sslmode=require"),
            ("postgres://h/db".into(), "require".into(), String::new())
        );
        assert_eq!(read("host=h sslmode=require"), ("host=h sslmode=require".into(), String::new(), String::new()));
    }

    #[test]
    fn a_mode_that_is_not_known_is_refused() {
        let refused = |url: &str| Connector::new(url).err().unwrap().to_string();
        assert!(refused("postgres://h/db?sslmode=verify").contains("use `disable`"));
        assert!(refused("postgres://h/db?sslmode=verify-ca&sslrootcert=/none.pem").contains("/none.pem"));
    }

    #[test]
    fn only_other_machines_without_a_word_on_tls_are_told_of() {
        for (url, told) in [
            ("postgres://db.example/x", true),
            ("postgres://db.example/x?sslmode=disable", false),
            ("postgres://db.example/x?sslmode=require", false),
            ("postgres://127.0.0.1,localhost/x", false),
            ("postgres://localhost,10.0.0.1/x", true),
            ("postgres:///x?host=/run/postgresql", false),
        ] {
            assert_eq!(Connector::new(url).unwrap().may_leak(), told, "{url}");
        }
    }
}
