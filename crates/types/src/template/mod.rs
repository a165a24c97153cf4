//! Template references: finds the references of a prompt, in all three spellings, and rewrites them.
//!
//! The engine renders templates with minijinja. This module holds the part that server and browser share: it finds
//! references (for the lint, completion and renames) and rewrites the spellings for people to minijinja's.
//!
//! All functions here take linear time: a browser parses a prompt on each key press, and a server parses untrusted
//! input. [`Reading`] tokenizes a template once; all queries use its tokens.

mod expression;
mod insertions;
mod locals;
mod names;
mod reading;
mod references;
mod removal;
mod rewrite;
mod scan;
mod unknown;

pub use locals::Locals;
pub use names::Names;
pub use reading::{Reading, references};
pub use references::{Reference, Root};
pub use rewrite::{rename, rename_in, rename_input_in, to_jinja};
pub use scan::TemplateError;
pub(crate) use unknown::short;
pub use unknown::{dollar_text, unknown_names};

/// Counts scanned bytes, so that tests can distinguish linear from quadratic work.
#[cfg(not(test))]
const fn count_work(_bytes: usize) {}

#[cfg(test)]
use tests::count_work;

#[cfg(test)]
mod tests;
