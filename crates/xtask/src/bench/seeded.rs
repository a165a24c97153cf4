//! A data directory with a hundred thousand workflows, created through the API.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::parallel::in_parallel;
use super::stats::rate;
use super::workflows;
use crate::fail::Failure;
use crate::server::Server;

/// The number of workflows in the directory.
pub const WORKFLOWS: u32 = 100_000;

/// The data directory and its creation rate; empty until the first call of [`Seeded::fill`].
pub struct Seeded {
    data: PathBuf,
    per_second: OnceCell<f64>,
}

impl Seeded {
    /// A directory that is not filled yet.
    pub fn new(data: PathBuf) -> Self {
        Self { data, per_second: OnceCell::new() }
    }

    /// Creates the workflows on the first call. Returns the number of workflows created per second.
    pub fn fill(&self) -> Result<f64, Failure> {
        if let Some(per_second) = self.per_second.get() {
            return Ok(*per_second);
        }
        println!("  creating {WORKFLOWS} workflows");
        let server = Server::start("release", &self.data)?;
        let begun = Instant::now();
        in_parallel(WORKFLOWS, &server, |client, number| {
            workflows::create(client, &workflows::chain(&format!("seed-{number:06}"), "demo-instant", 1))
        })?;
        Ok(*self.per_second.get_or_init(|| rate(WORKFLOWS.into(), begun.elapsed())))
    }

    /// The directory's path.
    pub fn path(&self) -> &Path {
        &self.data
    }
}
