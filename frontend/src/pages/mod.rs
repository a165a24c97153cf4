//! The pages, one folder each.

pub mod builder;
pub mod coming;
pub mod gone;
pub mod run;
pub mod settings;
pub mod start;
pub mod templates;
pub mod workflows;
