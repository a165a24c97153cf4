//! The HTTP client of the protocol's library, which tells nobody that an event was too long.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use reqwest::Client;
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::model::{ClientJsonRpcMessage, ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse, StreamableHttpResponseLimits,
};
use sse_stream::Sse;

use super::stdio::ANSWER_TOO_LONG;

/// The library's client. An event that is too long becomes the answer of its request: an error that says so.
#[derive(Clone)]
pub struct SseLimited(pub Client);

type Headers = HashMap<HeaderName, HeaderValue>;
type Posted = Result<StreamableHttpPostResponse, StreamableHttpError<reqwest::Error>>;
type Events = BoxStream<'static, Result<Sse, SseError>>;

impl StreamableHttpClient for SseLimited {
    type Error = reqwest::Error;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        headers: Headers,
    ) -> Posted {
        let limits = StreamableHttpResponseLimits::default();
        self.post_message_with_response_limits(uri, message, session_id, auth_header, headers, limits).await
    }

    async fn post_message_with_response_limits(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        headers: Headers,
        limits: StreamableHttpResponseLimits,
    ) -> Posted {
        let id = match &message {
            ClientJsonRpcMessage::Request(request) => Some(request.id.clone()),
            _ => None,
        };
        let client = &self.0;
        let posted =
            client.post_message_with_response_limits(uri, message, session_id, auth_header, headers, limits).await;
        Ok(match (posted?, id) {
            (StreamableHttpPostResponse::Sse(events, session), Some(id)) => {
                let most = limits.max_sse_event_size;
                let events = events.map(move |event| event.or_else(|error| told(error, &id, most))).boxed();
                StreamableHttpPostResponse::Sse(events, session)
            }
            (other, _) => other,
        })
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session_id: Arc<str>,
        auth_header: Option<String>,
        headers: Headers,
    ) -> Result<(), StreamableHttpError<reqwest::Error>> {
        self.0.delete_session(uri, session_id, auth_header, headers).await
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        auth_header: Option<String>,
        headers: Headers,
    ) -> Result<Events, StreamableHttpError<reqwest::Error>> {
        self.0.get_stream(uri, session_id, last_event_id, auth_header, headers).await
    }

    async fn get_stream_with_max_sse_event_size(
        &self,
        uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        auth_header: Option<String>,
        headers: Headers,
        most: usize,
    ) -> Result<Events, StreamableHttpError<reqwest::Error>> {
        let client = &self.0;
        client.get_stream_with_max_sse_event_size(uri, session_id, last_event_id, auth_header, headers, most).await
    }
}

/// The event that answers the request, when the error is that of an event that is too long. The library's type of it is
/// private.
fn told(error: SseError, id: &RequestId, most: usize) -> Result<Sse, SseError> {
    if !error.to_string().contains("exceeded the maximum size") {
        return Err(error);
    }
    let message = format!("The answer of the MCP server is longer than {most} bytes. Ask it for less.");
    let answer = ServerJsonRpcMessage::error(ErrorData::new(ANSWER_TOO_LONG, message, None), Some(id.clone()));
    match serde_json::to_string(&answer) {
        Ok(data) => Ok(Sse { event: None, data: Some(data), id: None, retry: None }),
        Err(_) => Err(error),
    }
}
