//! Generations: workflows that a model designs, each in a task of its own. [`crate::generate`] designs; this is what is around it.

mod cancel;
mod live;
mod reader;
mod recover;
mod run;
mod start;
mod wait;

pub use live::LiveGenerations;
pub use reader::GenerationReader;
pub use start::GenerationRequest;
