//! The addresses that the server knows, and the methods that each takes. Methods are checked before routing: a path like
//! `/workflows/templates` would otherwise reach the handlers of `/workflows/{workflow_id}`.

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

use crate::openapi::Document;
use crate::routes::{OUTSIDE_API, method_not_allowed};

/// Refuses a method that a known address does not take.
pub async fn with_known_method<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let refused = request.app_data::<Data<Document>>().and_then(|document| {
        let allowed = document.methods_at(request.path());
        let taken = allowed.is_empty() || allowed.contains(&request.method().as_str());
        (!taken).then(|| method_not_allowed(request.path(), allowed))
    });
    match refused {
        Some(response) => Ok(request.into_response(response).map_into_right_body()),
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}

/// All addresses.
#[derive(Clone)]
pub struct Addresses(Vec<Address>);

#[derive(Clone)]
struct Address {
    /// The segments of its path; `None` for a parameter.
    segments: Vec<Option<String>>,
    methods: Vec<&'static str>,
}

impl Addresses {
    /// The addresses of a document, and those outside of the API.
    pub fn new(document: &OpenApi) -> Self {
        let of_api = document.paths.paths.iter().map(|(path, item)| Address::new(path, methods(item)));
        let outside = OUTSIDE_API.iter().map(|path| Address::new(path, vec!["GET", "HEAD"]));
        Self(of_api.chain(outside).collect())
    }

    /// The methods of an address; empty when it is unknown.
    pub fn methods_at(&self, path: &str) -> &[&'static str] {
        // The first literal segment decides, as in the routes: `/executions/{execution_id}` goes before `/{workflow_id}/validate`.
        let matching = self.0.iter().filter(|address| address.is_match(path));
        matching.min_by(|a, b| a.parameters().cmp(b.parameters())).map_or(&[], |address| &address.methods)
    }
}

impl Address {
    fn new(path: &str, methods: Vec<&'static str>) -> Self {
        let segments = path.split('/').map(|segment| (!segment.starts_with('{')).then(|| segment.to_owned()));
        Self { segments: segments.collect(), methods }
    }

    fn is_match(&self, path: &str) -> bool {
        let mut given = path.split('/');
        let fits = self.segments.iter().all(|segment| match (segment, given.next()) {
            (Some(literal), Some(given)) => literal == given,
            (None, Some(given)) => !given.is_empty(),
            (_, None) => false,
        });
        fits && given.next().is_none()
    }

    fn parameters(&self) -> impl Iterator<Item = bool> {
        self.segments.iter().map(Option::is_none)
    }
}

fn methods(item: &PathItem) -> Vec<&'static str> {
    let there = [
        ("DELETE", item.delete.is_some()),
        ("GET", item.get.is_some()),
        // Every `GET` is answered without its body, too.
        ("HEAD", item.get.is_some()),
        ("PATCH", item.patch.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
    ];
    there.into_iter().filter(|(_, there)| *there).map(|(method, _)| method).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_literal_address_decides() {
        let addresses = Addresses::new(&crate::routes::document());
        for (path, expected) in [
            ("/api/v1/workflows", "GET HEAD POST"),
            ("/api/v1/workflows/x", "DELETE GET HEAD PUT"),
            ("/api/v1/workflows/executions", "GET HEAD"),
            ("/api/v1/workflows/templates", "GET HEAD POST"),
            ("/api/v1/workflows/step-templates", "GET HEAD"),
            ("/api/v1/workflows/x/validate", "POST"),
            ("/api/v1/workflows/executions/validate", "DELETE GET HEAD PATCH"),
            ("/healthz", "GET HEAD"),
            ("/docs/errors/gate_open", "GET HEAD"),
            ("/api/v1/workflows/", ""),
            ("/api/v1/nothing", ""),
            ("/workflows", ""),
        ] {
            assert_eq!(addresses.methods_at(path).join(" "), expected, "{path}");
        }
    }
}
