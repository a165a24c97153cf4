//! The addresses that the server knows, and the methods that each takes. Methods are checked before routing: a path like
//! `/workflows/templates` would otherwise reach the handlers of `/workflows/{workflow_id}`.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use serde::Deserialize;

use crate::openapi::Document;
use crate::routes::{OUTSIDE_API, method_not_allowed, query_not_taken};

/// Refuses a method that a known address does not take, and query parameters where none are taken.
pub async fn with_known_method<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let refused = request.app_data::<Data<Document>>().and_then(|document| {
        let allowed = document.methods_at(request.path());
        let taken = allowed.is_empty() || allowed.contains(&request.method().as_str());
        if !taken {
            return Some(method_not_allowed(request.path(), allowed));
        }
        let is_ignored = !request.query_string().is_empty()
            && !allowed.is_empty()
            && !document.takes_query(request.path(), request.method().as_str());
        is_ignored.then(|| query_not_taken(request.query_string()))
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
    /// The methods that take query parameters.
    with_query: Vec<&'static str>,
}

impl Addresses {
    /// The addresses of a document, and those outside of the API.
    pub fn of(document: &str) -> serde_json::Result<Self> {
        let document: Paths = serde_json::from_str(document)?;
        let of_api = document.paths.iter().map(|(path, operations)| {
            // No id of a step is reserved: what stands beside the addresses of single steps may be one of them, too.
            let list = path.rsplit_once('/').map_or("", |(list, _)| list);
            let of_step = document.paths.get(&format!("{list}/{{step_id}}"));
            let all = |is_wanted: fn(&Operation) -> bool| {
                let all = [Some(operations), of_step].into_iter().flatten();
                let all: BTreeSet<_> = all.flat_map(|operations| methods(operations, is_wanted)).collect();
                all.into_iter().collect()
            };
            Address::new(path, all(|_| true), all(Operation::has_query))
        });
        // Files are read with any query, which caches may know them by.
        let outside = OUTSIDE_API.iter().map(|path| Address::new(path, vec!["GET", "HEAD"], vec!["GET", "HEAD"]));
        Ok(Self(of_api.chain(outside).collect()))
    }

    /// The methods of an address; empty when it is unknown.
    pub fn methods_at(&self, path: &str) -> &[&'static str] {
        self.at(path).map_or(&[], |address| &address.methods)
    }

    /// Whether an operation takes query parameters.
    pub fn takes_query(&self, path: &str, method: &str) -> bool {
        self.at(path).is_some_and(|address| address.with_query.contains(&method))
    }

    fn at(&self, path: &str) -> Option<&Address> {
        // The first literal segment decides, as in the routes: `/executions/{execution_id}` goes before `/{workflow_id}/validate`.
        let matching = self.0.iter().filter(|address| address.is_match(path));
        matching.min_by(|a, b| a.parameters().cmp(b.parameters()))
    }
}

impl Address {
    fn new(path: &str, methods: Vec<&'static str>, with_query: Vec<&'static str>) -> Self {
        let segments = path.split('/').map(|segment| (!segment.starts_with('{')).then(|| segment.to_owned()));
        Self { segments: segments.collect(), methods, with_query }
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

/// What is read of a document.
#[derive(Deserialize)]
struct Paths {
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
}

#[derive(Deserialize)]
struct Operation {
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
struct Parameter {
    #[serde(rename = "in")]
    place: String,
}

impl Operation {
    fn has_query(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.place == "query")
    }
}

/// The methods of an address whose operations are as asked for.
fn methods(operations: &BTreeMap<String, Operation>, is_wanted: impl Fn(&Operation) -> bool) -> Vec<&'static str> {
    // Every `GET` is answered without its body, too.
    let methods =
        [("DELETE", "delete"), ("GET", "get"), ("HEAD", "get"), ("PATCH", "patch"), ("POST", "post"), ("PUT", "put")];
    let wanted = methods.into_iter().filter(|(_, operation)| operations.get(*operation).is_some_and(&is_wanted));
    wanted.map(|(method, _)| method).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_literal_address_decides() {
        let addresses = Addresses::of(Document::text()).unwrap();
        for (path, expected) in [
            ("/api/v1/workflows", "GET HEAD POST"),
            ("/api/v1/workflows/x", "DELETE GET HEAD PATCH PUT"),
            ("/api/v1/workflows/executions", "GET HEAD"),
            ("/api/v1/workflows/templates", "GET HEAD POST"),
            ("/api/v1/workflows/step-templates", "GET HEAD"),
            ("/api/v1/workflows/x/validate", "POST"),
            ("/api/v1/workflows/executions/validate", "DELETE GET HEAD PATCH"),
            ("/api/v1/workflows/x/steps/reorder", "DELETE GET HEAD POST PUT"),
            ("/api/v1/workflows/x/steps/y", "DELETE GET HEAD PUT"),
            ("/healthz", "GET HEAD"),
            ("/docs/errors/gate_open", "GET HEAD"),
            ("/api/v1/workflows/", ""),
            ("/api/v1/nothing", ""),
            ("/workflows", ""),
        ] {
            assert_eq!(addresses.methods_at(path).join(" "), expected, "{path}");
        }
    }

    #[test]
    fn an_operation_takes_the_query_that_it_documents() {
        let addresses = Addresses::of(Document::text()).unwrap();
        for (method, path, expected) in [
            ("GET", "/api/v1/workflows", true),
            ("HEAD", "/api/v1/workflows", true),
            ("POST", "/api/v1/workflows", false),
            ("GET", "/api/v1/workflows/x", false),
            ("POST", "/api/v1/workflows/x/executions", true),
            ("GET", "/openapi.json", true),
        ] {
            assert_eq!(addresses.takes_query(path, method), expected, "{method} {path}");
        }
    }
}
