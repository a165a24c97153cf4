//! openapi-typescript with openapi-fetch.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::servers::Servers;
use super::union;
use crate::fail::{Context, Done, Failure};
use crate::openapi;
use crate::{npm, process};

const FOLDER: &str = "clients/typescript";

/// Generates the types, checks the session with them, and runs it.
pub fn check(servers: &Servers) -> Done {
    let folder = npm::install(FOLDER)?.ok_or_else(|| Failure::new(format!("{FOLDER} holds no package.json")))?;
    let code = folder.join("generated");
    fs::create_dir_all(&code).context(|| format!("cannot make {}", code.display()))?;
    generate(&folder, &openapi::committed_file(), "schema.ts")?;
    generate(&folder, &union::document(), "union-schema.ts")?;
    let import = "import type { components } from \"./union-schema.js\";\ntype Definition = components[\"schemas\"][\"Definition\"];";
    union::write_literal(&code.join("union.ts"), import)?;
    println!("  tsc --strict");
    process::run(&mut in_folder(&folder, "node_modules/.bin/tsc")).map_err(|failure| {
        failure.cure(format!("adapt {FOLDER}/session to the new document, if it is meant to have changed so"))
    })?;
    let session = || {
        let mut node = in_folder(&folder, "node");
        node.arg("generated/js/session/main.js");
        node
    };
    servers.run_session(session, "see the failed assertion above, in clients/typescript/session")
}

fn generate(folder: &Path, document: &Path, into: &str) -> Done {
    println!("  openapi-typescript: {into}");
    let mut command = in_folder(folder, "node_modules/.bin/openapi-typescript");
    process::run(command.arg(document).arg("-o").arg(folder.join("generated").join(into)))
        .map_err(|failure| failure.cure("openapi/openapi.json holds something that the generator cannot read"))
}

/// A program that runs in a folder.
pub fn in_folder(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}
