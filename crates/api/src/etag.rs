//! `ETag` with `If-Match` and `If-None-Match` (RFC 9110, section 13.1): the tag of what people edit begins with its version.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, ContentType, ETAG, EntityTag, HeaderValue, IF_MATCH, IfNoneMatch, LOCATION,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, Responder, ResponseError as _};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sluice_types::{Agent, Canvas, ErrorCode, McpServer, Persona, PlacedStep, StepEdit, Workflow};
use std::future::{Ready, ready};

use crate::error::ApiError;

/// A resource with a version.
pub trait Versioned {
    /// The version.
    fn version(&self) -> i64;

    /// Whether the answer holds what changes without a new version, as the layout of a workflow. Its tag then has a mark of
    /// all that it holds behind the version.
    fn is_more_than_its_version(&self) -> bool {
        false
    }
}

macro_rules! versioned {
    ($($name:ident),+) => {
        $(impl Versioned for $name {
            fn version(&self) -> i64 {
                self.version
            }
        })+
    };
}
versioned!(Agent, McpServer, Persona, PlacedStep, StepEdit);

impl Versioned for Workflow {
    fn version(&self) -> i64 {
        self.version
    }

    fn is_more_than_its_version(&self) -> bool {
        !self.layout.is_empty()
    }
}

impl Versioned for Canvas {
    fn version(&self) -> i64 {
        self.version
    }

    fn is_more_than_its_version(&self) -> bool {
        true
    }
}

/// An answer with its version as `ETag`.
pub struct WithETag<T> {
    body: T,
    /// The address of what was created.
    location: Option<String>,
}

impl<T> WithETag<T> {
    /// Answers 200.
    pub fn ok(body: T) -> Self {
        Self { body, location: None }
    }

    /// Answers 201, with the address of what was created.
    pub fn created(body: T, location: String) -> Self {
        Self { body, location: Some(location) }
    }
}

impl<T: Versioned + Serialize> Responder for WithETag<T> {
    type Body = actix_web::body::BoxBody;
    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        if let Some(location) = self.location {
            response.status(StatusCode::CREATED).insert_header((LOCATION, location));
        }
        let Ok(body) = serde_json::to_vec(&self.body) else {
            return ApiError::from(ErrorCode::Internal).error_response();
        };
        let version = self.body.version();
        let tag = if self.body.is_more_than_its_version() {
            EntityTag::new_strong(format!("{version}-{:0width$x}", beginning_of_hash(&body) >> 32, width = MARK_CHARS))
        } else {
            tag_of_version(version)
        };
        response.insert_header((ETAG, tag.to_string())).content_type(ContentType::json()).body(body)
    }
}

/// Hexadecimal digits behind the version in the tag of an answer that holds more than its version.
const MARK_CHARS: usize = 8;

/// The `Cache-Control` of an answer that a browser may keep, and asks about before it uses it.
pub const REVALIDATED: &str = "private, no-cache";

/// Answers that the client has the body with this tag.
pub fn not_modified(tag: &EntityTag) -> HttpResponse {
    HttpResponse::NotModified().insert_header((ETAG, tag.to_string())).finish()
}

/// The tag of a version.
pub fn tag_of_version(version: i64) -> EntityTag {
    EntityTag::new_strong(version.to_string())
}

/// Gives each read of the API a tag, and leaves the body out where the client has it (RFC 9110, section 13.1.2).
///
/// A handler that knows its tag without the body sets it; any other answer is tagged by its bytes. A version alone, as
/// the tag of what people edit, says nothing about the form of the answer, which an update of the server may change. So
/// such an answer gets no `Cache-Control` here, and no browser keeps it on its own.
pub async fn with_tag<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_read = request.method() == Method::GET && request.path().starts_with("/api/");
    let response = next.call(request).await?.map_into_boxed_body();
    let is_whole = matches!(response.response().body().size(), BodySize::Sized(_));
    if !is_read || !is_whole || response.status() != StatusCode::OK {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let given = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()?.parse::<EntityTag>().ok());
    let body = match body.try_into_bytes() {
        Ok(body) => body,
        Err(body) => return Ok(ServiceResponse::new(request, response.set_body(body))),
    };
    let tag = given.unwrap_or_else(|| {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(REVALIDATED));
        tag_of(&body)
    });
    if is_known(&request, &tag) {
        let mut answer = not_modified(&tag);
        if let Some(caching) = response.headers().get(CACHE_CONTROL) {
            answer.headers_mut().insert(CACHE_CONTROL, caching.clone());
        }
        return Ok(ServiceResponse::new(request, answer));
    }
    if let Ok(value) = HeaderValue::try_from(tag.to_string()) {
        response.headers_mut().insert(ETAG, value);
    }
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(body))))
}

