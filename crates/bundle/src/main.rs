//! Creates the served folder of the web app: the compiled app with its JavaScript, the style sheets and the
//! static files, under a path with a hash of all of them.
//!
//! `cargo xtask` runs this after it has compiled `frontend/`. It is a separate program, so that the tool's
//! other commands need not wait for its build.
#![expect(clippy::print_stderr, reason = "a command-line tool prints its error")]

mod arguments;
mod bindings;
mod compress;
mod files;
mod minify;
mod page;
mod publish;
mod site;
mod split;

use std::process::ExitCode;

use anyhow::Result;

use arguments::Arguments;

fn main() -> ExitCode {
    match Arguments::read(std::env::args_os().skip(1)).and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let app = bindings::generate(arguments)?;
    let mut site = site::assemble(&arguments.frontend, app, arguments.release)?;
    if arguments.release {
        compress::add_compressed(&mut site.assets)?;
        compress::add_compressed(&mut site.pages)?;
    }
    publish::publish(&site, &arguments.dist)
}
