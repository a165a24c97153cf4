//! Noticing that files have changed, by looking: there are hundreds, which takes a few milliseconds.

use std::path::{Path, PathBuf};

use crate::paths;
use crate::web_app::stamp;

/// Files and folders of the workspace, as they were when we looked last.
pub struct Watch {
    paths: Vec<PathBuf>,
    seen: Option<String>,
}

impl Watch {
    /// Looks for the first time.
    pub fn new(below_root: &[&str]) -> Self {
        let paths = below_root.iter().map(|path| paths::root().join(path)).collect();
        let mut watch = Self { paths, seen: None };
        watch.seen = watch.look();
        watch
    }

    /// Whether anything changed since it was asked last.
    pub fn has_changed(&mut self) -> bool {
        let Some(now) = self.look() else { return false };
        let changed = self.seen.as_ref() != Some(&now);
        self.seen = Some(now);
        changed
    }

    /// `None` when a file went away while we looked, as editors let them: the next look tells.
    fn look(&self) -> Option<String> {
        let paths: Vec<&Path> = self.paths.iter().map(PathBuf::as_path).collect();
        stamp::of(&paths).ok()
    }
}
