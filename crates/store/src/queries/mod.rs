//! The queries, written once and compiled for each database: `super` gives the `Connection` and
//! the `Backend`.

pub mod agents;
pub mod canvas;
pub mod changes;
pub mod counting;
pub mod deletion;
pub mod execution_list;
pub mod execution_numbers;
pub mod executions;
pub mod gates;
pub mod generation_applications;
pub mod generations;
pub mod idempotency;
pub mod leases;
pub mod mcp_servers;
pub mod mcp_tools;
pub mod personas;
pub mod providers;
pub mod resources;
pub mod statistics;
pub mod step_runs;
pub mod turns;
pub mod unreadable;
pub mod workflow_extras;
pub mod workflow_search;
pub mod workflows;

use super::{
    Backend, Connection, LISTED_IDS, agent_tools, begin_read, clock, end_read, error_code, lock_deleting_execution,
    lock_deleting_workflow, lock_execution, lock_figures, lock_workflow, lock_workflow_for_start, name_key,
    put_step_run, slim_gate,
};

/// The result of every query.
pub type Result<T> = std::result::Result<T, crate::error::StoreError>;
