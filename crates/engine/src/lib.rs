//! The durable execution engine: plans and runs workflows, one actor for each live execution.
//!
//! Read [`plan`] first: it decides the next action. `machine` handles commands and results in turns, without I/O.
//! `driver` carries the machine out: it writes each turn in one transaction before its effects. `executor` calls
//! models; `adopt` takes over executions of stopped engines.

mod adopt;
mod agents;
mod blocking;
mod call_permits;
mod check;
mod clock;
mod difference;
mod driver;
mod engine;
mod error;
mod executor;
mod faults;
mod follow;
pub mod generate;
mod generations;
mod hub;
mod key;
mod lease;
mod machine;
pub mod mcp_servers;
mod output;
mod preview;
pub mod providers;
mod retry;
mod shared;
mod start;
mod statistics;
mod step_runs;
mod templating;
mod tools;
mod tries;
mod wait;
mod wake;
mod work;

pub use call_permits::{CallLimits, MAX_CALLS_PER_PROVIDER, MAX_CALLS_PER_TENANT};
pub use check::lint_deeply;
pub use clock::{Clock, Environment, Ids, System};
pub use engine::{Engine, EngineConfig};
pub use error::EngineError;
pub use faults::{FaultPoint, Faults};
pub use follow::PollerGuard;
pub use generations::{GenerationReader, GenerationRequest};
pub use hub::{Channel, Frame, TextEnd, TextKind};
pub use machine::plan::{Action, Mode, SkipReason, plan};
pub use machine::{Command, pending_run};
pub use retry::{Backoff, Failure, LONGEST_RETRY_AFTER, Sent};
pub use shared::Limits;
pub use start::StartRequest;
pub use tries::TryRequest;
