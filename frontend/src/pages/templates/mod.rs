//! Templates: workflows to begin with.

mod card;
mod gallery;
mod page;
mod preview;
mod steps;
mod using;

pub use gallery::TemplateGallery;
pub use page::TemplatesPage;
