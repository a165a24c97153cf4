//! The web app: build, bundle and size budget.

mod budget;
mod build;
pub mod stamp;
mod versions;

pub use budget::check_size;
pub use build::{PACKAGE, Profile, build, run};
