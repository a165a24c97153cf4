//! Sends the body of an answer in the form that the request takes: none for `HEAD`, and for HTTP/1.0 until the
//! connection closes. Declines an upgrade of the connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, Method, Version};
use actix_web::middleware::Next;
use actix_web::web::Bytes;

/// Adapts the answer to the request. Handlers know `GET` only: a `HEAD` is answered as a `GET` without its body, so that
/// no handler can forget it (RFC 9110, section 9.3.2).
pub async fn adapted<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, LeftOut>>, Error> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    let knows_chunks = request.version() >= Version::HTTP_11;
    let offers_upgrade = request.head().upgrade();
    let mut response = next.call(request).await?;
    if offers_upgrade {
        // The server speaks HTTP/1.1 only. actix closes the connection after an offer (Java's client offers h2c with each
        // request) without announcing it: a client would send its next request on it, and get no answer.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    if !knows_chunks && response.response().body().size() == BodySize::Stream {
        let head = response.response_mut().head_mut();
        head.no_chunking(true);
        head.set_connection_type(ConnectionType::Close);
    }
    if is_head {
        // The body is dropped unread: that of an event stream would not end.
        return Ok(response.map_body(|_, body| EitherBody::right(LeftOut(body.size()))));
    }
    Ok(response.map_into_left_body())
}

/// The body that is left out of the answer to a `HEAD`: its size is told, as for a `GET`.
pub struct LeftOut(BodySize);

impl MessageBody for LeftOut {
    type Error = Infallible;
    fn size(&self) -> BodySize {
        self.0
    }
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}
