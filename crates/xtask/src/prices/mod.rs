//! `cargo xtask prices`: what models cost, from a public price list.

mod command;
mod filter;
mod model;
mod wheel;

pub use command::run;
