//! The HTTP API and the command line of Sluice.
//!
//! `state` is the state that handlers share, `routes` has one file for each resource, `server` assembles both, and `cli` has one
//! file for each command. Handlers parse, authorise, call the engine or the store, and answer.

mod addresses;
mod answer_headers;
mod assets;
mod auth;
pub mod cli;
mod connection;
mod database_size;
mod error;
mod etag;
mod extract;
mod generation_stream;
mod guard;
mod idempotency;
mod merge;
mod metrics;
mod negotiate;
mod openapi;
mod problems;
mod rate_limit;
mod request_id;
mod routes;
mod server;
mod sse;
mod state;
mod streams;
mod strict_json;
#[cfg(test)]
mod tenancy_tests;
mod trace;
mod transfer;
mod validate;
mod wait;
mod web_app;

pub use routes::document;
pub use server::Server;
pub use state::{App, AppConfig};
