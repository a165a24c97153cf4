//! A private PostgreSQL for tests, on loopback, deleted when this process ends.

mod account;
mod binaries;
mod cluster;
mod command;

pub use cluster::Cluster;
pub use command::run;

/// The variable with the database URL for tests; each test creates its own schema.
pub const URL_VARIABLE: &str = "SLUICE_TEST_POSTGRES_URL";
