//! Extractors for bodies and queries, with errors that name the wrong field.

use std::borrow::Cow;
use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::{PayloadError, QueryPayloadError};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde::{Deserialize as _, Deserializer};
use serde_json::error::Category;
use sluice_types::json::{ReadError, plain_words};
use sluice_types::limits::{MAX_BODY_BYTES, MAX_JSON_DEPTH, MAX_METADATA_FILTERS};
use sluice_types::numbers::{self, Exact};
pub use sluice_types::query_values::{comma_separated, repeated, words};
use sluice_types::{ErrorCode, FieldError};

use crate::error::ApiError;
use crate::strict_json;

/// The deadline for a body, so that a slow client does not occupy a connection for ever.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A JSON body.
pub struct Body<T>(pub T);

/// An optional JSON body.
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = check_media_type(request);
        let bytes = read(request, payload);
        Box::pin(async move {
            declared?;
            parse(without_mark(&bytes.await?)).map(Self)
        })
    }
}

impl<T: DeserializeOwned + Default> FromRequest for OptionalBody<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = check_media_type(request);
        let bytes = read(request, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            let bytes = without_mark(&bytes);
            // Generated clients send `null` for an absent body.
            if matches!(bytes.trim_ascii(), b"" | b"null") {
                return Ok(Self(T::default()));
            }
            declared?;
            parse(bytes).map(Self)
        })
    }
}

/// Reads a whole body within its limits of size and time.
fn read(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Bytes, ApiError>> + use<> {
    let bytes = Bytes::from_request(request, payload);
    async move {
        let read = tokio::time::timeout(BODY_TIMEOUT, bytes).await.map_err(|_| {
            let detail = format!("The body did not arrive within {} s: send it again.", BODY_TIMEOUT.as_secs());
            ApiError::new(ErrorCode::RequestTimeout, detail)
        })?;
        read.map_err(|error| refused(&error))
    }
}

/// A body must be declared as JSON: a browser sends a preflight request before it sends JSON to another origin.
fn check_media_type(request: &HttpRequest) -> Result<(), ApiError> {
    // Types are compared without case (RFC 9110, section 8.3.1).
    let media_type = request.content_type().to_ascii_lowercase();
    if media_type == "application/json" || media_type.ends_with("+json") {
        return Ok(());
    }
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("nothing");
    let detail = format!(
        "Send `Content-Type: application/json`, not {given}. With curl: -H 'content-type: application/json' (or --json)."
    );
    Err(ApiError::new(ErrorCode::UnsupportedMediaType, detail))
}

/// The body without a byte order mark, which some editors and clients put first (RFC 8259, section 8.1).
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

fn refused(error: &actix_web::Error) -> ApiError {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => {
            ApiError::new(ErrorCode::BodyTooLarge, format!("A body has at most {MAX_BODY_BYTES} bytes."))
        }
        _ => ApiError::new(ErrorCode::InvalidJson, "The body is incomplete: send it again."),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        // serde would accept an array as the fields in their order.
        serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| not_json(&error))?;
        return Err(ApiError::fields(
            ErrorCode::InvalidRequest,
            vec![FieldError::new("", "a JSON object is expected")],
        ));
    }
    let given = str::from_utf8(bytes).unwrap_or_default();
    let Exact { text, rounded } = numbers::exact(given);
    // A text that is not UTF-8 has its own error.
    let bytes = if given.is_empty() { bytes } else { text.as_bytes() };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| match error.inner().classify() {
        Category::Data => ApiError::fields(ErrorCode::InvalidRequest, vec![ReadError::new(&error).into()]),
        Category::Eof | Category::Syntax | Category::Io => not_json(error.inner()),
    })?;
    reader.end().map_err(|error| {
        ApiError::new(ErrorCode::InvalidJson, format!("The body continues after the JSON value: {error}."))
    })?;
    strict_json::check(bytes).map_err(|error| ApiError::fields(ErrorCode::InvalidRequest, vec![error]))?;
    if let Some(number) = rounded {
        let pointer = strict_json::pointer_at(given, number.start);
        let error = FieldError::new(pointer, numbers::ROUNDED);
        return Err(ApiError::fields(ErrorCode::InvalidRequest, vec![error]));
    }
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    let detail = if error.is_eof() {
        format!("The body is incomplete: {text}.")
    } else if text.starts_with("recursion limit") {
        format!("The body is nested more than {MAX_JSON_DEPTH} levels deep.")
    } else {
        format!("The body is not JSON: {text}.")
    };
    ApiError::new(ErrorCode::InvalidJson, detail)
}

