//! The web app for browsers: no lint finds anything in it, and it is small.

use crate::cargo::cargo;
use crate::fail::Done;
use crate::web_app::{self, PACKAGE, Profile};
use crate::{process, wasm};

/// Both. What compiles for browsers only is not seen by the other stages.
pub fn check() -> Done {
    wasm::install_target()?;
    let mut clippy = cargo();
    clippy.args(["clippy", "-p", PACKAGE, "--target", wasm::TARGET, "--locked", "--", "-D", "warnings"]);
    let linted = process::run(&mut clippy);
    // Measured either way: what a lint finds is repaired sooner than what has grown.
    web_app::check_size(&web_app::build(Profile::Release)?)?;
    linted
}
