//! The OpenAPI document: completes the document that is generated from the handlers, with each operation's errors
//! from the table of codes. It knows nothing of routes.

mod constraints;
mod examples;
mod idempotency;
mod security;
mod served;
mod shapes;
mod three_zero;

use serde_json::{Value, json};
use sluice_types::{ErrorCode, Problem};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema, ServerBuilder,
};

pub use served::Document;
pub use three_zero::rendition as older_rendition;

const REQUEST_ID: &str = "0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11";
const EXECUTION_ADDRESS: &str = "/api/v1/workflows/executions/execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11";

/// Codes that any operation may answer.
const EVERYWHERE: [ErrorCode; 6] = [
    ErrorCode::HostNotAllowed,
    ErrorCode::OriginNotAllowed,
    ErrorCode::InvalidPath,
    ErrorCode::InvalidQuery,
    ErrorCode::DatabaseUnavailable,
    ErrorCode::Internal,
];
/// Codes that any operation with a body may answer.
const WITH_BODY: [ErrorCode; 5] = [
    ErrorCode::InvalidJson,
    ErrorCode::RequestTimeout,
    ErrorCode::BodyTooLarge,
    ErrorCode::UnsupportedMediaType,
    ErrorCode::InvalidRequest,
];
/// Operations that write nothing, although their method is not `GET`.
const READS: [&str; 5] =
    ["validate_workflow", "estimate_workflow", "plan_retry", "check_credential", "check_mcp_server"];
/// The tags that group operations.
const TAGS: [(&str, &str); 11] = [
    ("workflows", "Named, versioned definitions that are run step by step."),
    ("generations", "Workflows that a model designs from a sentence, or changes."),
    ("executions", "Runs of workflows: starting, watching, steering and repeating them, and deciding at their gates."),
    ("steps", "Single steps of a workflow: add, change, move, connect, try, delete."),
    ("canvas", "The picture of a workflow: where its steps stand, and how they are connected."),
    ("templates", "Workflows to copy, and steps to add."),
    ("personas", "Voices and instructions that are put before a step's system prompt."),
    ("agents", "Models with instructions and tools, which `agent` steps name."),
    ("mcp-servers", "Programs and addresses that offer tools by the Model Context Protocol."),
    ("resources", "What steps can name: agents, MCP servers and tools, with the number of workflows that name them."),
    ("providers", "Services that answer prompts: their keys, addresses, models and prices."),
];
/// Schemas of answers that carry their version as `ETag`.
const VERSIONED: [&str; 7] = ["Agent", "Canvas", "McpServer", "Persona", "PlacedStep", "StepEdit", "Workflow"];

/// Completes the document that is generated from the handlers: title, tags, schemas and errors.
pub fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Sluice")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Design, run and watch multi-step AI workflows. Errors are RFC 9457 problems; each code has a page under /docs/errors/."))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
        .build();
    document.servers =
        Some(vec![ServerBuilder::new().url("/").description(Some("The server that this document comes from")).build()]);
    let tag = |(name, description)| TagBuilder::new().name(name).description(Some(description)).build();
    document.tags = Some(TAGS.map(tag).to_vec());
    security::secure(&mut document);
    let components = document.components.get_or_insert_default();
    components.schemas.extend(schemas_of::<Problem>());
    components.schemas.extend(schemas_of::<sluice_types::ExecutionEvent>());
    components.schemas.extend(schemas_of::<sluice_types::GenerationEvent>());
    // Parameters refer to these: then generators make one type of each, and not one for each operation.
    components.schemas.extend(schemas_of::<sluice_types::Include>());
    components.schemas.extend(schemas_of::<sluice_types::WorkflowInclude>());
    for item in document.paths.paths.values_mut() {
        item.post.iter_mut().for_each(idempotency::declare);
    }
    for (writes, operation) in operations(&mut document) {
        fill_in(operation, writes);
    }
    let in_requests = shapes::in_requests(&document);
    shapes::shape(&mut document, &in_requests);
    constraints::constrain(&mut document, &in_requests);
    examples::illustrate(&mut document);
    document
}

/// All operations, and whether the method of each may write.
fn operations(document: &mut OpenApi) -> impl Iterator<Item = (bool, &mut Operation)> {
    document.paths.paths.values_mut().flat_map(|item| {
        let reading = item.get.iter_mut().map(|operation| (false, operation));
        let writing = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        reading.chain(writing.into_iter().flatten().map(|operation| (true, operation)))
    })
}

fn schemas_of<T: utoipa::ToSchema>() -> Vec<(String, RefOr<utoipa::openapi::Schema>)> {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    schemas
}

/// Adds to an operation what the handlers' annotations cannot express, so that generated clients work.
fn fill_in(operation: &mut Operation, writes: bool) {
    fill_in_parameters(operation);
    fill_in_body(operation);
    fill_in_errors(operation, writes);
    fill_in_headers(operation, !writes);
}

/// Removes `null` from the schemas of parameters, which are never `null`, and adds their limits.
fn fill_in_parameters(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let Some(schema) = &mut parameter.schema else { continue };
        without_null(schema);
    }
    constraints::constrain_parameters(operation);
}

/// Declares an optional body as not required instead of nullable.
fn fill_in_body(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let mut optional = false;
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        optional |= content.schema.as_mut().is_some_and(without_null);
    }
    if optional {
        body.required = None;
    }
}