/// A query string. Unknown parameters are refused.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(parse_query(request.query_string()).map(Self))
    }
}

fn parse_query<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    if let Some((name, _)) = pairs(text).into_iter().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        let message = "it contains the character U+0000: remove it";
        return Err(ApiError::parameter(ErrorCode::InvalidQuery, &name.replace('\0', ""), message));
    }
    let text = &*joined(text);
    let error = match actix_web::web::Query::<T>::from_query(text) {
        Ok(query) => return Ok(query.into_inner()),
        Err(error) => error,
    };
    // The error does not name its parameter, so each one is parsed alone to find it.
    for parameter in text.split('&') {
        let Err(error) = actix_web::web::Query::<T>::from_query(parameter) else { continue };
        if let Some((name, _)) = pairs(parameter).first() {
            return Err(ApiError::parameter(ErrorCode::InvalidQuery, name, message(&error)));
        }
    }
    // Each is good alone: one is there twice.
    let message = message(&error);
    Err(match message.split('`').nth(1) {
        Some(name) => ApiError::parameter(ErrorCode::InvalidQuery, name, "it is there twice: send it once"),
        None => ApiError::new(ErrorCode::InvalidQuery, format!("{message}.")),
    })
}

/// The parameters that may be repeated, with what separates their values in one: serde's queries have each name once.
/// No entry of metadata and no tag contains U+0000.
const REPEATED: [(&str, &str); 4] = [("status=", ","), ("include=", ","), ("metadata=", "%00"), ("tag=", "%00")];

/// The query with all values of each repeated parameter in one.
fn joined(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for (name, separator) in REPEATED {
        let (repeated, mut rest): (Vec<&str>, Vec<&str>) =
            text.split('&').partition(|parameter| parameter.starts_with(name));
        if repeated.len() < 2 {
            continue;
        }
        let values: Vec<&str> = repeated.iter().filter_map(|parameter| parameter.strip_prefix(name)).collect();
        let one = format!("{name}{}", values.join(separator));
        rest.push(&one);
        text = Cow::Owned(rest.join("&"));
    }
    text
}

/// Reads entries of metadata, `key:value` each. A value may contain colons.
pub fn metadata_filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let entries: Vec<(String, String)> = text
        .split('\0')
        .map(|entry| match entry.split_once(':') {
            Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
            _ => Err(D::Error::custom(format!("{entry:?} is not `key:value`"))),
        })
        .collect::<Result<_, _>>()?;
    if entries.len() > MAX_METADATA_FILTERS {
        return Err(D::Error::custom(format!("at most {MAX_METADATA_FILTERS} entries, not {}", entries.len())));
    }
    Ok(entries)
}

fn pairs(text: &str) -> Vec<(String, String)> {
    actix_web::web::Query::<Vec<(String, String)>>::from_query(text)
        .map(actix_web::web::Query::into_inner)
        .unwrap_or_default()
}

