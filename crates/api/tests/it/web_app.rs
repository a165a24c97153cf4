//! The web app as a browser gets it, from a folder that each test fills: whether one was built does not matter.

use std::fs;
use std::net::TcpStream;
use std::{io::Read as _, io::Write as _, path::Path};

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, IF_NONE_MATCH};
use reqwest::{Method, Response, StatusCode};
use sluice_testing::TestDatabase;

use crate::server::{Answer, Server};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const PAGE: &str = "<!doctype html><script src=\"/assets/0123/app.js\"></script>";
const SCRIPT: &str = "/assets/0123/app.js";
const STYLE: &str = "/assets/0123/app.css";

/// A server of a web app whose compressed files say which they are.
struct WebApp {
    server: Server,
    database: TestDatabase,
}

impl WebApp {
    fn start() -> Self {
        let database = TestDatabase::sqlite();
        let folder = database.folder().join("web");
        fs::create_dir_all(folder.join("assets/0123/snippets/a-1")).unwrap();
        for (path, text) in [
            ("index.html", PAGE),
            ("secret", "not below assets"),
            ("assets/0123/app.js", "plain"),
            ("assets/0123/app.js.br", "brotli"),
            ("assets/0123/app.js.gz", "gzip"),
            ("assets/0123/app.css", &"a{}".repeat(1_000)),
            ("assets/0123/app_bg.wasm", "\0asm"),
            ("assets/0123/icon.svg", "<svg/>"),
            ("assets/0123/snippets/a-1/inline0.js", "snippet"),
        ] {
            fs::write(folder.join(path), text).unwrap();
        }
        Self { server: start(&database, &folder), database }
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(reqwest::header::HeaderName, &str)]) -> Response {
        ask(&self.server, method, path, headers).await
    }

    async fn get(&self, path: &str, headers: &[(reqwest::header::HeaderName, &str)]) -> Response {
        self.ask(Method::GET, path, headers).await
    }
}

fn start(database: &TestDatabase, folder: &Path) -> Server {
    Server::with(database, &["--web-dir", folder.to_str().unwrap()])
}

async fn ask(server: &Server, method: Method, path: &str, headers: &[(reqwest::header::HeaderName, &str)]) -> Response {
    // A client that shows what came, and does not decompress it.
    let client = reqwest::Client::builder().no_gzip().build().unwrap();
    let mut request = client.request(method, format!("{}{path}", server.url));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.send().await.unwrap()
}

