//! `cargo xtask check`: all checks besides the tests.

mod api_lint;
mod migrations;
mod openapi_drift;
mod programs;
mod run;
mod tools;
mod types_crate;
mod web;

pub use run::run;
