//! The HTTP API and the command line of Sluice.
//!
//! `app` puts the server together, `routes` has one file for each resource, `cli` one for each
//! command. Handlers parse, authorise, call the engine or the store, and answer.

mod app;
mod assets;
mod auth;
pub mod cli;
mod error;
mod etag;
mod extract;
mod guard;
mod metrics;
mod negotiate;
mod openapi;
mod routes;
mod sse;
mod trace;
mod validate;
mod web_app;

pub use app::{App, AppConfig, Server};
pub use openapi::document;
