//! Servers that are programs on this machine.
//!
//! `process` starts a program in a process group of its own, and ends the group; `lines` reads lines of bounded length;
//! `transport` makes messages of them; `stray` finds the call that an unreadable line answers.

mod lines;
mod process;
mod stray;
mod transport;

pub use transport::{ANSWER_TOO_LONG, ANSWER_UNREADABLE, StdioTransport};
