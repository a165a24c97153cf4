//! Tools that need no server. Their ids begin with `native:`.
//!
//! A file for each: its description, its schema, its call.

mod calculate;
mod context;
mod current_time;
mod http;
mod http_get;
mod http_request;
mod json_query;
mod tool;
mod wait;

pub use calculate::{MAX_EXPRESSION_CHARS, MAX_EXPRESSION_DEPTH};
pub use context::NativeContext;
pub use http::MAX_HTTP_BODY_BYTES;
pub use json_query::{MAX_QUERY_CHARS, MAX_QUERY_RESULT_BYTES, MAX_QUERY_STEPS};
pub use tool::{NativeTool, all};
pub use wait::MAX_WAIT_SECONDS;
