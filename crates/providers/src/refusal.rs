//! Maps HTTP answers, error events and transport errors to [`ProviderError`].
//!
//! Sources: <https://docs.anthropic.com/en/api/errors>, <https://platform.openai.com/docs/guides/error-codes>,
//! <https://ai.google.dev/gemini-api/docs/troubleshooting>, RFC 9110 §15 and §10.2.3 (`Retry-After`).

use std::error::Error;
use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::error::{ProviderError, ProviderErrorKind as Kind};

/// Bytes of an error's body that are read. A longer body is not parsed as JSON.
pub const MAX_ERROR_BYTES: usize = 64 * 1024;
/// Characters of a content type that a message names.
const MAX_CONTENT_TYPE_CHARS: usize = 60;

/// A provider's refusal in its own words.
#[derive(Debug, Default)]
struct Refusal {
    message: Option<String>,
    /// Its type, code, status and reasons: words that providers promise to keep.
    words: Vec<String>,
    /// A status that is named in the body alone (Gemini, `OpenRouter`).
    status: Option<u16>,
    retry_after: Option<Duration>,
    /// The parameter of the request that is refused (OpenAI).
    parameter: Option<String>,
}

/// The error for an HTTP answer that is not a success.
///
/// A body that is not JSON is not relayed: the address may be any service that the server reaches, and its answer is
/// not for the tenant.
pub fn from_response(status: u16, headers: &HeaderMap, body: &[u8], now: SystemTime) -> ProviderError {
    let json = Some(body).filter(|body| body.len() <= MAX_ERROR_BYTES).map(serde_json::from_slice::<Value>);
    let refusal = match json {
        Some(Ok(body)) => Refusal::read(&body),
        Some(Err(_)) | None if !body.is_empty() => {
            Refusal { message: Some(not_json(status, headers)), ..Refusal::default() }
        }
        Some(Err(_)) | None => Refusal::default(),
    };
    let asked = retry_after(headers, now);
    refusal.into_error(Some(status), asked)
}

fn not_json(status: u16, headers: &HeaderMap) -> String {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is_type = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '+' | '-' | '.');
    let named = !essence.is_empty() && essence.len() <= MAX_CONTENT_TYPE_CHARS && essence.chars().all(is_type);
    let with = if named { format!(" with {essence}") } else { String::new() };
    format!("the address answered {status}{with}, not with a provider's error in JSON: check the base URL")
}

/// The error that a piece of an answer with status 200 holds, in any of the places where providers put it. vLLM writes
/// `{"object": "error", …}`; some gateways name the event alone `error`.
pub fn in_answer(piece: &Value, event: Option<&str>) -> Option<ProviderError> {
    let is = |key: &str| piece.get(key).and_then(Value::as_str) == Some("error");
    let has_error = is_set(piece.get("error"))
        || is_set(piece.pointer("/response/error"))
        || is("type")
        || is("object")
        || event == Some("error");
    has_error.then(|| from_event(piece))
}

/// Whether a field holds an error. Some servers write an empty one beside each good piece.
fn is_set(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(_) => true,
    }
}

/// The error for an error event inside a stream that began well.
fn from_event(event: &Value) -> ProviderError {
    let refusal = Refusal::read(event);
    let status = refusal.status;
    refusal.into_error(status, None)
}

/// The error for a transport that failed: no answer, silence, or an answer cut off.
pub fn from_transport(error: &reqwest::Error) -> ProviderError {
    // The innermost cause describes the failure; the outer ones repeat the URL.
    let cause = root_cause(error);
    if error.is_builder() {
        return ProviderError::new(Kind::BadRequest, format!("the request could not be built: {cause}"));
    }
    if error.is_redirect() {
        return ProviderError::new(Kind::BadRequest, "the provider's URL leads elsewhere: check the base URL");
    }
    if error.is_connect() {
        return ProviderError::new(Kind::Unreachable, format!("the provider cannot be reached: {cause}"));
    }
    if error.is_timeout() {
        return late();
    }
    if error.is_request() {
        let message = format!("the connection to the provider failed: {cause}");
        // The connection stood: the request may have arrived.
        return ProviderError { may_have_acted: true, ..ProviderError::new(Kind::Unreachable, message) };
    }
    broken(&format!("the answer broke off: {cause}"))
}

