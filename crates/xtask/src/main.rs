//! `cargo xtask`: the commands for developers and CI.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool writes to its standard streams")]

mod aimock;
mod bench;
mod browser;
mod cargo;
mod check;
mod clients;
mod commands;
mod debian;
mod dev;
mod fail;
mod help;
mod http;
mod mcp_servers;
mod npm;
mod openapi;
mod paths;
mod peers;
mod postgres;
mod prices;
mod process;
mod release;
mod server;
mod signals;
mod stage;
mod start;
mod test;
mod text;
mod time;
mod wasm;
mod web_app;

use std::process::ExitCode;

use commands::COMMANDS;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    if is_help(name) {
        println!("{}", help::all());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprintln!("error: there is no command `{name}`\n\n{}", help::all());
        return ExitCode::from(2);
    };
    if rest.first().is_some_and(|first| is_help(first)) {
        println!("{}", help::of(command));
        return ExitCode::SUCCESS;
    }
    match (command.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn is_help(word: &str) -> bool {
    matches!(word, "help" | "--help" | "-h")
}
