//! The JavaScript bindings between the browser and the compiled app.

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::arguments::Arguments;
use crate::files::{self, File};

/// The name of the app's files: `app.js` and `app_bg.wasm`.
const NAME: &str = "app";

/// Runs wasm-bindgen over the compiled app; returns `app.js`, `app_bg.wasm` and the snippets of crates,
/// whose imports are relative to each other.
///
/// `wasm-opt` does not run after it: the module gets 15 % smaller, but 15 % larger once it is compressed, and the
/// version in Debian 12 (108) mixes up the module's tables without an error, so that the app does not start.
pub fn generate(arguments: &Arguments) -> Result<Vec<File>> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&arguments.wasm).out_name(NAME).typescript(false).keep_debug(false);
    // Names of functions are a third of the module, and only a developer reads stack traces.
    bindgen.remove_name_section(arguments.release).remove_producers_section(arguments.release);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder.path()))
        .with_context(|| format!("wasm-bindgen cannot read {}", arguments.wasm.display()))?;
    files::read_folder(folder.path())
}
