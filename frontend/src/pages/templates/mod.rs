//! Templates: workflows to begin with.

mod gallery;
mod preview;

pub use gallery::{TemplateGallery, TemplatesPage};
