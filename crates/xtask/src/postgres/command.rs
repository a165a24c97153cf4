//! `cargo xtask postgres`: the tests' database for a single test, a debugger or `psql`.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use super::{Cluster, URL_VARIABLE};
use crate::cargo::forget_this_crate;
use crate::fail::{Done, Failure};
use crate::{process, signals};

/// Runs the command after `--` with the database's URL in its environment, or waits for Ctrl-C without one.
pub fn run(arguments: &[String]) -> Done {
    let command = match arguments.split_first() {
        None => None,
        Some((dashes, rest)) if dashes == "--" => rest.split_first(),
        Some(_) => return Err(Failure::usage("`postgres` takes a command only after `--`")),
    };
    let cluster = Cluster::start()?;
    println!("{URL_VARIABLE}={}", cluster.url());
    if let Some((program, rest)) = command {
        let mut command = Command::new(program);
        forget_this_crate(&mut command);
        return process::run(command.args(rest).env(URL_VARIABLE, cluster.url()));
    }
    println!("Ctrl-C ends it.");
    while !signals::caught() {
        sleep(Duration::from_millis(50));
    }
    Ok(())
}
