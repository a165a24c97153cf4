//! Templates: workflows to begin with.

mod gallery;
mod preview;
mod use_template;

pub use gallery::{TemplateGallery, TemplatesPage};
