//! Template references: what a prompt refers to, in all three spellings, and the rewriting of it.
//!
//! The engine fills templates in with minijinja. This module is what both sides need without it:
//! it finds references (for the lint, for completion while typing and for renames) and rewrites
//! the spellings that people use into the one that minijinja reads.

mod expression;
mod references;
mod scan;

pub use references::{Reference, Root, dollar_text, references, rename, to_jinja, unknown_names};
pub use scan::TemplateError;

#[cfg(test)]
mod tests;
