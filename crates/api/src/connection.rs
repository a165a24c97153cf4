//! Settings of each connection that is accepted.

use std::any::Any;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;

/// How long a client may leave unread what was sent to it before its connection is closed. actix has no deadline for
/// writes: an answer that nobody reads, and an event stream, would be held in memory for ever.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Sets the write deadline of a connection, where the system has one (`TCP_USER_TIMEOUT`, RFC 5482).
pub fn prepare(connection: &dyn Any, _: &mut Extensions) {
    #[cfg(target_os = "linux")]
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Err(error) = set_write_timeout(stream)
    {
        tracing::debug!(%error, "a connection has no write deadline");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = connection;
}

#[cfg(target_os = "linux")]
fn set_write_timeout(stream: impl std::os::fd::AsFd) -> std::io::Result<()> {
    let milliseconds = u32::try_from(WRITE_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    Ok(rustix::net::sockopt::set_tcp_user_timeout(stream, milliseconds)?)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_accepted_connection_has_a_write_deadline() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let (accepted, _client) = tokio::join!(listener.accept(), client);
        let stream = accepted.unwrap().0;
        prepare(&stream, &mut Extensions::new());
        let set = rustix::net::sockopt::tcp_user_timeout(&stream).unwrap();
        assert_eq!(u128::from(set), WRITE_TIMEOUT.as_millis());
    }
}
