//! Keeps other pages in the user's browser away from a server without a login: the `Host` must be
//! a loopback name (else a page could rebind its own name to 127.0.0.1), and a browser's `Origin`
//! must be our own (else any page could post here).

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CROSS_ORIGIN_OPENER_POLICY, CROSS_ORIGIN_RESOURCE_POLICY, HOST,
    HeaderMap, HeaderValue, ORIGIN, PERMISSIONS_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError as _};
use sluice_types::ErrorCode;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::error::ApiError;

/// Refuses requests that other pages could have made; adds the headers that keep answers harmless.
pub async fn guarded<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if let Err(refused) = check(request.headers()) {
        return Ok(request.into_response(refused.error_response()).map_into_right_body());
    }
    let docs = request.path().starts_with("/docs");
    let mut response = next.call(request).await?.map_into_left_body();
    let headers = response.headers_mut();
    // How a handler keeps an answer from being compressed; on the wire it says nothing (RFC 9110, section 8.4.1).
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "identity") {
        headers.remove(CONTENT_ENCODING);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(if docs { DOCS_POLICY } else { POLICY }));
    headers.insert(CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(NOT_NEEDED));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    Ok(response)
}

/// What no page of ours asks the browser for.
const NOT_NEEDED: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
                      object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Swagger UI sets styles by itself.
const DOCS_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
                           base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

fn check(headers: &HeaderMap) -> Result<(), ApiError> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_loopback(host) {
        let detail = format!(
            "This server answers on loopback names only, not on `{host}`: use http://localhost or http://127.0.0.1."
        );
        return Err(ApiError::new(ErrorCode::HostNotAllowed, detail));
    }
    let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host);
    if own {
        Ok(())
    } else {
        Err(ApiError::new(ErrorCode::OriginNotAllowed, format!("Pages of `{origin}` may not call this server.")))
    }
}

/// Whether a `Host` names this machine itself, with or without a port.
fn is_loopback(host: &str) -> bool {
    let Some((name, rest)) = (match host.strip_prefix('[') {
        Some(inner) => inner.split_once(']'),
        None => Some(host.find(':').map_or((host, ""), |colon| host.split_at(colon))),
    }) else {
        return false;
    };
    let port_fits = rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
    let named = if host.starts_with('[') {
        name.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
    } else {
        is_localhost(name) || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    };
    port_fits && named
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// `localhost` and the names below it (RFC 6761, section 6.3), which resolve to this machine.
fn is_localhost(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let below = name.strip_suffix(".localhost").unwrap_or(&name);
    name == "localhost"
        || (below.len() < name.len()
            && below.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(host: &str, origin: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        check(&headers).is_ok()
    }

    #[test]
    fn only_loopback_names_and_our_own_pages() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost:8080",
            "[::1]",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]:8080",
            "app.localhost:1",
        ] {
            assert!(allowed(host, None), "{host}");
        }
        for host in [
            "",
            "example.com",
            "example.com:8080",
            "192.168.0.2",
            "localhost.example.com",
            "[::2]",
            "127.0.0.1.example.com",
            "[::1]evil.com",
            "[::1",
            "[::1]:80:80",
            "[localhost]",
            "[127.0.0.1]",
            "::1",
            "127.0.0.1:8201@evil.com",
            "evil.com@localhost",
            "evil.com/.localhost",
            "localhost:",
            "localhost:x",
            "localhost:8080x",
            "localhost:+80",
            "localhost:65536",
            "localhost:80:80",
        ] {
            assert!(!allowed(host, None), "{host}");
        }
        assert!(allowed("127.0.0.1:8080", Some("http://127.0.0.1:8080")));
        for origin in ["http://127.0.0.1:9090", "http://localhost:8080", "https://example.com", "null", "file://"] {
            assert!(!allowed("127.0.0.1:8080", Some(origin)), "{origin}");
        }
    }
}
