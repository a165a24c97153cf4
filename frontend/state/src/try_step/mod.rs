//! Trying one step: what it reads, the values that are typed or pinned for it, and the request.

mod live;
mod needs;
mod pins;
mod values;

pub use live::LiveTry;
pub use needs::{Need, Needs};
pub use pins::Pins;
pub use values::{Source, TryValues, pointer_of};
