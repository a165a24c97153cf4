//! What happened to a workflow: the statistics of its runs, and its versions.

mod charts;
mod difference;
mod head;
mod statistics;
mod versions;

pub use statistics::StatisticsPage;
pub use versions::VersionsPage;
