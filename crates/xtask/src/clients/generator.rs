//! openapi-generator: one program for many languages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{generated, pip, union};
use crate::fail::{Context, Done, Failure};
use crate::{debian, openapi, paths, process};

/// The folder with the version of its package.
const FOLDER: &str = "openapi-generator";
/// The folder of the client in a client's folder for generated code.
pub const CLIENT: &str = "client";
/// The folder of the client that knows every planned kind of step.
pub const UNION: &str = "union";

/// How a client of one language is generated.
pub struct Language {
    /// The generator's name, and that of the folder with the session.
    pub name: &'static str,
    /// Its flags; docs/clients.md tells them.
    pub flags: &'static [&'static str],
    /// Its properties; docs/clients.md tells them.
    pub properties: &'static [&'static str],
    /// The flags and the property with the name of the package, by which sessions import it.
    pub named: fn(&str) -> Vec<String>,
}

impl Language {
    /// Generates a client from the committed document, and one from the document with every planned kind of step.
    pub fn generate(&self) -> Done {
        let program = install()?;
        let code = self.folder().join("generated");
        generated::emptied(&code)?;
        for (document, into) in [(openapi::committed_file(), CLIENT), (union::document(), UNION)] {
            println!("  openapi-generator: {} {into}", self.name);
            self.generate_from(&program, &document, &code.join(into), into)?;
        }
        Ok(())
    }

    /// The folder of the session.
    pub fn folder(&self) -> PathBuf {
        generated::source(self.name)
    }

    fn generate_from(&self, program: &Path, document: &Path, folder: &Path, package: &str) -> Done {
        let mut command = Command::new(program);
        command.args(["generate", "-g", self.name, "-i"]).arg(document).arg("-o").arg(folder);
        command.args(self.flags).args((self.named)(package));
        if !self.properties.is_empty() {
            command.arg(format!("--additional-properties={}", self.properties.join(",")));
        }
        let log = folder.with_extension("log");
        let output = fs::File::create(&log).context(|| format!("cannot write {}", log.display()))?;
        // It says hundreds of lines, and asks for donations.
        let errors = output.try_clone().context(|| format!("cannot write {}", log.display()))?;
        process::run(command.stdout(output).stderr(errors))
            .map_err(|failure| failure.cure(format!("see {}", log.display())))
    }
}

/// Installs a compiler with apt when it is missing. Without it, a client is generated but not compiled.
pub fn has_compiler(program: &str, packages: &[&str], what: &str) -> bool {
    if paths::in_path(program).is_some() {
        return true;
    }
    match debian::install(packages, what) {
        Ok(()) => true,
        Err(failure) => {
            println!("  not compiled: {failure}");
            false
        }
    }
}

/// The path of the generator's jar, which holds the libraries that its clients of Java need.
pub fn jar(programs: &Path) -> Result<PathBuf, Failure> {
    let find =
        "import openapi_generator_cli as it, pathlib; print(next(pathlib.Path(it.__file__).parent.glob('*.jar')))";
    let path = process::output(Command::new(programs.join("python")).args(["-c", find]))?;
    Ok(PathBuf::from(path.trim()))
}

/// The folder of programs of the generator's environment.
pub fn programs() -> Result<PathBuf, Failure> {
    pip::install(FOLDER)
}

fn install() -> Result<PathBuf, Failure> {
    let java = Command::new("java").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !java.is_ok_and(|status| status.success()) {
        debian::install(&["default-jre-headless"], "Java")?;
    }
    Ok(programs()?.join("openapi-generator-cli"))
}

#[cfg(test)]
mod tests {
    use crate::clients::{go::GO, java::JAVA, rust::RUST};

    #[test]
    fn the_page_for_clients_tells_the_flags() {
        let page = std::fs::read_to_string(crate::paths::root().join("docs/clients.md")).unwrap();
        for language in [GO, JAVA, RUST] {
            let row = page.lines().find(|line| line.contains(&format!("`{}`", language.name))).unwrap();
            assert!(row.contains(&language.properties.join(",")), "{row}");
        }
        assert!(page.contains(&JAVA.flags.join(" ")), "{:?}", JAVA.flags);
    }
}
