//! The arguments of a tool as a form: see [`sluice_web_state::arguments`].

mod choice;
mod form;
mod json;
mod list;
mod model;
mod text;

pub use form::ArgumentsForm;
pub use json::ArgumentsJson;
pub use model::{ArgumentsModel, TextSpec};