/// The message of a query error, without the words of actix and of Rust's parsers.
fn message(error: &QueryPayloadError) -> String {
    let message = match error {
        QueryPayloadError::Deserialize(error) => error.to_string(),
        other => other.to_string(),
    };
    match message.as_str() {
        "invalid float literal" | "cannot parse float from empty string" => "a number is expected".into(),
        "invalid digit found in string" | "cannot parse integer from empty string" => "an integer is expected".into(),
        "number too large to fit in target type" | "number too small to fit in target type" => {
            "the number is too large".into()
        }
        "provided string was not `true` or `false`" => "`true` or `false` is expected".into(),
        // Errors of chrono.
        "premature end of input"
        | "input contains invalid characters"
        | "input is out of range"
        | "input is not enough for unique date and time"
        | "trailing input" => "a time like `2026-01-31T12:00:00Z` is expected (RFC 3339)".into(),
        other => plain_words(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_types::CreateWorkflow;

    fn code(body: &str) -> String {
        parse::<CreateWorkflow>(body.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn errors_name_the_fault_and_the_field() {
        assert!(code("{").starts_with("invalid_json: The body is incomplete"));
        assert!(code("{]").starts_with("invalid_json: The body is not JSON"));
        assert!(code(&"[".repeat(200)).starts_with("invalid_json: The body is incomplete"));
        for other in ["[]", " [\"x\", {}]", "7", "\"x\"", "null"] {
            assert_eq!(code(other), "invalid_request: A JSON object is expected", "{other}");
        }
        assert!(
            code(&format!("{{\"name\":\"x\",\"definition\":{{\"steps\":[],\"context\":{{\"a\":{}", "[".repeat(200)))
                .contains("127 levels")
        );
        assert!(
            code("{\"name\":\"x\",\"definition\":{\"steps\":[]}} x").starts_with("invalid_json: The body continues")
        );
        assert!(code("{\"name\":7,\"definition\":{\"steps\":[]}}").contains("At `/name`"));
        assert!(code("{\"nme\":\"x\"}").contains("Unknown field `nme`"));
        assert!(code("{\"name\":\"a\\u0000b\",\"definition\":{\"steps\":[]}}").contains("U+0000"));
        assert_eq!(code("{\"name\":\"a\\\\u0000b\",\"definition\":{\"steps\":[]}}"), "");
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        let validate = |body: &str| parse::<sluice_types::ValidateWorkflow>(body.as_bytes());
        let input = validate("{\"input\": {\"a\": [1e2, 1.0, 18446744073709551615]}}").unwrap().input.unwrap();
        assert_eq!(input["a"].to_string(), "[100,1.0,18446744073709551615]");
        let error = validate("{\"input\": {\"a\": [0, {\"b/c\": 18446744073709551616}]}}").err().unwrap();
        assert!(error.to_string().starts_with("invalid_request: At `/input/a/1/b~1c`: The number"), "{error}");
        assert!(code("{\"name\":\"x\",\"n\":18446744073709551616}").contains("Unknown field `n`"));
    }

    #[test]
    fn a_repeated_parameter_reaches_its_field_as_one() {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Filter {
            limit: u32,
            #[serde(default, deserialize_with = "metadata_filter")]
            metadata: Vec<(String, String)>,
        }
        let read = |query: &str| parse_query::<Filter>(query).map(|read| (read.limit, read.metadata));
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read("limit=1").unwrap(), (1, vec![]));
        assert_eq!(read("metadata=a:b%26c:d,+e&limit=1").unwrap(), (1, vec![pair("a", "b&c:d, e")]));
        let two = read("metadata=a%3Ab&limit=2&metadata=c:").unwrap();
        assert_eq!(two, (2, vec![pair("a", "b"), pair("c", "")]));
        assert_eq!(joined("status=a&limit=1&status=b,c"), "limit=1&status=a,b,c");
        for (query, told) in [
            ("limit=1&metadata=a", "`metadata`: \"a\" is not `key:value`."),
            ("limit=1&metadata=a:b&metadata=:c", "`metadata`: \":c\" is not `key:value`."),
            ("limit=1&metadata=a:b%00c:d", "`metadata`: It contains the character U+0000: remove it."),
            (
                &format!("limit=1{}", "&metadata=a:b".repeat(MAX_METADATA_FILTERS + 1)),
                "`metadata`: At most 10 entries, not 11.",
            ),
        ] {
            assert_eq!(read(query).unwrap_err().to_string(), format!("invalid_query: {told}"));
        }
    }

    #[test]
    fn a_query_error_names_its_parameter() {
        let code = |query: &str| {
            parse_query::<sluice_types::ListQuery>(query).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(code("limit=20&search=tea"), "");
        for (query, expected) in [
            ("search=tea&limit=ten", "`limit`: An integer is expected."),
            ("limit=", "`limit`: An integer is expected."),
            ("limit=99999999999", "`limit`: The number is too large."),
            ("is_template=perhaps", "`is_template`: `true` or `false` is expected."),
            ("limit=1&limit=2", "`limit`: It is there twice: send it once."),
        ] {
            assert_eq!(code(query), format!("invalid_query: {expected}"), "{query}");
        }
        assert!(code("colour=red").starts_with("invalid_query: `colour`: Unknown field `colour`"));
        assert_eq!(code("search=a%00b"), "invalid_query: `search`: It contains the character U+0000: remove it.");
    }
}
