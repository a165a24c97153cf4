//! The command menu: what can be gone to and done, and in which order it is offered.

mod entry;
mod order;
mod places;
mod query;
mod recent;

pub use entry::{Entry, Kind, Target};
pub use order::{MOST_SHOWN, Section, neighbour, sections};
pub use places::places;
pub use query::{Fit, Query};
pub use recent::Recent;
