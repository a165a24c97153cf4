//! `cargo xtask dev`: the server and the web app, rebuilt when their code changes.

mod command;
mod server;
mod watch;

pub use command::run;
