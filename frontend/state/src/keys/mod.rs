//! The keys of pages, for their help and for what listens to them.

pub mod run;
