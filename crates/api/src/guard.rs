//! Refuses requests before a handler or a body is read.
//!
//! Without a login, other pages in the user's browser must be kept away: the `Host` must be a loopback name (otherwise
//! a page could rebind its own name to 127.0.0.1), and a browser's `Origin` and `Sec-Fetch-Site` must be our own
//! (otherwise any page could send requests here). A compressed body is refused: a few KiB can expand to GiB.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST, HeaderMap, HeaderValue, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError as _};
use sluice_types::ErrorCode;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::error::ApiError;

/// Passes on the requests that are allowed, and answers the others with a problem.
pub async fn guarded<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if let Err(refused) = check_host(request.head()).and_then(|host| check_page(request.head(), host)) {
        return Ok(request.into_response(refused.error_response()).map_into_right_body());
    }
    if let Err(refused) = check_encoding(request.headers()) {
        let mut response = refused.error_response();
        // It names the encodings of a body that are accepted (RFC 9110, section 12.5.3).
        response.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        return Ok(request.into_response(response).map_into_right_body());
    }
    // Every body extractor of actix decompresses by this header; without it none does.
    request.headers_mut().remove(CONTENT_ENCODING);
    Ok(next.call(request).await?.map_into_left_body())
}

/// Checks the host that a request is for, and returns it. The authority of an absolute target replaces the `Host`
/// header (RFC 9112, section 3.2.2); both must be loopback names.
fn check_host(head: &RequestHead) -> Result<&str, ApiError> {
    let header = head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let authority = head.uri.authority().map_or(header, |authority| authority.as_str());
    match [header, authority].into_iter().find(|host| !is_loopback(host)) {
        None => Ok(authority),
        Some(host) => {
            let detail = format!(
                "This server answers on loopback names only, not on `{host}`: use http://localhost or http://127.0.0.1."
            );
            Err(ApiError::new(ErrorCode::HostNotAllowed, detail))
        }
    }
}

/// Checks that a request does not come from a page of another origin.
fn check_page(head: &RequestHead, host: &str) -> Result<(), ApiError> {
    let refused = |detail: String| Err(ApiError::new(ErrorCode::OriginNotAllowed, detail));
    // A second header would leave open which of the two counts.
    for origin in head.headers.get_all(ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        if origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) != Some(host) {
            return refused(format!("Pages of `{origin}` may not call this server."));
        }
    }
    if head.headers.get_all(ORIGIN).count() > 1 {
        return refused("The request has more than one `Origin` header.".into());
    }
    if is_of_another_page(&head.headers) && !opens_a_page(head) {
        return refused("A page of another origin may link to the web app, and may not call this server.".into());
    }
    Ok(())
}

/// Whether the browser says that a page of another origin has caused the request (Fetch Metadata, section 2.4).
/// A page on another port of the same host is `same-site`.
fn is_of_another_page(headers: &HeaderMap) -> bool {
    headers.get_all("sec-fetch-site").any(|site| site == "cross-site" || site == "same-site")
}

/// Whether the request opens an address outside the API in a tab, as a link on any page may do.
fn opens_a_page(head: &RequestHead) -> bool {
    let is = |name: &str, expected: &str| head.headers.get(name).is_some_and(|value| value == expected);
    let path = head.uri.path();
    matches!(head.method, Method::GET | Method::HEAD)
        && is("sec-fetch-mode", "navigate")
        && is("sec-fetch-dest", "document")
        && path != "/api"
        && !path.starts_with("/api/")
}

/// Checks that a body is not compressed.
fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    let named = headers.get_all(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("unreadable"));
    let mut codings = named.flat_map(|value| value.split(',')).map(str::trim).filter(|coding| !coding.is_empty());
    match codings.find(|coding| !coding.eq_ignore_ascii_case("identity")) {
        None => Ok(()),
        Some(coding) => {
            let detail = format!("The body's `Content-Encoding` is `{coding}`: send it without compression.");
            Err(ApiError::new(ErrorCode::UnsupportedMediaType, detail))
        }
    }
}

