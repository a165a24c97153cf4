//! Whole executions without a database: the machine driven in memory, with crashes at any input.

mod answers;
mod laws;
mod pauses;
mod recovery;
mod world;
