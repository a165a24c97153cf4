//! The web app: no clippy findings, and a size within the budget.

use crate::cargo::cargo;
use crate::fail::Done;
use crate::web_app::{self, PACKAGE, Profile};
use crate::{process, wasm};

/// Runs clippy and checks the size. The other stages leave out code that compiles for browsers only.
pub fn check() -> Done {
    wasm::install_target()?;
    let mut clippy = cargo();
    clippy.args(["clippy", "-p", PACKAGE, "--target", wasm::TARGET, "--locked", "--", "-D", "warnings"]);
    let linted = process::run(&mut clippy);
    // The size is measured even after clippy findings, so that one run shows both.
    web_app::check_size(&web_app::build(Profile::Release)?)?;
    linted
}
