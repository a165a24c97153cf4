//! The workflow that a person edits: what the browser adds to the edits of its definition, which are in
//! [`sluice_types::edit`].

mod analysis;
mod apply;
mod distinct;
mod draft;
mod edit;
mod fallbacks;
mod findings;
mod inputs;
mod new_steps;
mod outline;
mod parse;
mod pending;
mod reading;
mod settings_line;
mod summary;
mod words;

pub use analysis::{Analysis, Counts, count, lint_context};
pub use apply::Applied;
pub use draft::{Draft, List};
pub use edit::DraftEdit;
pub use fallbacks::{with_fallback, without_fallback};
pub use findings::{FieldAt, Findings, LocatedFinding};
pub use inputs::{
    INPUT_TYPES, InputKey, input_summary, moved_input, new_input, parse_input_value, parse_options, rename_pending,
    show_input_value,
};
pub use new_steps::{NewStep, branch_to_add, name_of, parse_slot_name, place_for_new};
pub use outline::{Named, entries, jump_targets, moved_by, visible};
pub use parse::{
    SchemaError, parse_concurrency, parse_expires_in, parse_idle_timeout, parse_max_tokens, parse_retries,
    parse_rounds, parse_schema, parse_temperature, parse_timeout, parse_turns,
};
pub use pending::{PendingProblem, pending_problems};
pub use reading::reading;
pub use settings_line::settings_line;
pub use summary::{steps_inside, summary};

pub(crate) use words::list_noun;

#[cfg(test)]
mod container_tests;
#[cfg(test)]
mod tests;