/// Removes `null` from a schema; returns whether the schema allowed it.
fn without_null(schema: &mut RefOr<Schema>) -> bool {
    let is_null = |item: &RefOr<Schema>| matches!(item, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null));
    match schema {
        RefOr::T(Schema::OneOf(one_of)) => {
            let before = one_of.items.len();
            one_of.items.retain(|item| !is_null(item));
            let had_null = one_of.items.len() < before;
            if had_null
                && one_of.items.len() == 1
                && let Some(only) = one_of.items.pop()
            {
                *schema = only;
            }
            had_null
        }
        RefOr::T(Schema::Object(object)) => {
            let SchemaType::Array(types) = &mut object.schema_type else { return false };
            let before = types.len();
            types.retain(|one| *one != Type::Null);
            let had_null = types.len() < before;
            if let [only] = types.as_slice() {
                object.schema_type = SchemaType::Type(only.clone());
            }
            had_null
        }
        RefOr::Ref(_) | RefOr::T(_) => false,
    }
}

/// Documents the headers of answers: `X-Request-Id`, `Retry-After` of errors, `Location` of what was created or started, and the `ETag` of
/// versioned answers and of reads.
fn fill_in_headers(operation: &mut Operation, is_read: bool) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let versioned = response.content.values().any(|content| match content {
            RefOr::T(content) => matches!(&content.schema, Some(RefOr::Ref(body))
                if VERSIONED.iter().any(|name| body.ref_location.ends_with(&format!("/{name}")))),
            RefOr::Ref(_) => false,
        });
        let is_stream = response.content.contains_key("text/event-stream");
        let mut add = |name: &str, description: &str, example: &str| {
            response.headers.entry(name.into()).or_insert_with(|| header(description, example));
        };
        if versioned {
            add(
                "ETag",
                "It begins with the version: send it, or the version in quotes, as `If-Match` with a change",
                "\"3\"",
            );
        } else if is_read && status == "200" && !is_stream {
            let description = "Changes with the answer. With it as `If-None-Match`, the answer is 304 until then";
            add("ETag", description, "W/\"6f0d7b2c9a11c5de\"");
        }
        match status.as_str() {
            "201" => add("Location", "The address of what was created", "/api/v1/workflows/market-brief"),
            "202" => add("Location", "The address of the execution", EXECUTION_ADDRESS),
            _ => {}
        }
        if status == "default" {
            add("Retry-After", "With status 429, 503 or 507: seconds to wait before the next request", "5");
        }
        add("X-Request-Id", "The request's own `X-Request-Id`, or a new id", REQUEST_ID);
    }
}

fn header(description: &str, example: &str) -> RefOr<Header> {
    let text = ObjectBuilder::new().schema_type(Type::String);
    RefOr::T(
        HeaderBuilder::new().schema(Some(text)).description(Some(description)).example(Some(json!(example))).build(),
    )
}

/// Documents the headers of an operation with a rate limit.
fn fill_in_rate_limit(operation: &mut Operation, codes: &[ErrorCode]) {
    if !codes.contains(&ErrorCode::RateLimited) {
        return;
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with('2') || status == "default" {
            let policy = header(
                "The limit that the request was counted against, where the operator has set one: `q` requests in `w` seconds",
                "\"starts\";q=600;w=60",
            );
            response.headers.insert("RateLimit-Policy".into(), policy);
            let left = header(
                "What is left of it: `r` requests at once, and all again in `t` seconds",
                "\"starts\";r=599;t=1",
            );
            response.headers.insert("RateLimit".into(), left);
        }
    }
}

/// Documents the errors that an operation lists in `x-error-codes` as one answer: clients then know each status, also
/// those that come later, and need one type for all.
fn fill_in_errors(operation: &mut Operation, writes: bool) {
    let named = operation.extensions.as_ref().and_then(|extensions| extensions.get("x-error-codes")).cloned();
    let mut codes: Vec<ErrorCode> = named.and_then(|codes| serde_json::from_value(codes).ok()).unwrap_or_default();
    codes.extend(EVERYWHERE);
    if operation.request_body.is_some() {
        codes.extend(WITH_BODY);
    }
    if writes && !operation.operation_id.as_deref().is_some_and(|id| READS.contains(&id)) {
        codes.push(ErrorCode::StorageFull);
    }
    codes.sort_by_key(|code| (code.status(), code.as_str()));
    codes.dedup();
    let same_status = codes.chunk_by(|a, b| a.status() == b.status()).filter_map(|same| Some((same.first()?, same)));
    let lines = same_status.map(|(first, same)| {
        let named: Vec<String> = same.iter().map(|code| format!("`{}`", code.as_str())).collect();
        format!("- {}: {}", first.status(), named.join(", "))
    });
    let lines: Vec<String> = lines.collect();
    let example = codes.first().map(|code| example(*code));
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).example(example).build();
    let response = ResponseBuilder::new()
        .description(format!("A problem. Known codes by status; more may come:\n\n{}", lines.join("\n")))
        .content("application/problem+json", content)
        .build();
    operation.responses.responses.insert("default".into(), RefOr::T(response));
    let all: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    if let Some(extensions) = &mut operation.extensions {
        extensions.insert("x-error-codes".into(), json!(all));
    }
    fill_in_rate_limit(operation, &codes);
}

fn example(code: ErrorCode) -> Value {
    json!({
        "type": format!("/docs/errors/{}", code.as_str()),
        "title": code.title(),
        "status": code.status(),
        "code": code.as_str(),
        "detail": format!("{}.", code.title()),
        "request_id": REQUEST_ID,
    })
}
