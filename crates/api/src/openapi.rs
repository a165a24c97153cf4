//! The OpenAPI document: made from the handlers, with each operation's errors filled in from the
//! table of codes.

use actix_web::dev::ResourceDef;
use serde_json::{Value, json};
use sluice_types::{ErrorCode, Problem};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, ResponseBuilder, ServerBuilder,
};
use utoipa_actix_web::AppExt as _;

use crate::routes;

/// The document as the server serves it, with the addresses that it names.
#[derive(Clone)]
pub struct Document {
    text: String,
    addresses: Vec<(ResourceDef, Vec<&'static str>)>,
}

impl Document {
    /// The document of this version.
    pub fn new() -> Self {
        let document = document();
        let addresses = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let taken = methods.into_iter().filter(|(_, there)| *there).map(|(method, _)| method);
            (ResourceDef::new(path.as_str()), taken.collect())
        });
        Self { addresses: addresses.collect(), text: serde_json::to_string(&document).unwrap_or_default() }
    }

    /// The document as JSON.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The methods that an address takes; none when it is unknown.
    pub fn methods_at(&self, path: &str) -> Vec<&'static str> {
        let mut methods: Vec<&'static str> = self
            .addresses
            .iter()
            .filter(|(address, _)| address.is_match(path))
            .flat_map(|(_, methods)| methods.clone())
            .collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }
}

/// Codes that any operation may answer.
const EVERYWHERE: [ErrorCode; 5] = [
    ErrorCode::HostNotAllowed,
    ErrorCode::OriginNotAllowed,
    ErrorCode::InvalidPath,
    ErrorCode::DatabaseUnavailable,
    ErrorCode::Internal,
];
/// Codes that any operation with a body may answer.
const WITH_BODY: [ErrorCode; 4] =
    [ErrorCode::InvalidJson, ErrorCode::BodyTooLarge, ErrorCode::UnsupportedMediaType, ErrorCode::InvalidRequest];

/// The OpenAPI 3.1 document of this version.
pub fn document() -> OpenApi {
    let (_, mut document) = actix_web::App::new().into_utoipa_app().configure(routes::api).split_for_parts();
    document.info = InfoBuilder::new()
        .title("Sluice")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Design, run and watch multi-step AI workflows. Errors are RFC 9457 problems; each code has a page under /docs/errors/."))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
        .build();
    document.servers = Some(vec![
        ServerBuilder::new().url("http://127.0.0.1:8080").description(Some("A server on your own machine")).build(),
    ]);
    // Without a login, nothing is asked for.
    document.security = Some(vec![utoipa::openapi::security::SecurityRequirement::default()]);
    document.components.get_or_insert_default().schemas.extend(schemas_of::<Problem>());
    document.components.get_or_insert_default().schemas.extend(schemas_of::<sluice_types::Event>());
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        operations.into_iter().flatten().for_each(fill_in);
    }
    document
}

fn schemas_of<T: utoipa::ToSchema>() -> Vec<(String, RefOr<utoipa::openapi::Schema>)> {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    schemas
}

/// Writes out the errors that an operation names in `x-error-codes`, by status.
fn fill_in(operation: &mut Operation) {
    let named = operation.extensions.as_ref().and_then(|extensions| extensions.get("x-error-codes")).cloned();
    let mut codes: Vec<ErrorCode> = named.and_then(|codes| serde_json::from_value(codes).ok()).unwrap_or_default();
    codes.extend(EVERYWHERE);
    if operation.request_body.is_some() {
        codes.extend(WITH_BODY);
    }
    codes.sort_by_key(|code| (code.status(), code.as_str()));
    codes.dedup();
    for same_status in codes.chunk_by(|a, b| a.status() == b.status()) {
        let Some(first) = same_status.first() else { continue };
        let titles: Vec<String> =
            same_status.iter().map(|code| format!("`{}`: {}", code.as_str(), code.title())).collect();
        let content =
            ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).example(Some(example(*first))).build();
        let response =
            ResponseBuilder::new().description(titles.join("; ")).content("application/problem+json", content).build();
        operation.responses.responses.insert(first.status().to_string(), RefOr::T(response));
    }
}

fn example(code: ErrorCode) -> Value {
    json!({
        "type": format!("/docs/errors/{}", code.as_str()),
        "title": code.title(),
        "status": code.status(),
        "code": code.as_str(),
        "detail": format!("{}.", code.title()),
        "request_id": "0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11",
    })
}
