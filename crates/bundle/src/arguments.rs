//! The command line, as `cargo xtask` passes it.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};

const USAGE: &str = "usage: sluice-bundle <app.wasm> <frontend folder> <dist folder> [--release]";

/// The input and output paths and the kind of build.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The app as cargo compiled it.
    pub wasm: PathBuf,
    /// The folder with `index.html` and `static/`.
    pub frontend: PathBuf,
    /// The folder to fill.
    pub dist: PathBuf,
    /// Small and compressed, for users. Otherwise fast to build, with names in stack traces and pages that reload
    /// themselves.
    pub release: bool,
}

impl Arguments {
    /// Reads the command line without the program's name.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self> {
        let (mut paths, mut release) = (Vec::new(), false);
        for word in words {
            if word == "--release" {
                release = true;
            } else {
                paths.push(PathBuf::from(word));
            }
        }
        let Ok([wasm, frontend, dist]) = <[PathBuf; 3]>::try_from(paths) else { bail!(USAGE) };
        Ok(Self { wasm, frontend, dist, release })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_three_paths_and_the_switch_anywhere() {
        let read = |line: &str| Arguments::read(line.split(' ').map(OsString::from));
        let arguments = read("a.wasm --release web dist").unwrap();
        assert!(arguments.release && !read("a.wasm web dist").unwrap().release);
        assert_eq!((arguments.wasm, arguments.dist), ("a.wasm".into(), "dist".into()));
        assert!(read("a.wasm web").is_err() && read("a b c d").is_err());
    }
}
