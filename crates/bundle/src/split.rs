//! Splits the compiled app into a main module and modules that are loaded when a page needs them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Error, Result};
use wasm_split_cli_support::{Options, transform};

use crate::files;

/// The script that loads the modules. The main module imports it.
const LOADER: &str = "./modules.js";

/// Writes the main module to `main`. Writes into `folder`, for each name in `#[wasm_split(name)]`, a module with the
/// code that only this name needs, modules with the code that several names need, and the script that loads them.
/// `main_script` is the script that wasm-bindgen makes for the main module.
pub fn split(whole: &Path, main: &Path, folder: &Path, main_script: &str, release: bool) -> Result<()> {
    let whole = files::read(whole)?;
    let mut options = Options::new(&whole);
    options.main_out_path = main;
    options.output_dir = folder;
    options.main_module = main_script;
    options.link_name = LOADER;
    let split =
        transform(options).map_err(|report| Error::from_boxed(report.into())).context("cannot split the app")?;
    if release {
        split.split_modules.iter().try_for_each(|module| shorten(module))?;
    }
    Ok(())
}

/// Rewrites a module as wasm-bindgen rewrites the main module: without names, and with its numbers in the shortest
/// form. The linker pads them for the splitter.
fn shorten(path: &Path) -> Result<()> {
    let module = walrus::ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(&files::read(path)?)
        .with_context(|| format!("cannot read {}", path.display()));
    fs::write(path, module?.emit_wasm()).with_context(|| format!("cannot write {}", path.display()))
}
