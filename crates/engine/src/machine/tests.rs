//! Whole executions without a database: the machine driven in memory, with crashes at any input.

mod agents;
mod answers;
mod conditional;
mod laws;
mod loops;
mod parallel;
mod pauses;
mod recovery;
mod reruns;
mod tools;
mod trees;
mod world;
