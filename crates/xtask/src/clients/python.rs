//! openapi-python-client.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::servers::Servers;
use super::{generated, pip, union};
use crate::fail::Done;
use crate::{openapi, process};

const CLIENT: &str = "python";

/// Generates a client, checks it and the session, and runs the session.
pub fn check(servers: &Servers) -> Done {
    let programs = pip::install(CLIENT)?;
    let folder = generated::source(CLIENT);
    let code = folder.join("generated");
    generated::emptied(&code)?;
    generate(&programs, &openapi::committed_file(), "sluice_client")?;
    generate(&programs, &union::document(), "union_client")?;
    println!("  mypy --strict");
    let mut mypy = Command::new(programs.join("mypy"));
    mypy.args(["--strict", "--cache-dir"]).arg(generated::scratch().join("mypy"));
    mypy.args(["session", "generated/sluice_client", "generated/union_client"]);
    process::run(mypy.env("MYPYPATH", "generated").current_dir(&folder)).map_err(|failure| {
        failure.cure("adapt clients/python/session to the new document, if it is meant to have changed so")
    })?;
    let python = |module: &str| {
        let mut command = Command::new(programs.join("python"));
        command.args(["-m", module]).env("PYTHONPATH", "generated").current_dir(&folder);
        command
    };
    read_and_write(python("session.union"))?;
    servers.run_session(|| python("session"), "see the failed assertion above, in clients/python/session")
}

fn generate(programs: &Path, document: &Path, package: &str) -> Done {
    println!("  openapi-python-client: {package}");
    let folder = generated::source(CLIENT);
    let mut command = Command::new(programs.join("openapi-python-client"));
    command.arg("generate").arg("--path").arg(document).arg("--config").arg(folder.join(format!("{package}.yml")));
    command.args(["--meta", "none", "--overwrite", "--fail-on-warning", "--output-path"]);
    process::run(command.arg(folder.join("generated").join(package)))
        .map_err(|failure| failure.cure("openapi/openapi.json holds something that the generator cannot read"))
}

fn read_and_write(mut command: Command) -> Done {
    println!("  a definition with every kind of step");
    let written: PathBuf = generated::scratch().join("union-python.json");
    process::run(command.arg(union::definition()).arg(&written))?;
    union::compare(&written)
}
