//! Change detection by polling: the few hundred files take a few milliseconds.

use std::path::{Path, PathBuf};

use crate::paths;
use crate::web_app::stamp;

/// Files and folders of the workspace and their state at the last poll.
pub struct Watch {
    paths: Vec<PathBuf>,
    seen: Option<String>,
}

impl Watch {
    /// Reads the first state.
    pub fn new(below_root: &[&str]) -> Self {
        let paths = below_root.iter().map(|path| paths::root().join(path)).collect();
        let mut watch = Self { paths, seen: None };
        watch.seen = watch.look();
        watch
    }

    /// Whether a file changed since the last call.
    pub fn has_changed(&mut self) -> bool {
        let Some(now) = self.look() else { return false };
        let changed = self.seen.as_ref() != Some(&now);
        self.seen = Some(now);
        changed
    }

    /// `None` when a file disappeared during the poll, as when an editor replaces it: the next poll sees the result.
    fn look(&self) -> Option<String> {
        let paths: Vec<&Path> = self.paths.iter().map(PathBuf::as_path).collect();
        stamp::of(&paths).ok()
    }
}
