//! The list of an execution's step runs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::execution::StepRun;

/// A page of step runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepRunPage {
    /// The step runs, in the order of the workflow.
    pub items: Vec<StepRun>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
