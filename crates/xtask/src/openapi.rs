//! `cargo xtask openapi`: the committed API document, from the code.

use std::fs;
use std::path::PathBuf;

use crate::cargo::cargo;
use crate::fail::{Context, Done, Failure};
use crate::stage::stage;
use crate::{paths, process};

/// The path of the committed document.
pub fn committed_file() -> PathBuf {
    paths::root().join("openapi").join("openapi.json")
}

/// The document that the current code generates.
pub fn generate() -> Result<String, Failure> {
    print(&[])
}

/// The same as OpenAPI 3.0.
pub fn generate_older() -> Result<String, Failure> {
    print(&["--older"])
}

fn print(options: &[&str]) -> Result<String, Failure> {
    let mut command = cargo();
    command.args(["run", "--quiet", "-p", "sluice-api", "--bin", "sluice", "--", "openapi"]).args(options);
    let text = process::output(&mut command)?;
    Ok(format!("{}\n", text.trim_end()))
}

/// Writes the document.
pub fn run(arguments: &[String]) -> Done {
    if !arguments.is_empty() {
        return Err(Failure::usage("`openapi` takes no arguments"));
    }
    let file = committed_file();
    stage("openapi/openapi.json", || {
        let text = generate()?;
        fs::write(&file, text).context(|| format!("cannot write {}", file.display()))
    })
}
