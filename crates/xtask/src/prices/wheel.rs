//! The price list in PyPI's `litellm` package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fail::{Context, Failure};
use crate::{paths, process};

/// The list inside the wheel. litellm is under the MIT licence.
pub const MEMBER: &str = "litellm/model_prices_and_context_window_backup.json";
const PACKAGE: &str = "litellm";
/// A wheel is a zip archive, and Python reads those without another package.
const UNZIP: &str = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";

/// Downloads the newest wheel and returns its path.
pub fn download() -> Result<PathBuf, Failure> {
    let folder = paths::scratch().join("prices");
    // Only the newest may be there: its name is not known beforehand.
    let _absent_already = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "-d"])
        .arg(&folder)
        .arg(PACKAGE);
    process::run(&mut pip)
        .map_err(|failure| failure.cure("Python 3 with pip is needed, or give a wheel: `--wheel FILE`"))?;
    let entries = fs::read_dir(&folder).context(|| format!("cannot read {}", folder.display()))?;
    let wheel = entries.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|e| e == "whl"));
    wheel.ok_or_else(|| Failure::new(format!("pip left no wheel in {}", folder.display())))
}

/// The text of the price list.
pub fn price_list(wheel: &Path) -> Result<String, Failure> {
    process::output(Command::new("python3").args(["-c", UNZIP]).arg(wheel).arg(MEMBER))
}

/// The version in the wheel's name: `litellm-1.2.3-py3-none-any.whl` is 1.2.3.
pub fn version(wheel: &Path) -> Result<String, Failure> {
    let name = wheel.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let version = name.strip_prefix(PACKAGE).and_then(|rest| rest.strip_prefix('-')?.split('-').next());
    version.map(str::to_owned).ok_or_else(|| Failure::new(format!("`{name}` is not the name of a {PACKAGE} wheel")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_version_is_in_the_name() {
        let version = |name| super::version(Path::new(name)).ok();
        assert_eq!(version("/x/litellm-1.2.3-py3-none-any.whl").as_deref(), Some("1.2.3"));
        assert_eq!(version("/x/other-1.2.3-py3-none-any.whl"), None);
    }
}
