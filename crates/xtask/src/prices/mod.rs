//! `cargo xtask prices`: the prices of models, from a public price list.

mod command;
mod filter;
mod model;
mod wheel;

pub use command::run;