/// The tag of a body without a version, from its bytes. It is weak, as all encodings of the body share it.
pub fn tag_of(body: &[u8]) -> EntityTag {
    EntityTag::new_weak(format!("{:016x}", beginning_of_hash(body)))
}

fn beginning_of_hash(body: &[u8]) -> u64 {
    Sha256::digest(body).first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default()
}

/// Whether the client has the body with this tag (`If-None-Match`).
pub fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    request.get_header::<IfNoneMatch>().is_some_and(|known| match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => {
            tags.iter().any(|known| known.weak_eq(tag) || without_coding(known.tag()) == tag.tag())
        }
    })
}

/// The version that a request is to change; `*` for any.
#[derive(Debug, Clone, Copy)]
pub enum IfMatch {
    /// The header is missing.
    Missing,
    /// `*`: any version.
    Any,
    /// Only this version.
    Version(i64),
}

impl IfMatch {
    /// The version, for an operation that needs the header or a version in its body.
    pub fn or_in_body(self, version: Option<i64>) -> Result<Option<i64>, ApiError> {
        match (self, version) {
            (Self::Missing, Some(version)) => Ok(Some(version)),
            (Self::Missing, None) => Err(ApiError::new(
                ErrorCode::IfMatchRequired,
                "Send the version that you have read as `If-Match: \"3\"`, or as `version` in the body, so that you overwrite no newer version.",
            )),
            (given, _) => given.required(),
        }
    }

    /// The version, for an operation that needs the header.
    pub fn required(self) -> Result<Option<i64>, ApiError> {
        match self {
            Self::Missing => Err(ApiError::new(
                ErrorCode::IfMatchRequired,
                "Send the version that you have read as `If-Match: \"3\"`, so that you overwrite no newer version.",
            )),
            Self::Any => Ok(None),
            Self::Version(version) => Ok(Some(version)),
        }
    }

    /// The version, for an operation that does not need the header.
    pub fn optional(self) -> Option<i64> {
        match self {
            Self::Missing | Self::Any => None,
            Self::Version(version) => Some(version),
        }
    }

    /// Refuses a change of another version than the one that the header names.
    pub fn check(self, current: i64) -> Result<(), ApiError> {
        if self.optional().is_some_and(|version| version != current) { Err(ApiError::stale(current)) } else { Ok(()) }
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(IF_MATCH) else { return ready(Ok(Self::Missing)) };
        let text = value.to_str().unwrap_or_default().trim();
        let tag = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
        ready(match (text, without_mark(without_coding(tag)).parse::<i64>()) {
            ("*", _) => Ok(Self::Any),
            (_, Ok(version)) => Ok(Self::Version(version)),
            _ => Err(ApiError::new(ErrorCode::InvalidHeader, "`If-Match` is the `ETag` as it was read, like `\"3\"`.")),
        })
    }
}

/// Proxies that compress an answer put the coding behind its tag: `3-gzip`, or `3--gzip`.
const CODINGS: [&str; 4] = ["br", "deflate", "gzip", "zstd"];

fn without_coding(tag: &str) -> &str {
    match tag.rsplit_once('-') {
        Some((version, coding)) if CODINGS.contains(&coding) => version.strip_suffix('-').unwrap_or(version),
        _ => tag,
    }
}

/// The version in a tag that holds more: a change is conditional on the version, and the last layout wins.
fn without_mark(tag: &str) -> &str {
    match tag.split_once('-') {
        Some((version, mark)) if mark.len() == MARK_CHARS && mark.bytes().all(|c| c.is_ascii_hexdigit()) => version,
        _ => tag,
    }
}
