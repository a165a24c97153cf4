//! The documentation of the API: Swagger UI in the look of the web app, and the pages of the errors.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_TYPE, ContentEncoding, LOCATION};
use actix_web::web::Path;
use actix_web::{HttpResponse, get, routes};
use sluice_types::ErrorCode;
use utoipa_swagger_ui::Config;

use crate::error::{ApiError, ApiResult};

const PAGE: &str = include_str!("../docs_page/index.html");
const SCRIPT: &str = include_str!("../docs_page/docs.js");
/// The style sheet. Swagger UI's own is in a layer, so that each rule of ours wins; an import has to come first.
const STYLE: &str = concat!(
    "@import url(\"./swagger-ui.css\") layer(swagger);\n",
    include_str!("../../../../frontend/static/css/00-tokens.css"),
    include_str!("../../../../frontend/static/css/10-base.css"),
    include_str!("../../../../frontend/static/css/20-layout.css"),
    include_str!("../docs_page/docs.css"),
);
/// Applies the theme that was chosen in the web app.
const THEME: &str = include_str!("../../../../frontend/static/theme.js");
const ICON: &str = include_str!("../../../../frontend/static/icon.svg");

/// Redirects to the documentation, whose files are relative to the slash at the end.
#[get("/docs")]
pub async fn docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// The page of the documentation.
#[routes]
#[get("/docs/")]
#[get("/docs/index.html")]
pub async fn docs_page() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(PAGE)
}

/// A file of the page.
#[get("/docs/{file}")]
pub async fn docs_file(name: Path<String>) -> ApiResult<HttpResponse> {
    let (kind, body) = match name.as_str() {
        "docs.css" => ("text/css; charset=utf-8", STYLE),
        "docs.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "theme.js" => ("text/javascript; charset=utf-8", THEME),
        "icon.svg" => ("image/svg+xml", ICON),
        "swagger-ui.css" | "swagger-ui-bundle.js" => return library(&name),
        _ => return Err(ErrorCode::NotFound.into()),
    };
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(body))
}

/// A file of Swagger UI.
fn library(name: &str) -> ApiResult<HttpResponse> {
    let found = utoipa_swagger_ui::serve(name, Arc::new(Config::default()));
    let file = found.ok().flatten().ok_or(ErrorCode::NotFound)?;
    let mut answer = HttpResponse::Ok();
    if file.gzpipped {
        answer.insert_header(ContentEncoding::Gzip);
    }
    Ok(answer.insert_header((CONTENT_TYPE, file.content_type)).body(file.bytes.into_owned()))
}

/// The table of error codes.
#[routes]
#[get("/docs/errors")]
#[get("/docs/errors/")]
pub async fn error_pages() -> ApiResult<HttpResponse> {
    let page = crate::assets::error_page("README").ok_or(ErrorCode::NotFound)?;
    Ok(HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(page))
}

/// The page that explains an error code.
#[get("/docs/errors/{code}")]
pub async fn error_page(code: Path<String>) -> ApiResult<HttpResponse> {
    let page = crate::assets::error_page(code.trim_end_matches(".md"))
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("There is no error code `{code}`.")))?;
    Ok(HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(page))
}
