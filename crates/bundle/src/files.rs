//! Files in memory, with their paths in the site.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// A file and its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path below the folder it is meant for, with `/` between its parts.
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl File {
    /// A file.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }
}

/// Reads one file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// All files of a folder and the folders in it, in the order of their paths.
/// Skips hidden files: editors write them.
pub fn read_folder(folder: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    collect(folder, "", &mut files)?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    let unreadable = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name().into_string().map_err(|name| anyhow::anyhow!("{} is no text", name.display()))?;
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), files)?;
        } else {
            files.push(File::new(format!("{prefix}{name}"), read(&path)?));
        }
    }
    Ok(())
}
