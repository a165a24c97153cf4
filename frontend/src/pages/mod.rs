//! The pages, one folder each.

pub mod builder;
pub mod compare;
pub mod generate;
mod loading;
pub mod not_found;
mod params;
pub mod reports;
pub mod run;
pub mod runs;
pub mod settings;
pub mod start;
pub mod templates;
pub mod workflows;
