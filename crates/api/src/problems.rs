//! Problems in place of the empty errors of actix's own middleware and of the files of the documentation.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError as _};
use sluice_types::ErrorCode;

use crate::error::ApiError;
use crate::routes::nothing_here;

/// Answers an error without a problem with one.
pub async fn as_problems<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let response = next.call(request).await?;
    if response.headers().get(CONTENT_TYPE).is_some_and(|given| given == "application/problem+json") {
        return Ok(response.map_into_left_body());
    }
    let problem = match response.status() {
        StatusCode::NOT_FOUND => nothing_here(response.request()),
        StatusCode::NOT_ACCEPTABLE => {
            let detail = "`Accept-Encoding` excludes `identity` and `gzip`, which are the encodings of answers.";
            ApiError::new(ErrorCode::NotAcceptable, detail).error_response()
        }
        _ => return Ok(response.map_into_left_body()),
    };
    Ok(response.into_response(problem).map_into_right_body())
}
