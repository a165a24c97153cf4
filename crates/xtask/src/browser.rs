//! `cargo xtask browser`: the web app in a real browser, on the real server.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::stage::stage;
use crate::web_app::{self, Profile};
use crate::{debian, npm, paths, process};

const FOLDER: &str = "frontend/e2e";
/// The MCP servers that the tests add.
const MCP_SERVERS: &str = "crates/tools/tests/servers";
/// The browser to use, when it is not one of [`BROWSERS`] in `PATH`; the tests read it, too.
const VARIABLE: &str = "SLUICE_CHROMIUM";
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Builds the web app and the server, then runs the tests; arguments are handed on to Playwright.
pub fn run(arguments: &[String]) -> Done {
    let Some(folder) = npm::install(FOLDER)? else {
        println!("  {FOLDER} holds no package.json: there are no browser tests");
        return Ok(());
    };
    npm::install(MCP_SERVERS)?;
    let browser = browser()?;
    web_app::build(Profile::Release)?;
    let server = build_server()?;
    let mut tests = Command::new("npx");
    tests.args(["playwright", "test"]).args(arguments).current_dir(folder);
    tests.env("SLUICE_BINARY", server).env(VARIABLE, browser);
    stage("browser tests", || {
        process::run(&mut tests).map_err(|failure| {
            failure.cure(
                "read the first failed test above; run it alone with `cargo xtask browser -g '<part of its name>'`",
            )
        })
    })
}

/// Builds the debug server, which reads the web app from the output folder of the app's release build.
pub fn build_server() -> Result<PathBuf, Failure> {
    stage("server", || process::run(cargo().args(["build", "-p", "sluice-api", "--bin", "sluice"])))?;
    Ok(paths::server("debug"))
}

fn browser() -> Result<PathBuf, Failure> {
    if let Some(named) = env::var_os(VARIABLE).map(PathBuf::from) {
        let there = named.is_file();
        return there
            .then_some(named)
            .ok_or_else(|| Failure::new(format!("{VARIABLE} names no file")).cure("unset it, or name a Chromium"));
    }
    let in_path = || BROWSERS.iter().find_map(|name| paths::in_path(name));
    if let Some(found) = in_path() {
        return Ok(found);
    }
    debian::install(&["chromium"], "Chromium")?;
    in_path().ok_or_else(|| {
        Failure::new("Chromium was installed, but is not in PATH").cure(format!("name it in {VARIABLE}"))
    })
}
