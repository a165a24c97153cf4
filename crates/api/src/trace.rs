//! The outermost middleware: request ids, the request log and the request metrics.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use std::time::Instant;
use tracing::{Instrument as _, Span};

use crate::request_id::{CallerTrace, of_caller, with_request_id};
use crate::state::App;

/// Characters of a request's path in the log; the rest is cut.
const MAX_LOGGED_PATH_CHARS: usize = 500;

/// Gives each request its caller's id or a new one, answers it in `X-Request-Id`, and logs and counts the request. What
/// is logged meanwhile has the caller's trace, so that logs of several services can be joined.
pub async fn traced<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let app = request.app_data::<Data<App>>().cloned();
    let new_id = || app.as_ref().map_or_else(String::new, |app| app.new_request_id());
    let id = of_caller(request.headers()).unwrap_or_else(new_id);
    // Of the highest level, so that no filter of the log takes it from a line that is logged.
    let span = CallerTrace::of(request.headers()).map_or_else(
        Span::none,
        |CallerTrace { trace_id, parent_id }| tracing::error_span!("caller", %trace_id, %parent_id),
    );
    let path: String = request.path().chars().take(MAX_LOGGED_PATH_CHARS).collect();
    let (method, began) = (method_name(request.method()), Instant::now());
    let work = async {
        let answered = next.call(request).await;
        let status = match &answered {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        let took = began.elapsed();
        tracing::info!(request_id = %id, %method, %path, status = status.as_u16(), took_us = took.as_micros(), "request");
        if let Some(app) = app {
            app.metrics.request(method, status.as_u16(), took);
        }
        answered.map(|mut response| {
            if let Ok(value) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
            }
            response
        })
    };
    with_request_id(id.clone(), work).instrument(span).await
}

/// The method for log and metrics. A client can make up as many methods as it likes, of any length.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
