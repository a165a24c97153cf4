//! The web app's files. `cargo xtask` builds them from `frontend/` into the binary once there is a
//! web app; until then the server's root leads to the API's documentation.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get};

/// Leads to the documentation, as long as no web app is built in.
#[get("/")]
pub async fn root() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// The pages under `docs/errors/`, compiled in so that the `type` of a problem leads somewhere.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../docs/errors/"]
struct ErrorPages;

/// The page that explains an error code, as Markdown.
pub fn error_page(code: &str) -> Option<String> {
    let page = ErrorPages::get(&format!("{code}.md"))?;
    String::from_utf8(page.data.into_owned()).ok()
}
