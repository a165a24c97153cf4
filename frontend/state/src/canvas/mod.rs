//! The canvas: the picture of a workflow, the part of it that is seen, and what pointers and keys do on it.

pub mod connect;
pub mod edges;
mod geometry;
pub mod gesture;
pub mod jumps;
pub mod keys;
mod paths;
mod picture;
pub mod place;
pub mod progress;
mod structure;
mod view;
pub mod words;

pub use geometry::{Point, Rect, Size};
pub use paths::Line;
pub use picture::{Picture, PictureEdge, PictureList, PictureNode, Start};
pub use structure::Structure;
pub use view::{View, ZOOM_STEP, wheel_factor};

/// A workflow with more steps than this has a small map beside its picture.
pub const MAP_FROM_STEPS: usize = 40;
