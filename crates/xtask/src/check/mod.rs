//! `cargo xtask check`: everything that must hold besides the tests.

mod migrations;
mod openapi_drift;
mod programs;
mod run;
mod tools;
mod types_crate;
mod web;

pub use run::run;
