//! Agents: a model that calls tools until it is done.
//!
//! An agent is a step run that first lists its tools. Then its turns (`scout.1`, calls of the model) and its calls of tools
//! (`scout.1.0`) are step runs of their own. What the model is sent is made from them: nothing else is remembered.

mod begin;
mod calls;
mod ends;
mod plan;
mod result_text;
mod transcript;
mod turns;

pub use calls::arguments_of;
pub use plan::{only_reads, plan_agent};
pub use transcript::has_long_conversation;
pub use turns::as_llm;
