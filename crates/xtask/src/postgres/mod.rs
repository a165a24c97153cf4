//! A PostgreSQL of our own for tests: private, on loopback, gone when we are.

mod account;
mod binaries;
mod cluster;
mod command;

pub use cluster::Cluster;
pub use command::run;

/// Where the tests find the database; each test makes a schema of its own in it.
pub const URL_VARIABLE: &str = "SLUICE_TEST_POSTGRES_URL";
