//! The command line.

mod check;
mod data_folder;
mod file_resources;
mod files;
mod follow;
mod generate;
mod mcp;
mod options;
mod own_engine;
mod run;
mod serve;
mod signals;
mod terminal;
mod visible;

#[cfg(test)]
pub(crate) use serve::open_engine;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Success.
const DONE: u8 = 0;
/// A failure: of the run, of the server, or errors in the file.
const FAILED: u8 = 1;
/// A command that cannot be carried out. clap uses the same.
const USAGE: u8 = 2;
/// The run was cancelled, or a reviewer rejected it.
const STOPPED: u8 = 3;
/// The run waits at a gate, and there is no terminal to ask at.
const WAITING: u8 = 4;
/// A second signal ended the process at once: 128 and the number of SIGINT, as shells count.
const INTERRUPTED: u8 = 130;

/// Design, run and watch multi-step AI workflows.
#[derive(Parser)]
#[command(
    name = "sluice",
    version,
    after_help = "Examples:
  sluice serve                                   serve on http://127.0.0.1:8080 with data in ./data
  sluice run brief.json --input '{\"topic\": \"tea\"}'
  sluice generate 'Research a topic, then write a brief' > brief.json
  sluice check brief.json
  sluice mcp test files                          connect to an MCP server and list its tools
  sluice openapi > openapi.json"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API
    Serve(Box<options::ServeOptions>),
    /// Run a workflow file in the terminal
    Run(run::RunOptions),
    /// Have a model design a workflow file from a sentence
    Generate(generate::GenerateOptions),
    /// Check a workflow file, as a start would
    Check(check::CheckOptions),
    /// List and test the MCP servers of a data folder
    Mcp(mcp::McpOptions),
    /// Print the OpenAPI document
    Openapi {
        /// As OpenAPI 3.0, for generators that do not read 3.1
        #[arg(long)]
        older: bool,
    },
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let code = match Arguments::parse().command {
        Command::Serve(options) => serve::serve(*options),
        Command::Run(options) => run::run(&options),
        Command::Generate(options) => generate::generate(&options),
        Command::Check(options) => check::check(&options),
        Command::Mcp(options) => mcp::mcp(&options),
        Command::Openapi { older } => openapi(older),
    };
    ExitCode::from(code)
}

fn openapi(older: bool) -> u8 {
    let document = crate::routes::document();
    let text = if older {
        serde_json::to_value(&document)
            .and_then(|document| serde_json::to_string_pretty(&crate::openapi::older_rendition(document)))
    } else {
        document.to_pretty_json()
    };
    match text {
        Ok(text) => {
            visible::print_line(&text);
            DONE
        }
        Err(error) => eprint_error(FAILED, &format!("the document cannot be written: {error}")),
    }
}

/// Prints an error, and gives the exit code.
fn eprint_error(code: u8, message: &str) -> u8 {
    visible::tell_line(&format!("sluice: {message}"));
    code
}
