//! A client for Java with the HTTP client of the JDK.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::generator::{self, CLIENT, Language, UNION};
use super::servers::Servers;
use super::{generated, union};
use crate::fail::{Context, Done};
use crate::{debian, process};

/// How it is generated.
pub const JAVA: Language = Language {
    name: "java",
    // A method `wait` would be that of `Object`.
    flags: &["--library", "native", "--parameter-name-mappings", "wait=waitSeconds"],
    properties: &["openApiNullable=false", "useSingleRequestParameter=true"],
    named: |package| {
        let root = if package == CLIENT { "sluice.client" } else { "union.client" };
        let of = |flag: &str, part: &str| [format!("--{flag}-package"), format!("{root}{part}")];
        [of("invoker", ""), of("api", ".api"), of("model", ".model")].concat()
    },
};
/// The annotation `Generated`, which newer versions of the JDK do not have.
const ANNOTATIONS: (&str, &str) =
    ("/usr/share/java/geronimo-annotation-1.3-spec.jar", "libgeronimo-annotation-1.3-spec-java");

/// Generates the client, compiles it with the session, and runs the session.
pub fn check(servers: &Servers) -> Done {
    JAVA.generate()?;
    if !generator::has_compiler("javac", &["default-jdk-headless"], "javac") {
        return Ok(());
    }
    if !Path::new(ANNOTATIONS.0).is_file()
        && let Err(failure) = debian::install(&[ANNOTATIONS.1], "Java's annotations")
    {
        println!("  not compiled: {failure}");
        return Ok(());
    }
    let classes = generated::scratch().join("java");
    generated::emptied(&classes)?;
    // The generator is written in Java: its jar holds the libraries that its clients need.
    let jar = generator::jar(&generator::programs()?)?;
    let path = format!("{}:{}:{}", classes.display(), jar.display(), ANNOTATIONS.0);
    println!("  javac");
    let mut javac = Command::new("javac");
    javac.args(["-nowarn", "-Xlint:none", "-d"]).arg(&classes).args(["-cp", &path]).args(sources()?);
    process::run(&mut javac)
        .map_err(|failure| failure.cure("adapt clients/java to the new document, if it is meant to have changed so"))?;
    let java = |class: &str| {
        let mut command = Command::new("java");
        command.args(["-cp", &path, class]);
        command
    };
    println!("  a definition with every kind of step");
    let written = generated::scratch().join("union-java.json");
    process::run(java("Union").arg(union::definition()).arg(&written))?;
    union::compare(&written)?;
    servers.run_session(|| java("Session"), "see clients/java")
}

/// The session's files and those of both clients, without the tests that the generator makes.
fn sources() -> Result<Vec<PathBuf>, crate::fail::Failure> {
    let session = JAVA.folder();
    let code = session.join("generated");
    let mut open = vec![session];
    open.extend([CLIENT, UNION].map(|client| code.join(client).join("src/main/java")));
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        let entries = folder.read_dir().context(|| format!("cannot read {}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() && path != code {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "java") {
                files.push(path);
            }
        }
    }
    Ok(files)
}