/// One header, or nothing.
fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_comes_in_the_smallest_form_that_is_taken() {
    let web = WebApp::start();
    for (accepted, encoding, body) in [
        ("gzip, deflate, br, zstd", "br", "brotli"),
        ("gzip", "gzip", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip", "gzip"),
        ("br;q=0, gzip;q=0", "", "plain"),
        ("identity", "", "plain"),
    ] {
        let response = web.get(SCRIPT, &[(ACCEPT_ENCODING, accepted)]).await;
        assert_eq!(response.status(), StatusCode::OK, "{accepted}");
        assert_eq!(header(&response, "content-encoding"), encoding, "{accepted}");
        assert_eq!(header(&response, "vary"), "accept-encoding");
        assert_eq!(header(&response, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(response.text().await.unwrap(), body, "{accepted}");
    }
    assert_eq!(web.get(SCRIPT, &[]).await.text().await.unwrap(), "plain");
    // What is not compressed beforehand is not compressed for each visitor either.
    let style = web.get(STYLE, &[(ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!((header(&style, "content-encoding"), header(&style, "content-length")), ("", "3000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_told_what_a_file_is() {
    let web = WebApp::start();
    for (path, content_type) in [
        (SCRIPT, "text/javascript; charset=utf-8"),
        (STYLE, "text/css; charset=utf-8"),
        ("/assets/0123/app_bg.wasm", "application/wasm"),
        ("/assets/0123/icon.svg", "image/svg+xml"),
        ("/assets/0123/snippets/a-1/inline0.js", "text/javascript; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
    ] {
        let response = web.get(path, &[(ACCEPT_ENCODING, "br")]).await;
        assert_eq!((response.status(), header(&response, "content-type")), (StatusCode::OK, content_type), "{path}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_that_is_not_there_is_a_problem() {
    let web = WebApp::start();
    for path in ["/assets/0123/no.js", "/assets/", "/assets/0123", "/assets/0123/", "/assets/0124/app.js"] {
        for accept in [BROWSER, "*/*"] {
            Answer::of(web.get(path, &[(ACCEPT, accept)]).await).await.problem(404, "not_found");
        }
    }
    let posted = web.ask(Method::POST, SCRIPT, &[]).await;
    Answer::of(posted).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_out_of_the_assets() {
    let web = WebApp::start();
    fs::write(web.database.folder().join("outside"), "secret").unwrap();
    for path in [
        "/assets/../secret",
        "/assets/0123/../../secret",
        "/assets/%2e%2e/secret",
        "/assets/..%2fsecret",
        "/assets/..%2f..%2foutside",
        "/assets/..%5csecret",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/0123/app.js%00.css",
        "/assets/./0123/app.js",
    ] {
        // By hand, as clients tidy such paths up.
        let address = web.server.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(answer.contains("application/problem+json"), "{path}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_into_the_app_lead_there() {
    let web = WebApp::start();
    for path in ["/", "/workflows/market-brief", "/runs/execution-1?step=a.b", "/settings/", "/apis"] {
        let response = web.get(path, &[(ACCEPT, BROWSER)]).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, "cache-control"), "no-cache");
        assert_eq!(header(&response, "vary"), "accept, accept-encoding");
        assert!(header(&response, "content-security-policy").contains("script-src 'self' 'wasm-unsafe-eval';"));
        assert_eq!(header(&response, "x-frame-options"), "DENY");
        assert_eq!(response.text().await.unwrap(), PAGE);
    }
    assert_eq!(web.get("/", &[]).await.text().await.unwrap(), PAGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_page_stays_a_problem() {
    let web = WebApp::start();
    let server = &web.server;
    for path in ["/workflows/x", "/nothing"] {
        for accept in [None, Some("application/json"), Some("*/*")] {
            let headers: Vec<_> = accept.map(|accept| (ACCEPT, accept)).into_iter().collect();
            Answer::of(web.get(path, &headers).await).await.problem(404, "not_found");
        }
        let posted = web.ask(Method::POST, path, &[(ACCEPT, BROWSER)]).await;
        Answer::of(posted).await.problem(404, "not_found");
    }
    for path in ["/api", "/api/v2/x", "/api/v1/nothing", "/healthz/x", "/metrics/x", "/errors/x"] {
        Answer::of(web.get(path, &[(ACCEPT, BROWSER)]).await).await.problem(404, "not_found");
    }
    let unknown = server.request(Method::GET, "/workflows/x").header(ACCEPT, BROWSER).send().await.unwrap();
    Answer::of(unknown).await.problem(404, "workflow_not_found");
    let wrong_method = server.request(Method::DELETE, "/workflows").header(ACCEPT, BROWSER).send().await.unwrap();
    Answer::of(wrong_method).await.problem(405, "method_not_allowed");
    assert_eq!(web.get("/healthz", &[(ACCEPT, BROWSER)]).await.text().await.unwrap(), "ok\n");
    assert_ne!(web.get("/docs/", &[(ACCEPT, BROWSER)]).await.text().await.unwrap(), PAGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_sent_again_only_when_it_changed() {
    let web = WebApp::start();
    let first = web.get("/", &[]).await;
    let tag = header(&first, "etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    for path in ["/", "/workflows/x"] {
        let again = web.get(path, &[(ACCEPT, BROWSER), (IF_NONE_MATCH, &tag)]).await;
        assert_eq!((again.status(), header(&again, "etag")), (StatusCode::NOT_MODIFIED, tag.as_str()));
        assert_eq!(header(&again, "cache-control"), "no-cache");
        assert!(again.bytes().await.unwrap().is_empty());
    }
    let page = web.database.folder().join("web/index.html");
    fs::write(&page, "changed").unwrap();
    let changed = web.get("/", &[(IF_NONE_MATCH, &tag)]).await;
    assert_eq!((changed.status(), changed.text().await.unwrap().as_str()), (StatusCode::OK, "changed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn head_tells_what_get_would() {
    let web = WebApp::start();
    for path in ["/", "/workflows/x", SCRIPT, STYLE] {
        let headers = [(ACCEPT, BROWSER), (ACCEPT_ENCODING, "br")];
        let (got, head) = (web.get(path, &headers).await, web.ask(Method::HEAD, path, &headers).await);
        assert_eq!((got.status(), head.status()), (StatusCode::OK, StatusCode::OK), "{path}");
        for name in ["content-type", "content-length", "content-encoding", "cache-control", "etag", "vary"] {
            assert_eq!(header(&got, name), header(&head, name), "{path}: {name}");
        }
        assert!(head.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_web_app_the_root_leads_to_the_documentation() {
    let database = TestDatabase::sqlite();
    let empty = database.folder().join("empty");
    fs::create_dir_all(&empty).unwrap();
    let server = start(&database, &empty);
    let landed = ask(&server, Method::GET, "/", &[(ACCEPT, BROWSER)]).await;
    assert_eq!((landed.status(), landed.url().path()), (StatusCode::OK, "/docs/"));
    Answer::of(ask(&server, Method::GET, "/workflows/x", &[(ACCEPT, BROWSER)]).await).await.problem(404, "not_found");
}
