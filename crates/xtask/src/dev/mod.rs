//! `cargo xtask dev`: the server and the web app, built again whenever their code changes.

mod command;
mod server;
mod watch;

pub use command::run;
