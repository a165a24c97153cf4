//! One file for each row, or for two rows that share their set-up.

mod agents;
mod canvas;
mod containers;
mod deep_page;
mod events;
mod for_each;
mod list;
mod live_runs;
mod runs;
mod start;
mod stats;

use super::row::Row;

/// All rows, in the order of the report.
pub const ROWS: [Row; 12] = [
    Row { name: "one-run", run: runs::one_run },
    Row { name: "throughput", run: runs::throughput },
    Row { name: "containers", run: containers::measure },
    Row { name: "for-each", run: for_each::measure },
    Row { name: "agents", run: agents::measure },
    Row { name: "canvas", run: canvas::measure },
    Row { name: "live-runs", run: live_runs::measure },
    Row { name: "list", run: list::measure },
    Row { name: "deep-page", run: deep_page::measure },
    Row { name: "stats", run: stats::measure },
    Row { name: "events", run: events::measure },
    Row { name: "start", run: start::measure },
];
