//! The list of open gates.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::execution::{GateKind, ReviewDecision};
use crate::ids::{ExecutionId, StepPath, WorkflowId};

/// An open gate in a list: without the texts that it shows, which its step run has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenGate {
    /// The execution that waits.
    pub execution_id: ExecutionId,
    /// The execution's number among the runs of the workflow, from 1. `null` for a run that an older server started.
    #[serde(default)]
    pub execution_number: Option<i64>,
    /// The workflow that it runs.
    pub workflow_id: WorkflowId,
    /// The workflow's name.
    pub workflow_name: String,
    /// The step run that waits.
    pub path: StepPath,
    /// The step's label.
    pub step_label: String,
    /// Subject of the gate.
    pub kind: GateKind,
    /// The question, for people: its first 500 characters.
    pub message: String,
    /// Whether the question is longer.
    pub message_cut: bool,
    /// The decisions that the gate accepts.
    pub decisions: Vec<ReviewDecision>,
    /// The number of the event that opened the gate: send it with the decision.
    pub opened_seq: i64,
    /// When the gate was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When the gate expires.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A page of open gates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GatePage {
    /// The gates.
    pub items: Vec<OpenGate>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
    /// How many gates are open, on all pages: counted to 1,000.
    #[serde(default)]
    pub total: u32,
}
