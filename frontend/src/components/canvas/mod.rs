//! The canvas: a picture of a workflow that a page fills in. Its code is a module of its own, which [`LazyCanvas`] loads.

mod aim;
mod edge;
mod host;
mod jump;
mod lazy;
mod map;
mod node;
mod state;
mod surface;
mod toolbar;

pub use host::{CanvasHost, CanvasInput, CanvasSeat, ListMark};
pub use lazy::LazyCanvas;
pub use surface::Canvas;
