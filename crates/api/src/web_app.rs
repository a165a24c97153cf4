//! Serves the web app: its files under `/assets/`, and its page at every other address that a browser opens.

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ContentEncoding, ETAG, HeaderValue, LOCATION, VARY};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get};
use bytes::Bytes;

use crate::etag::{is_known, tag_of};
use crate::negotiate;
use crate::routes::nothing_here;
use crate::state::App;

const PAGE: &str = "index.html";
/// The addresses of assets contain a hash of all assets, so their content never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The page links to the assets: browsers revalidate it each time, and mostly get 304.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("no-cache");
/// First segments of the addresses that the server answers itself. Every other address belongs to the web app, which has its own page for unknown ones.
const NOT_THE_APP: [&str; 8] = ["api", "assets", "docs", "errors", "healthz", "metrics", "openapi.json", "readyz"];

/// A file of the web app.
#[get("/assets/{path:.*}")]
pub async fn asset(path: Path<String>, request: HttpRequest, app: Data<App>) -> HttpResponse {
    let path = format!("assets/{path}");
    let Some((mut answer, bytes)) = find(&app, &request, &path).await else {
        return nothing_here(&request);
    };
    answer.insert_header((CACHE_CONTROL, FOR_EVER)).insert_header((VARY, "accept-encoding")).body(bytes)
}

/// The web app; a redirect to the documentation when the server has none.
#[get("/")]
pub async fn root(request: HttpRequest, app: Data<App>) -> HttpResponse {
    match page(&request, &app).await {
        Some(page) => page,
        None => HttpResponse::TemporaryRedirect().insert_header((LOCATION, "/docs/")).finish(),
    }
}

/// Answers requests without a handler: with the web app when a browser opens the address, so that links into the app
/// work; otherwise with a problem.
pub async fn page_or_problem(request: HttpRequest, app: Data<App>) -> HttpResponse {
    if is_of_the_app(&request)
        && let Some(page) = page(&request, &app).await
    {
        return page;
    }
    nothing_here(&request)
}

fn is_of_the_app(request: &HttpRequest) -> bool {
    let first = request.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    request.method() == Method::GET && !NOT_THE_APP.contains(&first) && negotiate::wants_page(request)
}

async fn page(request: &HttpRequest, app: &App) -> Option<HttpResponse> {
    let tag = tag_of(&app.web.get(PAGE).await?);
    let (mut answer, bytes) = if is_known(request, &tag) {
        (HttpResponse::NotModified(), Bytes::new())
    } else {
        find(app, request, PAGE).await?
    };
    answer.insert_header((CACHE_CONTROL, ASK_FIRST)).insert_header((ETAG, tag.to_string()));
    Some(answer.insert_header((VARY, "accept, accept-encoding")).body(bytes))
}

/// The smallest encoding of a file that the client accepts, and the head of the answer.
async fn find(app: &App, request: &HttpRequest, path: &str) -> Option<(HttpResponseBuilder, Bytes)> {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, content_type(path)));
    for (encoding, ending) in negotiate::compressed(request) {
        if let Some(bytes) = app.web.get(&format!("{path}{ending}")).await {
            answer.insert_header(encoding);
            return Some((answer, bytes));
        }
    }
    let bytes = app.web.get(path).await?;
    // Prevents the middleware from compressing it: it is too small to gain from that, or a debug build serves it.
    answer.insert_header(ContentEncoding::Identity);
    Some((answer, bytes))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        // Browsers compile WebAssembly while it arrives only with this type.
        "wasm" => "application/wasm",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
