//! `cargo xtask`: everything a developer or CI does with this repository, one command each.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks on its standard streams")]

mod aimock;
mod bench;
mod browser;
mod cargo;
mod check;
mod debian;
mod dev;
mod fail;
mod help;
mod http;
mod npm;
mod openapi;
mod paths;
mod postgres;
mod prices;
mod process;
mod signals;
mod stage;
mod start;
mod test;
mod text;
mod time;
mod wasm;
mod web_app;

use std::process::ExitCode;

use fail::Done;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    let run: fn(&[String]) -> Done = match command {
        "start" => start::run,
        "dev" => dev::run,
        "web" => web_app::run,
        "test" => test::run,
        "browser" => browser::run,
        "check" => check::run,
        "openapi" => openapi::run,
        "postgres" => postgres::run,
        "prices" => prices::run,
        "bench" => bench::run,
        "help" | "--help" | "-h" => {
            println!("{}", help::HELP);
            return ExitCode::SUCCESS;
        }
        unknown => {
            eprintln!("error: there is no command `{unknown}`\n\n{}", help::HELP);
            return ExitCode::from(2);
        }
    };
    match run(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
