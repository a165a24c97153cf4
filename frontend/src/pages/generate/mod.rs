//! From a sentence to a workflow: a model designs it, a person looks at it and creates it.

mod agents;
mod designer;
mod difference;
mod failed;
mod finish;
mod follow;
mod page;
mod preview;
mod progress;
mod prompt;
mod recent;
mod refine;
mod report;
mod result;
mod servers;

pub use designer::DesignerField;
pub use difference::Changes;
pub use failed::DesignFailed;
pub use follow::GenerationStore;
pub use page::{GeneratePage, GenerationPage};
pub use progress::{EndAnnouncer, ProgressCard};
pub use prompt::{PromptField, StartFailure, Starter};
