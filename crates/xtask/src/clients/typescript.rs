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
    write_union(&code)?;
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

/// Types are nothing at run time: the definition with all kinds of step is checked as a literal.
fn write_union(code: &Path) -> Done {
    let sample = union::definition();
    let json = fs::read_to_string(&sample).context(|| format!("cannot read {}", sample.display()))?;
    let text = format!(
        "import type {{ components }} from \"./union-schema.js\";\n\n\
         export const definition: components[\"schemas\"][\"Definition\"] = {json};\n"
    );
    let file = code.join("union.ts");
    fs::write(&file, text).context(|| format!("cannot write {}", file.display()))
}

fn in_folder(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}
