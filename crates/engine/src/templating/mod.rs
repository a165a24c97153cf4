//! Fills templates in, by minijinja: strict, without HTML escaping, and bounded in time and memory.
//!
//! Fuel bounds the instructions of a template, but one instruction may double a text. So each parsed
//! template is rewritten before it is compiled ([`guard`]): operators that make values become filters
//! of ours, and all filters ([`filters`]) pay for their operands and results from one [`budget`].

mod budget;
mod check;
mod compiled;
mod cost;
mod environment;
mod expression;
mod fault;
mod filters;
mod guard;
mod refusal;
mod scope;
mod stack;
mod weight;

pub use check::{Trial, stand_ins};
pub use scope::{Inputs, Names, Scope, text_of};
pub use weight::{MAX_INLINE_BYTES, room_beside};

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
