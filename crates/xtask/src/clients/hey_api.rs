//! hey-api's SDK for TypeScript.

use std::path::Path;

use super::servers::Servers;
use super::typescript::in_folder;
use super::{generated, union};
use crate::fail::{Done, Failure};
use crate::{npm, openapi, process};

const FOLDER: &str = "clients/hey-api";

/// Generates the SDK, checks the session with it, and runs it.
pub fn check(servers: &Servers) -> Done {
    let folder = npm::install(FOLDER)?.ok_or_else(|| Failure::new(format!("{FOLDER} holds no package.json")))?;
    let code = folder.join("generated");
    generated::emptied(&code)?;
    generate(&folder, &openapi::committed_file(), &code.join("client"))?;
    generate(&folder, &union::document(), &code.join("union"))?;
    union::write_literal(&code.join("union.ts"), "import type { Definition } from \"./union/index.js\";")?;
    println!("  tsc --strict");
    process::run(&mut in_folder(&folder, "node_modules/.bin/tsc")).map_err(|failure| {
        failure.cure(format!("adapt {FOLDER}/session to the new document, if it is meant to have changed so"))
    })?;
    let session = || {
        let mut node = in_folder(&folder, "node");
        node.arg("generated/js/session/main.js");
        node
    };
    servers.run_session(session, "see clients/hey-api/session")
}

fn generate(folder: &Path, document: &Path, into: &Path) -> Done {
    let mut command = in_folder(folder, "node_modules/.bin/openapi-ts");
    process::run(command.env("DOCUMENT", document).env("OUTPUT", into))
        .map_err(|failure| failure.cure("openapi/openapi.json holds something that the generator cannot read"))
}
