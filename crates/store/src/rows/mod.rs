//! Rows, and how they become the values that callers work with.

mod executions;
mod generations;
mod layouts;
mod resources;
mod step_runs;
mod versions;
mod workflow_list;
mod workflows;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sluice_types::{Metadata, Step, StepKind, TokenUsage};

use crate::error::StoreError;
use crate::journal::Snapshot;
pub(crate) use executions::{
    EventRow, ExecutionRow, ExecutionSummaryRow, IdempotencyRow, MetadataRow, SnapshotRow, StateRow,
};
pub(crate) use generations::{GenerationRow, GenerationSummaryRow, design_of};
pub(crate) use layouts::{LayoutRow, read_positions, write_positions};
pub(crate) use resources::{AgentRow, CredentialRow, McpServerRow, McpToolRow, PersonaRow};
pub(crate) use step_runs::{AttemptRow, AttemptTextRow, DecisionRow, OpenGateRow, StepRunRow, add_texts};
pub(crate) use versions::VersionRow;
pub(crate) use workflow_list::{RecentExecutionRow, SearchedRow};
pub(crate) use workflows::{WorkflowRow, WorkflowSummaryRow};

/// The newest form of JSON that this server knows. A form changes its number when an older server would misread it, not when
/// a field is added.
pub(crate) const FORMAT: i32 = 2;

/// The form of JSON that every server knows.
pub(crate) const FIRST_FORMAT: i32 = 1;

/// The form of a snapshot. A server that knows no tools and agents would lose what their step runs go on with.
pub(crate) fn format_of(snapshot: &Snapshot) -> i32 {
    if has_tools(&snapshot.definition.steps) { FORMAT } else { FIRST_FORMAT }
}

fn has_tools(steps: &[Arc<Step>]) -> bool {
    let inside = |step: &Step| step.kind.blocks().iter().any(|inner| has_tools(inner.block.steps));
    steps.iter().any(|step| matches!(step.kind, StepKind::Tool(_) | StepKind::Agent(_)) || inside(step))
}

/// Refuses JSON of a form that only newer servers know, where it is about to be run or written over.
pub(crate) const fn check_format(format: i32) -> Result<(), StoreError> {
    if format > FORMAT { Err(StoreError::NewerFormat { format, known: FORMAT }) } else { Ok(()) }
}

/// The rows of a list that can be read. One that cannot is left out with a word in the log: the others are shown.
pub(crate) fn readable<T>(rows: impl IntoIterator<Item = Result<T, StoreError>>) -> Vec<T> {
    let told = |error: &StoreError| tracing::error!(%error, "a list leaves out a row that cannot be read");
    rows.into_iter().filter_map(|row| row.inspect_err(told).ok()).collect()
}

/// Reads JSON or a word from a column.
pub(crate) fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(crate) fn write_json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(crate) fn read_word<T: std::str::FromStr<Err: ToString>>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| StoreError::Corrupt(error.to_string()))
}

pub(super) fn read_optional<T: DeserializeOwned>(text: Option<&String>) -> Result<Option<T>, StoreError> {
    text.map(|text| read_json(text)).transpose()
}

pub(super) fn write_optional<T: Serialize>(value: Option<&T>) -> Result<Option<String>, StoreError> {
    value.map(write_json).transpose()
}

/// Metadata as a column holds it: nothing for none.
pub(crate) fn write_metadata(metadata: &Metadata) -> Result<Option<String>, StoreError> {
    (!metadata.is_empty()).then(|| write_json(metadata)).transpose()
}

pub(super) fn read_metadata(text: Option<&String>) -> Result<Metadata, StoreError> {
    Ok(read_optional(text)?.unwrap_or_default())
}

/// Counts of attempts are far below 2^31.
pub(super) fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Token counts are far below 2^63.
pub(super) fn count(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

pub(crate) fn usage(input: i64, output: i64, cached: i64, cache_write: i64, reasoning: i64) -> TokenUsage {
    let count = |tokens: i64| u64::try_from(tokens).unwrap_or(0);
    TokenUsage {
        input_tokens: count(input),
        output_tokens: count(output),
        cached_input_tokens: count(cached),
        cache_write_tokens: count(cache_write),
        reasoning_tokens: count(reasoning),
    }
}

/// Reads a word of a closed set. One that a newer server has written is read as that set's `Unknown`.
pub(super) fn read_known<T: DeserializeOwned>(word: Option<String>) -> Result<Option<T>, StoreError> {
    let read = word.map(|word| serde_json::from_value(serde_json::Value::String(word)));
    read.transpose().map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// From one time to another, in milliseconds.
pub(super) fn duration_ms(from: Option<i64>, to: Option<i64>) -> Option<i64> {
    from.zip(to).map(|(from, to)| (to - from) / 1000)
}
