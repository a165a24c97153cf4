//! The queries, written once and compiled for each database: `super` gives the `Connection` and
//! the `Backend`.

pub mod executions;
pub mod leases;
pub mod personas;
pub mod providers;
pub mod turns;
pub mod workflows;

use super::{Backend, Connection, lock_execution, lock_workflow, put_step_run};

/// What every query answers.
pub type Result<T> = std::result::Result<T, crate::error::StoreError>;
