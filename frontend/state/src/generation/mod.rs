//! Workflows that a model designs from a sentence: the prompt, the progress, the design and what is changed in it before
//! it is created.

mod cure;
mod design;
mod designer;
mod difference;
mod preview;
mod progress;
mod prompt;
mod refine;
mod reuse;

pub use cure::{Cure, cure};
pub use design::{AgentEdit, Design, DesignFaults};
pub use designer::{Designer, designer};
pub use difference::{ChangedStep, changed_fields, changed_steps};
pub use preview::{Preview, PreviewLane, PreviewStep, preview_summary};
pub use progress::Progress;
pub use prompt::{Described, EXAMPLES, counter, prompt_fault};
pub use refine::{Refining, Taken, draft_changes, take_design, with_content};
pub use reuse::{ReuseLook, reuse_look, reuse_summary};
