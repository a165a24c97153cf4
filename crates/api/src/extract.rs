//! Reads bodies and queries, with errors that say where.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use sluice_types::limits::{MAX_BODY_BYTES, MAX_JSON_DEPTH};
use sluice_types::{ErrorCode, FieldError};

use crate::error::ApiError;

/// A JSON body.
pub struct Body<T>(pub T);

/// A JSON body that may be left out.
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = check_media_type(request);
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            declared?;
            parse(&bytes.await.map_err(refused)?).map(Self)
        })
    }
}

impl<T: DeserializeOwned + Default> FromRequest for OptionalBody<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = check_media_type(request);
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(refused)?;
            if bytes.trim_ascii().is_empty() {
                return Ok(Self(T::default()));
            }
            declared?;
            parse(&bytes).map(Self)
        })
    }
}

/// A body must be declared as JSON: a browser asks before it sends that to another origin.
fn check_media_type(request: &HttpRequest) -> Result<(), ApiError> {
    let media_type = request.content_type();
    if media_type == "application/json" || media_type.ends_with("+json") {
        return Ok(());
    }
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("nothing");
    let detail = format!(
        "Send `Content-Type: application/json`, not {given}. With curl: -H 'content-type: application/json' (or --json)."
    );
    Err(ApiError::new(ErrorCode::UnsupportedMediaType, detail))
}

fn refused(error: actix_web::Error) -> ApiError {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => {
            ApiError::new(ErrorCode::BodyTooLarge, format!("A body has at most {MAX_BODY_BYTES} bytes."))
        }
        _ => ApiError::new(ErrorCode::InvalidJson, "The body stopped half-way: send it again as a whole."),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| match error.inner().classify() {
        Category::Data => ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::from_json_error(&error)]),
        Category::Eof => ApiError::new(ErrorCode::InvalidJson, format!("The body stops half-way: {}.", error.inner())),
        Category::Syntax | Category::Io => {
            let text = error.inner().to_string();
            let deep = text.starts_with("recursion limit");
            let detail = if deep {
                format!("JSON is read up to {MAX_JSON_DEPTH} levels deep; this goes deeper.")
            } else {
                format!("The body is not JSON: {text}.")
            };
            ApiError::new(ErrorCode::InvalidJson, detail)
        }
    })?;
    reader
        .end()
        .map_err(|error| ApiError::new(ErrorCode::InvalidJson, format!("The body goes on after its end: {error}.")))?;
    // Looked for last, and only where the bytes can hold one: it is rare, and no database text holds it.
    if bytes.windows(6).any(|window| window == b"\\u0000")
        && serde_json::from_slice(bytes).is_ok_and(|value: Value| holds_nul(&value))
    {
        return Err(ApiError::new(ErrorCode::InvalidRequest, "A text holds the character U+0000: take it out."));
    }
    Ok(value)
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A query string; unknown parameters are refused.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let parsed = actix_web::web::Query::<T>::from_query(request.query_string());
        ready(
            parsed
                .map(|query| Self(query.into_inner()))
                .map_err(|error| ApiError::new(ErrorCode::InvalidQuery, format!("{error}."))),
        )
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
    fn errors_say_what_and_where() {
        assert!(code("{").starts_with("invalid_json: The body stops half-way"));
        assert!(code("{]").starts_with("invalid_json: The body is not JSON"));
        assert!(code(&"[".repeat(200)).starts_with("invalid_request"));
        assert!(
            code(&format!("{{\"name\":\"x\",\"definition\":{{\"steps\":[],\"context\":{{\"a\":{}", "[".repeat(200)))
                .contains("127 levels")
        );
        assert!(code("{\"name\":\"x\",\"definition\":{\"steps\":[]}} x").starts_with("invalid_json: The body goes on"));
        assert!(code("{\"name\":7,\"definition\":{\"steps\":[]}}").contains("At `/name`"));
        assert!(code("{\"nme\":\"x\"}").contains("unknown field `nme`"));
        assert!(code("{\"name\":\"a\\u0000b\",\"definition\":{\"steps\":[]}}").contains("U+0000"));
        assert_eq!(code("{\"name\":\"a\\\\u0000b\",\"definition\":{\"steps\":[]}}"), "");
    }
}
