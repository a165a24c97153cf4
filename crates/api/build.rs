//! Generates the code that embeds the built web app: from `SLUICE_WEB_DIST`, or from the folder that `cargo xtask` builds into.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

const VARIABLE: &str = "SLUICE_WEB_DIST";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    println!("cargo::rerun-if-changed=build.rs");
    let dist = match env::var_os(VARIABLE) {
        Some(dist) => PathBuf::from(dist),
        None => target_folder()?.join("web").join("dist"),
    };
    // A server without a web app embeds an empty folder. The folder must exist: cargo rebuilds each time when a watched
    // path is missing.
    fs::create_dir_all(&dist).map_err(|error| format!("cannot make {}: {error}", dist.display()))?;
    // A debug build reads the files on request, so a new web app needs no rebuild.
    if env::var("PROFILE")? == "release" {
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    // rust-embed needs the path as a literal, and the path depends on the machine.
    let folder = dist.to_str().ok_or("the name of the web app's folder is not UTF-8")?;
    let code = format!("#[derive(rust_embed::RustEmbed)]\n#[folder = {folder:?}]\nstruct BuiltIn;\n");
    Ok(fs::write(PathBuf::from(env::var("OUT_DIR")?).join("built_in.rs"), code)?)
}

/// Cargo's target folder, from `<target>[/<triple>]/<profile>/build/<package>/out`.
fn target_folder() -> Result<PathBuf, Box<dyn Error>> {
    let (out, triple) = (PathBuf::from(env::var("OUT_DIR")?), env::var("TARGET")?);
    let above = out.ancestors().nth(4).ok_or("OUT_DIR is not where cargo puts it")?;
    let target = if above.ends_with(triple) { above.parent() } else { Some(above) };
    Ok(target.map(Path::to_path_buf).ok_or("OUT_DIR has no target folder above it")?)
}
