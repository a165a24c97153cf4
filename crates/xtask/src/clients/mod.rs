//! `cargo xtask clients`: clients generated from the API document, run against a real server.

mod command;
mod generated;
mod pip;
mod proxy;
mod python;
mod servers;
mod typescript;
mod union;

pub use command::{fast, run};
