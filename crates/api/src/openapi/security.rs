//! How callers will say who they are.
//!
//! There is no login yet. Clients that are generated now already have the parameter for it: a constructor that changes later
//! would break their callers.

use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

/// The cookie of a session in the browser.
const COOKIE: &str = "sluice_session";

/// Adds the schemes, and the requirement of one of them or none.
pub fn secure(document: &mut OpenApi) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API key. It is not needed yet, and not read: there is no login."))
        .build();
    let cookie = ApiKeyValue::with_description(COOKIE, "A session in the browser. It is not needed yet, and not read.");
    let schemes =
        [("bearer", SecurityScheme::Http(bearer)), ("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))];
    let components = document.components.get_or_insert_default();
    let named = |name: &str| SecurityRequirement::new(name, [""; 0]);
    // The empty requirement: no credential is needed.
    document.security = Some(vec![SecurityRequirement::default(), named("bearer"), named("cookie")]);
    components.security_schemes.extend(schemes.map(|(name, scheme)| (name.to_owned(), scheme.into())));
}
