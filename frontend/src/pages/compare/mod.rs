//! Two runs side by side.

mod facts;
mod inside;
mod page;
mod steps;

pub use page::ComparePage;
