//! The linters of OpenAPI, redocly and spectral from npm, find nothing in the API document, in both renditions.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fail::{Context, Done, Failure};
use crate::{npm, openapi, paths, process};

/// The linters and their rules.
const FOLDER: &str = "openapi";
const CURE: &str = "change the annotations that the finding names; a rule that does not fit is switched off in the linter's file in openapi/, with its reason";

/// Lints the document that the current code generates.
pub fn check() -> Done {
    let folder = npm::install(FOLDER)?.ok_or_else(|| Failure::new(format!("{FOLDER} has no package.json")))?;
    let scratch = paths::scratch().join("api-lint");
    fs::create_dir_all(&scratch).context(|| format!("cannot make {}", scratch.display()))?;
    let documents = [("", openapi::generate()?), ("-3.0", openapi::generate_older()?)];
    let mut failures = Vec::new();
    for (version, text) in documents {
        let file = scratch.join(format!("openapi{version}.json"));
        fs::write(&file, text).context(|| format!("cannot write {}", file.display()))?;
        failures.extend(redocly(&folder, version, &file).err());
        failures.extend(spectral(&folder, version, &file).err());
    }
    // Both have printed their findings.
    failures.into_iter().next().map_or(Ok(()), |failure| Err(failure.cure(CURE)))
}

fn redocly(folder: &Path, version: &str, file: &Path) -> Done {
    let mut command = linter(folder, "redocly");
    command.args(["lint", "--config", &format!("redocly{version}.yaml")]).arg(file);
    command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    process::run(&mut command)
}

fn spectral(folder: &Path, version: &str, file: &Path) -> Done {
    let mut command = linter(folder, "spectral");
    command.args(["lint", "--quiet", "--fail-severity", "hint"]);
    command.args(["--ruleset", &format!("spectral{version}.yaml")]).arg(file);
    process::run(&mut command)
}

fn linter(folder: &Path, name: &str) -> Command {
    let mut command = Command::new(folder.join("node_modules/.bin").join(name));
    command.current_dir(folder);
    command
}
