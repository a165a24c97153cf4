//! The builder: a workflow's steps, put in order and filled in.

mod add_menu;
mod agent_fields;
mod autosave;
mod canvas;
mod condition_field;
mod condition_form;
mod conflict;
mod container;
mod drawn;
mod editor;
mod fields;
mod findings;
mod input_card;
mod input_fields;
mod input_form;
mod lane;
mod model;
mod offered;
mod page;
mod palette;
mod prompt_editor;
mod refine;
mod refine_dialog;
mod save;
mod selection;
mod settings;
mod sorting;
mod step_card;
mod step_fields;
mod step_form;
mod step_list;
mod step_menu;
mod tool_fields;
mod try_step;

pub use page::{BuilderPage, NewWorkflowPage};
pub use save::Handover;