/// The error for an answer that did not come in time.
pub fn late() -> ProviderError {
    ProviderError::new(Kind::Timeout, "the provider did not answer in time")
}

/// A stream that is not whole or not understood.
pub fn broken(message: &str) -> ProviderError {
    ProviderError::new(Kind::BrokenStream, message)
}

/// The provider's filter withheld a prompt or an answer. A retry does not help.
pub fn withheld(reason: &str) -> ProviderError {
    ProviderError::new(Kind::BadRequest, format!("the provider withheld its answer ({reason})"))
}

impl Refusal {
    /// Reads `{"error": {…}}`, `{"error": "…"}`, `[{"error": {…}}]`, Responses' `{"response": {"error": {…}}}`
    /// and the inside of `error` alone.
    fn read(body: &Value) -> Self {
        let body = body.get(0).unwrap_or(body);
        let error = [body.get("error"), body.pointer("/response/error")]
            .into_iter()
            .flatten()
            .find(|error| !error.is_null())
            .unwrap_or(body);
        let text = |key: &str| error.get(key).and_then(Value::as_str).map(str::to_owned);
        let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
        let reasons = details.clone().filter_map(|detail| detail.get("reason")?.as_str().map(str::to_owned));
        let delay = details.filter_map(|detail| detail.get("retryDelay")?.as_str()).find_map(google_duration);
        Self {
            // A text alone is an error's message under `error` only.
            message: body
                .get("error")
                .and_then(Value::as_str)
                .map(str::to_owned)
                .or_else(|| text("message"))
                .or_else(|| text("detail")),
            words: ["code", "type", "status"].into_iter().filter_map(text).chain(reasons).collect(),
            status: error
                .get("code")
                .and_then(Value::as_u64)
                .and_then(|code| u16::try_from(code).ok())
                .filter(|code| (400..600).contains(code)),
            retry_after: delay,
            parameter: text("param"),
        }
    }

    fn into_error(self, status: Option<u16>, asked: Option<Duration>) -> ProviderError {
        let kind = self.kind(status);
        let message = match (self.message.filter(|text| !text.trim().is_empty()), status) {
            (Some(message), _) => message,
            (None, Some(status)) => format!("the provider answered with status {status}"),
            (None, None) => "the provider reported an error".to_owned(),
        };
        ProviderError {
            status,
            retry_after: asked.or(self.retry_after),
            parameter: self.parameter,
            ..ProviderError::new(kind, message)
        }
    }

    fn kind(&self, status: Option<u16>) -> Kind {
        // These words are more specific than the status: 400, 403 and 429 each have several meanings.
        if let Some(kind) = self.words.iter().find_map(|word| kind_of_precise_word(word)) {
            return kind;
        }
        let message = self.message.as_deref().unwrap_or_default();
        if matches!(status, None | Some(400 | 413 | 422)) && tells_too_long(message) {
            return Kind::ContextTooLong;
        }
        status
            .map(kind_of_status)
            .or_else(|| self.words.iter().find_map(|word| kind_of_word(word)))
            .unwrap_or(Kind::ServerError)
    }
}

fn kind_of_status(status: u16) -> Kind {
    match status {
        // 402: the account is out of credit, which no retry cures either.
        401..=403 => Kind::Unauthorized,
        404 => Kind::ModelNotFound,
        408 | 504 => Kind::Timeout,
        413 => Kind::ContextTooLong,
        429 => Kind::RateLimited,
        503 | 529 => Kind::Overloaded,
        500.. => Kind::ServerError,
        _ => Kind::BadRequest,
    }
}

fn kind_of_precise_word(word: &str) -> Option<Kind> {
    match word {
        "insufficient_quota"
        | "billing_error"
        | "billing_hard_limit_reached"
        | "invalid_api_key"
        | "API_KEY_INVALID" => Some(Kind::Unauthorized),
        "context_length_exceeded" | "request_too_large" => Some(Kind::ContextTooLong),
        "model_not_found" => Some(Kind::ModelNotFound),
        // Some send it with 403.
        "rate_limit_exceeded" | "rateLimitExceeded" | "RATE_LIMIT_EXCEEDED" => Some(Kind::RateLimited),
        _ => None,
    }
}

