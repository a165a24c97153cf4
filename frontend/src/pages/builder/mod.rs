//! The builder: a workflow's steps, put in order and filled in.

mod autosave;
mod conflict;
mod editor;
mod fields;
mod findings;
mod model;
mod page;
mod palette;
mod prompt_editor;
mod save;
mod settings;
mod sorting;
mod step_card;
mod step_fields;
mod step_form;
mod step_list;

pub use page::{BuilderPage, NewWorkflowPage};
pub use save::Handover;