/// Whether a `Host` is a name of this machine itself, with or without a port.
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
    use actix_web::test::TestRequest;

    const HOST_HEADER: (&str, &str) = ("host", "127.0.0.1:8080");

    fn passes(request: TestRequest) -> bool {
        let request = request.to_srv_request();
        check_host(request.head()).and_then(|host| check_page(request.head(), host)).is_ok()
    }

    #[test]
    fn only_loopback_names() {
        let allowed = |host: &str| passes(TestRequest::get().insert_header(("host", host)));
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
            assert!(allowed(host), "{host}");
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
            assert!(!allowed(host), "{host}");
        }
    }

    #[test]
    fn the_authority_of_an_absolute_target_is_a_host() {
        let to = |target: &str| TestRequest::get().uri(target).insert_header(HOST_HEADER);
        assert!(passes(to("http://127.0.0.1:8080/x")) && passes(to("http://localhost/x")));
        assert!(!passes(to("http://evil.com/x")) && !passes(to("http://localhost@evil.com/x")));
        // Our own pages are those of the authority.
        assert!(!passes(to("http://localhost/x").insert_header(("origin", "http://127.0.0.1:8080"))));
        let header = TestRequest::get().uri("http://localhost/x").insert_header(("host", "evil.com"));
        assert!(!passes(header));
    }

    #[test]
    fn only_one_origin_and_it_is_our_own() {
        let from = |origin: &str| TestRequest::get().insert_header(HOST_HEADER).insert_header(("origin", origin));
        assert!(passes(from("http://127.0.0.1:8080")));
        for origin in ["http://127.0.0.1:9090", "http://localhost:8080", "https://example.com", "null", "file://"] {
            assert!(!passes(from(origin)), "{origin}");
            assert!(!passes(from("http://127.0.0.1:8080").append_header(("origin", origin))), "second {origin}");
        }
        assert!(!passes(from("http://127.0.0.1:8080").append_header(("origin", "http://127.0.0.1:8080"))));
    }

    #[test]
    fn pages_of_other_origins_may_only_link_to_the_app() {
        let from = |site: &str, path: &str| {
            TestRequest::get().uri(path).insert_header(HOST_HEADER).insert_header(("sec-fetch-site", site))
        };
        let link = |request: TestRequest| {
            request.insert_header(("sec-fetch-mode", "navigate")).insert_header(("sec-fetch-dest", "document"))
        };
        for site in ["same-origin", "none", "of-tomorrow"] {
            assert!(passes(from(site, "/api/v1/workflows")), "{site}");
        }
        for site in ["cross-site", "same-site"] {
            assert!(!passes(from(site, "/api/v1/workflows")) && !passes(from(site, "/")), "{site}");
            assert!(passes(link(from(site, "/"))) && passes(link(from(site, "/workflows/x"))), "{site}");
            assert!(!passes(link(from(site, "/api/v1/workflows"))) && !passes(link(from(site, "/api"))), "{site}");
            assert!(!passes(link(from(site, "/")).method(Method::POST)), "{site}");
        }
        let frame = from("cross-site", "/").insert_header(("sec-fetch-mode", "navigate"));
        assert!(!passes(frame.insert_header(("sec-fetch-dest", "iframe"))));
        assert!(!passes(from("same-origin", "/").append_header(("sec-fetch-site", "cross-site"))));
    }

    #[test]
    fn a_body_is_not_compressed() {
        let taken = |values: &[&str]| {
            let request = values
                .iter()
                .fold(TestRequest::post(), |request, value| request.append_header((CONTENT_ENCODING, *value)));
            check_encoding(request.to_srv_request().headers()).is_ok()
        };
        assert!(taken(&[]) && taken(&["identity"]) && taken(&["Identity, identity"]) && taken(&[""]));
        for refused in [
            &["gzip"][..],
            &["GZip"],
            &["identity, gzip"],
            &["identity", "br"],
            &["deflate"],
            &["zstd"],
            &["x"],
            &["\u{e4}"],
        ] {
            assert!(!taken(refused), "{refused:?}");
        }
    }
}
