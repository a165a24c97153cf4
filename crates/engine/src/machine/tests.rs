//! Whole executions without a database: the machine driven in memory, with crashes at any input.

mod agents;
mod answers;
mod calls;
mod conditional;
mod laws;
mod loops;
mod own_changes;
mod parallel;
mod pauses;
mod queued;
mod recovery;
mod replaced_results;
mod reruns;
mod tools;
mod trees;
mod world;
