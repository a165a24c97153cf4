//! The app's `wasm-bindgen` and the bundler's must have the same version: the intermediate format is not stable
//! across versions.

use std::fs;

use crate::fail::{Context, Done, Failure};
use crate::paths;

const IN_THE_APP: &str = "wasm-bindgen";
const IN_THE_BUNDLER: &str = "wasm-bindgen-cli-support";

/// Compares both versions in Cargo.lock.
pub fn check() -> Done {
    let file = paths::root().join("Cargo.lock");
    let lock = fs::read_to_string(&file).context(|| format!("cannot read {}", file.display()))?;
    match (version_of(IN_THE_APP, &lock), version_of(IN_THE_BUNDLER, &lock)) {
        (Some(app), Some(bundler)) if app != bundler => {
            Err(Failure::new(format!("{IN_THE_APP} is {app} and {IN_THE_BUNDLER} is {bundler}; they must be equal"))
                .cure(format!("cargo update -p {IN_THE_BUNDLER} --precise {app}")))
        }
        _ => Ok(()),
    }
}

fn version_of<'a>(package: &str, lock: &'a str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn finds_whole_names() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(version_of("wasm-bindgen", lock), Some("0.2.130"));
        assert_eq!(version_of("wasm-bindgen-cli-support", lock), None);
    }
}