fn kind_of_word(word: &str) -> Option<Kind> {
    match word {
        "authentication_error" | "permission_error" | "PERMISSION_DENIED" | "UNAUTHENTICATED" => {
            Some(Kind::Unauthorized)
        }
        "not_found_error" | "NOT_FOUND" => Some(Kind::ModelNotFound),
        "rate_limit_error" | "RESOURCE_EXHAUSTED" => Some(Kind::RateLimited),
        "overloaded_error" | "UNAVAILABLE" => Some(Kind::Overloaded),
        "timeout_error" | "DEADLINE_EXCEEDED" => Some(Kind::Timeout),
        "invalid_request_error" | "invalid_prompt" | "INVALID_ARGUMENT" | "FAILED_PRECONDITION" => {
            Some(Kind::BadRequest)
        }
        _ => None,
    }
}

/// Anthropic and Gemini have no code for it, and compatible servers have texts of their own.
fn tells_too_long(message: &str) -> bool {
    let message = message.to_lowercase();
    [
        "prompt is too long",
        "maximum context length",
        "context window",
        "context length",
        "input token count",
        "exceed_context_size",
    ]
    .iter()
    .any(|words| message.contains(words))
}

/// `retry-after-ms` (OpenAI, Azure) or `Retry-After`, in each form of RFC 9110 §5.6.7. A date is measured against the
/// answer's own `Date` where it has one, so that neither clock has to be right.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(ms / 1000.0).ok();
    }
    let asked = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = asked.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(asked).ok()?;
    let sent = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
    Some(until.duration_since(sent.unwrap_or(now)).unwrap_or_default())
}

/// `google.protobuf.Duration` as JSON: `"12.5s"`.
fn google_duration(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.strip_suffix('s')?.parse().ok()?).ok()
}

fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;

    /// Wed, 21 Oct 2015 07:28:10 GMT.
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_490)
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    /// Answers as the providers' pages show them.
    const REFUSALS: &[(u16, &str, Kind)] = &[
        (401, r#"{"error": {"type": "authentication_error", "message": "invalid x-api-key"}}"#, Kind::Unauthorized),
        (
            400,
            r#"{"error": {"status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}"#,
            Kind::Unauthorized,
        ),
        (429, r#"{"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}"#, Kind::Unauthorized),
        (402, r#"{"error": {"message": "Insufficient credits", "code": 402}}"#, Kind::Unauthorized),
        (429, r#"{"error": {"type": "tokens", "code": "rate_limit_exceeded"}}"#, Kind::RateLimited),
        (404, r#"{"error": {"message": "model 'x' not found"}}"#, Kind::ModelNotFound),
        (404, r#"{"error": "model not found, try pulling it first"}"#, Kind::ModelNotFound),
        (400, r#"{"error": {"code": "context_length_exceeded"}}"#, Kind::ContextTooLong),
        (400, r#"{"error": {"message": "prompt is too long: 210000 tokens > 200000"}}"#, Kind::ContextTooLong),
        (
            400,
            r#"[{"error": {"message": "The input token count (1048577) exceeds the maximum"}}]"#,
            Kind::ContextTooLong,
        ),
        (413, r#"{"error": {"type": "request_too_large"}}"#, Kind::ContextTooLong),
        (400, r#"{"error": {"type": "invalid_request_error", "message": "max_tokens: required"}}"#, Kind::BadRequest),
        (307, "", Kind::BadRequest),
        (503, r#"{"error": {"code": 503, "status": "UNAVAILABLE"}}"#, Kind::Overloaded),
        (529, r#"{"error": {"type": "overloaded_error", "message": "Overloaded"}}"#, Kind::Overloaded),
        (504, "", Kind::Timeout),
        (502, "", Kind::ServerError),
    ];

    #[test]
    fn refusals_are_told_apart() {
        for &(status, body, kind) in REFUSALS {
            let error = from_response(status, &HeaderMap::new(), body.as_bytes(), now());
            assert_eq!(error.kind, kind, "{status} {body}");
            assert_eq!(error.status, Some(status));
            assert!(!error.message.is_empty());
        }
    }

    #[test]
    fn events_are_told_apart() {
        let table = [
            (
                json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
                Kind::Overloaded,
            ),
            (json!({"type": "error", "error": {"type": "api_error", "message": "m"}}), Kind::ServerError),
            (json!({"type": "error", "code": "rate_limit_exceeded", "message": "m"}), Kind::RateLimited),
            (
                json!({"type": "response.failed", "response": {"error": {"code": "server_error", "message": "m"}}}),
                Kind::ServerError,
            ),
            (json!({"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED"}}), Kind::RateLimited),
            (json!({"error": {"code": 502, "message": "upstream"}}), Kind::ServerError),
            (json!({"error": "llama runner process has terminated"}), Kind::ServerError),
        ];
        for (event, kind) in table {
            assert_eq!(from_event(&event).kind, kind, "{event}");
        }
    }

    #[test]
    fn waits_are_read_in_every_form() {
        let date = ("date", "Wed, 21 Oct 2015 07:28:00 GMT");
        let table = [
            (headers(&[("retry-after", "20")]), Some(20_000)),
            (headers(&[("retry-after", "1.5")]), Some(1_500)),
            (headers(&[("retry-after-ms", "250"), ("retry-after", "1")]), Some(250)),
            (headers(&[("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"), date]), Some(30_000)),
            (headers(&[("retry-after", "Wed, 21 Oct 2015 07:27:00 GMT"), date]), Some(0)),
            (headers(&[("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT")]), Some(20_000)),
            (headers(&[("retry-after", "Wednesday, 21-Oct-15 07:28:30 GMT")]), Some(20_000)),
            (headers(&[("retry-after", "Wed Oct 21 07:28:30 2015")]), Some(20_000)),
            (headers(&[("retry-after", "-3")]), None),
            (headers(&[("retry-after", "soon")]), None),
        ];
        for (headers, ms) in table {
            assert_eq!(retry_after(&headers, now()), ms.map(Duration::from_millis), "{headers:?}");
        }
        let body = json!({"error": {"code": 429, "details": [{"retryDelay": "12.5s"}]}}).to_string();
        let error = from_response(429, &HeaderMap::new(), body.as_bytes(), now());
        assert_eq!(error.retry_after, Some(Duration::from_millis(12_500)));
    }

    #[test]
    fn only_an_error_in_json_is_relayed() {
        let secret = "root:x:0:0 token=abcd1234";
        let shown = |content_type: &'static str, body: &str| {
            from_response(400, &headers(&[("content-type", content_type)]), body.as_bytes(), now()).message
        };
        let sentence = "not with a provider's error in JSON: check the base URL";
        let table = [
            (
                "text/plain; charset=utf-8",
                secret.to_owned(),
                format!("the address answered 400 with text/plain, {sentence}"),
            ),
            ("text/html", format!("<p>{secret}"), format!("the address answered 400 with text/html, {sentence}")),
            ("a secret/type", secret.to_owned(), format!("the address answered 400, {sentence}")),
            ("application/json", json!(secret).to_string(), "the provider answered with status 400".into()),
            ("application/json", json!([secret]).to_string(), "the provider answered with status 400".into()),
            ("application/json", json!({"token": secret}).to_string(), "the provider answered with status 400".into()),
            ("application/json", json!({"error": {"message": "no"}}).to_string(), "no".into()),
            ("application/json", json!({"error": "no"}).to_string(), "no".into()),
            ("application/json", json!({"detail": "no"}).to_string(), "no".into()),
        ];
        for (content_type, body, message) in table {
            assert_eq!(shown(content_type, &body), message, "{content_type} {body}");
        }
        assert_eq!(from_response(502, &HeaderMap::new(), b"", now()).message, "the provider answered with status 502");
    }

    #[test]
    fn a_long_error_is_not_parsed() {
        let body = |bytes: usize| {
            let around = r#"{"error": ""}"#.len();
            format!(r#"{{"error": "{}"}}"#, "x".repeat(bytes - around))
        };
        let message = |bytes: usize| from_response(400, &HeaderMap::new(), body(bytes).as_bytes(), now()).message;
        assert!(message(MAX_ERROR_BYTES).starts_with("xxx"));
        assert!(message(MAX_ERROR_BYTES + 1).starts_with("the address answered 400"));
    }
}
