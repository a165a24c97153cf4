//! The page of all runs: what its address asks for, what was chosen together, and what a command to many came to.

mod bulk;
mod filter;
mod notice;
mod selection;
mod waiting;

pub use bulk::{BulkAction, BulkFailure, BulkReport};
pub use filter::{RunsFilter, Since, StatusFilter, is_entry, parse_version};
pub use notice::{Notice, Notices, Permission, notices};
pub use selection::RunSelection;
pub use waiting::{Waiting, question};
