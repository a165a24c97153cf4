//! Template references: what a prompt refers to, in all three spellings, and the rewriting of it.
//!
//! The engine fills templates in with minijinja. This module is what both sides need without it:
//! it finds references (for the lint, for completion while typing and for renames) and rewrites
//! the spellings that people use into the one that minijinja reads.
//!
//! Everything here takes time in proportion to the length of the template: a browser reads a
//! prompt on each key press, and a server reads what strangers send. [`Reading`] cuts a template
//! into tokens once; all questions are answered from it.

mod expression;
mod names;
mod reading;
mod references;
mod rewrite;
mod scan;
mod unknown;

pub use names::Names;
pub use reading::{Reading, references};
pub use references::{Reference, Root};
pub use rewrite::{rename, to_jinja};
pub use scan::TemplateError;
pub(crate) use unknown::short;
pub use unknown::{dollar_text, unknown_names};

/// Counts the bytes that are looked at, so that tests can tell linear work from quadratic.
#[cfg(not(test))]
const fn count_work(_bytes: usize) {}

#[cfg(test)]
use tests::count_work;

#[cfg(test)]
mod tests;
