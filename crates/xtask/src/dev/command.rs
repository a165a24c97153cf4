//! The loop: wait for a change, build, restart.

use std::thread::sleep;
use std::time::Duration;

use super::server::Server;
use super::watch::Watch;
use crate::fail::Done;
use crate::web_app::{self, Profile};
use crate::{browser, signals};

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The sources of the web app; not `frontend/e2e`, whose tests write files.
const WEB_APP: [&str; 7] = [
    "Cargo.lock",
    "crates/bundle",
    "crates/types",
    "frontend/Cargo.toml",
    "frontend/index.html",
    "frontend/src",
    "frontend/static",
];
/// The sources of the server.
const SERVER: [&str; 7] =
    ["Cargo.lock", "crates/api", "crates/engine", "crates/store", "crates/types", "docs/errors", "migrations"];

/// Builds both, then watches until Ctrl-C. Arguments after `--` are the server's.
pub fn run(arguments: &[String]) -> Done {
    let arguments = match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    };
    signals::catch()?;
    let (mut web_app, mut server_code) = (Watch::new(&WEB_APP), Watch::new(&SERVER));
    web_app::build(Profile::Dev)?;
    let binary = browser::build_server()?;
    let mut server = Server::start(binary, arguments)?;
    println!("» watching; Ctrl-C ends it");
    while !signals::caught() {
        sleep(LOOK_EVERY);
        server.report_exit();
        // Pages poll for the new app, so the server needs no restart.
        if web_app.has_changed() {
            or_keep_the_old_one(web_app::build(Profile::Dev).map(drop));
        }
        if server_code.has_changed() {
            or_keep_the_old_one(browser::build_server().and_then(|_| server.restart()));
        }
    }
    Ok(())
}

/// Reports a failed build and keeps the old one: code under development often does not compile.
fn or_keep_the_old_one(built: Done) {
    if let Err(failure) = built
        && !signals::caught()
    {
        eprintln!("{failure}\n  what was built before goes on; the next change is tried again");
    }
}
