//! `cargo xtask bench`: measures the figures of the design.

mod command;
mod events;
mod machine;
mod many_runs;
mod parallel;
mod report;
mod row;
mod rows;
mod seeded;
mod stats;
mod workflows;
mod wrk;

pub use command::run;
