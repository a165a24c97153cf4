//! The parts that pages are made of. Each draws what it is given and says what was done to it.

mod button;
mod choice;
mod deletions;
mod dialog;
mod field;
mod icon;
mod menu;
mod note;
mod picker;
mod resource_form;
mod resource_list;
mod run_history;
mod status;
mod step_kind;
mod text;
mod toasts;

pub use button::{Button, ButtonKind, CloseButton, LinkButton};
pub use choice::{Segments, Switch, Tag};
pub use deletions::{Deletion, Deletions};
pub use dialog::{Confirm, Dialog};
pub use field::{Field, FieldIds, fresh_id};
pub use icon::{Icon, lucide};
pub use menu::{Menu, MenuHeading, MenuItem};
pub use note::{Empty, FailureNote, Loaded, NewerServer, Note, NoteKind, ReloadButton, Skeleton};
pub use picker::{ModelChoice, ModelPicker, PersonaPicker};
pub use resource_form::{ResourceForm, TextField};
pub use resource_list::ResourceList;
pub use run_history::RunHistory;
pub use status::{RunBadge, StepDot, step_word};
pub use step_kind::{StepKindLook, new_step_icon, step_kind, step_look, wrapper_icon};
pub use text::{CopyButton, DiffView, MarkdownView, Message, Tooltip, When};
pub use toasts::{ToastId, Toasts, ToastsView};
