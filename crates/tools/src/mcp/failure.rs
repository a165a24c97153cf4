//! Failures of the protocol's library as failures of calls.

use std::error::Error;
use std::time::Duration;

use rmcp::model::{ErrorCode, ErrorData};
use rmcp::service::{ClientInitializeError, ServiceError};
use rmcp::transport::streamable_http_client::{HttpStatusError, StreamableHttpError};
use sluice_outgoing::Refused;

use super::fault::Fault;
use super::stdio::{ANSWER_TOO_LONG, ANSWER_UNREADABLE};
use crate::error::{Sent, ToolError, ToolErrorKind as Kind};
use crate::logs::Log;
use crate::text::shortened;

type HttpError = StreamableHttpError<reqwest::Error>;

/// Why a request on a connection failed.
pub fn of_request(error: &ServiceError, fault: &Fault, log: &Log) -> ToolError {
    match error {
        ServiceError::McpError(data) => of_answer(data, log),
        ServiceError::TransportSend(error) => of_transport(error.error.as_ref(), fault, log),
        ServiceError::TransportClosed | ServiceError::Cancelled { .. } => closed(fault),
        ServiceError::UnexpectedResponse => protocol("The answer of the MCP server is of another kind than the call."),
        other => ToolError::new(Kind::Refused, Sent::Maybe, format!("The call failed: {other}.")),
    }
}

/// Why a connection could not be made.
pub fn of_start(error: &ClientInitializeError, fault: &Fault, log: &Log) -> ToolError {
    let failure = match error {
        ClientInitializeError::TransportError { error, .. } => of_transport(error.error.as_ref(), fault, log),
        ClientInitializeError::ConnectionClosed(_) | ClientInitializeError::Cancelled => closed(fault),
        ClientInitializeError::JsonRpcError(data) => ToolError::new(
            Kind::CannotStart,
            Sent::No,
            format!("The MCP server refuses the handshake: {}.", shortened(&log.clean(&data.message))),
        ),
        ClientInitializeError::NoCompatibleProtocolVersion { server_supported, .. } => {
            let theirs: Vec<&str> = server_supported.iter().map(rmcp::model::ProtocolVersion::as_str).collect();
            protocol(&format!(
                "The MCP server speaks other versions of the protocol: {}.",
                shortened(&theirs.join(", "))
            ))
        }
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => return of_start(fallback, fault, log),
        _ => protocol(
            "The MCP server answers the handshake with something else. Check that the address or the command is that of an MCP server.",
        ),
    };
    let kind = if failure.kind == Kind::Closed { Kind::CannotStart } else { failure.kind };
    // The handshake calls no tool.
    ToolError { kind, sent: Sent::No, ..failure }
}

fn of_answer(data: &ErrorData, log: &Log) -> ToolError {
    let message = shortened(&log.clean(&data.message));
    match data.code {
        ANSWER_TOO_LONG => ToolError::new(Kind::TooLarge, Sent::Maybe, message),
        ANSWER_UNREADABLE => protocol(&message),
        // The request was not carried out.
        ErrorCode::INVALID_PARAMS => {
            ToolError::new(Kind::InvalidArguments, Sent::No, format!("The MCP server refuses the arguments: {message}"))
        }
        ErrorCode::METHOD_NOT_FOUND => {
            ToolError::new(Kind::Refused, Sent::No, format!("The MCP server does not know the request: {message}"))
        }
        ErrorCode(code) => {
            ToolError::new(Kind::Refused, Sent::Maybe, format!("The MCP server refuses the call ({code}): {message}"))
        }
    }
}

/// The connection has ended before the answer.
fn closed(fault: &Fault) -> ToolError {
    let (kind, message) =
        fault.get().unwrap_or((Kind::Closed, "The connection to the MCP server ended before its answer.".to_owned()));
    ToolError::new(kind, Sent::Maybe, message)
}

fn protocol(message: &str) -> ToolError {
    ToolError::new(Kind::Protocol, Sent::Maybe, message)
}

