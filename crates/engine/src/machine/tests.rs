//! Whole executions without a database: the machine driven in memory, with crashes at any input.

mod laws;
mod recovery;
mod world;
