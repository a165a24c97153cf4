//! `cargo xtask bench`: the figures that the design promises, measured.

mod command;
mod events;
mod machine;
mod parallel;
mod report;
mod row;
mod rows;
mod seeded;
mod server;
mod stats;
mod workflows;
mod wrk;

pub use command::run;
