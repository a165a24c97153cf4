//! Requests of native tools: bounded, and to addresses that the policy allows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, Url};
use serde_json::{Map, Value, json};
use sluice_outgoing::{Redirects, Refused};

use super::context::NativeContext;
use super::tool::invalid;
use crate::error::{Sent, ToolError, ToolErrorKind};
use crate::output::{Content, ToolOutput};
use crate::text::shortened;

/// Bytes of the body of an answer.
pub const MAX_HTTP_BODY_BYTES: usize = 2 * 1024 * 1024;
/// Headers of an answer that are told; the others say nothing to a workflow.
const TOLD: [&str; 7] = ["content-type", "etag", "last-modified", "link", "location", "retry-after", "x-request-id"];
/// Headers that the connection sets.
const RESERVED: [&str; 6] = ["connection", "content-length", "host", "te", "transfer-encoding", "upgrade"];

/// The schema of `url` and `headers`.
pub fn properties() -> Map<String, Value> {
    let properties = json!({
        "url": {
            "type": "string",
            "minLength": 1,
            "maxLength": 8_000,
            "description": "The address, with http:// or https://",
        },
        "headers": {
            "type": "object",
            "maxProperties": 50,
            "additionalProperties": {"type": "string", "maxLength": 8_000},
            "description": "Headers of the request",
        },
    });
    match properties {
        Value::Object(properties) => properties,
        _ => Map::new(),
    }
}

/// The schema of the result.
pub fn output_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "status": {"type": "integer", "description": "The HTTP status"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "body": {"description": "JSON, or text; null when it is neither"},
        },
        "required": ["status", "headers", "body"],
    })
}

/// Sends a request, and reads the answer whole. A status from 400 on is a result with `is_error`.
pub async fn send(
    method: Method,
    arguments: &Value,
    body: Option<&Value>,
    context: &NativeContext,
) -> Result<ToolOutput, ToolError> {
    let text = arguments.get("url").and_then(Value::as_str).unwrap_or_default();
    let refused = |why: String| {
        let error = ToolError::new(ToolErrorKind::Address, Sent::No, format!("The address is refused: {why}."));
        ToolError { pointer: Some("/url".into()), ..error }
    };
    context.policy.check(text).map_err(refused)?;
    let url: Url = text.parse().map_err(|error| refused(format!("it is not a URL ({error})")))?;
    let headers = headers(arguments)?;
    // Headers may be keys: they reach the named server only. A request that writes is not repeated elsewhere, either.
    let may_leave = headers.is_empty() && method == Method::GET;
    let client = context.client(if may_leave { Redirects::Anywhere } else { Redirects::SameOrigin })?;
    let mut request = client.request(method, url);
    request = match body {
        None => request,
        Some(Value::String(text)) => request.body(text.clone()),
        Some(json) => request.json(json),
    };
    let response = request.headers(headers).send().await.map_err(|error| failed(&error))?;
    output(response).await
}

fn headers(arguments: &Value) -> Result<HeaderMap, ToolError> {
    let given = arguments.get("headers").and_then(Value::as_object);
    let mut headers = HeaderMap::new();
    for (name, value) in given.into_iter().flatten() {
        let refused = |why: &str| invalid("/headers", format!("The header `{}` is refused: {why}.", shortened(name)));
        let key: HeaderName = name.parse().map_err(|_| refused("its name has other characters than headers have"))?;
        if RESERVED.contains(&key.as_str()) {
            return Err(refused("the connection sets it"));
        }
        let mut value = HeaderValue::from_str(value.as_str().unwrap_or_default())
            .map_err(|_| refused("its value has characters that headers cannot have"))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}

fn failed(error: &reqwest::Error) -> ToolError {
    if let Some(refused) = Refused::cause_of(error) {
        return ToolError::new(ToolErrorKind::Address, Sent::Maybe, format!("The address is refused: {refused}."));
    }
    if error.is_connect() {
        let message = "The address cannot be reached. Check it, and that its server runs.";
        return ToolError::new(ToolErrorKind::Address, Sent::No, message);
    }
    ToolError::new(ToolErrorKind::Closed, Sent::Maybe, "The connection broke before the answer was whole.")
}

async fn output(response: Response) -> Result<ToolOutput, ToolError> {
    let status = response.status();
    let told = TOLD.iter().filter_map(|name| {
        let value = response.headers().get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), Value::String(value.to_owned())))
    });
    let told: Map<String, Value> = told.collect();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mime_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_lowercase();
    let url = response.url().to_string();
    let bytes = read(response).await?;
    let (body, content) = body(bytes, mime_type, url);
    let value = json!({"status": status.as_u16(), "headers": told, "body": body});
    let is_error = status.is_client_error() || status.is_server_error();
    Ok(ToolOutput::new(Some(value), content, is_error))
}

async fn read(response: Response) -> Result<Vec<u8>, ToolError> {
    let mut bytes = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| failed(&error))?;
        if bytes.len() + piece.len() > MAX_HTTP_BODY_BYTES {
            let message = format!("The answer is longer than {MAX_HTTP_BODY_BYTES} bytes. Ask the server for less.");
            return Err(ToolError::new(ToolErrorKind::TooLarge, Sent::Maybe, message));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// The body as a value; bytes that are no text are a content block.
fn body(bytes: Vec<u8>, mime_type: String, uri: String) -> (Value, Vec<Content>) {
    let is_json = mime_type == "application/json" || mime_type.ends_with("+json");
    if is_json && let Ok(json) = serde_json::from_slice(&bytes) {
        return (json, Vec::new());
    }
    match String::from_utf8(bytes) {
        Ok(text) => (Value::String(text), Vec::new()),
        Err(error) => {
            let data = STANDARD.encode(error.as_bytes());
            let content = match mime_type.split('/').next() {
                Some("image") => Content::Image { data, mime_type },
                Some("audio") => Content::Audio { data, mime_type },
                _ => Content::Resource { uri, mime_type: Some(mime_type), text: None, blob: Some(data) },
            };
            (Value::Null, vec![content])
        }
    }
}
