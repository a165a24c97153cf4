//! `cargo xtask test`: all tests and checks, for CI and before a push.

use crate::cargo::cargo;
use crate::fail::Done;
use crate::postgres::{Cluster, URL_VARIABLE};
use crate::stage::stage;
use crate::web_app::{self, Profile};
use crate::{aimock, browser, check, clients, mcp_servers, process};

/// All tests on both databases, of generated clients and in a browser, then all checks; with filters only the tests with a
/// matching name.
pub fn run(filters: &[String]) -> Done {
    stage("mock model server", aimock::prepare)?;
    stage("MCP servers", mcp_servers::prepare)?;
    if filters.is_empty() {
        // First, so that a failed build shows before the tests; the browser tests come last.
        web_app::build(Profile::Release)?;
    }
    let cluster = stage("private PostgreSQL", Cluster::start)?;
    let mut command = cargo();
    command.args(["test", "--workspace", "--exclude", web_app::PACKAGE]).env(URL_VARIABLE, cluster.url());
    if !filters.is_empty() {
        command.arg("--").args(filters);
    }
    let tested = stage("tests", || {
        process::run(&mut command).map_err(|failure| {
            failure.cure("read the first failed test above; run it alone with `cargo xtask test <part of its name>`")
        })
    });
    drop(cluster);
    tested?;
    if !filters.is_empty() {
        return Ok(());
    }
    clients::fast()?;
    browser::run(&[])?;
    check::run(&[])
}
