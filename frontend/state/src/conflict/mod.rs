//! What to do when a save meets a newer version: say what differs, and join what can be joined.
//!
//! Both read drafts as their JSON, field by field, so that a field that is added to the definition
//! is compared and joined without a word here.

mod compare;
mod fields;
mod merge;

pub use compare::{ChangedBy, Difference, compare};
pub use merge::merge;

#[cfg(test)]
mod tests;
