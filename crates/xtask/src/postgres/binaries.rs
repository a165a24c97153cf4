//! PostgreSQL's programs, installed when they are missing.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::fail::Failure;
use crate::{debian, paths, process};

/// Debian keeps each major version apart and out of `PATH`.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";
/// The first version whose databases can sort by ICU.
const FIRST_WITH_ICU: u32 = 15;

/// One installed PostgreSQL.
pub struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The PostgreSQL in `PATH`, else the newest of Debian's versions, else a newly installed one.
    pub fn find_or_install() -> Result<Self, Failure> {
        if let Some(folder) = find() {
            return Self::of(folder);
        }
        debian::install(&["postgresql"], "PostgreSQL")?;
        let folder = find().ok_or_else(|| Failure::new(format!("no initdb in PATH or {DEBIAN_FOLDER}/*/bin")))?;
        Self::of(folder)
    }

    /// The path of one of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether `initdb` takes `--locale-provider=icu`.
    pub fn knows_icu(&self) -> bool {
        self.major >= FIRST_WITH_ICU
    }

    fn of(folder: PathBuf) -> Result<Self, Failure> {
        let text = process::output(Command::new(folder.join("postgres")).arg("--version"))?;
        // `postgres (PostgreSQL) 17.2 (Debian 17.2-1)`
        let major = text.split_whitespace().nth(2).and_then(|version| version.split('.').next()?.parse().ok());
        let major =
            major.ok_or_else(|| Failure::new(format!("cannot read PostgreSQL's version from `{}`", text.trim())))?;
        Ok(Self { folder, major })
    }
}

fn find() -> Option<PathBuf> {
    // `initdb` in PATH may be a link; its target's folder holds all programs.
    let linked = paths::in_path("initdb").and_then(|file| file.canonicalize().ok());
    let in_path = linked.and_then(|file| file.parent().map(PathBuf::from));
    in_path
        .into_iter()
        .chain(debian_folders())
        .find(|folder| ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file()))
}

/// Debian's folders, the newest version first.
fn debian_folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(DEBIAN_FOLDER).into_iter().flatten().flatten();
    let mut versions: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|version| PathBuf::from(format!("{DEBIAN_FOLDER}/{version}/bin"))).collect()
}
