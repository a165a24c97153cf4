//! Conflict handling when a save meets a newer version: lists the differences, and merges independent changes.
//!
//! Both read drafts as JSON, field by field, so that new fields of the definition are compared and merged without code
//! here.

mod compare;
mod fields;
mod merge;

pub(crate) use compare::is_long;
pub use compare::{ChangedBy, Difference, compare, field_noun, shown_value};
pub use merge::merge;

#[cfg(test)]
mod tests;
