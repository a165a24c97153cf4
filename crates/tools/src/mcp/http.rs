//! Servers over streamable HTTP.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use secrecy::{ExposeSecret as _, SecretString};
use sluice_outgoing::NetworkPolicy;

use super::limits::MAX_MESSAGE_BYTES;
use super::sse_limit::SseLimited;
use crate::error::{Sent, ToolError, ToolErrorKind};

/// Bytes of the body of an error that are read.
const MAX_ERROR_BYTES: usize = 16 * 1024;
/// The longest time for telling a server that a call is cancelled, or that the session ends.
const CONTROL_TIMEOUT: Duration = Duration::from_secs(5);

/// A transport to the server at `url`. A session that the server forgets is begun anew, once for a request.
pub fn transport(
    client: reqwest::Client,
    policy: NetworkPolicy,
    url: &Url,
    headers: &BTreeMap<String, SecretString>,
) -> Result<StreamableHttpClientTransport<SseLimited>, ToolError> {
    policy.check(url.as_str()).map_err(|why| {
        ToolError::new(ToolErrorKind::Address, Sent::No, format!("The MCP server's address is refused: {why}."))
    })?;
    let config = StreamableHttpClientTransportConfig::with_uri(url.as_str())
        .custom_headers(checked(headers)?)
        .max_sse_event_size(MAX_MESSAGE_BYTES)
        .max_json_response_size(MAX_MESSAGE_BYTES)
        .max_error_response_size(MAX_ERROR_BYTES)
        .control_request_timeout(CONTROL_TIMEOUT)
        .reinit_on_expired_session(true);
    Ok(StreamableHttpClientTransport::with_client(SseLimited(client), config))
}

fn checked(headers: &BTreeMap<String, SecretString>) -> Result<HashMap<HeaderName, HeaderValue>, ToolError> {
    let refused = |name: &str, why: &str| {
        let message = format!("The header `{name}` of the MCP server's configuration is refused: {why}.");
        ToolError::new(ToolErrorKind::CannotStart, Sent::No, message)
    };
    let mut checked = HashMap::new();
    for (name, value) in headers {
        let key: HeaderName =
            name.parse().map_err(|_| refused(name, "its name has other characters than headers have"))?;
        let mut value = HeaderValue::from_str(value.expose_secret().trim())
            .map_err(|_| refused(name, "its value has characters that headers cannot have"))?;
        // Kept out of the logs of the HTTP library.
        value.set_sensitive(true);
        checked.insert(key, value);
    }
    Ok(checked)
}
