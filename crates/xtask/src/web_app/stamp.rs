//! Stamps of source files, to skip a build whose sources are unchanged.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::fail::{Context, Done, Failure};

/// Every file at and below these paths, with its size and modification time.
pub fn of(paths: &[&Path]) -> Result<String, Failure> {
    let mut stamp = String::new();
    for path in paths {
        add(path, &mut stamp)?;
    }
    Ok(stamp)
}

/// The stamp of the sources of a generated folder.
pub fn read(made: &Path) -> Option<String> {
    fs::read_to_string(file_of(made)).ok()
}

/// Writes the stamp of the sources of a generated folder.
pub fn write(made: &Path, stamp: &str) -> Done {
    let file = file_of(made);
    fs::write(&file, stamp).context(|| format!("cannot write {}", file.display()))
}

/// Beside the folder, because the folder's content is served.
fn file_of(made: &Path) -> PathBuf {
    made.with_added_extension("stamp")
}

fn add(path: &Path, stamp: &mut String) -> Done {
    let unreadable = || format!("cannot read {}", path.display());
    let metadata = path.metadata().context(unreadable)?;
    if metadata.is_dir() {
        let entries = fs::read_dir(path).context(unreadable)?;
        let mut below =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().context(unreadable)?;
        below.sort();
        return below.iter().try_for_each(|path| add(path, stamp));
    }
    let changed = metadata.modified().context(unreadable)?.duration_since(UNIX_EPOCH).unwrap_or_default();
    // Writing to a string does not fail.
    let _written = writeln!(stamp, "{} {} {}", path.display(), metadata.len(), changed.as_nanos());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_a_change_below_a_folder() {
        let folder = std::env::temp_dir().join(format!("sluice-stamp-{}", std::process::id()));
        fs::create_dir_all(folder.join("a")).unwrap();
        fs::write(folder.join("a/b"), "1").unwrap();
        let first = of(&[&folder]).unwrap();
        assert_eq!(first, of(&[&folder]).unwrap());
        fs::write(folder.join("a/b"), "12").unwrap();
        let second = of(&[&folder]).unwrap();
        assert_ne!(first, second);
        fs::rename(folder.join("a/b"), folder.join("a/c")).unwrap();
        assert_ne!(second, of(&[&folder]).unwrap());
        fs::remove_dir_all(&folder).unwrap();
    }
}
