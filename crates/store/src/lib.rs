//! Storage of Sluice, on SQLite or PostgreSQL behind one [`Store`].
//!
//! The queries (`queries/`) are written once and compiled once for each database: `sqlite.rs` and
//! `postgres.rs` each give a `Connection` and a `Backend` and include them by `#[path]`. Every
//! query takes the tenant first, so that nothing crosses tenants.

#![expect(clippy::duplicate_mod, reason = "the queries are compiled once for each database")]

mod agents;
mod canvas;
mod changes;
mod cursor;
mod deletion;
mod error;
mod execution_filter;
mod executions;
mod gates;
mod generations;
mod idempotency;
mod journal;
mod mcp_servers;
mod migrate;
mod personas;
mod ping;
mod postgres;
mod postgres_tls;
mod providers;
mod resources;
mod rows;
mod schema;
mod sqlite;
mod statistics;
mod step_runs;
mod store;
mod time;
mod versions;
mod workflows;

pub use canvas::{LayoutChange, NodesChange};
pub use changes::{Changes, Position, TextPiece, TextPosition};
pub use cursor::Cursor;
pub use error::{Retry, StoreError, UNKNOWN_RETRIES};
pub use execution_filter::ExecutionFilter;
pub use executions::StartOutcome;
pub use gates::GateFilter;
pub use generations::{
    Application, ApplyOutcome, BeginOutcome, GenerationProgress, NewGeneration, StoredApplication, StoredGeneration,
};
pub use idempotency::{EarlierRequest, IdempotencyKey};
pub use journal::{
    AgentMemory, AskedCall, AttemptProgress, AttemptRecord, ExecutionState, Journal, ListedTool, Snapshot,
    SnapshotPersona, StartRecord, StepRecord, StoredEvent, Turn, is_full_page,
};
pub use mcp_servers::{Listing, StoredMcpServer, ToolFilter};
pub use providers::{CredentialChange, SealedKey, StoredCredential};
pub use resources::{ResourceKind, ResourceUpdate};
pub use step_runs::{StepRunFilter, StepRunPosition};
pub use store::{Store, StoreConfig};
pub use time::{from_micros, to_micros};
pub use versions::{SavedBy, VersionList, WorkflowSave};
pub use workflows::{SortOrder, WorkflowFilter, WorkflowUpdate};
