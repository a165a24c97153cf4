//! Editor support for prompts: completions, and highlighting of unknown references.

mod complete;
mod context;
mod mark;
mod placement;
mod rank;
mod utf16;

pub(crate) use complete::spelled;
pub use complete::{Completion, Group, Item, complete, complete_expression};
pub use context::{Context, Reach, StepNames};
pub use mark::{Kind, Segment, mark};
pub use placement::{GAP_PX, Placement, place, place_list};

#[cfg(test)]
mod tests;
