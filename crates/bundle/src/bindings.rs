//! The compiled app as the browser loads it: its modules, and the JavaScript between them and the browser.

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::arguments::Arguments;
use crate::files::{self, File};
use crate::split::split;

/// The name of the main module's files: `app.js` and `app_bg.wasm`.
const NAME: &str = "app";

/// Splits the compiled app and runs wasm-bindgen over its main module; returns `app.js`, `app_bg.wasm`, the
/// modules that are loaded later, and the snippets of crates. Their imports are relative to each other.
///
/// `wasm-opt` does not run after it: the module gets 15 % smaller, but 15 % larger once it is compressed, and the
/// version in Debian 12 (108) mixes up the module's tables without an error, so that the app does not start.
pub fn generate(arguments: &Arguments) -> Result<Vec<File>> {
    let (folder, unbound) = (tempdir()?, tempdir()?);
    let main = unbound.path().join("main.wasm");
    split(&arguments.wasm, &main, folder.path(), &format!("./{NAME}.js"), arguments.release)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&main).out_name(NAME).typescript(false).keep_debug(false);
    // The other modules import the main module's stack pointer and its table of functions.
    bindgen.keep_lld_exports(true);
    // Names of functions are a third of the module, and only a developer reads stack traces.
    bindgen.remove_name_section(arguments.release).remove_producers_section(arguments.release);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder.path()))
        .with_context(|| format!("wasm-bindgen cannot read {}", arguments.wasm.display()))?;
    files::read_folder(folder.path())
}

fn tempdir() -> Result<tempfile::TempDir> {
    tempfile::tempdir().context("cannot make a temporary folder")
}