fn of_transport(error: &(dyn Error + 'static), fault: &Fault, log: &Log) -> ToolError {
    let chain = || std::iter::successors(Some(error), |&error: &&(dyn Error + 'static)| error.source());
    if let Some(error) = chain().find_map(|error| error.downcast_ref::<HttpError>()) {
        return of_http(error, log);
    }
    let io = chain().find_map(|error| error.downcast_ref::<std::io::Error>());
    if io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        // A line that was not written whole is no message.
        return ToolError { sent: Sent::No, ..closed(fault) };
    }
    closed(fault)
}

fn of_http(error: &HttpError, log: &Log) -> ToolError {
    match error {
        StreamableHttpError::Client(error) => of_client(error),
        StreamableHttpError::HttpStatus(status) => of_status(status),
        StreamableHttpError::AuthRequired(_) | StreamableHttpError::InsufficientScope(_) => unauthorized(),
        StreamableHttpError::ResponseBodyTooLarge { max_size } => ToolError::new(
            Kind::TooLarge,
            Sent::Maybe,
            format!("The answer of the MCP server is longer than {max_size} bytes. Ask it for less."),
        ),
        StreamableHttpError::SessionExpired => {
            ToolError::new(Kind::Closed, Sent::No, "The MCP server has forgotten the session, twice in a row.")
        }
        StreamableHttpError::ReservedHeaderConflict(name) => ToolError::new(
            Kind::CannotStart,
            Sent::No,
            format!("The header `{name}` belongs to the protocol. Remove it from the configuration."),
        ),
        StreamableHttpError::UnexpectedServerResponse(text) => of_response(&shortened(&log.clean(text))),
        StreamableHttpError::UnexpectedContentType(found) => {
            let found = shortened(found.as_deref().unwrap_or("none"));
            protocol(&format!(
                "The address answers with the content type {found}, not as an MCP server does. Check the address and its path."
            ))
        }
        other => ToolError::new(
            Kind::Closed,
            Sent::Maybe,
            format!("The connection to the MCP server broke: {}.", shortened(&log.clean(&other.to_string()))),
        ),
    }
}

fn of_client(error: &reqwest::Error) -> ToolError {
    if let Some(refused) = Refused::cause_of(error) {
        return address(&format!("The MCP server's address is refused: {refused}."));
    }
    if error.is_connect() {
        return address("The MCP server cannot be reached. Check its address, and that it runs.");
    }
    ToolError::new(Kind::Closed, Sent::Maybe, "The connection to the MCP server broke before its answer.")
}

/// The library tells other statuses in words: `HTTP 404 Not Found: …`.
fn of_response(text: &str) -> ToolError {
    let status =
        text.strip_prefix("HTTP ").and_then(|rest| rest.get(..3)).and_then(|digits| digits.parse::<u16>().ok());
    match status {
        Some(401 | 403) => unauthorized(),
        Some(404 | 405) => address(&format!("There is no MCP server at the address ({text}). Check its path.")),
        Some(300..400) => address(&format!("The address redirects elsewhere ({text}). Set the address of its target.")),
        Some(400..500) => {
            ToolError::new(Kind::Refused, Sent::No, format!("The MCP server refuses the request: {text}"))
        }
        _ => protocol(&format!("The answer of the MCP server is not one of the protocol: {text}")),
    }
}

fn of_status(error: &HttpStatusError) -> ToolError {
    let retry_after = error.retry_after.as_ref().and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
    let (kind, sent) = match error.status {
        429 | 503 => (Kind::Busy, Sent::No),
        _ => (Kind::Refused, Sent::Maybe),
    };
    let message =
        format!("The MCP server answers with HTTP status {}. Try again later, or see its own logs.", error.status);
    ToolError { retry_after, ..ToolError::new(kind, sent, message) }
}

fn address(message: &str) -> ToolError {
    ToolError::new(Kind::Address, Sent::No, message)
}

fn unauthorized() -> ToolError {
    let message =
        "The MCP server refuses the credentials. Check the headers of its configuration, for example `authorization`.";
    ToolError::new(Kind::Unauthorized, Sent::No, message)
}
