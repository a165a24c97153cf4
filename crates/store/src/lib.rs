//! What Sluice keeps, on SQLite or PostgreSQL behind one [`Store`].
//!
//! The queries (`queries/`) are written once and compiled once for each database: `sqlite.rs` and
//! `postgres.rs` each give a `Connection` and a `Backend` and include them by `#[path]`. Every
//! query takes the tenant first, so that nothing crosses tenants.

#![expect(clippy::duplicate_mod, reason = "the queries are compiled once for each database")]

mod cursor;
mod error;
mod executions;
mod journal;
mod personas;
mod postgres;
mod providers;
mod rows;
mod schema;
mod sqlite;
mod store;
mod time;
mod workflows;

pub use cursor::Cursor;
pub use error::StoreError;
pub use executions::{ExecutionFilter, StartOutcome};
pub use journal::{ExecutionState, Journal, Snapshot, SnapshotPersona, StartRecord, StoredEvent, Turn};
pub use personas::PersonaUpdate;
pub use providers::{CredentialChange, SealedKey, StoredCredential};
pub use store::{Store, StoreConfig};
pub use time::{from_micros, to_micros};
pub use workflows::{SortOrder, WorkflowFilter, WorkflowUpdate};
