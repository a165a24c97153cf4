//! `cargo xtask clients`: clients generated from the API document, run against a real server.

mod command;
mod generated;
mod generator;
mod go;
mod hey_api;
mod java;
mod pip;
mod proxy;
mod python;
mod rust;
mod schemathesis;
mod servers;
mod typescript;
mod union;

pub use command::{fast, run};
