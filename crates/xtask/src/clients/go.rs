//! A client for Go, and the Deep Build Pipeline run by it.

use std::path::Path;
use std::process::Command;

use super::generator::{self, Language};
use super::servers::Servers;
use super::{generated, union};
use crate::fail::Done;
use crate::process;

/// How it is generated.
pub const GO: Language = Language {
    name: "go",
    flags: &["--git-host", "example.com", "--git-user-id", "sluice"],
    properties: &["enumClassPrefix=true", "disallowAdditionalPropertiesIfNotPresent=false"],
    named: |package| vec!["--git-repo-id".into(), package.into(), "--package-name".into(), package.into()],
};

/// Generates the client, compiles it with the session, and runs the session.
pub fn check(servers: &Servers) -> Done {
    GO.generate()?;
    if !generator::has_compiler("go", &["golang-go"], "Go") {
        return Ok(());
    }
    let folder = GO.folder();
    println!("  go build");
    let programs = generated::scratch().join("go");
    generated::emptied(&programs)?;
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&programs).args(["./session", "./union"]).current_dir(&folder);
    // All modules are here: none is asked for.
    build.env("GOPROXY", "off").env("GOSUMDB", "off").env("GOFLAGS", "-mod=readonly").env("GO111MODULE", "on");
    process::run(&mut build)
        .map_err(|failure| failure.cure("adapt clients/go to the new document, if it is meant to have changed so"))?;
    read_and_write(&programs)?;
    servers.run_session(|| Command::new(programs.join("session")), "see clients/go/session")
}

fn read_and_write(programs: &Path) -> Done {
    println!("  a definition with every kind of step");
    let written = generated::scratch().join("union-go.json");
    process::run(Command::new(programs.join("union")).arg(union::definition()).arg(&written))?;
    union::compare(&written)
}
