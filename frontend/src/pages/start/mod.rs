//! The page that starts a run: what will run, with what, and for how much.

mod estimate;
mod fields;
mod findings;
mod form;
mod kept;
mod options;
mod page;
mod steps;

pub use page::StartPage;
