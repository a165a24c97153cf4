//! Carries machines out in this process: one actor for each live execution. It gives the machine one input at a time,
//! evaluates templates, writes each turn in one transaction, and only then acts on it.

mod actor;
mod actors;
mod attempts;
mod evaluate;
mod turn;

pub use actor::Actor;
pub use actors::{Actors, Message, SendResult};
#[cfg(test)]
pub use evaluate::evaluate;
