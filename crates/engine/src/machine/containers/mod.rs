//! Containers: steps with lists of steps inside. A container is a step run of its own. It decides once what runs inside,
//! opens its lists, and takes its output from them.

mod around;
mod decide;
mod ends;
mod frontier;
mod gather;
mod list;
mod size;

pub use around::{Around, own_names, values_around};
pub use frontier::{Frontier, Lanes, Node};
pub use list::{ListPath, around, may_exist};

pub use size::size_of;

pub(super) use gather::{error_of, last_output, lists, made_output};
