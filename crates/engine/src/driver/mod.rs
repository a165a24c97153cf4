//! Drives machines in this process: one actor for each live execution. It passes one input at a time to the machine,
//! evaluates templates, writes each turn in one transaction, and only then carries out its effects.

mod actor;
mod actors;
mod asleep;
mod attempts;
mod call;
mod call_queue;
mod evaluate;
#[cfg(test)]
mod ownership_tests;
mod turn;

pub use actor::Actor;
pub use actors::{Actors, Message, SendResult};
pub use asleep::Nap;
#[cfg(test)]
pub use evaluate::{evaluate, evaluate_if_quick};
