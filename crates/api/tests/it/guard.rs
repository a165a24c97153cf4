//! Requests that are refused before a handler sees them, and the headers of every answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::{Method, StatusCode};
use sluice_testing::TestDatabase;

use crate::server::{Answer, Server};

/// Sends a request as it is written, without the help of a client; returns the answer as text.
fn send_raw(server: &Server, head: &str) -> String {
    let mut connection = TcpStream::connect(server.address()).unwrap();
    write!(connection, "{head}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_refused_and_answers_are_compressed() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    for coding in ["gzip", "GZIP", "br", "identity, gzip", "unheard-of"] {
        let request = server.request(Method::POST, "/workflows").header("content-encoding", coding);
        let refused = request.header("content-type", "application/json").body("{}").send().await.unwrap();
        assert_eq!(refused.headers()["accept-encoding"], "identity");
        let detail = Answer::of(refused).await.problem(415, "unsupported_media_type");
        assert!(detail.contains("without compression"), "{detail}");
    }
    let request = server.request(Method::POST, "/workflows").header("content-encoding", "Identity");
    let body = "{\"name\": \"x\", \"definition\": {\"steps\": []}}";
    let taken = request.header("content-type", "application/json").body(body).send().await.unwrap();
    Answer::of(taken).await.expect(StatusCode::CREATED);
    // By hand: the client would decompress it and take the header away.
    let head = format!("GET /openapi.json HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: gzip", server.address());
    assert!(send_raw(&server, &head).contains("content-encoding: gzip"));
}

/// Java's client offers HTTP/2 with each request, and uses a connection again unless the answer says that it is closed.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_to_upgrade_is_declined_and_the_end_of_the_connection_announced() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let mut connection = TcpStream::connect(server.address()).unwrap();
    // A guard against a hang: the server closes the connection at once.
    connection.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk";
    write!(connection, "GET /api/v1/workflows HTTP/1.1\r\nHost: {}\r\n{offer}\r\n\r\n", server.address()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_refused_before_it_has_come() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let address = server.address();
    // None of the declared body is sent: the answer must not wait for it.
    let head = format!(
        "POST /api/v1/workflows HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Encoding: gzip\r\nContent-Length: 1000"
    );
    let answer = send_raw(&server, &head);
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_answers_have_the_security_headers() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let with = |name: &'static str, value: &'static str| server.request(Method::GET, "/workflows").header(name, value);
    for request in [
        with("host", "rebound.example.com"),
        with("origin", "https://example.com"),
        with("sec-fetch-site", "cross-site"),
        with("sec-fetch-site", "same-site"),
        with("content-encoding", "gzip"),
        with("accept", "text/plain"),
    ] {
        let answer = request.send().await.unwrap();
        let (is_refused, headers) = (!answer.status().is_success(), answer.headers().clone());
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert_eq!(headers["cache-control"], if is_refused { "no-store" } else { "private, no-cache" });
        assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    }
    let foreign = with("sec-fetch-site", "cross-site").send().await.unwrap();
    Answer::of(foreign).await.problem(403, "origin_not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_documentation_has_its_policy() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let policy = async |path: &str| {
        let answer = server.client.get(format!("{}{path}", server.url)).send().await.unwrap();
        answer.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    for path in ["/docs/", "/docs/errors/gate_open"] {
        assert!(policy(path).await.contains("style-src 'self' 'unsafe-inline'"), "{path}");
    }
    for path in ["/docsfoo", "/docs-of-another/x", "/api/v1/workflows"] {
        assert!(!policy(path).await.contains("unsafe-inline"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_clients_do_not_make() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let address = server.address();
    let absolute = |host: &str| format!("GET http://{host}/healthz HTTP/1.1\r\nHost: {address}");
    assert!(send_raw(&server, &absolute(address)).starts_with("HTTP/1.1 200 "));
    assert!(send_raw(&server, &absolute("evil.com")).contains("host_not_allowed"));
    let origins =
        format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nOrigin: http://example.com");
    assert!(send_raw(&server, &origins).contains("origin_not_allowed"));
    // Each made-up method would be kept as a time series of its own.
    for number in 0..3 {
        send_raw(&server, &format!("MADEUP{number} / HTTP/1.1\r\nHost: {address}"));
    }
    let metrics = server.client.get(format!("{}/metrics", server.url)).send().await.unwrap().text().await.unwrap();
    assert!(!metrics.contains("MADEUP"), "{metrics}");
    assert!(metrics.contains("sluice_http_requests_total{method=\"other\""), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_the_framework_are_problems() {
    let database = TestDatabase::sqlite();
    let server = Server::start(&database);
    let get = |path: &str| server.client.get(format!("{}{path}", server.url));
    for path in ["/docs/nothing.js", "/docs/errors/x/y", "/assets/nothing.js", "/nothing"] {
        Answer::of(get(path).send().await.unwrap()).await.problem(404, "not_found");
    }
    for excluded in ["*;q=0", "identity;q=0, gzip;q=0"] {
        let answer = get("/openapi.json").header("accept-encoding", excluded).send().await.unwrap();
        Answer::of(answer).await.problem(406, "not_acceptable");
    }
}
