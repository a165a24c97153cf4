//! The durable execution engine: plans and runs workflows, one actor for each live execution.
//!
//! Read [`plan`] first: it says what happens next, and everything else carries it out. `actor`
//! takes commands and results in turns, each written in one transaction before anything is done
//! about it; `attempt` calls models; `adopt` takes over what a stopped engine left.

mod actor;
mod adopt;
mod attempt;
mod check;
mod clock;
mod difference;
mod engine;
mod error;
mod faults;
mod hub;
mod output;
mod plan;
mod preview;
pub mod providers;
mod rerun;
mod retry;
mod start;
mod templating;
mod view;

pub use check::lint_deeply;
pub use clock::{Clock, Ids, Outside, System};
pub use engine::{Command, Engine, EngineConfig, Limits};
pub use error::EngineError;
pub use faults::{FaultPoint, Faults};
pub use hub::{Channel, Frame, TextEnd};
pub use plan::{Action, PlanInput, SkipReason, plan};
pub use retry::{Backoff, Failure, LONGEST_RETRY_AFTER};
pub use start::{StartRequest, StartedExecution};
pub use view::pending_run;
